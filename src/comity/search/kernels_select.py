"""Numba kernels that take the greatest of many whole numbers, faster than sorting them."""

from __future__ import annotations

import numpy as np
from numba import njit

BINS = 4096
SHIFT = 6  # a bin is 64 wide: a quarter of a natural logarithm's unit of a scan's scores
LOWEST = -(2**17)  # of the bins; what is lower or higher falls in the first or the last


@njit(nogil=True, cache=True)
def tally(scores, nobody, counts):
    """Count scores by bin; those of `nobody` are left out.

    scores : int32 (n,);  counts : int64 (4096,), added to
    """
    for score in scores:
        if score != nobody:
            place = (np.int64(score) - LOWEST) >> SHIFT
            counts[min(max(place, 0), BINS - 1)] += 1


@njit(nogil=True, cache=True)
def cut_for(counts, wanted):
    """The lowest score of the bin in which the `wanted` greatest end, or of all there are."""
    above = np.int64(0)
    for place in range(BINS - 1, 0, -1):
        above += counts[place]
        if above >= wanted:
            return np.int32((place << SHIFT) + LOWEST)
    return np.int32(-(2**31) + 1)  # above nobody
