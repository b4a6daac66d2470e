"""Numba kernels that synthetic fingers are drawn with: random blocks, sines, ridge flow.

Arrays in, arrays out; nothing is checked here and nothing is raised. Only + - * / and square
roots: sines and angles are polynomials of our own, so that every machine makes the same bytes.
Lengths in px at 500 ppi, y down; angles counter-clockwise. Oracle: tests/reference/population.py.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

# What a block is drawn for; apart from the numbers in image/draws.py, whose keys these share.
CLASS, FLOW, PLACE, PERSON, FINGER, EVENT, CONTACT, SEEN, FALSE = range(31, 40)

BEARINGS = 8  # at which a singular point's angle is corrected
FLOW_SIZE = 67  # see draw_flow


def _upper_half(_typing_context: Any, _a: Any, _b: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        wide = type(arguments[0].type)(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        return builder.trunc(builder.lshr(product, wide(64)), arguments[0].type)

    return types.uint64(types.uint64, types.uint64), generate


upper_half: Any = intrinsic(_upper_half)  # bits 64..127 of a product, as one machine instruction


@njit(nogil=True, cache=True, error_model="numpy")
def block(seed, person, finger, event, purpose, index):
    """Four random words: Philox 4x64-10 (Salmon et al. 2011) at a counter that is the key.

    The same as words 4 index .. 4 index + 3 of image.draws.stream with that key.
    """
    a, b = np.uint64(index + 1), np.uint64(0)
    c, d = np.uint64(event), np.uint64((finger << 32) | purpose)
    k, l = np.uint64(seed), np.uint64(person)
    first, second = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
    for _ in range(10):
        high_a, low_a = upper_half(first, a), first * a
        high_c, low_c = upper_half(second, c), second * c
        a, b, c, d = high_c ^ b ^ k, low_c, high_a ^ d ^ l, low_a
        k += np.uint64(0x9E3779B97F4A7C15)
        l += np.uint64(0xBB67AE8584CAA73B)
    return a, b, c, d


@njit(nogil=True, cache=True, error_model="numpy")
def low_share(word):
    """The lower 32 bits as 0..1, 1 not included."""
    return np.float64(np.int64(word & np.uint64(0xFFFFFFFF))) * (1.0 / 4294967296.0)


@njit(nogil=True, cache=True, error_model="numpy")
def high_share(word):
    """The upper 32 bits as 0..1, 1 not included."""
    return np.float64(np.int64(word >> np.uint64(32))) * (1.0 / 4294967296.0)


@njit(nogil=True, cache=True, error_model="numpy")
def bell(word):
    """Nearly normal, deviation 1, never past 3.5: the sum of the word's four quarters."""
    total = np.int64(0)
    for _ in range(4):
        total += np.int64(word & np.uint64(0xFFFF))
        word >>= np.uint64(16)
    return np.float64(total - 131070) * (1.7320508075688772 / 65536.0)


@njit(nogil=True, cache=True, error_model="numpy")
def grown(size, deviations, share):
    """A size that grows about exponentially with deviations, 1 + share/4 to the fourth power."""
    root = max(0.0, 1.0 + 0.25 * share * deviations)
    return size * root * root * root * root


@njit(nogil=True, cache=True, error_model="numpy")
def square(distance, unit):
    """A distance in units, squared."""
    return (distance / unit) * (distance / unit)


@njit(nogil=True, cache=True, error_model="numpy")
def sine(turns):
    """Sine of an angle in turns; error below 4e-6."""
    t = turns - math.floor(turns + 0.5)
    # Folded to a quarter without a branch, which would go either way and cost more than the sum.
    x = math.copysign(0.25 - abs(abs(t) - 0.25), t) * 6.283185307179586
    s = x * x
    return x * (1.0 + s * (-1 / 6 + s * (1 / 120 + s * (-1 / 5040 + s * (1 / 362880)))))


@njit(nogil=True, cache=True, error_model="numpy")
def turns_of(up, right):
    """The angle of a vector in turns, -0.5..0.5; error below 2e-6. A null vector gives 0."""
    tall, wide = abs(up), abs(right)
    least, most = min(tall, wide), max(tall, wide)
    if most == 0.0:
        return 0.0
    r = least / most
    s = r * r
    angle = r * (
        0.99986633 + s * (-0.33030476 + s * (0.18015914 + s * (-0.0851561 + s * 0.02084498)))
    )
    angle *= 0.15915494309189535
    if tall > wide:
        angle = 0.25 - angle
    if right < 0.0:
        angle = 0.5 - angle
    return -angle if up < 0.0 else angle


@njit(nogil=True, cache=True, error_model="numpy")
def point(flow, k, x, y, sign):
    """Write singular point k of a flow."""
    flow[1 + 3 * k], flow[2 + 3 * k], flow[3 + 3 * k] = x, y, sign


@njit(nogil=True, cache=True, error_model="numpy")
def draw_flow(seed, person, finger, cuts, shares, flow):
    """One finger's class, cores, deltas and sway into `flow`, float64 (FLOW_SIZE,).

    cuts   : float64 (5,), deviations between arch | tented | radial | ulnar | double | whorl
    shares : float64 (3,), weights of person, digit of both hands and finger in the deviation
    flow   : [0] singular points n, [1..12] their x_px, y_px, sign, [13..44] corrections in turns
             at 8 bearings each, [45] tip, [46] bump, [47..58] 3 waves of turns, per-px, per-px,
             phase, [59] middle_px, [60] class 0..5 in the order of the cuts, [61..63] the wave of
             places where ridges end one way or the other: per-px, per-px, phase; [64..66] the
             wave of places where minutiae are thin
    """
    digit = (finger - 1) % 5 + 1
    z = 0.0
    for k, of in enumerate((0, 100 + digit, 200 + finger)):
        # Three words: the class's rare ends need more than one word's 3.5 deviations.
        words = block(seed, person, of, 0, CLASS, 0)
        z += shares[k] * (bell(words[0]) + bell(words[1]) + bell(words[2])) * 0.5773502691896258
    kind = 0
    while kind < 5 and z > cuts[kind]:
        kind += 1
    flow[60] = kind
    p, q, r, s = block(seed, person, finger, 0, FLOW, 0)
    a, b, c, d = low_share(p), high_share(p), low_share(q), high_share(q)
    # The little finger lies to the right in a right hand's prints: ulnar loops open to the right.
    opens = 1.0 if (kind == 3) == (finger <= 5) else -1.0
    side = 1.0 if low_share(r) < 0.5 else -1.0
    count = 0
    if kind == 1:
        count = 2
        point(flow, 0, 0.0, 0.0, 1.0)
        point(flow, 1, 12.0 * (a - 0.5), 55.0 + 50.0 * b, -1.0)
    elif kind in (2, 3):
        count = 2
        point(flow, 0, 0.0, 0.0, 1.0)
        point(flow, 1, -opens * (72.0 + 48.0 * a), 85.0 + 60.0 * b, -1.0)
    elif kind >= 4:
        count = 4
        tall = 40.0 + 22.0 * a if kind == 4 else 10.0 + 35.0 * a
        apart = side * (11.0 + 8.0 * b) if kind == 4 else 12.0 * (b - 0.5)
        point(flow, 0, apart, -0.5 * tall, 1.0)
        point(flow, 1, -apart, 0.5 * tall, 1.0)
        down = 85.0 + 48.0 * high_share(r)
        point(flow, 2, -86.0 - 39.0 * c, down, -1.0)
        point(flow, 3, 86.0 + 39.0 * d, down + 15.0 * (b - 0.5), -1.0)
    flow[0] = count
    right, down = 160.0 + 10.0 * bell(s), 180.0 + 16.0 * bell(p ^ q)
    for k in range(count):
        flow[1 + 3 * k] += right
        flow[2 + 3 * k] += down
    for k in range(count * BEARINGS // 4):
        words = block(seed, person, finger, 0, FLOW, 10 + k)
        for w in range(4):
            flow[13 + 4 * k + w] = bell(words[w]) * (0.15 / 6.283185307179586)
    p, q, r, s = block(seed, person, finger, 0, FLOW, 1)
    flow[45] = 0.9 + 0.6 * low_share(p)
    flow[46] = 0.75 + 0.5 * high_share(p) if kind == 0 else 0.0
    flow[59] = 160.0 + 8.0 * bell(q)
    for k in range(3):
        p, q, r, s = block(seed, person, finger, 0, FLOW, 2 + k)
        flow[47 + 4 * k] = bell(p) * (0.08 / 6.283185307179586)
        flow[48 + 4 * k] = bell(q) / 280.0
        flow[49 + 4 * k] = bell(r) / 280.0
        flow[50 + 4 * k] = low_share(s)
    p, q, r, s = block(seed, person, finger, 0, FLOW, 5)
    flow[61], flow[62], flow[63] = bell(p) / 800.0, bell(q) / 800.0, low_share(r)
    p, q, r, s = block(seed, person, finger, 0, FLOW, 6)
    flow[64], flow[65], flow[66] = bell(p) / 250.0, bell(q) / 250.0, low_share(r)


@njit(nogil=True, cache=True, error_model="numpy")
def direction(flow, x, y):
    """Ridge direction at a point in px, in turns, not reduced: image/orientation.py's model."""
    across = min(1.3, max(-1.3, (x - flow[59]) / 160.0))
    height = min(1.0, max(0.0, 1.0 - y / 400.0))
    root = math.sqrt(height)
    # Height to 3/4 and a rational hump, for want of powers and exponentials.
    total = -flow[45] * across * root * math.sqrt(root) * 0.15915494309189535
    if flow[46] > 0.0:
        up, out = (height - 0.42) / 0.22, across / 0.55
        bend = flow[46] / ((1.0 + up * up * (1.0 + 0.5 * up * up)) * (1.0 + out * out))
        total -= turns_of(2.6 * bend * across * (1.6 - abs(across)), 1.0)
    for k in range(3):
        at = 47 + 4 * k
        turns = flow[at + 1] * x + flow[at + 2] * y + flow[at + 3] + 0.25
        total += flow[at] * sine(turns)
    for k in range(int(flow[0])):
        bearing = turns_of(flow[2 + 3 * k] - y, x - flow[1 + 3 * k])
        place = (bearing + 0.5) * BEARINGS
        low = min(int(place), BEARINGS - 1)
        share, at = place - low, 13 + BEARINGS * k
        step = (1.0 - share) * flow[at + low] + share * flow[at + (low + 1) % BEARINGS]
        total += 0.5 * flow[3 + 3 * k] * (bearing + step)
    return total
