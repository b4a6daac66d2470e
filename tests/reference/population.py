"""The synthetic population's random numbers, ridge flow and placement of minutiae, plainly.

Philox 4x64-10 as Salmon, Moraes, Dror and Shaw 2011 write it down (figure 4 and table 2), with
Python's whole numbers. Flow and placement as docs/science/population.md says them, with the
library's sine and angle where the project has polynomials.
"""

import math

WORD = 2**64
MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
PLACE = 33  # purpose of a place
PAD, HALF_AXES = (160.0, 205.0), (172.0, 235.0)


def philox(counter, key):
    """Ten rounds on four words."""
    (x0, x1, x2, x3), (k0, k1) = counter, key
    for _ in range(10):
        high0, low0 = divmod(MULTIPLIERS[0] * x0, WORD)
        high2, low2 = divmod(MULTIPLIERS[1] * x2, WORD)
        x0, x1, x2, x3 = high2 ^ x1 ^ k0, low2, high0 ^ x3 ^ k1, low0
        k0, k1 = (k0 + STEPS[0]) % WORD, (k1 + STEPS[1]) % WORD
    return x0, x1, x2, x3


def block(seed, person, finger, event, purpose, index):
    return philox((index + 1, 0, event, finger * 2**32 + purpose), (seed, person))


def low(word):
    return word % 2**32 / 2**32


def high(word):
    return word // 2**32 / 2**32


def bell(word):
    quarters = [word >> shift & 0xFFFF for shift in (0, 16, 32, 48)]
    return (sum(quarters) - 131070) / 65536 * math.sqrt(3)


def wave(by_x, by_y, phase, x, y):
    return math.sin(2 * math.pi * (by_x * x + by_y * y + phase))


def places(seed, person, finger, flow, count, anatomy, window):
    """Numbers and places of the minutiae in a window: [(number, x, y)], in order of number.

    anatomy  dict of crowd, crowd_px, apart_px, paired, paired_px, clump
    window   middle and half axes of an ellipse
    """
    near = []
    before, before_word = (0.0, 0.0), 0
    for number in range(count):
        p, q, r, s = block(seed, person, finger, 0, PLACE, number)
        follows = number % 2 == 1 and low(q) < anatomy["paired"]
        if follows:
            gap = anatomy["paired_px"] * (1 + 0.6 * low(p))
            way = 2 * math.pi * high(p)
            at = (before[0] + gap * math.cos(way), before[1] + gap * math.sin(way))
            r = r // 2**32 * 2**32 + before_word % 2**32
        elif flow[0] > 0 and high(q) < anatomy["crowd"]:
            k = int(low(q ^ r) * flow[0])
            at = (
                flow[1 + 3 * k] + anatomy["crowd_px"] * bell(p),
                flow[2 + 3 * k] + anatomy["crowd_px"] * bell(p ^ q),
            )
        else:
            at = tuple(
                middle + half * (2 * share - 1)
                for middle, half, share in zip(PAD, HALF_AXES, (low(p), high(p)), strict=True)
            )
        before, before_word = at, r
        if not inside(at, (*PAD, *HALF_AXES)):
            continue
        if low(q ^ r ^ s) < anatomy["clump"] * (0.5 + 0.5 * wave(*flow[64:67], *at)):
            continue
        wider = (*window[:2], window[2] + anatomy["apart_px"], window[3] + anatomy["apart_px"])
        if inside(at, wider):
            near.append((number, follows, at))
    kept = []
    for b, (number, follows, at) in enumerate(near):
        others = [one for one in near[:b] if not (follows and one[0] == number - 1)]
        alone = all(math.dist(at, one[2]) >= anatomy["apart_px"] for one in others)
        if alone and inside(at, window):
            kept.append((number, *at))
    return kept


def inside(at, ellipse):
    return ((at[0] - ellipse[0]) / ellipse[2]) ** 2 + ((at[1] - ellipse[1]) / ellipse[3]) ** 2 <= 1


def direction(flow, x, y):
    """Ridge direction in turns: arch, three waves, cores less deltas."""
    across = min(1.3, max(-1.3, (x - flow[59]) / 160))
    height = min(1.0, max(0.0, 1 - y / 400))
    total = -flow[45] * across * height**0.75 / (2 * math.pi)
    up, out = (height - 0.42) / 0.22, across / 0.55
    bump = flow[46] / ((1 + up**2 + up**4 / 2) * (1 + out**2))
    total -= math.atan(2.6 * bump * across * (1.6 - abs(across))) / (2 * math.pi)
    for k in range(3):
        size, by_x, by_y, phase = flow[47 + 4 * k : 51 + 4 * k]
        total += size * math.cos(2 * math.pi * (by_x * x + by_y * y + phase))
    for k in range(int(flow[0])):
        at_x, at_y, sign = flow[1 + 3 * k : 4 + 3 * k]
        steps = flow[13 + 8 * k : 21 + 8 * k]
        bearing = math.atan2(at_y - y, x - at_x) / (2 * math.pi)
        place = (bearing + 0.5) * 8
        left = math.floor(place) % 8
        share = place - math.floor(place)
        step = (1 - share) * steps[left] + share * steps[(left + 1) % 8]
        total += sign / 2 * (bearing + step)
    return total
