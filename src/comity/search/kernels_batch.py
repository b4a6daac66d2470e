# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators, allow-incomplete-defs
"""Numba kernel that takes many candidates from minutiae to similarity without touching Python."""

from __future__ import annotations

import numpy as np
from numba import njit

from comity.search.kernels import LAYERS, double, lss_r
from comity.search.kernels_cylinders import build


@njit(nogil=True, cache=True)
def compare_many(
    cells, place, minutiae, first,
    turns, spread, rows, layers, sizes, base,
    limits, sigmoids, relaxation, keep, wanted,
    similarity, fewer,
):  # fmt: skip
    """Make each candidate's cylinders and compare the probe with them.

    cells, place    : the probe
    minutiae, first : int16 (M, 4), int64 (k + 1,); candidate i has rows first[i]..first[i + 1]
    turns .. base   : as `kernels_cylinders.build` takes them
    limits .. keep  : as `kernels.lss_r` takes them
    wanted          : int64 (s,), pairs that make the score by the smaller number of cylinders
    similarity, fewer : float64 (k,), int64 (k,): the scores, the smaller numbers of cylinders
    """
    most = 1
    for i in range(len(first) - 1):
        most = max(most, first[i + 1] - first[i])
    theirs, spots = np.empty((LAYERS + 1, most), np.uint64), np.empty((most, 4), np.int64)
    ring, start = np.empty((LAYERS + 1, 2 * len(place)), np.uint64), np.empty(361, np.int64)
    double(cells, place, ring, start)
    pairs, parts = np.empty((wanted.max(), 2), np.int64), np.empty(wanted.max())
    for i in range(len(first) - 1):
        candidate = minutiae[first[i] : first[i + 1]]
        count = build(candidate, turns, spread, rows, layers, sizes, base, theirs, spots)
        fewer[i] = min(count, len(place))
        similarity[i] = 0.0
        if fewer[i]:
            similarity[i], _ = lss_r(
                ring, start, place, theirs, spots[:count], limits, sigmoids, relaxation,
                min(fewer[i], keep), wanted[min(fewer[i], len(wanted) - 1)], pairs, parts,
            )  # fmt: skip
