"""What mates and different fingers usually give at each stage, so that one number can be read.

Made when it is asked for, so that it fits the codes and cylinders as they are, from a synthetic
population that was fitted to real prints (`minutiae/population`). The likelihood ratio alone was
counted on real prints (`calibrate`), and it alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from comity.minutiae.population import hands
from comity.records import FINGERS
from comity.search.stages import MEASURED, Stages, stages

PERSONS = 150  # a finger each; the 5th percentile then rests on 8 pairs
SEED = 20260  # any; the same fingers each time, so that an explanation can be made again
LOW, MIDDLE, HIGH = 5, 50, 95  # percentiles that count as usual


@dataclass(frozen=True)
class Usual:
    """The 5th, 50th and 95th percentile of a number over many pairs."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Compared:
    """A number of this pair beside what others give."""

    value: float
    mates: Usual
    others: Usual

    @property
    def reading(self) -> str:
        """Which of the two it is like: `mates`, `different fingers`, or `either`."""
        if self.value > self.others.high and self.value >= self.mates.low:
            return "mates"
        if self.value < self.mates.low and self.value <= self.others.high:
            return "different fingers"
        return "either" if self.value >= self.mates.low else "neither"


def compared(found: Stages) -> dict[str, Compared]:
    """Each of `stages.MEASURED` beside the usual ones."""
    mates, others = reference()
    return {
        name: Compared(
            getattr(found, name),
            usual([getattr(s, name) for s in mates]),
            usual([getattr(s, name) for s in others]),
        )
        for name in MEASURED
    }


def usual(values: list[float]) -> Usual:
    """The usual range of some values, at least one."""
    return Usual(*(float(v) for v in np.percentile(values, (LOW, MIDDLE, HIGH))))


@lru_cache(maxsize=1)
def reference() -> tuple[tuple[Stages, ...], tuple[Stages, ...]]:
    """The stages of pairs of one synthetic finger, and of pairs of two at the same position."""
    probes, candidates = (hands(SEED, range(2 * PERSONS), impression) for impression in (0, 1))
    mates, others = [], []
    for person in range(PERSONS):
        finger = person % len(FINGERS)
        probe = probes.template(len(FINGERS) * person + finger)
        same, other = (
            candidates.template(len(FINGERS) * whose + finger)
            for whose in (person, person + PERSONS)
        )
        mates.append(stages(probe, same))
        others.append(stages(probe, other))
    return tuple(mates), tuple(others)
