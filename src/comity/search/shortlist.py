"""From everyone to the few: codes are scanned, the best are weighed again with every plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import codes, kernels_select, sequence
from comity.search.reading import Block, Reading
from comity.search.share import Each, in_turn

# Rows weighed with every plane for one that is compared in full: of two fingers the first 256 bits
# lose 1.4 % of mates beyond the best hundredth, all 1,024 lose 0.2 %. Weighing costs 0.14 us a
# finger, comparing 50 and more (benchmarks/bench_codes.py and bench_compare.py).
WEIGHED_FOR_ONE = 40
WEIGHED_MIN = 500
# What codes say so much against is not compared, but for the best few. The least of FVC2002's mates
# have 75 (LEADER) and 25 (MINDTCT) by ten fingers, 1 and -4 by two (benchmarks/bench_codes.py).
AGAINST_LLR = -3.0
COMPARED_MIN = 10
# Of another order of the fingers so many rows are weighed, if the first plane speaks for them, and
# so many compared, if all planes do. A hand in the wrong order stands out.
OTHERS_WEIGHED, OTHERS_COMPARED = 64, 8
PIECE_ROWS = 32_768  # scanned by one thread at a time
WEIGH_ROWS = 1024  # weighed by one thread at a time
SPEAKS_FOR = 0  # of the first plane: above it another order is likelier than chance

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Listed:
    """The rows to compare in full under one order of the fingers.

    name, order  of `sequence.READINGS`
    rows   int64 (k,), most alike first, ties by enrolment order
    llr    float32 (k,), what all planes of the codes say, natural-log likelihood ratio
    """

    name: str
    order: tuple[int, ...]
    rows: Rows
    llr: NDArray[np.float32]


def shortlist(
    hand: Mapping[int, records.Template],
    gallery: Reading,
    budget: int,
    each: Each = in_turn,
    *,
    orders: bool = True,
) -> list[Listed]:
    """The best `budget` rows as stated, then a few under each other order of the fingers.

    hand    templates by finger 1..10
    orders  whether other orders than the stated one are read

    Rows without a finger in common are left out.
    """
    blocks = tuple(gallery.blocks())
    enrolled = frozenset(gallery.fingers) if orders else frozenset[int]()
    readings = sequence.applicable(frozenset(hand), enrolled)
    stated = codes.probe_hand(list(hand.values()))
    hands = [codes.reordered(stated, order) for order in readings.values()]
    found = scanned(hands, blocks, max(WEIGHED_FOR_ONE * budget, WEIGHED_MIN), each)
    return [
        weighed(name, order, one, blocks, rows, budget, each)
        for (name, order), one, rows in zip(readings.items(), hands, found, strict=True)
    ]


def weighed(
    name: str,
    order: tuple[int, ...],
    hand: codes.ProbeHand,
    blocks: Sequence[Block],
    rows: Rows,
    budget: int,
    each: Each,
) -> Listed:
    """The rows of one reading that all planes leave, best first."""
    llr = refined(hand, blocks, rows, each)
    ranked = np.lexsort((rows, -llr))
    if name == sequence.AS_STATED:
        against = int(np.count_nonzero(llr < AGAINST_LLR))
        ranked = ranked[: min(budget, max(len(rows) - against, COMPARED_MIN))]
    else:
        ranked = ranked[: min(OTHERS_COMPARED, int(np.count_nonzero(llr > 0)))]
    return Listed(name, order, rows[ranked], llr[ranked])


def scanned(
    hands: Sequence[codes.ProbeHand], blocks: Sequence[Block], wanted: int, each: Each = in_turn
) -> list[Rows]:
    """The rows to weigh under each reading, ascending: `wanted` or a few more as stated.

    Scores of other readings are looked at while they are in the cache, and not kept.
    """
    scores = np.empty(sum(len(block.masks) for block in blocks), np.int32)
    pieces = [(block, at) for block in blocks for at in range(0, len(block.masks), PIECE_ROWS)]
    counts = np.zeros((len(pieces), kernels_select.BINS), np.int64)
    others: list[list[tuple[Rows, NDArray[np.int32]]]] = [[] for _ in hands[1:]]

    def one(number: int) -> None:
        block, at = pieces[number]
        end = min(at + PIECE_ROWS, len(block.masks))
        here = np.empty((len(hands), end - at), np.int32)
        slots = [hand.at(block.fingers) for hand in hands]
        codes.scan(slots, block.first[at:end], block.masks[at:end], here)
        scores[block.row + at : block.row + end] = here[0]
        kernels_select.tally(here[0], codes.NOBODY, counts[number])
        for kept, other in zip(others, here[1:], strict=True):
            rows = np.flatnonzero(other >= SPEAKS_FOR)
            kept.append((rows + block.row + at, other[rows]))

    each(one, range(len(pieces)))
    cut = kernels_select.cut_for(counts.sum(axis=0), wanted)
    stated = np.flatnonzero(scores >= cut)
    return [stated, *(_best(kept, OTHERS_WEIGHED) for kept in others)]


def _best(kept: Sequence[tuple[Rows, NDArray[np.int32]]], wanted: int) -> Rows:
    rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in kept)])
    scores = np.concatenate([np.zeros(0, np.int32), *(scores for _, scores in kept)])
    return np.sort(rows[np.lexsort((rows, -scores))[:wanted]])


def refined(
    hand: codes.ProbeHand, blocks: Sequence[Block], rows: Rows, each: Each
) -> NDArray[np.float32]:
    """What all planes say of some rows, (k,); rows ascending."""
    out = np.empty(len(rows), np.float32)
    starts = np.searchsorted(rows, [block.row for block in blocks]).tolist()
    pieces = [
        (block, at, min(at + WEIGH_ROWS, end))
        for block, start, end in zip(blocks, starts, [*starts[1:], len(rows)], strict=True)
        for at in range(start, end, WEIGH_ROWS)
    ]

    def one(piece: tuple[Block, int, int]) -> None:
        block, start, end = piece
        slots, inside = hand.at(block.fingers), rows[start:end] - block.row
        out[start:end] = codes.refine(slots, block.first, block.rest, block.masks, inside)

    each(one, pieces)
    return out
