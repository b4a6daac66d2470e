"""Numba kernels of the comparison: similarity of cylinders, the best pairs, relaxation.

Arrays in, arrays out; nothing is checked here and nothing is raised. Angles are whole
degrees counter-clockwise; y points up. Oracle: tests/reference/mcc.py.
A print is cells, uint64 (7, c), six layers' bits and the valid cells of each cylinder, and place,
int64 (c, 4), x_px, y_px, degrees, row of the minutia; cylinders stand in order of angle.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

CELLS = 8  # of a cylinder's base, a side
LAYERS = 6  # of direction; one uint64 holds the 8 x 8 base of one layer
TURN_DEG = 360
STEPS = 1 << 30  # of a similarity, in a key that is sorted by


def _count_bits(_typing_context: Any, _word: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


popcount: Any = intrinsic(_count_bits)  # set bits of a uint64, as one machine instruction


@njit(nogil=True, cache=True)
def double(cells, place, ring, start):
    """Lay a print's cylinders out twice, so that any range of angles is one stretch.

    ring  : uint64 (7, 2c)
    start : int64 (361,), how many cylinders have a smaller angle, by degree
    """
    count = len(place)
    start[:] = 0
    for b in range(count):
        start[place[b, 2] + 1] += 1
        for k in range(LAYERS + 1):
            ring[k, b] = ring[k, count + b] = cells[k, b]
    for deg in range(TURN_DEG):
        start[deg + 1] += start[deg]


@njit(nogil=True, cache=True, error_model="numpy")
def row_similarities(words, ring, first, last, common_min, out):
    """Similarity of one cylinder with a stretch of a ring, 0..1; 0 where not comparable.

    words : uint64 (7,);  common_min : fewest cells valid in both
    out   : float64 (last - first,), filled from the front
    """
    a0, a1, a2, a3, a4, a5, valid = words
    for b in range(first, last):
        both = valid & ring[6, b]
        p0, p1, p2, p3, p4, p5 = a0 & both, a1 & both, a2 & both, a3 & both, a4 & both, a5 & both
        q0, q1, q2 = ring[0, b] & both, ring[1, b] & both, ring[2, b] & both
        q3, q4, q5 = ring[3, b] & both, ring[4, b] & both, ring[5, b] & both
        ones_p = popcount(p0) + popcount(p1) + popcount(p2)
        ones_p += popcount(p3) + popcount(p4) + popcount(p5)
        ones_q = popcount(q0) + popcount(q1) + popcount(q2)
        ones_q += popcount(q3) + popcount(q4) + popcount(q5)
        differ = popcount(p0 ^ q0) + popcount(p1 ^ q1) + popcount(p2 ^ q2)
        differ += popcount(p3 ^ q3) + popcount(p4 ^ q4) + popcount(p5 ^ q5)
        norms = math.sqrt(np.float64(ones_p)) + math.sqrt(np.float64(ones_q))
        value = 1.0 - math.sqrt(np.float64(differ)) / norms
        out[b - first] = value if popcount(both) >= common_min and norms > 0.0 else 0.0


@njit(nogil=True, cache=True)
def best_pairs(ring, start, cells, place, limits, keep, value, row, column):
    """The most similar pairs of cylinders, greatest first, ties by row, then column.

    ring, start  : the probe, as `double` lays it out;  cells, place : the candidate
    limits : int64 (2,), greatest turn in degrees, fewest cells valid in both
    value, row, column : float64, int64, int64 (keep,), filled from the front: similarity in steps
        of 2**-30, cylinder of the candidate, of the probe.  Returns how many.
    A pair that is not alike at all is none.
    """
    count, found = len(ring[0]) // 2, 0
    near = np.empty(count)
    # One number a pair, so that the list is kept in order by moving few bytes:
    # similarity * 2**30 above, 2**32 - 1 less the pair's flat index below.
    keys, least = np.zeros(keep, np.int64), 0.0
    for a in range(len(place)):
        low, high = place[a, 2] - limits[0], place[a, 2] + limits[0] + 1
        first = start[low] if low >= 0 else start[low + TURN_DEG] - count
        last = start[high] if high <= TURN_DEG else start[high - TURN_DEG] + count
        if first < 0:
            first, last = first + count, last + count
        words = (
            cells[0, a], cells[1, a], cells[2, a], cells[3, a],
            cells[4, a], cells[5, a], cells[6, a],
        )  # fmt: skip
        row_similarities(words, ring, first, last, limits[1], near)
        for n in range(last - first):
            if near[n] <= least:
                continue
            b = first + n if first + n < count else first + n - count
            key = (np.int64(near[n] * STEPS) << 32) | (0xFFFFFFFF - a * count - b)
            if key <= keys[keep - 1]:
                continue
            found = min(found + 1, keep)
            at = found - 1
            while at > 0 and keys[at - 1] < key:
                keys[at] = keys[at - 1]
                at -= 1
            keys[at] = key
            # A step lower, so that an equal one is weighed by its index.
            least = max(0.0, ((keys[keep - 1] >> 32) - 1) / STEPS)
    for k in range(found):
        flat = 0xFFFFFFFF - (keys[k] & 0xFFFFFFFF)
        value[k], row[k], column[k] = (keys[k] >> 32) / STEPS, flat // count, flat % count
    return found


@njit(nogil=True, cache=True)
def wrap_rad(angle):
    """An angle of -4 pi..4 pi, turned into 0..pi, its sign dropped."""
    angle = abs(angle)
    if angle > 2.0 * math.pi:
        angle -= 2.0 * math.pi
    return min(angle, 2.0 * math.pi - angle)


@njit(nogil=True, cache=True)
def agreements(place_a, place_b, row, column, count, sigmoids, agree):
    """How well each two pairs agree in distance, direction and bearing, 0..1.

    Two pairs that share a minutia contradict each other: 0.
    row, column : int64 (count,), the pairs
    sigmoids : float64 (3, 2), middle and slope for distance (px), direction (rad), bearing (rad)
    agree    : float64 (count, count), agree[k, t] is what k says of t
    """
    # Beyond these a sigmoid is below 1e-8: the product is taken as 0 without the trigonometry.
    gap_max = sigmoids[0, 0] + 18.5 / -sigmoids[0, 1]
    turn_max = sigmoids[1, 0] + 18.5 / -sigmoids[1, 1]
    agree[:] = 0.0
    spot = np.empty((5, count))
    for t in range(count):
        for n in range(2):
            spot[n, t], spot[2 + n, t] = place_a[row[t], n], place_b[column[t], n]
        spot[4, t] = math.radians(place_a[row[t], 2] - place_b[column[t], 2])
    gap = np.empty(count)
    for t in range(count):
        for k in range(t + 1, count):
            ax, ay = spot[0, k] - spot[0, t], spot[1, k] - spot[1, t]
            bx, by = spot[2, k] - spot[2, t], spot[3, k] - spot[3, t]
            gap[k] = abs(math.sqrt(ax * ax + ay * ay) - math.sqrt(bx * bx + by * by))
        for k in range(t + 1, count):
            if gap[k] > gap_max or row[t] == row[k] or column[t] == column[k]:
                continue
            turn = wrap_rad(spot[4, t] - spot[4, k])
            if turn > turn_max:
                continue
            ax, ay = spot[0, k] - spot[0, t], spot[1, k] - spot[1, t]
            bx, by = spot[2, k] - spot[2, t], spot[3, k] - spot[3, t]
            bearing = math.atan2(bx * ay - by * ax, ax * bx + ay * by)
            both = 1.0 + math.exp(-sigmoids[0, 1] * (gap[k] - sigmoids[0, 0]))
            both *= 1.0 + math.exp(-sigmoids[1, 1] * (turn - sigmoids[1, 0]))
            off_t, off_k = wrap_rad(spot[4, t] - bearing), wrap_rad(spot[4, k] - bearing)
            said_t = 1.0 + math.exp(-sigmoids[2, 1] * (off_t - sigmoids[2, 0]))
            said_k = 1.0 + math.exp(-sigmoids[2, 1] * (off_k - sigmoids[2, 0]))
            agree[k, t], agree[t, k] = 1.0 / (both * said_t), 1.0 / (both * said_k)


@njit(nogil=True, cache=True)
def relax(agree, count, weight, rounds, voices, strength):
    """Strengthen each pair by those that agree with it; strength : float64 (count,), in place.

    voices : by how many the sum of support is divided
    """
    support = np.empty(count)
    for _ in range(rounds):
        support[:] = 0.0
        for k in range(count):
            for t in range(count):
                support[t] += agree[k, t] * strength[k]
        for t in range(count):
            strength[t] = weight * strength[t] + (1.0 - weight) * support[t] / voices


@njit(nogil=True, cache=True)
def lss_r(ring, start, probe, cells, place, limits, sigmoids, relaxation, keep, made, pairs):
    """Local similarity sort with relaxation: the score, 0..1, and how many pairs were relaxed.

    ring, start, probe : the probe, as `double` lays it out, and its place
    cells, place       : the candidate
    limits     : int64 (2,), greatest turn in degrees, fewest cells valid in both
    relaxation : float64 (3,), weight, rounds, by how many support is divided at most
    keep, made : pairs that are relaxed, pairs that make the score, at most
    pairs      : float64 (keep, 7), filled from the front: x, y, degrees of the probe's minutia,
                 of the candidate's, strength; those that relaxation left most of first
    Cost m * n, then keep squared.
    """
    value, row, column = np.empty(keep), np.empty(keep, np.int64), np.empty(keep, np.int64)
    count = best_pairs(ring, start, cells, place, limits, keep, value, row, column)
    agree, strength = np.empty((count, count)), value[:count].copy()
    agreements(place, probe, row, column, count, sigmoids, agree)
    voices = max(1.0, min(relaxation[2], count - 1.0))
    relax(agree, count, relaxation[0], int(relaxation[1]), voices, strength)
    best = np.argsort(-strength / value[:count], kind="mergesort")
    score = 0.0
    for k in range(count):
        t = best[k]
        for n in range(3):
            pairs[k, n], pairs[k, 3 + n] = probe[column[t], n], place[row[t], n]
        pairs[k, 6] = strength[t]
        score += strength[t] if k < made else 0.0
    return min(1.0, score / made), count
