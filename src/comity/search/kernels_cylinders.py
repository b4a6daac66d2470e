# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators, allow-incomplete-defs
"""Numba kernels that make bit cylinders of minutiae.

Whole numbers up to the comparison with the threshold, so that a bit is the same on every machine:
cosines in 1/16,384, offsets in half pixels, weights in 0..255. A product of three weights and
every sum below the threshold are below 2**24 and therefore exact in float32.
Arrays in, arrays out; nothing is checked here. y points up. Oracle: tests/reference/mcc.py.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from comity.search.kernels import CELLS, LAYERS, TURN_DEG, popcount
from comity.search.kernels_vectors import add_scaled, at_least, outer

MIDDLE = (CELLS - 1) / 2
ROWS_TOUCHED = 4  # of cells by one neighbour: 56 px of reach over cells of 17.5 px


@njit(nogil=True, cache=True)
def hull(x, y, chain):
    """Convex hull, counter-clockwise, as indices; Andrew's monotone chain.

    x, y  : int64 (m,), of int16 range;  chain : int64 (2m + 1,), filled from the front
    Returns how many; one or two points give themselves.
    """
    m = len(x)
    order = np.argsort((x << 20) + y)  # by x, then y
    k = 0
    for sweep in range(2):
        floor = k + 1
        for step in range(m):
            p = order[step] if sweep == 0 else order[m - 1 - step]
            while k > floor:
                a, b = chain[k - 2], chain[k - 1]
                if (x[b] - x[a]) * (y[p] - y[a]) - (y[b] - y[a]) * (x[p] - x[a]) > 0:
                    break
                k -= 1
            chain[k] = p
            k += 1
        k -= 1  # the sweep's last point begins the next
    return max(k, min(m, 1))


@njit(nogil=True, cache=True)
def borders(x, y, edges):
    """The hull's edges as inward normals and offsets: inside is nx * x + ny * y >= offset.

    edges : float64 (2m + 1, 3), filled from the front.  Returns how many.
    """
    chain = np.empty(2 * len(x) + 1, np.int64)
    corners = hull(x, y, chain)
    count = 0
    for e in range(corners):
        a, b = chain[e], chain[(e + 1) % corners]
        along_x, along_y = x[b] - x[a], y[b] - y[a]
        length = math.sqrt(along_x * along_x + along_y * along_y)
        if length > 0.0:
            nx, ny = -along_y / length, along_x / length
            edges[count, 0], edges[count, 1], edges[count, 2] = nx, ny, nx * x[a] + ny * y[a]
            count += 1
    return count


@njit(nogil=True, cache=True)
def cells_inside(x, y, cos, sin, edges, count, margin_px, cell_px, reach_px, circle):
    """The cells of a minutia's circle that lie within every edge moved out by the margin.

    reach_px : from the minutia to its furthest cell's centre;  circle : all cells, a word
    """
    cells = circle
    for e in range(count):
        depth = edges[e, 0] * x + edges[e, 1] * y - edges[e, 2] + margin_px
        if depth < reach_px:
            down = (edges[e, 0] * cos + edges[e, 1] * sin) * cell_px
            across = (edges[e, 1] * cos - edges[e, 0] * sin) * cell_px
            for i in range(CELLS):
                for j in range(CELLS):
                    if depth + down * (i - MIDDLE) + across * (j - MIDDLE) < 0.0:
                        cells &= ~(np.uint64(1) << np.uint64(i * CELLS + j))
    return cells


@njit(nogil=True, cache=True)
def by_angle(minutiae, order):
    """The minutiae's rows by angle, then row, into order : int64 (m,)."""
    start = np.zeros(TURN_DEG + 1, np.int64)
    for m in range(len(minutiae)):
        start[minutiae[m, 2] + 1] += 1
    for deg in range(TURN_DEG):
        start[deg + 1] += start[deg]
    for m in range(len(minutiae)):
        order[start[minutiae[m, 2]]] = m
        start[minutiae[m, 2]] += 1


@njit(nogil=True, cache=True)
def build(minutiae, turns, spread, rows, layers, sizes, base, cells, place, points, edges):
    """Fill one template's usable cylinders by angle; returns how many, and how many edges.

    minutiae : int16 (m, 4), x right, y down, degrees 0..359, kind
    turns    : int64 (360, 2), cosine and sine times 16,384
    spread   : float32 (2s + 1, 8), weight on eight cells of an offset of -s..s half pixels
    rows     : int64 (2s + 1,), first of the four cells that it touches
    layers   : float32 (360, 6), weight on each layer of a turn in degrees
    sizes    : float64 (5,), cell_px, furthest centre_px, hull margin_px, neighbours' reach_px
               squared, threshold
    base     : uint64 (3,), cells of the circle, fewest of them valid, fewest neighbours
    cells    : uint64 (7, m), six layers' bits and the valid cells
    place    : int64 (m, 4), x_px, y_px upwards, degrees, row in minutiae
    points   : int64 (m, 3), x_px, y_px upwards, degrees of every minutia
    edges    : float64 (2m + 1, 3), the hull as `borders` gives it
    """
    m, half = len(minutiae), len(spread) // 2
    x, y, order = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
    for p in range(m):
        x[p], y[p] = minutiae[p, 0], -np.int64(minutiae[p, 1])
        points[p, 0], points[p, 1], points[p, 2] = x[p], y[p], minutiae[p, 2]
    by_angle(minutiae, order)
    edge_count = borders(x, y, edges)
    sums = np.empty((CELLS, LAYERS * CELLS), np.float32)
    one = np.empty(LAYERS * CELLS, np.float32)
    threshold, count = np.float32(sizes[4]), 0
    for turn_rank in range(m):
        p = order[turn_rank]
        deg = np.int64(minutiae[p, 2])
        cos, sin = turns[deg, 0], turns[deg, 1]
        valid = cells_inside(
            x[p], y[p], cos / 16384, sin / 16384,
            edges, edge_count, sizes[2], sizes[0], sizes[1], base[0],
        )  # fmt: skip
        if popcount(valid) < np.int64(base[1]):
            continue
        sums[:] = 0.0
        neighbours = -1  # itself
        for t in range(m):
            dx, dy = x[t] - x[p], y[t] - y[p]
            if dx * dx + dy * dy > sizes[3]:
                continue
            neighbours += 1
            u = ((dx * cos + dy * sin + 4096) >> 13) + half
            v = ((dy * cos - dx * sin + 4096) >> 13) + half
            if t == p or not (0 <= u <= 2 * half and 0 <= v <= 2 * half):
                continue
            turn = (deg - minutiae[t, 2]) % TURN_DEG
            outer(one, layers, turn * LAYERS, spread, v * CELLS)
            for i in range(rows[u], rows[u] + ROWS_TOUCHED):
                for part in range(0, LAYERS * CELLS, 16):
                    add_scaled(sums, i * LAYERS * CELLS + part, one, part, spread[u, i])
        if neighbours < np.int64(base[2]):
            continue
        gather_bits(sums, threshold, valid, cells, count)
        cells[LAYERS, count] = valid
        place[count, 0], place[count, 1], place[count, 2], place[count, 3] = x[p], y[p], deg, p
        count += 1
    return count, edge_count


@njit(nogil=True, cache=True)
def gather_bits(sums, threshold, valid, cells, column):
    """Set the six layers' words of a cylinder where its sums reach the threshold.

    sums : float32 (8, 48), row of cells by layer and column of cells
    """
    for k in range(LAYERS):
        cells[k, column] = 0
    for i in range(CELLS):
        bits = np.uint64(0)
        for part in range(0, LAYERS * CELLS, 16):
            bits |= at_least(sums, i * LAYERS * CELLS + part, threshold) << np.uint64(part)
        for k in range(LAYERS):
            byte = (bits >> np.uint64(CELLS * k)) & np.uint64(255)
            cells[k, column] |= byte << np.uint64(CELLS * i)
    for k in range(LAYERS):
        cells[k, column] &= valid
