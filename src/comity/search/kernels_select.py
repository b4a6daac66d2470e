"""Numba kernels that take the greatest of many whole numbers, faster than sorting them."""

from __future__ import annotations

import numpy as np
from numba import njit

BUCKETS = 4096


@njit(nogil=True, cache=True)
def cut_for(scores, wanted, nobody):
    """A value that at least `wanted` scores reach, few more, if so many are above `nobody`.

    scores : int32 (n,).  Two passes; exact to 1/4096 of the scores' range.
    """
    low, high = np.int64(2**31), np.int64(-(2**31))
    for score in scores:
        if score != nobody:
            low, high = min(low, np.int64(score)), max(high, np.int64(score))
    if high < low:
        return high
    width = (high - low) // BUCKETS + 1
    counts = np.zeros(BUCKETS, np.int64)
    for score in scores:
        if score != nobody:
            counts[(np.int64(score) - low) // width] += 1
    above = np.int64(0)
    for bucket in range(BUCKETS - 1, -1, -1):
        above += counts[bucket]
        if above >= wanted:
            return low + bucket * width
    return low


@njit(nogil=True, cache=True)
def at_least(scores, cut, nobody):
    """The places of the scores that reach a cut, ascending, int64 (k,); never those of `nobody`."""
    count = 0
    for score in scores:
        if score >= cut and score != nobody:
            count += 1
    rows = np.empty(count, np.int64)
    count = 0
    for row in range(len(scores)):
        if scores[row] >= cut and scores[row] != nobody:
            rows[count] = row
            count += 1
    return rows
