"""From everyone to the few: codes are scanned, the best are weighed again with every plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import codes, kernels_select, sequence
from comity.search.reading import Block, Reading

# People weighed with every plane for one that is compared in full: 256 bits place some mates
# much worse than all 1,024 do. Weighing costs a hundredth of comparing.
REFINED_FOR_ONE = 20
REFINED_MIN = 1000
# Of another order of the fingers: so many are weighed, and so many compared, if their codes speak
# for it at all. A hand in the wrong order stands out or is not found.
OTHERS_REFINED, OTHERS_MAX, OTHERS_LLR = 64, 8, 0.0
PIECE_ROWS = 16_384  # scanned by one thread at a time: 5 MB of ten fingers' codes

Work = TypeVar("Work")


@dataclass(frozen=True, eq=False)
class Listed:
    """The rows to compare in full under one order of the fingers.

    name, order  of `sequence.READINGS`
    rows   int64 (k,), most alike first, ties by enrolment order
    llr    float32 (k,), what all planes of the codes say, natural-log likelihood ratio
    """

    name: str
    order: tuple[int, ...]
    rows: NDArray[np.int64]
    llr: NDArray[np.float32]


def shortlist(
    hand: Mapping[int, records.Template], gallery: Reading, budget: int, threads: int = 1
) -> list[Listed]:
    """The best `budget` rows as stated, then a few under each other order of the fingers.

    hand  templates by finger 1..10. Rows without a finger in common are left out.
    """
    blocks = tuple(gallery.blocks())
    readings = sequence.applicable(frozenset(hand), frozenset(gallery.fingers))
    stated = codes.probe_hand(list(hand.values()))
    hands = [codes.reordered(stated, order) for order in readings.values()]
    scores = scan(hands, blocks, threads)
    listed: dict[str, Listed] = {}

    def weigh(number: int) -> None:
        name, order = list(readings.items())[number]
        first = name == sequence.AS_STATED
        wanted = max(REFINED_FOR_ONE * budget, REFINED_MIN) if first else OTHERS_REFINED
        cut = kernels_select.cut_for(scores[number], wanted, codes.NOBODY)
        rows = kernels_select.at_least(scores[number], cut, codes.NOBODY)
        llr = refined(hands[number], blocks, rows)
        ranked = np.lexsort((rows, -llr))[: budget if first else OTHERS_MAX]
        if not first:
            ranked = ranked[llr[ranked] > OTHERS_LLR]
        listed[name] = Listed(name, order, rows[ranked], llr[ranked])

    each(weigh, range(len(hands)), threads)
    return [listed[name] for name in readings]


def scan(
    hands: Sequence[codes.ProbeHand], blocks: Sequence[Block], threads: int
) -> NDArray[np.int32]:
    """What the first plane says of everyone under each reading, int32 (v, n)."""
    out = np.empty((len(hands), sum(len(block.masks) for block in blocks)), np.int32)

    def one(work: tuple[Block, int]) -> None:
        block, start = work
        rows = slice(start, start + PIECE_ROWS)
        slots = [hand.at(block.fingers) for hand in hands]
        scores = out[:, block.row + start : block.row + min(start + PIECE_ROWS, len(block.masks))]
        codes.scan(slots, block.first[rows], block.masks[rows], scores)

    pieces = [(block, at) for block in blocks for at in range(0, len(block.masks), PIECE_ROWS)]
    each(one, pieces, threads)
    return out


def refined(
    hand: codes.ProbeHand, blocks: Sequence[Block], rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """What all planes say of some rows, (k,); rows ascending."""
    out = np.empty(len(rows), np.float32)
    starts = np.searchsorted(rows, [block.row for block in blocks]).tolist()
    for block, start, end in zip(blocks, starts, [*starts[1:], len(rows)], strict=True):
        if end > start:
            slots = hand.at(block.fingers)
            inside = rows[start:end] - block.row
            out[start:end] = codes.refine(slots, block.first, block.rest, block.masks, inside)
    return out


def each(work: Callable[[Work], None], items: Sequence[Work], threads: int) -> None:
    """Do the work for every item; kernels release the GIL, so threads share it."""
    if threads == 1 or len(items) < 2:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, items))
