r"""What views say beyond minutiae: ridge counts, cores and deltas, quality by zones.

    1  ridge counts    method u8 | each: from u8, to u8, count u8
    2  ANSI            2 bits 01 with angles 00 without, 2 bits 0, cores 4 bits
                       | each: x u16, y u16, with angles: u8
                       | the same of deltas, with 3 angles
       ISO             cores u8 | each: 2 bits 01 with an angle, x 14 bits | y u16 | angle u8
                       | the same of deltas, with 3 angles
    3  zones, ISO      2011: vendor u16, algorithm u16 | then width, height px u8 | bits u8
                       | a score a zone, row by row, packed from the highest bit

Types 1 to 3 are the standards', those from 256 up belong to vendors. A block that is not as above
is kept as it is: a reader of minutiae need not refuse a print for it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from comity.minutiae.formats.place import split
from comity.minutiae.record import ANSI, Image, MinutiaRecord, Standard, View

RIDGE_COUNTS, CORES_DELTAS, ZONES = 1, 2, 3
_POINT = struct.Struct(">HH")
_ANGLES, _PLAIN = 1, 0  # kind of a core or delta, the two highest bits
_CORE_ANGLES, _DELTA_ANGLES = 1, 3
_COUNT_MAX = 15


@dataclass(frozen=True)
class RidgeCounts:
    """Ridges between minutiae: (from, to, count) by number of minutia.

    method  0 the writer's own, 1 a neighbour in each of 4 quadrants, 2 in each of 8 octants
    """

    method: int
    edges: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Singularity:
    """A core or a delta; angles in the standard's unit: none, or one for a core, 3 for a delta."""

    x: int
    y: int
    angles: tuple[int, ...] = ()


@dataclass(frozen=True)
class Zones:
    """Quality of rectangles of the image, row by row; vendor and algorithm are 0 before 2011."""

    width_px: int
    height_px: int
    bits: int
    scores: tuple[int, ...]
    vendor: int = 0
    algorithm: int = 0


@dataclass(frozen=True)
class Extended:
    """All that a view's extension area holds; `other` are blocks of any further kind, as stored."""

    ridge_counts: RidgeCounts | None = None
    cores: tuple[Singularity, ...] | None = None
    deltas: tuple[Singularity, ...] | None = None
    zones: Zones | None = None
    other: tuple[tuple[int, bytes], ...] = field(default=())


def parse(record: MinutiaRecord, view: View) -> Extended:
    """Read a view's extension area: the first block of each known kind, the rest as stored."""
    counts: RidgeCounts | None = None
    points: tuple[tuple[Singularity, ...], tuple[Singularity, ...]] | None = None
    zones: Zones | None = None
    other = []
    for kind, data in split(view.extended) or ():
        if kind == RIDGE_COUNTS and counts is None and data:
            counts = _read_counts(data)
        elif kind == CORES_DELTAS and points is None and (read := _read_points(record, data)):
            points = read
        elif (
            kind == ZONES
            and zones is None
            and (found := _read_zones(record.standard, record.image_of(view), data))
        ):
            zones = found
        else:
            other.append((kind, data))
    cores, deltas = points or (None, None)
    return Extended(counts, cores, deltas, zones, tuple(other))


def build(extended: Extended, standard: Standard) -> bytes:
    """The extension area, lengths with their head counted as the standards' examples do.

    Raises struct.error or ValueError where a value does not fit.
    """
    blocks = []
    if (counts := extended.ridge_counts) is not None:
        edges = b"".join(bytes(edge) for edge in counts.edges)
        blocks.append((RIDGE_COUNTS, bytes([counts.method]) + edges))
    if extended.cores is not None and extended.deltas is not None:
        blocks.append((CORES_DELTAS, _write_points(extended.cores, extended.deltas, standard)))
    if extended.zones is not None:
        blocks.append((ZONES, _write_zones(extended.zones, standard)))
    every = [*blocks, *extended.other]
    return b"".join(struct.pack(">HH", kind, len(data) + 4) + data for kind, data in every)


def _read_counts(data: bytes) -> RidgeCounts:
    """Bytes beyond the last triple are let go: a public sample has two."""
    body = data[1 : 1 + (len(data) - 1) // 3 * 3]
    return RidgeCounts(data[0], tuple(zip(body[::3], body[1::3], body[2::3], strict=True)))


def _read_points(
    record: MinutiaRecord, data: bytes
) -> tuple[tuple[Singularity, ...], tuple[Singularity, ...]] | None:
    """Cores and deltas, or None where the block is not what the standard says."""
    ansi = record.standard in ANSI
    cores = _read_group(data, 0, ansi, _CORE_ANGLES)
    deltas = cores and _read_group(data, cores[1], ansi, _DELTA_ANGLES)
    if not cores or not deltas or deltas[1] != len(data):
        return None
    return cores[0], deltas[0]


def _read_group(
    data: bytes, at: int, ansi: bool, angles: int
) -> tuple[tuple[Singularity, ...], int] | None:
    """The points of one kind from `at` on, and where they end."""
    if at >= len(data) or data[at] & (0x30 if ansi else 0xF0):
        return None
    of_all = data[at] >> 6
    count = data[at] & _COUNT_MAX
    at += 1
    points = []
    for _ in range(count):
        if at + _POINT.size > len(data):
            return None
        x, y = _POINT.unpack_from(data, at)
        kind = of_all if ansi else x >> 14
        if kind not in (_PLAIN, _ANGLES) or y >> 14 or (ansi and x >> 14):
            return None
        start = at + _POINT.size
        at = start + (angles if kind == _ANGLES else 0)
        if at > len(data):
            return None
        points.append(Singularity(x & 0x3FFF, y, tuple(data[start:at])))
    return (tuple(points), at) if of_all in (_PLAIN, _ANGLES) else None


def _write_points(
    cores: Sequence[Singularity], deltas: Sequence[Singularity], standard: Standard
) -> bytes:
    ansi = standard in ANSI
    return _write_group(cores, ansi, _CORE_ANGLES) + _write_group(deltas, ansi, _DELTA_ANGLES)


def _write_group(points: Sequence[Singularity], ansi: bool, angles: int) -> bytes:
    if len(points) > _COUNT_MAX:
        raise ValueError(f"{len(points)} cores or deltas")
    if any(len(p.angles) not in (0, angles) or max(p.x, p.y) >> 14 for p in points):
        raise ValueError(f"a core or delta without {angles} angles, or out of place")
    if ansi and len({len(p.angles) for p in points}) > 1:
        raise ValueError("angles for some cores or deltas only")
    of_all = ansi and any(p.angles for p in points)
    parts = [bytes([of_all << 6 | len(points)])]
    for p in points:
        own = 0 if ansi or not p.angles else _ANGLES << 14
        parts.append(_POINT.pack(own | p.x, p.y) + bytes(p.angles))
    return b"".join(parts)


def _read_zones(standard: Standard, image: Image, data: bytes) -> Zones | None:
    ids = 4 if standard == "iso-2011" else 0
    if standard in ANSI or len(data) < ids + 3:
        return None
    vendor, algorithm = _POINT.unpack_from(data) if ids else (0, 0)
    width, height, bits = data[ids : ids + 3]
    if not (width and height and 1 <= bits <= 8):
        return None
    count = -(-image.width_px // width) * -(-image.height_px // height)
    packed = np.frombuffer(data, np.uint8, offset=ids + 3)
    if len(packed) != (count * bits + 7) // 8:
        return None
    digits = np.unpackbits(packed)[: count * bits].reshape(count, bits).astype(np.int64)
    scores = digits @ (1 << np.arange(bits)[::-1])
    return Zones(width, height, bits, tuple(scores.tolist()), vendor, algorithm)


def _write_zones(zones: Zones, standard: Standard) -> bytes:
    if not 1 <= zones.bits <= 8 or any(not 0 <= s < 1 << zones.bits for s in zones.scores):
        raise ValueError(f"a zone's score beyond {zones.bits} bits")
    scores = np.array(zones.scores, np.int64)[:, None]
    digits = (scores >> np.arange(zones.bits)[::-1]) & 1
    ids = _POINT.pack(zones.vendor, zones.algorithm) if standard == "iso-2011" else b""
    head = bytes([zones.width_px, zones.height_px, zones.bits])
    return ids + head + np.packbits(digits.astype(np.uint8)).tobytes()
