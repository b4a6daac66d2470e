"""Counter-based random numbers: one stream a (seed, person, finger, event, purpose).

A stream is found by its key, not by what was drawn before it, so prints can be made in any order,
on any number of processes, one at a time, and come out the same.
"""

from __future__ import annotations

import numpy as np

# What a stream is drawn for. A new draw gets a new number, so that the others do not move.
PATTERN, PERIOD, RIDGES, SKIN, IMPRESSION, MINUTIAE = 1, 2, 3, 4, 5, 6

_WORD = (1 << 64) - 1


def stream(
    seed: int, person: int, finger: int = 0, event: int = 0, purpose: int = 0
) -> np.random.Generator:
    """A generator on Philox 4x64 (Salmon et al. 2011); keys are whole numbers, 0 or more.

    finger, purpose  below 2**32; person, event  below 2**64
    The lowest two counter words are left for the draws: streams meet after 2**128 of them.
    """
    key = np.array([seed & _WORD, person & _WORD], dtype=np.uint64)
    counter = np.array([0, 0, event & _WORD, (finger << 32 | purpose) & _WORD], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
