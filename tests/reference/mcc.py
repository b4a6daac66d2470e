"""Minutia Cylinder-Code after Cappelli et al. 2010, in plain Python, slowly.

Bits (section 3.4), local similarity (section 4, equations 17 and 18) and relaxation (section 4.3).
Differs from the paper as the project says: weights and offsets are whole numbers (decision 0508),
a neighbour reaches a square of cells, the hull is moved out with sharp corners, two pairs that
share a minutia do not support each other, and at most 30 pairs are relaxed.
Minutiae are (x, y, degrees) with y pointing up.
"""

import math

NS, ND, R, SIGMA_S, SIGMA_D = 8, 6, 70.0, 28 / 3, 2 * math.pi / 9
OMEGA, MIN_M, MIN_VC, MIN_ME = 50.0, 2, 0.60, 0.60
THRESHOLD, TURN_MAX_DEG = 0.006, 60
DELTA_S, DELTA_D = 2 * R / NS, 2 * math.pi / ND
RHO = ((5.0, -8 / 5), (math.pi / 12, -30.0), (math.pi / 12, -30.0))
W_R, N_REL, KEPT_MAX = 0.5, 5, 30


def turn(a, b):
    """The paper's d-phi: a - b in -pi..pi."""
    gap = (a - b) % (2 * math.pi)
    return gap - 2 * math.pi if gap >= math.pi else gap


def sigmoid(v, mu, tau):
    return 1 / (1 + math.exp(-tau * (v - mu)))


def gauss_area(angle):
    scale = SIGMA_D * math.sqrt(2)
    return (math.erf((angle + DELTA_D / 2) / scale) - math.erf((angle - DELTA_D / 2) / scale)) / 2


def cross(o, a, b):
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def convex_hull(points):
    """Gift wrapping: another algorithm than the project's."""
    points = sorted(set(points))
    if len(points) < 3:
        return points
    ring, at = [], points[0]
    while True:
        ring.append(at)
        best = points[0] if points[0] != at else points[1]
        for p in points:
            side = cross(at, best, p)
            if side < 0 or (side == 0 and math.dist(at, p) > math.dist(at, best)):
                best = p
        at = best
        if at == ring[0]:
            return ring


def near(p, ring):
    """Within every edge, each moved out by the margin; a point alone has no edge."""
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        if a != b and cross(a, b, p) / math.dist(a, b) < -OMEGA:
            return False
    return True


def offset(m, t):
    """Of t from m, along and across m's direction, px in steps of a half."""
    c, s = (round(f(math.radians(m[2])) * 16384) for f in (math.cos, math.sin))
    dx, dy = t[0] - m[0], t[1] - m[1]
    return (dx * c + dy * s + 4096) // 8192 / 2, (dy * c - dx * s + 4096) // 8192 / 2


def weight(gap):
    return round(255 * math.exp(-(gap**2) / (2 * SIGMA_S**2))) if abs(gap) <= 3 * SIGMA_S else 0


def layer_weight(angle):
    return round(255 * gauss_area(angle) / gauss_area(0.0))


BOUND = math.ceil(THRESHOLD * SIGMA_S * math.sqrt(2 * math.pi) / gauss_area(0.0) * 255**3)


def centre(m, i, j):
    x, y, deg = m
    u, v = DELTA_S * (i - (NS + 1) / 2), DELTA_S * (j - (NS + 1) / 2)
    c, s = math.cos(math.radians(deg)), math.sin(math.radians(deg))
    return x + u * c - v * s, y + u * s + v * c


def cells():
    return [(i, j) for i in range(1, NS + 1) for j in range(1, NS + 1)]


CIRCLE = [(i, j) for i, j in cells() if math.dist(centre((0, 0, 0), i, j), (0, 0)) <= R]


def cylinder(minutiae, index):
    """(valid cells, set bits as (i, j, k)), or None where the cylinder is not usable."""
    m = minutiae[index]
    ring = convex_hull([(x, y) for x, y, _ in minutiae])
    valid = {(i, j) for i, j in CIRCLE if near(centre(m, i, j), ring)}
    others = [t for at, t in enumerate(minutiae) if at != index]
    if len(valid) < MIN_VC * len(CIRCLE):
        return None
    if sum(math.dist(t[:2], m[:2]) <= R + 3 * SIGMA_S for t in others) < MIN_M:
        return None
    totals = {(i, j, k): 0 for i, j in valid for k in range(1, ND + 1)}
    for t in others:
        if math.dist(t[:2], m[:2]) > R + 3 * SIGMA_S:
            continue
        u, v = offset(m, t)
        for i, j, k in totals:
            space = weight(u - DELTA_S * (i - (NS + 1) / 2)) * weight(
                v - DELTA_S * (j - (NS + 1) / 2)
            )
            gap = (60 * k - 30 - (m[2] - t[2])) % 360 - 180
            totals[i, j, k] += space and space * layer_weight(math.radians(gap))
    return valid, {cell for cell, total in totals.items() if total >= BOUND}


def similarity(a, deg_a, b, deg_b):
    gap = abs(deg_a - deg_b) % 360
    common = a[0] & b[0]
    if min(gap, 360 - gap) > TURN_MAX_DEG or len(common) < MIN_ME * len(CIRCLE):
        return 0.0
    bits_a = {bit for bit in a[1] if bit[:2] in common}
    bits_b = {bit for bit in b[1] if bit[:2] in common}
    norms = math.sqrt(len(bits_a)) + math.sqrt(len(bits_b))
    return 1 - math.sqrt(len(bits_a ^ bits_b)) / norms if norms else 0.0


def compatible(at, ak, bt, bk):
    """The paper's rho of two pairs (at, bt) and (ak, bk)."""
    rad = math.radians
    d1 = abs(math.dist(at[:2], ak[:2]) - math.dist(bt[:2], bk[:2]))
    d2 = abs(turn(turn(rad(at[2]), rad(ak[2])), turn(rad(bt[2]), rad(bk[2]))))
    radial_a = turn(rad(at[2]), math.atan2(ak[1] - at[1], ak[0] - at[0]))
    radial_b = turn(rad(bt[2]), math.atan2(bk[1] - bt[1], bk[0] - bt[0]))
    d3 = abs(turn(radial_a, radial_b))
    return math.prod(sigmoid(d, *RHO[n]) for n, d in enumerate((d1, d2, d3)))


def lss_r(minutiae_a, minutiae_b):
    """The score and its pairs (row in a, row in b, share)."""
    all_a = [(i, cylinder(minutiae_a, i)) for i in range(len(minutiae_a))]
    all_b = [(j, cylinder(minutiae_b, j)) for j in range(len(minutiae_b))]
    a = sorted(((i, c) for i, c in all_a if c), key=lambda e: minutiae_a[e[0]][2])
    b = sorted(((j, c) for j, c in all_b if c), key=lambda e: minutiae_b[e[0]][2])
    fewer = min(len(a), len(b))
    if fewer == 0:
        return 0.0, []
    every = []
    for row, (j, cb) in enumerate(b):
        for column, (i, ca) in enumerate(a):
            value = similarity(ca, minutiae_a[i][2], cb, minutiae_b[j][2])
            if value > 0:
                every.append((-value, row, column, i, j))
    top = sorted(every)[: min(fewer, KEPT_MAX)]
    before = [-entry[0] for entry in top]
    now = list(before)
    for _ in range(N_REL):
        old = list(now)
        for t, (_, _, _, it, jt) in enumerate(top):
            support = sum(
                compatible(minutiae_a[it], minutiae_a[ik], minutiae_b[jt], minutiae_b[jk]) * old[k]
                for k, (_, _, _, ik, jk) in enumerate(top)
                if ik != it and jk != jt
            )
            now[t] = W_R * old[t] + (1 - W_R) * support / max(len(top) - 1, 1)
    share = 1 / (1 + math.exp(-0.4 * (fewer - 20)))
    wanted = 4 + round(share * 8)
    efficiency = [n / f if f else 0.0 for n, f in zip(now, before, strict=True)]
    best = sorted(range(len(top)), key=lambda t: (-efficiency[t], t))[:wanted]
    pairs = [(top[t][3], top[t][4], now[t] / wanted) for t in best]
    return min(1.0, sum(part for _, _, part in pairs)), pairs
