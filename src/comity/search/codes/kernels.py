"""Numba kernels of the codes: from minutiae to bits, the scan and the refinement.

Arrays in, arrays out; nothing is checked here and nothing is raised. Sums are of whole numbers
and roots are rounded as IEEE 754 says, one by one, so codes are the same bits on every machine.
Oracle: tests/reference/codes.py.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from comity.search.codes.kernels_vectors import FINGERS, add_two, differences, tile
from comity.search.kernels import popcount

TURN = 1024  # units of direction round the circle; 64 a bin
REACH_PX = 120
SCALE = np.float32(1024.0)  # length of a finger's shares; a share of 6 % and more counts as 6 %
WEIGHT = 8 * 32 * 32  # of one pair, shared among eight bins
WIDTH = 2 * REACH_PX - 1  # of the table by displacement
CORNER = (REACH_PX - 1) * WIDTH


@njit(nogil=True, cache=True)
def spread(pairs, found, fold, counts):
    """Add each pair of minutiae to the eight bins beside it, 8192 in all.

    pairs : int32 (3, found or more), entry of `geometry`, the directions of both minutiae
    fold, counts : as in `pair_shares`
    """
    for k in range(found):
        known = pairs[0, k]
        # y points down in a template: a bearing down the page is clockwise.
        p, q = (pairs[1, k] + known) & (TURN - 1), (pairs[2, k] + known) & (TURN - 1)
        low, far = np.uint64((known >> 10) & 7), np.uint64(known >> 13)
        both = (far << np.uint64(32)) + np.uint64(8) - far
        up_p, up_q = np.uint64((p & 63) >> 1), np.uint64((q & 63) >> 1)
        row, next_row = np.uint64(p >> 6 << 4), np.uint64(((p >> 6) + 1 & 15) << 4)
        column, next_column = np.uint64(q >> 6), np.uint64((q >> 6) + 1 & 15)
        # What the upper bin does not get stays below: three products, where each share apart
        # would take eight.
        above = both * up_p
        below = (both << np.uint64(5)) - above
        below_up, above_up = below * up_q, above * up_q
        add_two(counts, fold[row + column] + low, (below << np.uint64(5)) - below_up)
        add_two(counts, fold[row + next_column] + low, below_up)
        add_two(counts, fold[next_row + column] + low, (above << np.uint64(5)) - above_up)
        add_two(counts, fold[next_row + next_column] + low, above_up)


@njit(nogil=True, cache=True)
def pair_shares(minutiae, geometry, fold, places, pairs, counts, out):
    """Root of the shares of pairs of minutiae by distance and two relative directions.

    minutiae : int16 (m, 4), as `Template.minutiae`, in any order
    geometry : int32 (120 * 239,), by dy and dx + 119 : bearing 0..511, distance bin 0..5 << 10,
               how far to the next bin in eighths << 13; or -1 beyond reach
    fold     : uint64 (256,), a pair's two directions 16 * p + q, either minutia first, to the
               first of their seven bins
    places   : int32 (3, m or more);  pairs : int32 (3, m + 1024 or more);  counts : uint32 (d,);
               all three are scratch
    out      : uint8 (d,), filled
    """
    m = len(minutiae)
    x, y, turn = places[0], places[1], places[2]
    for k in range(m):
        # Sorted by y, so that each minutia's neighbours stand behind it without a gap.
        at = k
        while at > 0 and y[at - 1] > minutiae[k, 1]:
            x[at], y[at], turn[at] = x[at - 1], y[at - 1], turn[at - 1]
            at -= 1
        x[at], y[at] = minutiae[k, 0], minutiae[k, 1]
        turn[at] = (np.int32(minutiae[k, 2]) * TURN + 180) // 360
    counts[:] = 0
    # Indices are unsigned: a signed one is first looked at for counting from the end, which takes
    # four times as long as all the rest.
    total, one = np.int64(0), np.uint64(1)
    found = end = np.uint64(0)
    for a in range(np.uint64(m)):
        while end < np.uint64(m) and y[end] - y[a] < REACH_PX:
            end += one
        left, top = x[a] - np.int32(REACH_PX - 1), y[a]
        for b in range(a + one, end):
            across = x[b] - left
            place = (y[b] - top) * np.int32(WIDTH) + across
            # What is beyond reach sideways is looked up in a corner, which is beyond it too.
            within = np.uint32(across) < np.uint32(WIDTH)
            known = geometry[np.uint32(place if within else np.int32(CORNER))]
            pairs[0, found], pairs[1, found], pairs[2, found] = known, turn[a], turn[b]
            found += np.uint64(known >= 0)
        if found > 1024:
            spread(pairs, found, fold, counts)
            total += np.int64(found)
            found = np.uint64(0)
    spread(pairs, found, fold, counts)
    total += np.int64(found)
    scale = SCALE / np.float32(math.sqrt(np.float32(max(total, np.int64(1)) * WEIGHT)))
    for k in range(len(out)):
        root = np.float32(math.sqrt(np.float32(counts[k]))) * scale
        out[k] = np.uint8(min(np.int32(root + np.float32(0.5)), np.int32(255)))


@njit(nogil=True, cache=True)
def all_shares(minutiae, first, geometry, fold, out):
    """`pair_shares` of every finger: int16 (M, 4), int64 (n + 1,) to uint8 (n, d)."""
    most = 0
    for k in range(len(out)):
        most = max(most, first[k + 1] - first[k])
    places, pairs = np.empty((3, most), np.int32), np.empty((3, most + 1024), np.int32)
    counts = np.empty(out.shape[1], np.uint32)
    for k in range(len(out)):
        rows = minutiae[first[k] : first[k + 1]]
        pair_shares(rows, geometry, fold, places, pairs, counts, out[k])


@njit(nogil=True, cache=True)
def cut(sums, offset, minutiae, code, value):
    """A point's planes: signs, then which magnitudes are above their mean, then a count.

    sums, offset : int32 (512,), the point is their difference;  minutiae : 0..255
    code  : uint64 (16,), filled
    value : int8 (512,) or (0,), the point in thirty-seconds of its mean magnitude, filled
    """
    words = len(sums) // 64
    total = np.int64(0)
    for d in range(len(sums)):
        total += abs(np.int64(sums[d] - offset[d]))
    mean = np.int64(total // len(sums))
    for word in range(words):
        signs = magnitudes = np.uint64(0)
        for bit in range(64):
            number = sums[word * 64 + bit] - offset[word * 64 + bit]
            one = np.uint64(1) << np.uint64(bit)
            signs |= one if number > 0 else np.uint64(0)
            magnitudes |= one if np.int64(abs(number)) > mean else np.uint64(0)
        code[word], code[words + word] = signs, magnitudes
    keep = (np.uint64(1) << np.uint64(56)) - np.uint64(1)
    code[-1] = (code[-1] & keep) | (np.uint64(minutiae) << np.uint64(56))
    for d in range(len(value)):
        number = np.int64(sums[d] - offset[d]) * 32 // (mean + 1)
        value[d] = min(max(number, -127), 127)


@njit(nogil=True, cache=True)
def encode(minutiae, first, geometry, fold, matrix, offset, codes, values):
    """The codes of many fingers, eight at a time.

    minutiae : int16 (M, 4);  first : int64 (n + 1,), rows of each finger;  offset : int32 (512,)
    matrix   : int8 (16, d / 4, 32, 4), as `tile` takes it
    codes    : uint64 (n, 16), filled;  values : int8 (n, 512) or (n, 0), filled
    """
    width = matrix.shape[1] * 4
    shares, sums = np.zeros((FINGERS, width), np.uint8), np.empty((FINGERS, len(offset)), np.int32)
    for start in range(0, len(codes), FINGERS):
        some = min(FINGERS, len(codes) - start)
        all_shares(minutiae, first[start : start + some + 1], geometry, fold, shares[:some])
        for t in range(len(matrix)):
            tile(shares, matrix, t, sums)
        for k in range(some):
            count = min(first[start + k + 1] - first[start + k], 255)
            cut(sums[k], offset, count, codes[start + k], values[start + k])


@njit(nogil=True, cache=True)
def scan(first, masks, codes, weights, bases, bits, needs, out):
    """Weighted agreement of v readings of a probe with every row, one pass over memory.

    first   : uint64 (n, 4 s);  masks : uint16 (n,);  codes : uint64 (v, 4 s)
    weights : uint64 (v, 4 s), below 2^16, what a differing bit takes off
    bases   : int64 (v, s), what a finger begins with
    bits    : uint16 (s,), the mask bit of each slot;  needs : uint16 (v,), the readings' masks
    out     : int32 (v, n)
    """
    width, slots = codes.shape[1], bases.shape[1]
    whole = np.zeros(len(codes), np.int64)
    for v in range(len(codes)):
        for slot in range(slots):
            whole[v] += bases[v, slot]
    for row in range(len(first)):
        mask = masks[row]
        for v in range(len(codes)):
            present = mask & needs[v]
            if present == 0:
                out[v, row] = -(2**31)
            elif present == needs[v]:
                out[v, row] = whole[v] - differences(first, row, codes, weights, v, width)
            else:
                total = np.int64(0)
                for slot in range(slots):
                    if present & bits[slot]:
                        differ = np.int64(0)
                        for w in range(slot * 4, slot * 4 + 4):
                            differ += popcount(first[row, w] ^ codes[v, w])
                        total += bases[v, slot] - np.int64(weights[v, slot * 4]) * differ
                out[v, row] = total


@njit(nogil=True, cache=True)
def refine(first, rest, masks, rows, values, counts, bits, need, lines, out):
    """Log-likelihood ratio of a probe's values with all planes of some rows.

    A large value stands for 3, a small one for 1; the cosine with the probe's point is weighed
    by the fewer minutiae of the two.
    first, rest : uint64 (n, s, 4), (n, s, 12);  masks : uint16 (n,);  rows : int64 (k,)
    values : int8 (s, 512);  counts : int64 (s,);  bits : uint16 (s,);  need : uint16
    lines  : float64 (256, 2), slope and base by minutiae;  out : float32 (k,)
    """
    norms = np.empty(len(values))
    for slot in range(len(values)):
        total = np.int64(1)
        for d in range(512):
            total += np.int64(values[slot, d]) * np.int64(values[slot, d])
        norms[slot] = math.sqrt(float(total))
    keep = (np.uint64(1) << np.uint64(56)) - np.uint64(1)
    for k in range(len(rows)):
        row = rows[k]
        present = masks[row] & need
        ratio = 0.0 if present else -np.inf
        for slot in range(len(values)):
            if present & bits[slot]:
                product, large = np.int64(0), np.int64(0)
                for word in range(8):
                    signs = first[row, slot, word] if word < 4 else rest[row, slot, word - 4]
                    magnitudes = rest[row, slot, word + 4]
                    if word == 7:
                        magnitudes &= keep
                    large += popcount(magnitudes)
                    part = np.int32(0)
                    for bit in range(64):
                        level = 1 + 2 * np.int32((magnitudes >> np.uint64(bit)) & np.uint64(1))
                        sign = 2 * np.int32((signs >> np.uint64(bit)) & np.uint64(1)) - 1
                        part += np.int32(values[slot, word * 64 + bit]) * sign * level
                    product += part
                theirs = np.int64(rest[row, slot, 11] >> np.uint64(56))
                count = min(counts[slot], theirs)
                cosine = product / (norms[slot] * math.sqrt(512.0 + 8.0 * large))
                ratio += lines[count, 0] * cosine + lines[count, 1]
        out[k] = ratio
