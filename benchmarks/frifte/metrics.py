"""Error rates of identification, and their intervals. Arrays in, numbers out.

A search is summed up in one number: a non-mated one in its highest candidate's score, a mated one
in its mate's. -inf stands for none returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.statistics.intervals import Rate, clopper_pearson, rate

Floats = NDArray[np.float64]
TARGETS = (0.001, 0.003, 0.01)
DRAWS = 2000
FINGERS_AS_PAIRS = 2  # up to so many fingers a search weighs as often as each of its fingers


def threshold_at(top: Floats, fpir: float) -> float:
    """The lowest threshold at which at most that share of non-mated searches has a candidate.

    top  float64 (k,), each non-mated search's highest score, k >= 1
    """
    allowed = int(fpir * len(top) + 1e-9)  # 0.003 * 1000 is 3, not 2.9999999999999996
    if allowed >= len(top):
        return -np.inf
    return float(np.nextafter(np.sort(top)[::-1][allowed], np.inf))


def fpir_at(top: Floats, threshold: float) -> Rate:
    """Share of non-mated searches with any candidate at the threshold or above."""
    return rate(int(np.count_nonzero(_reaches(top, threshold))), len(top))


def fnir_at(mate: Floats, threshold: float) -> Rate:
    """Share of mated searches whose mate is not returned at the threshold or above."""
    return rate(int(np.count_nonzero(~_reaches(mate, threshold))), len(mate))


def _reaches(score: Floats, threshold: float) -> NDArray[np.bool_]:
    return (score >= threshold) & (score > -np.inf)


@dataclass(frozen=True)
class Point:
    """One operating point.

    resolved  there were searches enough to see such an FPIR at all: at least 1 / target
    """

    target: float
    threshold: float
    fpir: Rate
    fnir: Rate
    resolved: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "threshold": round(self.threshold, 4) if np.isfinite(self.threshold) else None,
            "fpir": self.fpir.as_json(),
            "fnir": self.fnir.as_json(),
            "resolved": self.resolved,
        }


def at_fpir(top: Floats, mate: Floats, target: float) -> Point:
    """FNIR where FPIR is at most the target, with exact 95 % intervals at that threshold."""
    threshold = threshold_at(top, target)
    resolved = len(top) * target >= 1 - 1e-9
    return Point(target, threshold, fpir_at(top, threshold), fnir_at(mate, threshold), resolved)


@dataclass(frozen=True, eq=False)
class Curve:
    """A DET curve by steps: FNIR at each FPIR that the non-mated searches can show, rising.

    false_positives, misses  counts of `non_mated` and `mated` searches;  int64 (p,)
    """

    false_positives: NDArray[np.int64]
    misses: NDArray[np.int64]
    non_mated: int
    mated: int

    @property
    def fpir(self) -> Floats:
        return self.false_positives / self.non_mated

    @property
    def fnir(self) -> Floats:
        return self.misses / self.mated

    def thinned(self, points: int = 200) -> Curve:
        """At most about so many steps, evenly by logarithm; the first and the last stay."""
        if len(self.misses) <= points:
            return self
        places = np.unique(np.rint(np.geomspace(1, len(self.misses), points)).astype(int) - 1)
        return Curve(self.false_positives[places], self.misses[places], self.non_mated, self.mated)


def curve(top: Floats, mate: Floats) -> Curve:
    """Every operating point that the searches can tell apart."""
    falling = np.sort(top[top > -np.inf])[::-1]
    last = np.append(falling[1:] != falling[:-1], True) if len(falling) else np.zeros(0, bool)
    counts = np.concatenate([[0], np.flatnonzero(last) + 1]).astype(np.int64)
    found = np.sort(mate[mate > -np.inf])
    # With the c highest non-mated scores let through, a mate must beat the next one to be seen.
    beaten = np.append(falling, -np.inf)[counts]
    misses = len(mate) - (len(found) - np.searchsorted(found, beaten, side="right"))
    return Curve(counts, misses.astype(np.int64), len(top), len(mate))


def within_rank(rank: NDArray[np.int64], limit: int) -> Rate:
    """Share of mated searches whose mate is among the first `limit` candidates; rank 0: nowhere."""
    return rate(int(np.count_nonzero((rank > 0) & (rank <= limit))), len(rank))


# --- searches that share fingers ------------------------------------------------------------


def over_fingers(
    missed: NDArray[np.bool_], fingers: Sequence[tuple[str, ...]], rng: np.random.Generator
) -> tuple[float, float]:
    """95 % interval of a share of searches that are not independent, since they share fingers.

    Fingers are drawn again with replacement, and a search counts as often as the product of its
    fingers' draws; people of more than two fingers are drawn whole. Where nothing was missed such
    draws all agree, so the upper end is never below what no miss among as many trials as there
    are disjoint people would leave open; likewise the lower end.

    Source  Efron 1979; Bolle, Ratha and Pankanti 2004 (subset bootstrap)
    """
    if len(missed) == 0:
        return 0.0, 1.0
    units = disjoint(fingers)
    open_low, open_high = clopper_pearson(units, units)[0], clopper_pearson(0, units)[1]
    owners = [tuple(one) if len(one) <= FINGERS_AS_PAIRS else ("+".join(one),) for one in fingers]
    names = sorted({name for owner in owners for name in owner})
    place = {name: number for number, name in enumerate(names)}
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    weight = np.ones((DRAWS, len(missed)))
    for column in range(max(map(len, owners))):
        held = [place[owner[column]] if column < len(owner) else -1 for owner in owners]
        weight *= np.where(np.array(held) >= 0, drawn[:, held], 1)
    total = weight.sum(axis=1)
    shares = (weight @ missed)[total > 0] / total[total > 0]
    low, high = np.quantile(shares, [0.025, 0.975])
    return min(float(low), open_low), max(float(high), open_high)


def disjoint(fingers: Sequence[tuple[str, ...]]) -> int:
    """How many of these sets of fingers, taken by name, share none with one taken before."""
    taken: set[str] = set()
    count = 0
    for one in sorted(fingers):
        if not taken & set(one):
            taken |= set(one)
            count += 1
    return count


# --- seconds --------------------------------------------------------------------------------


def spread(seconds: Sequence[float] | Floats) -> dict[str, float | int]:
    """Mean, median, 95th percentile and least of some durations, in seconds."""
    if not len(seconds):
        return {"n": 0}
    taken = np.asarray(seconds, np.float64)
    return {
        "n": len(taken),
        "mean": round(float(taken.mean()), 6),
        "median": round(float(np.median(taken)), 6),
        "p95": round(float(np.percentile(taken, 95)), 6),
        "least": round(float(taken.min()), 6),
    }
