"""Small searches by one finger that every matcher can make in full."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.frifte import people
from benchmarks.frifte.peers import Trial
from benchmarks.fvc import DATABASES, FINGERS, IMPRESSIONS, load

SYNTHETIC_ENROLLED = 30  # as many as there are real ones


def real_trial(folder: Path, extractor: str, count: int) -> Trial:
    """FVC2002's first impressions enrolled; the others search, taken evenly, `count` at most.

    A search counts as mated by its own finger and, without that one, as non-mated.
    """
    prints = load(folder, extractor)
    owners = [(database, finger) for database in DATABASES for finger in FINGERS]
    every = [(owner, i) for i in tuple(IMPRESSIONS)[1:] for owner in owners]
    chosen = [every[n * len(every) // count] for n in range(count)] if count < len(every) else every
    mate = np.array([owners.index(owner) for owner, _ in chosen], np.int64)
    return Trial(
        enrolled=[prints[(*owner, 1)] for owner in owners],
        probes=[prints[(*owner, impression)] for owner, impression in chosen],
        mate=mate,
        apart=mate[:, None] != np.arange(len(owners)),
    )


def synthetic_trial(population: people.Population, count: int) -> Trial:
    """The first finger of synthetic people; each searches once, and as many others do."""
    batch = population.enrolled(range(SYNTHETIC_ENROLLED))
    step = len(population.fingers)
    mated = [hand[0] for hand in population.mated(range(min(count, SYNTHETIC_ENROLLED)))]
    others = [hand[0] for hand in population.non_mated(range(count))]
    mate = np.array([*range(len(mated)), *[-1] * len(others)], np.int64)
    return Trial(
        enrolled=[batch.template(n * step) for n in range(SYNTHETIC_ENROLLED)],
        probes=[*mated, *others],
        mate=mate,
        apart=mate[:, None] != np.arange(SYNTHETIC_ENROLLED),
    )
