"""Pair histogram, code and scan in plain Python. Minutiae are (x, y, degrees), y up."""

import math

BINS, DISTANCE_MAX = 12, 300.0


def spread(place, circular):
    """The two bins beside a place, with their shares."""
    low = math.floor(place)
    up_share = place - low
    for at, share in ((low, 1 - up_share), (low + 1, up_share)):
        yield (at % BINS if circular else min(max(at, 0), BINS - 1)), share


def histogram(minutiae):
    counts = {}
    for a, (xa, ya, da) in enumerate(minutiae):
        for b, (xb, yb, db) in enumerate(minutiae):
            distance = math.dist((xa, ya), (xb, yb))
            if a == b or distance == 0 or distance >= DISTANCE_MAX:
                continue
            bearing = math.degrees(math.atan2(yb - ya, xb - xa))
            places = (
                (distance / DISTANCE_MAX * BINS - 0.5, False),
                ((da - bearing) % 360 / 360 * BINS, True),
                ((db - bearing) % 360 / 360 * BINS, True),
            )
            for i, si in spread(*places[0]):
                for j, sj in spread(*places[1]):
                    for k, sk in spread(*places[2]):
                        cell = (i * BINS + j) * BINS + k
                        counts[cell] = counts.get(cell, 0.0) + si * sj * sk
    total = sum(counts.values())
    return [math.sqrt(counts.get(c, 0.0) / total) if total else 0.0 for c in range(BINS**3)]


def planes(point, minutiae):
    """Signs in bits 0..511, magnitudes above the mean in 512..1015, the count in the top 8."""
    mean = sum(abs(value) for value in point) / len(point)
    code = minutiae << 1016
    for d, value in enumerate(point):
        code |= (value > 0) << d
        if d < 504:
            code |= (abs(value) > mean) << (512 + d)
    return code


def agreement(codes_a, codes_b):
    """Matching less differing bits, over the fingers that both hands have (None: missing)."""
    total = 0
    for a, b in zip(codes_a, codes_b, strict=True):
        if a is not None and b is not None:
            differing = (a ^ b).bit_count()
            total += 512 - 2 * differing
    return total
