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
    value, row, column : float64, int64, int64 (keep,), filled from the front: similarity, cylinder
        of the candidate, of the probe.  Returns how many.
    A pair that is not alike at all is none.
    """
    count, found = len(ring[0]) // 2, 0
    near = np.empty(count)
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
            least = value[keep - 1] if found == keep else 0.0
            b = (first + n) % count
            if near[n] < least or near[n] == 0.0:
                continue
            at = found
            while at > 0 and (
                value[at - 1] < near[n]
                or (value[at - 1] == near[n] and row[at - 1] == a and column[at - 1] > b)
            ):
                at -= 1
            if at == keep:
                continue
            found = min(found + 1, keep)
            for k in range(found - 1, at, -1):
                value[k], row[k], column[k] = value[k - 1], row[k - 1], column[k - 1]
            value[at], row[at], column[at] = near[n], a, b
    return found


@njit(nogil=True, cache=True)
def wrap_rad(angle):
    """An angle's absolute value after turning it into -pi..pi."""
    angle = abs(angle) % (2.0 * math.pi)
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
    for t in range(count):
        at, bt = place_a[row[t]], place_b[column[t]]
        for k in range(t + 1, count):
            if row[t] == row[k] or column[t] == column[k]:
                continue
            ak, bk = place_a[row[k]], place_b[column[k]]
            ax, ay, bx, by = ak[0] - at[0], ak[1] - at[1], bk[0] - bt[0], bk[1] - bt[1]
            gap = abs(math.sqrt(ax * ax + ay * ay) - math.sqrt(bx * bx + by * by))
            if gap > gap_max:
                continue
            turn_t, turn_k = math.radians(at[2] - bt[2]), math.radians(ak[2] - bk[2])
            turn = wrap_rad(turn_t - turn_k)
            if turn > turn_max:
                continue
            bearing = math.atan2(bx * ay - by * ax, ax * bx + ay * by)
            both = 1.0 / (1.0 + math.exp(-sigmoids[0, 1] * (gap - sigmoids[0, 0])))
            both /= 1.0 + math.exp(-sigmoids[1, 1] * (turn - sigmoids[1, 0]))
            off_t, off_k = wrap_rad(turn_t - bearing), wrap_rad(turn_k - bearing)
            agree[k, t] = both / (1.0 + math.exp(-sigmoids[2, 1] * (off_t - sigmoids[2, 0])))
            agree[t, k] = both / (1.0 + math.exp(-sigmoids[2, 1] * (off_k - sigmoids[2, 0])))


@njit(nogil=True, cache=True)
def relax(agree, count, weight, rounds, strength):
    """Strengthen each pair by those that agree with it; strength : float64 (count,), in place."""
    support = np.empty(count)
    for _ in range(rounds):
        support[:] = 0.0
        for k in range(count):
            for t in range(count):
                support[t] += agree[k, t] * strength[k]
        for t in range(count):
            strength[t] = weight * strength[t] + (1.0 - weight) * support[t] / max(count - 1, 1)


@njit(nogil=True, cache=True)
def lss_r(ring, start, probe, cells, place, limits, sigmoids, relaxation, keep, made, pairs, parts):
    """Local similarity sort with relaxation: the score, 0..1, and how many pairs made it.

    ring, start  : the probe, as `double` lays it out, and its place
    cells, place : the candidate
    limits     : int64 (2,), greatest turn in degrees, fewest cells valid in both
    relaxation : float64 (2,), weight and rounds
    keep, made : pairs that are relaxed, pairs that make the score, at most
    pairs, parts : int64 (made, 2), float64 (made,), filled from the front: the pairs that
        relaxation left most of, as rows of the probe's and the candidate's minutiae, and their
        shares of the score
    Cost m * n, then keep squared.
    """
    value, row, column = np.empty(keep), np.empty(keep, np.int64), np.empty(keep, np.int64)
    count = best_pairs(ring, start, cells, place, limits, keep, value, row, column)
    agree, strength = np.empty((count, count)), value[:count].copy()
    agreements(place, probe, row, column, count, sigmoids, agree)
    relax(agree, count, relaxation[0], int(relaxation[1]), strength)
    best = np.argsort(-strength / value[:count], kind="mergesort")[:made]
    score = 0.0
    for k in range(len(best)):
        t = best[k]
        pairs[k, 0], pairs[k, 1] = probe[column[t], 3], place[row[t], 3]
        parts[k] = strength[t] / made
        score += parts[k]
    return min(1.0, score), len(best)
