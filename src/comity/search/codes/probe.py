"""A probe's codes against everyone's: the scan of the first plane, and the refinement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search.codes import kernels
from comity.search.codes.encoding import encode_with_values
from comity.search.codes.parameters import BITS, FINGERS, FIRST_WORDS, WORDS, parameters

UNIT = 256  # of the scan's scores: so many to a natural logarithm's unit
NOBODY = -(2**31)  # the score of a row that has no finger in common with the probe


@dataclass(frozen=True, eq=False)
class ProbeHand:
    """The codes of a probe, one finger a slot; a slot without a print is masked.

    fingers  tuple (s,), the finger 1..10 of each slot, as the gallery's rows have them
    mask     bit f set where the probe has finger f + 1
    words    uint64 (s, 16), zero where missing
    values   int8 (s, 512), the point that the words are cut from, scaled
    counts   int64 (s,), minutiae
    """

    fingers: tuple[int, ...]
    mask: int
    words: NDArray[np.uint64]
    values: NDArray[np.int8]
    counts: NDArray[np.int64]

    def at(self, fingers: Sequence[int]) -> ProbeHand:
        """The same probe for a gallery whose slots hold these fingers, 1..10, each once."""
        where = {finger: slot for slot, finger in enumerate(self.fingers)}
        keep = [where.get(finger, -1) for finger in fingers]
        mask = 0
        for finger in fingers:
            mask |= self.mask & 1 << (finger - 1)
        return _placed(self, tuple(fingers), mask, keep)


def probe_hand(templates: Sequence[records.Template]) -> ProbeHand:
    """The probe's codes by finger 1..10, any missing; of two of one finger the last counts."""
    words = np.zeros((FINGERS, WORDS), np.uint64)
    values = np.zeros((FINGERS, BITS), np.int8)
    counts = np.zeros(FINGERS, np.int64)
    mask = 0
    for template in templates:
        slot = template.finger - 1
        words[slot], values[slot] = encode_with_values(template)
        counts[slot] = min(len(template), 255)
        mask |= 1 << slot
    return ProbeHand(tuple(range(1, FINGERS + 1)), mask, words, values, counts)


def reordered(hand: ProbeHand, order: Sequence[int]) -> ProbeHand:
    """The same prints under other fingers: what `order[k]` names is taken for finger k + 1.

    `(6, 7, 8, 9, 10, 1, 2, 3, 4, 5)` reads the hands as swapped.
    """
    where = {finger: slot for slot, finger in enumerate(hand.fingers)}
    keep = [where.get(order[finger - 1], -1) for finger in hand.fingers]
    mask = 0
    for finger in hand.fingers:
        if hand.mask >> (order[finger - 1] - 1) & 1:
            mask |= 1 << (finger - 1)
    return _placed(hand, hand.fingers, mask, keep)


def scan(
    hands: Sequence[ProbeHand],
    first: NDArray[np.uint64],
    masks: NDArray[np.uint16],
    out: NDArray[np.int32],
) -> None:
    """Score everyone by the first plane, for each reading of the probe, in one pass.

    hands  v readings of one probe or of several, all with the slots of `first`
    first  (n, s, 4), C-contiguous: words 0..3 of the codes of each slot's finger
    masks  (n,), bit f set where the row has finger f + 1; 0 for a deleted row
    out    (v, n), filled: log-likelihood ratio in 1/256; NOBODY where no finger is in common

    Releases the GIL; threads may scan parts of the rows. Cost: one reading of `first`.
    """
    slots = first.shape[1]
    codes = np.stack([hand.words[:, :FIRST_WORDS] for hand in hands])
    weights, bases = _weights(hands)
    bits = np.array([1 << (finger - 1) for finger in hands[0].fingers], np.uint16)
    needs = np.array([hand.mask for hand in hands], np.uint16)
    kernels.scan(
        first.reshape(len(first), slots * FIRST_WORDS),
        masks,
        codes.reshape(len(hands), slots * FIRST_WORDS),
        weights,
        bases,
        bits,
        needs,
        out,
    )


def refine(
    hand: ProbeHand,
    first: NDArray[np.uint64],
    rest: NDArray[np.uint64],
    masks: NDArray[np.uint16],
    rows: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Score some rows by all planes and the probe's uncut values.

    first, rest  (n, s, 4) and (n, s, 12);  masks  (n,), as in `scan`;  rows  (k,), of these
    Returns (k,), log-likelihood ratio; -inf where no finger is in common.
    Releases the GIL. Cost under 1 microsecond a finger.
    """
    out = np.empty(len(rows), np.float32)
    bits = np.array([1 << (finger - 1) for finger in hand.fingers], np.uint16)
    lines, need = parameters().lines, np.uint16(hand.mask)
    kernels.refine(first, rest, masks, rows, hand.values, hand.counts, bits, need, lines, out)
    return out


def _placed(hand: ProbeHand, fingers: tuple[int, ...], mask: int, keep: Sequence[int]) -> ProbeHand:
    """Slots `keep` of a hand, -1 for an empty one."""
    index = np.array(keep, np.int64)
    empty = index < 0
    words, values, counts = hand.words[index], hand.values[index], hand.counts[index]
    words[empty], values[empty], counts[empty] = 0, 0, 0
    return ProbeHand(fingers, mask, words, values, counts)


def _weights(
    hands: Sequence[ProbeHand],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """What a differing bit takes off, uint64 (v, 4 s), and what a finger begins with, (v, s)."""
    present = np.array([[hand.mask >> (f - 1) & 1 for f in hand.fingers] for hand in hands])
    lines = parameters().scan[np.array([hand.counts for hand in hands])] * present[..., None]
    return np.repeat(lines[..., 0], FIRST_WORDS, axis=1).astype(np.uint64), lines[..., 1].copy()
