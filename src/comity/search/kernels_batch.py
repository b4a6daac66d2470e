# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators, allow-incomplete-defs
"""Numba kernels of a whole comparison, of one candidate and of many from their minutiae."""

from __future__ import annotations

import numpy as np
from numba import njit

from comity.search.kernels import LAYERS, TURN_DEG, double, lss_r
from comity.search.kernels_cylinders import build
from comity.search.kernels_pose import find_pose, lay_on


@njit(nogil=True, cache=True)
def compare_one(
    ring, start, place_p, points_p, edges_p, cells, place_c, points_c, edges_c,
    limits, sigmoids, relaxation, keep, wanted, posing, laying,
    shares, rows, weights,
):  # fmt: skip
    """Relaxed score, its pose, and the minutiae that fall on each other under it.

    ring, start .. edges_p : the probe, laid out by `double`;  cells .. edges_c : the candidate
    limits .. keep : as `lss_r` takes them;  posing : as `find_pose`;  laying : as `lay_on`
    wanted  : int64 (s,), pairs that make the relaxed score by the smaller number of cylinders
    shares  : float64 (4,), filled: relaxed score; shares of the probe's and the candidate's
              minutiae in the overlap that fall on the other's; the score, their geometric mean
    rows, weights : as `lay_on` fills them.  Returns how many.
    """
    shares[:] = 0.0
    fewer = min(len(place_p), len(place_c))
    if fewer == 0:
        return 0
    made, keep = wanted[min(fewer, len(wanted) - 1)], min(fewer, keep)
    pairs, pose = np.empty((keep, 7)), np.empty(5)
    shares[0], count = lss_r(
        ring, start, place_p, cells, place_c, limits, sigmoids, relaxation, keep, made, pairs
    )
    if count == 0:
        return 0
    find_pose(pairs[:count], made, posing, pose)
    shares[1], shares[2], found = lay_on(
        points_p, edges_p, points_c, edges_c, pose, laying, rows, weights
    )
    shares[3] = np.cbrt(shares[0] * shares[1] * shares[2])
    return found


@njit(nogil=True, cache=True)
def compare_many(
    cells, place, points, edges, minutiae, first,
    turns, spread, rows, layers, sizes, base,
    limits, sigmoids, relaxation, keep, wanted, posing, laying,
    similarity, fewer,
):  # fmt: skip
    """Make each candidate's cylinders and compare the probe with them.

    cells .. edges  : the probe
    minutiae, first : int16 (M, 4), int64 (k + 1,); candidate i has rows first[i]..first[i + 1]
    turns .. base   : as `kernels_cylinders.build` takes them
    limits .. laying : as `compare_one` takes them
    similarity, fewer : float64 (k,), int64 (k,): the scores, the smaller numbers of cylinders
    """
    most = 1
    for i in range(len(first) - 1):
        most = max(most, first[i + 1] - first[i])
    theirs, spots = np.empty((LAYERS + 1, most), np.uint64), np.empty((most, 4), np.int64)
    dots, sides = np.empty((most, 3), np.int64), np.empty((2 * most + 1, 3))
    ring, start = (
        np.empty((LAYERS + 1, 2 * len(place)), np.uint64),
        np.empty(TURN_DEG + 1, np.int64),
    )
    double(cells, place, ring, start)
    shares, met, weights = np.empty(4), np.empty((most, 2), np.int64), np.empty(most)
    for i in range(len(first) - 1):
        candidate = minutiae[first[i] : first[i + 1]]
        count, corners = build(
            candidate, turns, spread, rows, layers, sizes, base, theirs, spots, dots, sides
        )
        fewer[i] = min(count, len(place))
        compare_one(
            ring, start, place, points, edges,
            theirs, spots[:count], dots[: len(candidate)], sides[:corners],
            limits, sigmoids, relaxation, keep, wanted, posing, laying, shares, met, weights,
        )  # fmt: skip
        similarity[i] = shares[3]
