"""Pair shares, codes, scan and refinement in plain Python. Minutiae are (x, y, degrees), y down."""

import math

import numpy as np

REACH, DISTANCES, SECTORS, TURN = 120, 7, 16, 1024


def kind(p, q):
    """The two sectors of a pair, the same whichever of its minutiae comes first."""
    half = SECTORS // 2
    return min((p, q), ((q + half) % SECTORS, (p + half) % SECTORS))


KINDS = sorted({kind(p, q) for p in range(SECTORS) for q in range(SECTORS)})


def beside(place, per_bin, parts):
    """The bins beside a place of a circle of sectors, with their shares in parts."""
    low, over = divmod(place, per_bin)
    up = over * parts // per_bin
    return ((low % SECTORS, parts - up), ((low + 1) % SECTORS, up))


def shares(minutiae):
    counts = [0] * 960
    pairs = 0
    for a, (xa, ya, da) in enumerate(minutiae):
        for xb, yb, db in minutiae[:a]:
            distance = math.dist((xa, ya), (xb, yb))
            if not 0 < distance < REACH:
                continue
            pairs += 1
            # Clockwise, as y points down, so that adding it takes the line's direction off.
            bearing = round(math.atan2(yb - ya, xb - xa) * TURN / (2 * math.pi))
            p, q = (((deg * TURN + 180) // 360 + bearing) % TURN for deg in (da, db))
            place = min(max(distance / REACH * DISTANCES - 0.5, 0), DISTANCES - 1)
            low = min(int(place), DISTANCES - 2)
            far = round((place - low) * 8)
            for sector_p, share_p in beside(p, 64, 32):
                for sector_q, share_q in beside(q, 64, 32):
                    first = KINDS.index(kind(sector_p, sector_q)) * DISTANCES
                    counts[first + low] += (8 - far) * share_p * share_q
                    counts[first + low + 1] += far * share_p * share_q
    scale = np.float32(1024) / np.sqrt(np.float32(max(pairs, 1) * 8192))
    roots = [np.sqrt(np.float32(count)) * scale for count in counts]
    return [min(int(root + np.float32(0.5)), 255) for root in roots]


def point(shares, matrix, offset):
    """matrix: rows of whole numbers, one a share."""
    sums = [-at for at in offset]
    for share, row in zip(shares, matrix, strict=True):
        if share:
            sums = [total + share * factor for total, factor in zip(sums, row, strict=True)]
    return sums


def planes(point, minutiae):
    """Signs in bits 0..511, magnitudes above the mean in 512..1015, the count in the top 8."""
    mean = sum(abs(value) for value in point) // len(point)
    code = minutiae << 1016
    for d, value in enumerate(point):
        code |= (value > 0) << d
        if d < 504:
            code |= (abs(value) > mean) << (512 + d)
    return code


def values(point):
    """The point in thirty-seconds of its mean magnitude."""
    mean = sum(abs(value) for value in point) // len(point)
    return [min(max(value * 32 // (mean + 1), -127), 127) for value in point]


def scanned(probe, row, lines):
    """Sum over the fingers that both have. A hand: finger -> (code, count); lines by count."""
    both = probe.keys() & row.keys()
    first = (1 << 256) - 1
    return sum(
        lines[probe[f][1]][1] - lines[probe[f][1]][0] * ((probe[f][0] ^ row[f]) & first).bit_count()
        for f in both
    ) if both else None  # fmt: skip


def refined(values, count, code, lines):
    """Of one finger: a probe's values and count with another's code."""
    levels = [
        (1 if code >> d & 1 else -1) * (3 if d < 504 and code >> (512 + d) & 1 else 1)
        for d in range(512)
    ]
    product = sum(value * level for value, level in zip(values, levels, strict=True))
    norms = math.sqrt(1 + sum(v * v for v in values)) * math.sqrt(sum(v * v for v in levels))
    slope, base = lines[min(count, code >> 1016)]
    return slope * product / norms + base
