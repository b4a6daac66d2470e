"""Numba kernels of a gallery's files: checksums, records written and read.

Arrays in, arrays out; nothing is raised. Bytes that are read are uint8 and read-only.
Oracles: zlib.crc32 and tests/reference/gallery_record.py.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from comity.search.disk.crc import TABLES

FINGER_BYTES = 7  # of a finger in a record's head: u8 finger, u16 length, u32 crc


@njit(nogil=True, cache=True)
def crc32(data, start, end):
    """The CRC-32 of data[start:end], as zlib's; eight bytes a step."""
    crc = np.uint32(0xFFFFFFFF)
    at = start
    while at + 8 <= end:
        low = crc ^ (
            np.uint32(data[at])
            | np.uint32(data[at + 1]) << np.uint32(8)
            | np.uint32(data[at + 2]) << np.uint32(16)
            | np.uint32(data[at + 3]) << np.uint32(24)
        )
        crc = (
            TABLES[7, low & np.uint32(255)]
            ^ TABLES[6, (low >> np.uint32(8)) & np.uint32(255)]
            ^ TABLES[5, (low >> np.uint32(16)) & np.uint32(255)]
            ^ TABLES[4, low >> np.uint32(24)]
            ^ TABLES[3, data[at + 4]]
            ^ TABLES[2, data[at + 5]]
            ^ TABLES[1, data[at + 6]]
            ^ TABLES[0, data[at + 7]]
        )
        at += 8
    while at < end:
        crc = TABLES[0, (crc ^ np.uint32(data[at])) & np.uint32(255)] ^ (crc >> np.uint32(8))
        at += 1
    return crc ^ np.uint32(0xFFFFFFFF)


@njit(nogil=True, cache=True)
def crc_rows(rows, columns, out):
    """The CRC-32 of the first `columns` bytes of each row.

    rows : uint8 (n, w);  out : uint32 (n,)
    """
    for i in range(len(rows)):
        out[i] = crc32(rows[i], 0, columns)


@njit(nogil=True, cache=True)
def write_records(texts, text_first, packed, packed_first, finger, person_first, out, starts, crcs):
    """Records one after another: texts, the fingers' lengths and sums, the packed templates.

    texts        : uint8, of person i from text_first[i]
    packed       : uint8, template t from packed_first[t];  finger : uint8 (t,)
    person_first : int64 (n + 1,), first template of each person
    out          : uint8, person i from starts[i];  crcs : uint32 (n,), of each record's head
    """
    for i in range(len(person_first) - 1):
        at = starts[i]
        for k in range(text_first[i], text_first[i + 1]):
            out[at] = texts[k]
            at += 1
        out[at] = person_first[i + 1] - person_first[i]
        at += 1
        body = at + FINGER_BYTES * (person_first[i + 1] - person_first[i])
        for t in range(person_first[i], person_first[i + 1]):
            length = packed_first[t + 1] - packed_first[t]
            crc = crc32(packed, packed_first[t], packed_first[t + 1])
            out[at], out[at + 1], out[at + 2] = finger[t], length & 255, length >> 8
            for k in range(4):
                out[at + 3 + k] = (crc >> np.uint32(8 * k)) & np.uint32(255)
            at += FINGER_BYTES
            for k in range(length):
                out[body + k] = packed[packed_first[t] + k]
            body += length
        crcs[i] = crc32(out, starts[i], at)


@njit(nogil=True, cache=True)
def u16(data, at):
    """A little-endian number of two bytes."""
    return np.int64(data[at]) | np.int64(data[at + 1]) << 8


@njit(nogil=True, cache=True)
def u32(data, at):
    """A little-endian number of four bytes."""
    return np.uint32(u16(data, at) | u16(data, at + 2) << 16)


@njit(nogil=True, cache=True)
def head_of(data, start, end, crc):
    """Where a record's list of fingers begins, and its count; -1 where its head is not right."""
    at = start
    for _ in range(2):
        if at + 2 > end:
            return -1, 0
        at += 2 + u16(data, at)
    if at + 1 > end or at + 1 + FINGER_BYTES * np.int64(data[at]) > end:
        return -1, 0
    count = np.int64(data[at])
    if crc32(data, start, at + 1 + FINGER_BYTES * count) != crc:
        return -1, 0
    return at + 1, count


@njit(nogil=True, cache=True)
def locate(data, starts, lengths, crcs, finger, at, ends):
    """Where each record keeps its template of one finger, once the sums of both are found right.

    data     : uint8;  starts, lengths : int64 (k,);  crcs : uint32 (k,), of the records' heads
    at, ends : int64 (k,), the template's bytes
    Gives the first record that is not right or has no such finger, or -1.
    """
    for i in range(len(starts)):
        end = starts[i] + lengths[i]
        fingers, count = head_of(data, starts[i], end, crcs[i])
        if fingers < 0:
            return i
        body, found = fingers + FINGER_BYTES * count, False
        for k in range(count):
            entry = fingers + FINGER_BYTES * k
            length = u16(data, entry + 1)
            if data[entry] == finger:
                if body + length > end or crc32(data, body, body + length) != u32(data, entry + 3):
                    return i
                at[i], ends[i], found = body, body + length, True
                break
            body += length
        if not found:
            return i
    return -1


@njit(nogil=True, cache=True)
def wrong_record(data, starts, lengths, crcs, masks):
    """The first record that is not what its row says, with every sum checked, or -1.

    masks : uint16 (k,), bit f set where finger f + 1 is enrolled
    """
    for i in range(len(starts)):
        end = starts[i] + lengths[i]
        fingers, count = head_of(data, starts[i], end, crcs[i])
        if fingers < 0:
            return i
        body, mask = fingers + FINGER_BYTES * count, np.uint16(0)
        for k in range(count):
            entry = fingers + FINGER_BYTES * k
            length = u16(data, entry + 1)
            if body + length > end or crc32(data, body, body + length) != u32(data, entry + 3):
                return i
            mask |= np.uint16(1) << np.uint16(data[entry] - 1)
            body += length
        if body != end or mask != masks[i]:
            return i
    return -1
