# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators, allow-incomplete-defs
"""Numba kernels that lay one print on another and see which minutiae fall on each other.

A pose is float64 (5,), cosine, sine, shift x, shift y, turn in degrees; it takes the candidate's
points to the probe's. Points are x_px, y_px upwards, degrees. A pair is x, y, degrees of the
probe's minutia, the same of the candidate's, and a weight: float64 (7,).
Oracle: tests/reference/mcc.py.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def apart(deg):
    """How far an angle of -540..540 degrees is from 0, 0..180."""
    gap = abs(deg)
    return abs(gap - 360.0) if gap > 180.0 else gap


@njit(nogil=True, cache=True)
def set_pose(pose, turn_rad, px, py, cx, cy):
    """The pose that turns so far and takes (cx, cy) to (px, py)."""
    turn_rad = math.atan2(math.sin(turn_rad), math.cos(turn_rad))
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    pose[0], pose[1], pose[4] = cos, sin, math.degrees(turn_rad)
    pose[2], pose[3] = px - (cx * cos - cy * sin), py - (cx * sin + cy * cos)


@njit(nogil=True, cache=True)
def consistent(pairs, pose, origin, near_sq, stretch, turn_max, use):
    """Which pairs a pose brings together, by distance and direction; returns their weight.

    origin : the pair from which a print may be stretched: the gap allowed, squared, grows from
             near_sq by `stretch` times the distance from it, squared
    use    : bool (p,), filled
    """
    total = 0.0
    for k in range(len(pairs)):
        cx, cy = pairs[k, 3], pairs[k, 4]
        dx = cx * pose[0] - cy * pose[1] + pose[2] - pairs[k, 0]
        dy = cx * pose[1] + cy * pose[0] + pose[3] - pairs[k, 1]
        away_x, away_y = cx - pairs[origin, 3], cy - pairs[origin, 4]
        gap_sq = near_sq + stretch * (away_x * away_x + away_y * away_y)
        use[k] = dx * dx + dy * dy <= gap_sq
        use[k] = use[k] and apart(pairs[k, 5] + pose[4] - pairs[k, 2]) <= turn_max
        if use[k]:
            total += pairs[k, 6]
    return total


@njit(nogil=True, cache=True)
def fit_pose(pairs, use, lever_sq, pose):
    """The pose of least weighted squares; a direction counts as a point `lever` px away."""
    weight = px = py = cx = cy = 0.0
    for k in range(len(pairs)):
        if use[k]:
            w = pairs[k, 6]
            weight += w
            px, py = px + w * pairs[k, 0], py + w * pairs[k, 1]
            cx, cy = cx + w * pairs[k, 3], cy + w * pairs[k, 4]
    if weight <= 0.0:
        return
    px, py, cx, cy = px / weight, py / weight, cx / weight, cy / weight
    along = across = 0.0
    for k in range(len(pairs)):
        if use[k]:
            w, turn = pairs[k, 6], math.radians(pairs[k, 2] - pairs[k, 5])
            ax, ay, bx, by = pairs[k, 3] - cx, pairs[k, 4] - cy, pairs[k, 0] - px, pairs[k, 1] - py
            along += w * (ax * bx + ay * by + lever_sq * math.cos(turn))
            across += w * (ax * by - ay * bx + lever_sq * math.sin(turn))
    set_pose(pose, math.atan2(across, along), px, py, cx, cy)


@njit(nogil=True, cache=True)
def find_pose(pairs, tried, numbers, pose):
    """The pose whose turn and shift most pairs share, then refined.

    pairs   : float64 (p, 7), best first; the first `tried` each propose theirs.  p >= 1
    numbers : float64 (5,), gap_px squared, stretch, turn_max in degrees; then of the refinement,
              gap_px squared and lever_px squared
    """
    use, best, origin = np.empty(len(pairs), np.bool_), -1.0, 0
    for t in range(min(tried, len(pairs))):
        turn = math.radians(pairs[t, 2] - pairs[t, 5])
        set_pose(pose, turn, pairs[t, 0], pairs[t, 1], pairs[t, 3], pairs[t, 4])
        weight = consistent(pairs, pose, t, numbers[0], numbers[1], numbers[2], use)
        if weight > best:
            best, origin = weight, t
    t = origin
    turn = math.radians(pairs[t, 2] - pairs[t, 5])
    set_pose(pose, turn, pairs[t, 0], pairs[t, 1], pairs[t, 3], pairs[t, 4])
    consistent(pairs, pose, t, numbers[0], numbers[1], numbers[2], use)
    fit_pose(pairs, use, numbers[4], pose)
    for _ in range(2):
        consistent(pairs, pose, t, numbers[3], 0.0, numbers[2], use)
        fit_pose(pairs, use, numbers[4], pose)


@njit(nogil=True, cache=True)
def inside(x, y, edges, margin_px):
    """Whether a point lies within every edge moved out by the margin; edges : float64 (e, 3)."""
    for e in range(len(edges)):
        if edges[e, 0] * x + edges[e, 1] * y - edges[e, 2] < -margin_px:
            return False
    return True


@njit(nogil=True, cache=True)
def meetings(probe, candidate, pose, reach_px, turn_max, meet, gap):
    """Minutiae that come near each other under a pose, with their gaps.

    probe, candidate : int64 (m, 3), (n, 3)
    meet : int64 (m n, 2), rows;  gap : float64 (m n, 3), px along x and y from the candidate's
           minutia to the probe's, and degrees; both filled from the front.  Returns how many.
    """
    count = 0
    for j in range(len(candidate)):
        cx, cy = candidate[j, 0], candidate[j, 1]
        x = cx * pose[0] - cy * pose[1] + pose[2]
        y = cx * pose[1] + cy * pose[0] + pose[3]
        for i in range(len(probe)):
            dx, dy = probe[i, 0] - x, probe[i, 1] - y
            if dx * dx + dy * dy > reach_px * reach_px:
                continue
            turn = apart(candidate[j, 2] + pose[4] - probe[i, 2])
            if turn <= turn_max:
                meet[count, 0], meet[count, 1] = i, j
                gap[count, 0], gap[count, 1], gap[count, 2] = dx, dy, turn
                count += 1
    return count


@njit(nogil=True, cache=True)
def nearest(meet, gap, count, shift, near_px, turn_max, least, mate):
    """Pair each minutia with the other print's nearest, where that is so both ways.

    shift : float64 (n, 2), px by which each of the candidate's minutiae is moved beforehand
    least : float64 (m + n,), mate : int64 (m + n,); scratch
    mate[j] of the candidate's is then the meeting's number, or -1; the cost of a meeting is
    (distance / near_px)^2 + (turn / turn_max)^2, at most 2.
    """
    n = len(shift)
    least[:], mate[:] = 3.0, -1
    for k in range(count):
        i, j = n + meet[k, 0], meet[k, 1]
        dx, dy = gap[k, 0] - shift[j, 0], gap[k, 1] - shift[j, 1]
        away = (dx * dx + dy * dy) / (near_px * near_px)
        if away > 1.0:
            continue
        cost = away + (gap[k, 2] / turn_max) ** 2
        if cost < least[j]:
            least[j], mate[j] = cost, k
        if cost < least[i]:
            least[i], mate[i] = cost, k
    for j in range(n):
        if mate[j] >= 0 and mate[n + meet[mate[j], 0]] != mate[j]:
            mate[j] = -1


@njit(nogil=True, cache=True)
def bend(candidate, meet, gap, count, mate, sigma_px, prior, shift):
    """How the skin was moved around each minutia, from the minutiae around it that have mates.

    A mean of their gaps, of weight 1 / (1 + d^2 / 2 sigma^2)^2 each and `prior` for no gap at
    all; a minutia does not speak for itself, so that bending does not invent agreement.
    shift : float64 (n, 2), filled where a minutia meets another
    """
    known = np.empty(len(shift), np.int64)
    found = 0
    for j in range(len(shift)):
        if mate[j] >= 0:
            known[found] = j
            found += 1
    last = -1
    for k in range(count):
        j = meet[k, 1]
        if j == last:
            continue
        last, weight, x, y = j, prior, 0.0, 0.0
        for f in range(found):
            o = known[f]
            if o == j:
                continue
            dx, dy = candidate[o, 0] - candidate[j, 0], candidate[o, 1] - candidate[j, 1]
            near = 1.0 / (1.0 + (dx * dx + dy * dy) / (2.0 * sigma_px * sigma_px))
            near *= near
            weight += near
            x, y = x + near * gap[mate[o], 0], y + near * gap[mate[o], 1]
        shift[j, 0], shift[j, 1] = x / weight, y / weight


@njit(nogil=True, cache=True)
def lay_on(probe, edges_p, candidate, edges_c, pose, numbers, rows, weights):
    """How much of each print's minutiae in the overlap falls on the other's, 0..1 and 0..1.

    probe, edges_p, candidate, edges_c : points and hull edges of both
    numbers : float64 (8,), loose_px, near_px, turn_max in degrees, overlap margin_px, bend's
              sigma_px and prior, minutiae supposed unmatched in either overlap, reach_px
    rows, weights : int64 (w, 2), float64 (w,), w >= min(m, n); filled from the front with the
              minutiae that fell on each other and 1 less half their cost
    Returns the two shares and how many were filled.
    """
    m, n = len(probe), len(candidate)
    meet, gap = np.empty((m * n, 2), np.int64), np.empty((m * n, 3))
    count = meetings(probe, candidate, pose, numbers[7], numbers[2], meet, gap)
    shift, least, mate = np.zeros((n, 2)), np.empty(m + n), np.empty(m + n, np.int64)
    nearest(meet, gap, count, shift, numbers[0], numbers[2], least, mate)
    bend(candidate, meet, gap, count, mate, numbers[4], numbers[5], shift)
    nearest(meet, gap, count, shift, numbers[1], numbers[2], least, mate)
    found, total, ours, theirs = 0, 0.0, 0, 0
    for j in range(n):
        cx, cy = candidate[j, 0], candidate[j, 1]
        x, y = cx * pose[0] - cy * pose[1] + pose[2], cx * pose[1] + cy * pose[0] + pose[3]
        if mate[j] >= 0:
            rows[found, 0], rows[found, 1] = meet[mate[j], 0], j
            weights[found] = 1.0 - least[j] / 2.0
            total += weights[found]
            found += 1
        elif inside(x, y, edges_p, numbers[3]):
            theirs += 1
    for i in range(m):
        if mate[n + i] >= 0 and mate[meet[mate[n + i], 1]] == mate[n + i]:
            continue
        dx, dy = probe[i, 0] - pose[2], probe[i, 1] - pose[3]
        if inside(dx * pose[0] + dy * pose[1], dy * pose[0] - dx * pose[1], edges_c, numbers[3]):
            ours += 1
    spare = numbers[6]
    return total / (found + ours + spare), total / (found + theirs + spare), found
