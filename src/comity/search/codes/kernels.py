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
def code_point(shares, matrix, offset, out):
    """shares @ matrix - offset, added in one order, so alike everywhere.

    shares : float32 (d,);  matrix : float32 (d, n);  offset, out : float32 (n,)
    """
    out[:] = -offset
    for row in range(len(shares)):
        share = shares[row]
        if share != 0.0:
            for column in range(len(out)):
                out[column] += share * matrix[row, column]


@njit(nogil=True, cache=True)
def planes(point, minutiae, out):
    """Cut a point into planes: its signs, then which of its values are above the mean magnitude.

    point : float32 (512,);  minutiae : 0..255, kept in the last word's top 8 bits
    out   : uint64 (16,)
    """
    total = 0.0
    for d in range(len(point)):
        total += abs(point[d])
    words = len(point) // 64
    for word in range(words):
        signs = magnitudes = np.uint64(0)
        for bit in range(64):
            value = point[word * 64 + bit]
            if value > 0.0:
                signs |= np.uint64(1) << np.uint64(bit)
            if abs(value) * len(point) > total:
                magnitudes |= np.uint64(1) << np.uint64(bit)
        out[word], out[words + word] = signs, magnitudes
    keep = (np.uint64(1) << np.uint64(56)) - np.uint64(1)
    out[-1] = (out[-1] & keep) | (np.uint64(minutiae) << np.uint64(56))


@njit(nogil=True, cache=True)
def scan(first, masks, codes, weights, bases, bits, needs, out):
    """Weighted agreement of v readings of a probe with every row, one pass over memory.

    first : uint64 (n, 4 s);  masks : uint16 (n,);  codes : uint64 (v, 4 s)
    weights, bases : int32 (v, s), what a differing bit takes off, what a finger begins with
    bits  : uint16 (s,), the mask bit of each slot;  needs : uint16 (v,), the readings' masks
    out   : int32 (v, n)
    """
    width, slots = codes.shape[1], weights.shape[1]
    by_word = np.empty(codes.shape, np.uint64)
    whole = np.zeros(len(codes), np.int64)
    for v in range(len(codes)):
        for slot in range(slots):
            whole[v] += bases[v, slot]
            for w in range(4):
                by_word[v, slot * 4 + w] = np.uint64(weights[v, slot])
    for row in range(len(first)):
        for v in range(len(codes)):
            present = masks[row] & needs[v]
            if present == 0:
                out[v, row] = -(2**31)
            elif present == needs[v]:
                differ = np.int64(0)
                for w in range(width):
                    weight = np.int64(by_word[v, w] & np.uint64(0xFFFF))
                    differ += popcount(first[row, w] ^ codes[v, w]) * weight
                out[v, row] = whole[v] - differ
            else:
                total = np.int64(0)
                for slot in range(slots):
                    if present & bits[slot]:
                        differ = np.int64(0)
                        for w in range(4):
                            differ += popcount(first[row, slot * 4 + w] ^ codes[v, slot * 4 + w])
                        total += bases[v, slot] - weights[v, slot] * differ
                out[v, row] = total


@njit(nogil=True, cache=True)
def refine(first, rest, masks, rows, values, bits, need, out):
    """Asymmetric agreement of a probe's values with the planes of some rows.

    first, rest : uint64 (n, s, 4), (n, s, 12);  masks : uint16 (n,);  rows : int64 (k,)
    values : int8 (s, 512);  bits : uint16 (s,);  need : uint16
    out    : float32 (k,)
    """
    norms = np.empty(len(values))
    for slot in range(len(values)):
        total = np.int64(0)
        for d in range(512):
            total += np.int64(values[slot, d]) * np.int64(values[slot, d])
        norms[slot] = math.sqrt(max(total, 1))
    for k in range(len(rows)):
        row = rows[k]
        present = masks[row] & need
        total_llr = 0.0 if present else -math.inf
        for slot in range(len(values)):
            if present & bits[slot]:
                product = np.int64(0)
                large = np.int64(0)
                for word in range(8):
                    signs = first[row, slot, word] if word < 4 else rest[row, slot, word - 4]
                    magnitudes = rest[row, slot, word + 4]
                    large += popcount(magnitudes)
                    part = np.int32(0)
                    for bit in range(64):
                        level = 1 + 2 * np.int32((magnitudes >> np.uint64(bit)) & np.uint64(1))
                        sign = 2 * np.int32((signs >> np.uint64(bit)) & np.uint64(1)) - 1
                        part += np.int32(values[slot, word * 64 + bit]) * sign * level
                    product += part
                cosine = product / (norms[slot] * math.sqrt(512.0 + 8.0 * large))
                total_llr += 40.0 * (cosine - 0.15)
        out[k] = total_llr


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
