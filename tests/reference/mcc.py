"""Minutia Cylinder-Code after Cappelli et al. 2010, in plain Python, slowly.

Bits (section 3.4), local similarity (section 4, equations 17 and 18) and relaxation (section 4.3).
Differs from the paper as the project says: weights and offsets are whole numbers (decision 0508),
a neighbour reaches a square of cells, the hull is moved out with sharp corners, two pairs that
share a minutia do not support each other, at most 60 pairs are relaxed and 29 of them are heard.
What the print's minutiae do once one print is laid on the other is the project's own (decision
0509).
Minutiae are (x, y, degrees) with y pointing up.
"""

import math

NS, ND, R, SIGMA_S, SIGMA_D = 8, 6, 70.0, 28 / 3, 2 * math.pi / 9
OMEGA, MIN_M, MIN_VC, MIN_ME = 50.0, 2, 0.60, 0.60
THRESHOLD, TURN_MAX_DEG = 0.006, 60
DELTA_S, DELTA_D = 2 * R / NS, 2 * math.pi / ND
RHO = ((5.0, -8 / 5), (math.pi / 12, -30.0), (math.pi / 12, -30.0))
W_R, N_REL, KEPT_MAX, VOICES_MAX = 0.5, 5, 60, 29
SPARE = 6


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
    """The score; the relaxed pairs (row in a, row in b, strength), best first; those that count."""
    all_a = [(i, cylinder(minutiae_a, i)) for i in range(len(minutiae_a))]
    all_b = [(j, cylinder(minutiae_b, j)) for j in range(len(minutiae_b))]
    a = sorted(((i, c) for i, c in all_a if c), key=lambda e: minutiae_a[e[0]][2])
    b = sorted(((j, c) for j, c in all_b if c), key=lambda e: minutiae_b[e[0]][2])
    fewer = min(len(a), len(b))
    if fewer == 0:
        return 0.0, [], 0
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
            now[t] = W_R * old[t] + (1 - W_R) * support / max(min(len(top) - 1, VOICES_MAX), 1)
    share = 1 / (1 + math.exp(-0.4 * (fewer - 20)))
    wanted = 4 + round(share * 8)
    efficiency = [n / f if f else 0.0 for n, f in zip(now, before, strict=True)]
    best = sorted(range(len(top)), key=lambda t: (-efficiency[t], t))
    pairs = [(top[t][3], top[t][4], now[t]) for t in best]
    return min(1.0, sum(p[2] for p in pairs[:wanted]) / wanted), pairs, wanted


def turned(deg):
    """0..180, whatever the sign."""
    return abs((deg + 180) % 360 - 180)


def moved(pose, point):
    """A candidate's minutia laid on the probe."""
    c, s, x, y, deg = pose
    return point[0] * c - point[1] * s + x, point[0] * s + point[1] * c + y, point[2] + deg


def back(pose, point):
    c, s, x, y, deg = pose
    u, v = point[0] - x, point[1] - y
    return u * c + v * s, v * c - u * s, point[2] - deg


def posed(rad, onto, point):
    c, s = math.cos(rad), math.sin(rad)
    x, y = onto[0] - (point[0] * c - point[1] * s), onto[1] - (point[0] * s + point[1] * c)
    return c, s, x, y, math.degrees(math.atan2(s, c))


def own_pose(pair):
    return posed(math.radians(pair[0][2] - pair[1][2]), pair[0], pair[1])


def together(pairs, pose, about, near, stretch):
    kept = []
    for a, b, w in pairs:
        x, y, deg = moved(pose, b)
        reach = near**2 + (stretch * math.dist(b[:2], about[:2])) ** 2
        if math.dist((x, y), a[:2]) ** 2 <= reach and turned(deg - a[2]) <= 30:
            kept.append((a, b, w))
    return kept


def fitted(pairs, pose):
    """Weighted Procrustes; a direction pulls like a point 20 px away."""
    total = sum(w for _, _, w in pairs)
    if not total:
        return pose
    ax, ay, bx, by = (
        sum(w * (a, b)[which][axis] for a, b, w in pairs) / total
        for which, axis in ((0, 0), (0, 1), (1, 0), (1, 1))
    )
    lean = 0j
    for a, b, w in pairs:
        lean += w * complex(a[0] - ax, a[1] - ay) * complex(b[0] - bx, b[1] - by).conjugate()
        lean += (
            w
            * 20**2
            * complex(math.cos(math.radians(a[2] - b[2])), math.sin(math.radians(a[2] - b[2])))
        )
    return posed(math.atan2(lean.imag, lean.real), (ax, ay), (bx, by))


def best_pose(pairs, tried):
    """Pairs are (probe's minutia, candidate's minutia, weight), best first."""

    def shared(t):
        return sum(p[2] for p in together(pairs, own_pose(pairs[t]), pairs[t][1], 12, 0.2))

    origin = max(range(min(tried, len(pairs))), key=lambda t: (shared(t), -t))
    pose, about = own_pose(pairs[origin]), pairs[origin][1]
    pose = fitted(together(pairs, pose, about, 12, 0.2), pose)
    for _ in range(2):
        pose = fitted(together(pairs, pose, about, 18, 0), pose)
    return pose


def mutual(a, b, pose, shift, near):
    """{row in b: (row in a, cost)} where each is the other's nearest."""
    cost = {}
    for j, q in enumerate(b):
        x, y, deg = moved(pose, q)
        for i, p in enumerate(a):
            if math.dist((x, y), p[:2]) > 34 or turned(deg - p[2]) > 25:
                continue
            gap = math.dist((x + shift[j][0], y + shift[j][1]), p[:2]) / near
            if gap <= 1:
                cost[i, j] = gap**2 + (turned(deg - p[2]) / 25) ** 2
    found = {}
    for (i, j), c in cost.items():
        rivals = [other for (k, m), other in cost.items() if (k == i) != (m == j)]
        if all(c < other for other in rivals):
            found[j] = i, c
    return found


def bent(a, b, pose, mates):
    shift = []
    for j, q in enumerate(b):
        weight, x, y = 1.0, 0.0, 0.0
        for o, (i, _) in mates.items():
            if o != j:
                near = (1 + math.dist(q[:2], b[o][:2]) ** 2 / (2 * 60**2)) ** -2
                u, v, _ = moved(pose, b[o])
                weight, x, y = weight + near, x + near * (a[i][0] - u), y + near * (a[i][1] - v)
        shift.append((x / weight, y / weight))
    return shift


def within(p, ring, margin):
    """As `near`, with another margin."""
    for s, e in zip(ring, ring[1:] + ring[:1], strict=True):
        if s != e and cross(s, e, p) / math.dist(s, e) < -margin:
            return False
    return True


def covered(a, b, pose):
    """The two shares of the overlap's minutiae that fall on the other's, and the pairs."""
    mates = mutual(a, b, pose, [(0, 0)] * len(b), 20)
    mates = mutual(a, b, pose, bent(a, b, pose, mates), 14)
    ring_a, ring_b = (convex_hull([m[:2] for m in minutiae]) for minutiae in (a, b))
    taken = {i for i, _ in mates.values()}
    lone_a = sum(within(back(pose, p), ring_b, 10) for i, p in enumerate(a) if i not in taken)
    lone_b = sum(within(moved(pose, q), ring_a, 10) for j, q in enumerate(b) if j not in mates)
    pairs = [(i, j, 1 - cost / 2) for j, (i, cost) in mates.items()]
    total, count = sum(w for _, _, w in pairs), len(pairs)
    return total / (count + lone_a + SPARE), total / (count + lone_b + SPARE), pairs


def compare(a, b):
    """The score, the three shares that it is the mean of, and the pairs with their weights."""
    relaxed, ranked, tried = lss_r(a, b)
    if not ranked:
        return 0.0, (0.0, 0.0, 0.0), []
    pose = best_pose([(a[i], b[j], w) for i, j, w in ranked], tried)
    ours, theirs, pairs = covered(a, b, pose)
    return (relaxed * ours * theirs) ** (1 / 3), (relaxed, ours, theirs), pairs
