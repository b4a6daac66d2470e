"""Numba kernels of the codes: histogram, bits and scan.

Arrays in, arrays out; nothing is checked here and nothing is raised. Angles are whole degrees
counter-clockwise; y points up. Oracle: tests/reference/codes.py.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from comity.search.kernels import TURN_DEG, popcount


@njit(nogil=True, cache=True)
def wrapped(turn_deg):
    """-180..540 degrees as 0..360; the same numbers as a remainder, in a tenth of its time."""
    if turn_deg < 0.0:
        return turn_deg + TURN_DEG
    return turn_deg - TURN_DEG if turn_deg >= TURN_DEG else turn_deg


@njit(nogil=True, cache=True)
def pair_histogram(x, y, deg, distance_max_px, counts):
    """Add every ordered pair of minutiae to the bins beside its distance and two bearings.

    x, y, deg : float64 (m,), y up
    counts    : float64 (12 * 12 * 12,); each pair adds 1 in all, shared linearly between
                neighbouring bins, round the circle for the two angles
    """
    bins = 12
    for a in range(len(x)):
        for b in range(len(x)):
            dx, dy = x[b] - x[a], y[b] - y[a]
            distance = math.sqrt(dx * dx + dy * dy)
            if a == b or distance == 0.0 or distance >= distance_max_px:
                continue
            bearing = math.degrees(math.atan2(dy, dx))
            place_0 = distance / distance_max_px * bins - 0.5
            place_1 = wrapped(deg[a] - bearing) / TURN_DEG * bins
            place_2 = wrapped(deg[b] - bearing) / TURN_DEG * bins
            low_0, low_1, low_2 = math.floor(place_0), int(place_1), int(place_2)
            for corner in range(8):
                up_0, up_1, up_2 = corner >> 2, (corner >> 1) & 1, corner & 1
                share = place_0 - low_0 if up_0 else 1.0 - (place_0 - low_0)
                share *= place_1 - low_1 if up_1 else 1.0 - (place_1 - low_1)
                share *= place_2 - low_2 if up_2 else 1.0 - (place_2 - low_2)
                bin_0 = min(max(low_0 + up_0, 0), bins - 1)
                bin_1 = low_1 + up_1 if low_1 + up_1 < bins else low_1 + up_1 - bins
                bin_2 = low_2 + up_2 if low_2 + up_2 < bins else low_2 + up_2 - bins
                counts[(bin_0 * bins + bin_1) * bins + bin_2] += share


@njit(nogil=True, cache=True)
def code_bits(shares, matrix, offset, out):
    """Signs of shares @ matrix - offset, as bits; added in one order, so alike everywhere.

    shares : float32 (d,);  matrix : float32 (d, 64 w);  offset : float32 (64 w,)
    out    : uint64 (w,)
    """
    sums = -offset
    for row in range(len(shares)):
        share = shares[row]
        if share != 0.0:
            for column in range(len(sums)):
                sums[column] += share * matrix[row, column]
    for word in range(len(out)):
        bits = np.uint64(0)
        for bit in range(64):
            if sums[word * 64 + bit] > 0.0:
                bits |= np.uint64(1) << np.uint64(bit)
        out[word] = bits


@njit(nogil=True, cache=True)
def scan_codes(rows, probe, probe_mask, words, out):
    """Agreement of a probe's codes with everyone's, summed over the fingers both have.

    rows  : uint64 (n, w), `words` words a finger from column 0, last column the finger mask
    probe : uint64 (10, words);  probe_mask : bit f set where the probe has finger f + 1
    out   : int32 (n,), matching bits less differing bits
    """
    last = rows.shape[1] - 1
    for person in range(len(rows)):
        present = rows[person, last] & probe_mask
        total = 0
        for finger in range(10):
            if (present >> np.uint64(finger)) & np.uint64(1):
                differ = 0
                for w in range(words):
                    differ += popcount(rows[person, finger * words + w] ^ probe[finger, w])
                total += 64 * words - 2 * differ
        out[person] = total
