"""Numba kernels of the comparison: cylinders, their similarity, relaxation.

Arrays in, arrays out; nothing is checked here and nothing is raised. Angles are whole
degrees counter-clockwise; y points up. Oracle: tests/reference/mcc.py.
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
def hull(x, y):
    """Convex hull, counter-clockwise, as indices; Andrew's monotone chain.

    x, y : float64 (m,), y up. One or two points give themselves.
    """
    m = len(x)
    order = np.argsort(x * 1e5 + y)  # whole pixels below 1e5: by x, then y
    chain = np.empty(2 * m + 1, np.int64)
    k = 0
    for sweep in range(2):
        floor = k + 1
        for step in range(m):
            p = order[step] if sweep == 0 else order[m - 1 - step]
            while k > floor:
                a, b = chain[k - 2], chain[k - 1]
                if (x[b] - x[a]) * (y[p] - y[a]) - (y[b] - y[a]) * (x[p] - x[a]) > 0.0:
                    break
                k -= 1
            chain[k] = p
            k += 1
        k -= 1  # the sweep's last point begins the next
    return chain[: max(k, min(m, 1))]


@njit(nogil=True, cache=True)
def near_hull(px, py, x, y, ring, margin_sq):
    """Whether a point lies in the hull or within its margin.

    ring : from `hull`; margin_sq : px squared
    """
    inside = len(ring) > 2
    nearest = 1e300
    for e in range(len(ring)):
        a, b = ring[e], ring[(e + 1) % len(ring)]
        ex, ey = x[b] - x[a], y[b] - y[a]
        dx, dy = px - x[a], py - y[a]
        if ex * dy - ey * dx < 0.0:
            inside = False
        length_sq = ex * ex + ey * ey
        t = 0.0 if length_sq == 0.0 else min(1.0, max(0.0, (dx * ex + dy * ey) / length_sq))
        gap_x, gap_y = dx - t * ex, dy - t * ey
        nearest = min(nearest, gap_x * gap_x + gap_y * gap_y)
    return inside or nearest <= margin_sq


@njit(nogil=True, cache=True)
def depth(px, py, x, y, ring):
    """How far a point of the hull lies from its edge, px; 0 where the hull has no area."""
    if len(ring) < 3:
        return 0.0
    nearest = 1e300
    for e in range(len(ring)):
        a, b = ring[e], ring[(e + 1) % len(ring)]
        ex, ey = x[b] - x[a], y[b] - y[a]
        across = (ex * (py - y[a]) - ey * (px - x[a])) / math.sqrt(ex * ex + ey * ey)
        nearest = min(nearest, across)
    return nearest


@njit(nogil=True, cache=True)
def cells_near_hull(m, cos, sin, x, y, ring, cell_px, margin_px, circle):
    """The cells of a minutia's circle whose centres lie within the margin of the hull, a word."""
    cells = np.uint64(0)
    for c in range(CELLS * CELLS):
        if (circle >> np.uint64(c)) & np.uint64(1):
            u = (c // CELLS - (CELLS - 1) / 2) * cell_px
            v = (c % CELLS - (CELLS - 1) / 2) * cell_px
            px, py = x[m] + u * cos - v * sin, y[m] + u * sin + v * cos
            if near_hull(px, py, x, y, ring, margin_px * margin_px):
                cells |= np.uint64(1) << np.uint64(c)
    return cells


@njit(nogil=True, cache=True)
def build_cylinders(x, y, deg, direction, sizes, base, bits, valid, used):
    """Fill the cylinders of one template; returns how many are usable.

    x, y, deg : float64 (m,), float64 (m,), int64 (m,)
    direction : float64 (360, 6), weight of each layer by turn between minutiae
    sizes     : float64 (6,), cell_px, sigma_px, radius_px, hull_margin_px, threshold,
                fewest neighbours;  base : uint64 (2,), cells in the circle, fewest of them valid
    bits, valid, used : uint64 (m, 6), uint64 (m,), int64 (m,); filled from the front
    """
    cell_px, sigma_px, radius_px, margin_px, threshold, neighbours_min = sizes
    reach_px = 3.0 * sigma_px
    ring = hull(x, y)
    count = 0
    sums = np.empty((CELLS * CELLS, LAYERS))
    peak = 1.0 / (sigma_px * math.sqrt(2.0 * math.pi))
    for m in range(len(x)):
        turn = math.radians(deg[m])
        cos, sin = math.cos(turn), math.sin(turn)
        # A disc this far inside, widened by the margin, covers the whole circle.
        cells = base[0]
        if depth(x[m], y[m], x, y, ring) < radius_px - margin_px:
            cells = cells_near_hull(m, cos, sin, x, y, ring, cell_px, margin_px, base[0])
        if popcount(cells) < np.int64(base[1]):
            continue
        sums[:] = 0.0
        neighbours = 0
        for t in range(len(x)):
            dx, dy = x[t] - x[m], y[t] - y[m]
            if t == m or dx * dx + dy * dy > (radius_px + reach_px) ** 2:
                continue
            neighbours += 1
            u, v = dx * cos + dy * sin, dy * cos - dx * sin
            weights = direction[(deg[m] - deg[t]) % TURN_DEG]
            first_i = max(0, math.ceil((u - reach_px) / cell_px + (CELLS - 1) / 2))
            last_i = min(CELLS - 1, math.floor((u + reach_px) / cell_px + (CELLS - 1) / 2))
            first_j = max(0, math.ceil((v - reach_px) / cell_px + (CELLS - 1) / 2))
            last_j = min(CELLS - 1, math.floor((v + reach_px) / cell_px + (CELLS - 1) / 2))
            for i in range(first_i, last_i + 1):
                du = u - (i - (CELLS - 1) / 2) * cell_px
                for j in range(first_j, last_j + 1):
                    dv = v - (j - (CELLS - 1) / 2) * cell_px
                    gap_sq = du * du + dv * dv
                    if gap_sq <= reach_px * reach_px:
                        near = peak * math.exp(-gap_sq / (2.0 * sigma_px * sigma_px))
                        for k in range(LAYERS):
                            sums[i * CELLS + j, k] += near * weights[k]
        if neighbours < neighbours_min:
            continue
        for k in range(LAYERS):
            word = np.uint64(0)
            for c in range(CELLS * CELLS):
                if sums[c, k] >= threshold:
                    word |= np.uint64(1) << np.uint64(c)
            bits[count, k] = word & cells
        valid[count] = cells
        used[count] = m
        count += 1
    return count


@njit(nogil=True, cache=True)
def local_similarities(bits_a, valid_a, deg_a, bits_b, valid_b, deg_b, limits, out):
    """Similarity of every cylinder of a with every one of b, 0..1; 0 where not comparable.

    limits : int64 (2,), greatest turn in degrees, fewest cells valid in both
    out    : float64 (m, n)
    """
    for a in range(len(deg_a)):
        for b in range(len(deg_b)):
            out[a, b] = 0.0
            turn = abs(deg_a[a] - deg_b[b])
            if min(turn, TURN_DEG - turn) > limits[0]:
                continue
            both = valid_a[a] & valid_b[b]
            if popcount(both) < limits[1]:
                continue
            ones_a = ones_b = differ = 0
            for k in range(LAYERS):
                word_a, word_b = bits_a[a, k] & both, bits_b[b, k] & both
                ones_a += popcount(word_a)
                ones_b += popcount(word_b)
                differ += popcount(word_a ^ word_b)
            norms = math.sqrt(ones_a) + math.sqrt(ones_b)
            if norms > 0.0:
                out[a, b] = 1.0 - math.sqrt(differ) / norms


@njit(nogil=True, cache=True)
def best_pairs(similarity, keep):
    """The `keep` greatest entries as flat indices: greatest first, ties by index."""
    flat = similarity.ravel()
    bins = np.zeros(1025, np.int64)
    for value in flat:
        bins[int(value * 1024.0)] += 1
    cut, above = 1024, bins[1024]
    while above < keep and cut > 0:
        cut -= 1
        above += bins[cut]
    chosen = np.empty(above, np.int64)
    k = 0
    for index in range(len(flat)):
        if int(flat[index] * 1024.0) >= cut:
            chosen[k] = index
            k += 1
    order = np.argsort(-flat[chosen], kind="mergesort")
    return chosen[order[:keep]]


@njit(nogil=True, cache=True)
def wrap_rad(angle):
    """An angle's absolute value after turning it into -pi..pi."""
    angle = abs(angle) % (2.0 * math.pi)
    return min(angle, 2.0 * math.pi - angle)


@njit(nogil=True, cache=True)
def relax(place_a, place_b, similarity, pairs, sigmoids, weight, rounds):
    """Strengthen the pairs that agree in distance and direction with the others.

    Two pairs that share a minutia contradict each other and do not strengthen one another.
    place_a, place_b : float64 (m, 3), (n, 3); x_px, y_px (up), angle_rad
    pairs    : int64 (p,), flat indices into similarity (m, n)
    sigmoids : float64 (3, 2), middle and slope for distance (px), direction (rad), bearing (rad)
    Returns float64 (p,), the relaxed similarities.
    """
    count = len(pairs)
    columns = similarity.shape[1]
    agree = np.zeros((count, count))
    strength = np.empty(count)
    for t in range(count):
        strength[t] = similarity[pairs[t] // columns, pairs[t] % columns]
    # Beyond these a sigmoid is below 1e-8: the product is taken as 0 without the trigonometry.
    gap_max = sigmoids[0, 0] + 18.5 / -sigmoids[0, 1]
    turn_max = sigmoids[1, 0] + 18.5 / -sigmoids[1, 1]
    row, column = pairs // columns, pairs % columns
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
            turn_t, turn_k = at[2] - bt[2], ak[2] - bk[2]
            turn = wrap_rad(turn_t - turn_k)
            if turn > turn_max:
                continue
            bearing = math.atan2(bx * ay - by * ax, ax * bx + ay * by)
            both = 1.0 / (1.0 + math.exp(-sigmoids[0, 1] * (gap - sigmoids[0, 0])))
            both /= 1.0 + math.exp(-sigmoids[1, 1] * (turn - sigmoids[1, 0]))
            for p, q, own in ((t, k, turn_t), (k, t, turn_k)):
                off = wrap_rad(own - bearing)
                agree[p, q] = both / (1.0 + math.exp(-sigmoids[2, 1] * (off - sigmoids[2, 0])))
    support = np.empty(count)
    for _ in range(rounds):
        for t in range(count):
            total = 0.0
            for k in range(count):
                total += agree[t, k] * strength[k]
            support[t] = total / max(count - 1, 1)
        for t in range(count):
            strength[t] = weight * strength[t] + (1.0 - weight) * support[t]
    return strength


@njit(nogil=True, cache=True)
def most_strengthened(similarity, pairs, strength, wanted):
    """Which pairs relaxation left most of: indices into pairs, greatest efficiency first.

    Efficiency is strength after relaxation over similarity before; ties by place in pairs.
    """
    flat = similarity.ravel()
    efficiency = np.empty(len(pairs))
    for t in range(len(pairs)):
        before = flat[pairs[t]]
        efficiency[t] = strength[t] / before if before > 0.0 else 0.0
    return np.argsort(-efficiency, kind="mergesort")[:wanted]


@njit(nogil=True, cache=True)
def lss_r(
    bits_a,
    valid_a,
    deg_a,
    place_a,
    bits_b,
    valid_b,
    deg_b,
    place_b,
    limits,
    sigmoids,
    weight,
    rounds,
    kept,
    wanted,
):
    """Local similarity sort with relaxation: flat pair indices (w,) and their strengths (w,).

    kept   : how many of the best pairs are relaxed, at most min(m, n)
    wanted : how many of these make the score
    Cost m*n, then kept^2.
    """
    similarity = np.empty((len(deg_a), len(deg_b)))
    local_similarities(bits_a, valid_a, deg_a, bits_b, valid_b, deg_b, limits, similarity)
    pairs = best_pairs(similarity, kept)
    strength = relax(place_a, place_b, similarity, pairs, sigmoids, weight, rounds)
    best = most_strengthened(similarity, pairs, strength, wanted)
    return pairs[best], strength[best]
