"""Numba kernels of the packed form: minutiae as bits of just the width that they need.

Arrays in, arrays out; nothing is raised. `data` is uint8 and read-only. Layout: __init__.py.
Oracle: tests/reference/pack.py.
"""

from __future__ import annotations

import numpy as np
from numba import njit

VERSION = 2
HEAD = 10  # bytes before the names
KNOWN = 0x80  # a name that is one byte: this and its number
STEPPED = 0x80  # y is stored as the step from the minutia before
PLACE_MAX = 4095
COUNT_MAX = 255
ANGLE_BITS, KIND_BITS, STEP_BITS = 9, 2, 5
FIXED_BITS = ANGLE_BITS + KIND_BITS + STEP_BITS
STEPS = 31  # of reliability 0..100
TO_STEP = np.minimum(np.rint(np.arange(256) * (STEPS / 100)), STEPS).astype(np.uint64)
FROM_STEP = np.rint(np.arange(STEPS + 1) * (100 / STEPS)).astype(np.uint8)


@njit(nogil=True, cache=True)
def bit_length(value):
    """The bits that a number of 0 or more takes; 0 takes none."""
    bits = 0
    while value > 0:
        value >>= 1
        bits += 1
    return bits


@njit(nogil=True, cache=True)
def measure(minutiae, first, widths, lengths):
    """The widths of each template's fields, and the bytes of its minutiae.

    minutiae : int16 (M, 4);  first : int64 (n + 1,)
    widths   : uint8 (n, 2), of x; of y or of its steps, with STEPPED
    lengths  : int64 (n,)
    Gives the first template that does not fit, or -1.
    """
    for i in range(len(first) - 1):
        count = first[i + 1] - first[i]
        if count > COUNT_MAX or count < 0:
            return i
        x_max, y_max, step_max, before = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        sorted_by_y = True
        for row in range(first[i], first[i + 1]):
            x, y = np.int64(minutiae[row, 0]), np.int64(minutiae[row, 1])
            angle, kind = minutiae[row, 2], minutiae[row, 3]
            if x < 0 or x > PLACE_MAX or y < 0 or y > PLACE_MAX:
                return i
            if angle < 0 or angle > 359 or kind < 0 or kind > 3:
                return i
            if y < before:
                sorted_by_y = False
            x_max, y_max = np.maximum(x_max, x), np.maximum(y_max, y)
            step_max = np.maximum(step_max, y - before)
            before = y
        widths[i, 0] = bit_length(x_max)
        widths[i, 1] = STEPPED | bit_length(step_max) if sorted_by_y else bit_length(y_max)
        bits = np.int64(widths[i, 0]) + np.int64(widths[i, 1] & 0x7F) + FIXED_BITS
        lengths[i] = (count * bits + 7) // 8
    return -1


@njit(nogil=True, cache=True)
def write(
    minutiae, reliability, first, widths, finger, quality, width_px, height_px, names, starts, out
):
    """Templates one after another, each from its place in `starts`.

    minutiae : int16 (M, 4);  reliability : uint8 (M,);  first : int64 (n + 1,)
    widths   : of `measure`;  finger, quality : uint8 (n,);  names : uint8, of every template
    starts   : int64 (n + 1,);  out : uint8, zeros
    """
    for i in range(len(first) - 1):
        at = starts[i]
        out[at], out[at + 1], out[at + 2] = VERSION, finger[i], quality[i]
        out[at + 3], out[at + 4] = width_px >> 8, width_px & 255
        out[at + 5], out[at + 6] = height_px >> 8, height_px & 255
        out[at + 7] = first[i + 1] - first[i]
        out[at + 8], out[at + 9] = widths[i, 0], widths[i, 1]
        for k in range(len(names)):
            out[at + HEAD + k] = names[k]
        at += HEAD + len(names)
        x_bits, y_bits = np.uint64(widths[i, 0]), np.uint64(widths[i, 1] & 0x7F)
        stepped = widths[i, 1] >= STEPPED
        held, waiting, before = np.uint64(0), np.uint64(0), np.int64(0)
        for row in range(first[i], first[i + 1]):
            y = np.int64(minutiae[row, 1])
            held = (held << x_bits) | np.uint64(minutiae[row, 0])
            held = (held << y_bits) | np.uint64(y - before)
            held = (held << np.uint64(ANGLE_BITS)) | np.uint64(minutiae[row, 2])
            held = (held << np.uint64(KIND_BITS)) | np.uint64(minutiae[row, 3])
            held = (held << np.uint64(STEP_BITS)) | TO_STEP[reliability[row]]
            waiting += x_bits + y_bits + np.uint64(FIXED_BITS)
            before = y if stepped else np.int64(0)
            while waiting >= np.uint64(8):
                waiting -= np.uint64(8)
                out[at] = np.uint8((held >> waiting) & np.uint64(255))
                at += 1
            held &= (np.uint64(1) << waiting) - np.uint64(1)
        if waiting:
            out[at] = np.uint8((held << (np.uint64(8) - waiting)) & np.uint64(255))


@njit(nogil=True, cache=True)
def body_of(data, at, end):
    """Where a template's minutiae begin and where their bits end, or -1 and what is wrong.

    1 it is cut off; 2 another version; 3 widths beyond 12; 4 another length than it should have
    """
    if end - at < HEAD + 2:
        return -1, 1
    if data[at] != VERSION:
        return -1, 2
    if data[at + 8] > 12 or (data[at + 9] & 0x7F) > 12:
        return -1, 3
    start = at + HEAD
    for _ in range(2):
        if start >= end:
            return -1, 1
        start += 1 if data[start] >= KNOWN else 1 + np.int64(data[start])
    bits = np.int64(data[at + 8]) + np.int64(data[at + 9] & 0x7F) + FIXED_BITS
    if start + (np.int64(data[at + 7]) * bits + 7) // 8 != end:
        return -1, 4
    return start, 0


@njit(nogil=True, cache=True)
def read(data, start, count, x_bits, y_bits, stepped, minutiae, reliability, out):
    """Minutiae of one template from its bits; false where an angle or a place is none.

    data              : uint8; from `start`, `count` minutiae
    minutiae          : int16 (M, 4), from row `out`;  reliability : uint8 (M,), or empty
    """
    held, waiting, before, at = np.uint64(0), np.int64(0), np.int64(0), start
    bits = x_bits + y_bits + FIXED_BITS
    right = True
    for row in range(out, out + count):
        while waiting < bits:
            held = (held << np.uint64(8)) | np.uint64(data[at])
            at += 1
            waiting += 8
        waiting -= bits
        word = held >> np.uint64(waiting)
        held &= (np.uint64(1) << np.uint64(waiting)) - np.uint64(1)
        low = np.int64(word & np.uint64((1 << FIXED_BITS) - 1))
        y = np.int64((word >> np.uint64(FIXED_BITS)) & np.uint64((1 << y_bits) - 1)) + before
        before = y if stepped else np.int64(0)
        angle = low >> (KIND_BITS + STEP_BITS)
        if angle >= 360 or y > PLACE_MAX:
            right = False
        minutiae[row, 0] = np.int64(word >> np.uint64(FIXED_BITS + y_bits))
        minutiae[row, 1] = y
        minutiae[row, 2] = angle
        minutiae[row, 3] = (low >> STEP_BITS) & 3
        if len(reliability):
            reliability[row] = FROM_STEP[low & STEPS]
    return right and held == 0


@njit(nogil=True, cache=True)
def heads(data, at, ends, finger, counts, names):
    """Counts of minutiae of templates that lie in `data`, and the names of their extractors.

    at, ends : int64 (k,), the templates' bytes;  counts : int64 (k,)
    names    : int64 (k,), a known name's number, or minus the place of its length less 1
    Gives the first that is no template of this finger, or -1.
    """
    for i in range(len(at)):
        start, _ = body_of(data, at[i], ends[i])
        if start < 0 or data[at[i] + 1] != finger:
            return i
        counts[i] = data[at[i] + 7]
        place = at[i] + HEAD
        names[i] = np.int64(data[place]) - KNOWN if data[place] >= KNOWN else -place - 1
    return -1


@njit(nogil=True, cache=True)
def read_many(data, at, ends, out, minutiae):
    """The minutiae of templates that `heads` found right, each from its row in `out`.

    out : int64 (k,);  minutiae : int16 (M, 4)
    Gives the first that holds an angle or a place that is none, or -1.
    """
    nothing = np.empty(0, np.uint8)
    for i in range(len(at)):
        start, _ = body_of(data, at[i], ends[i])
        count, stepped = np.int64(data[at[i] + 7]), data[at[i] + 9] >= STEPPED
        x_bits, y_bits = np.int64(data[at[i] + 8]), np.int64(data[at[i] + 9] & 0x7F)
        if not read(data, start, count, x_bits, y_bits, stepped, minutiae, nothing, out[i]):
            return i
    return -1
