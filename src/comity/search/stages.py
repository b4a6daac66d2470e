"""What each stage of a search makes of two prints of one finger position."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import codes, mcc

# The numbers that can be set beside other pairs', by name.
MEASURED = ("first", "refined", "local", "relaxed", "covered", "similarity")
SLOT = 1  # two prints are put in one finger's place, so that prints of unknown fingers compare too


@dataclass(frozen=True, eq=False)
class Stages:
    """The numbers of one pair of prints, in the order in which a search comes to them.

    first       share of the code's first plane that is equal, 0..1: what the scan of everyone sees
    refined     log-likelihood ratio (natural) by all planes: what the shortlist is ordered by
    local       mean similarity of the best pairs of cylinders, 0..1, each pair by itself
    relaxed     what is left of it once the pairs have to agree with each other, 0..1
    covered     one print laid on the other: how much of the minutiae that both prints show falls
                on each other, 0..1, the geometric mean of the next
    shares      the same of the probe's and of the candidate's minutiae
    similarity  geometric mean of `relaxed` and both shares
    cylinders   usable ones of the probe and of the candidate
    """

    first: float
    refined: float
    local: float
    relaxed: float
    covered: float
    shares: tuple[float, float]
    similarity: float
    cylinders: tuple[int, int]


def stages(probe: records.Template, candidate: records.Template) -> Stages:
    """Take two prints through every stage.

    Cost  about 1 ms; a search spends less, as it keeps nothing to explain with
    """
    first, refined = _codes(probe, candidate)
    a, b = mcc.cylinders(probe), mcc.cylinders(candidate)
    match = mcc.match(a, b)
    return Stages(
        first=first,
        refined=refined,
        local=_unrelaxed(a, b),
        relaxed=match.relaxed,
        covered=math.sqrt(math.prod(match.covered)),
        shares=match.covered,
        similarity=match.score,
        cylinders=(len(a), len(b)),
    )


def _codes(probe: records.Template, candidate: records.Template) -> tuple[float, float]:
    hand = codes.probe_hand([replace(probe, finger=SLOT)]).at((SLOT,))
    theirs = codes.encode(candidate).reshape(1, 1, codes.WORDS)
    first, rest = theirs[..., : codes.FIRST_WORDS], theirs[..., codes.FIRST_WORDS :]
    differ = int(np.bitwise_count(hand.words[0, : codes.FIRST_WORDS] ^ first[0, 0]).sum())
    masks, rows = np.array([1 << (SLOT - 1)], np.uint16), np.zeros(1, np.int64)
    refined = codes.refine(
        hand, np.ascontiguousarray(first), np.ascontiguousarray(rest), masks, rows
    )
    return 1 - differ / (64 * codes.FIRST_WORDS), float(refined[0])


def _unrelaxed(a: mcc.Cylinders, b: mcc.Cylinders) -> float:
    """Local similarity sort without relaxation (Cappelli et al. 2010, section 4.1)."""
    fewer = min(len(a), len(b))
    if fewer == 0:
        return 0.0
    both = a.cells[-1][:, None] & b.cells[-1][None]
    ones_a, ones_b, differ = (np.zeros(both.shape, np.int64) for _ in range(3))
    for ours, theirs in zip(a.cells[:-1], b.cells[:-1], strict=True):
        left, right = ours[:, None] & both, theirs[None] & both
        ones_a += np.bitwise_count(left)
        ones_b += np.bitwise_count(right)
        differ += np.bitwise_count(left ^ right)
    norms = np.sqrt(ones_a) + np.sqrt(ones_b)
    alike = 1 - np.sqrt(differ) / np.maximum(norms, 1e-9)
    turn = np.abs(a.place[:, None, 2] - b.place[None, :, 2])
    turn_max, cells_min = mcc.LIMITS.tolist()
    alike[np.minimum(turn, 360 - turn) > turn_max] = 0.0
    alike[(np.bitwise_count(both) < cells_min) | (norms == 0)] = 0.0
    wanted = mcc.pair_count(fewer)
    best: NDArray[np.float64] = np.sort(alike.ravel())[::-1][:wanted]
    return float(best.sum() / wanted)
