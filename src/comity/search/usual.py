"""What mates and different fingers usually give at each stage, so that one number can be read.

Made when it is asked for, from synthetic fingers (`minutiae/synthesise.py`), so that it fits the
codes and cylinders as they are. Real mates are worse: the likelihood ratio alone was fitted to
real prints (`calibrate`), and it alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from comity.minutiae.synthesise import impression_template, master_template
from comity.records import Template
from comity.search.stages import Stages, stages

FINGERS_COUNT = 150  # the 5th percentile then rests on 8 pairs; 0.6 s with compiled kernels
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
    """Each stage's number beside the usual ones: `first`, `refined`, `before`, `after`."""
    mates, others = reference()
    return {
        name: Compared(
            getattr(found, name),
            usual([getattr(s, name) for s in mates]),
            usual([getattr(s, name) for s in others]),
        )
        for name in ("first", "refined", "before", "after")
    }


def usual(values: list[float]) -> Usual:
    """The usual range of some values, at least one."""
    return Usual(*(float(v) for v in np.percentile(values, (LOW, MIDDLE, HIGH))))


@lru_cache(maxsize=1)
def reference() -> tuple[tuple[Stages, ...], tuple[Stages, ...]]:
    """The stages of pairs of one synthetic finger, and of pairs of two at the same position."""
    mates, others = [], []
    for person in range(FINGERS_COUNT):
        finger = person % 10 + 1
        probe = _impression(person, finger, 0)
        mates.append(stages(probe, _impression(person, finger, 1)))
        others.append(stages(probe, _impression(person + FINGERS_COUNT, finger, 1)))
    return tuple(mates), tuple(others)


def _impression(person: int, finger: int, number: int) -> Template:
    rng = np.random.default_rng([SEED, person, finger, number])
    return impression_template(master_template(SEED, person, finger), rng)
