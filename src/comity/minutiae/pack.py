"""Templates as galleries keep them: 5 bytes a minutia and about 20 a finger.

    u8 version 1 | u8 finger | u8 quality, 255 for none | u16 width | u16 height | u8 count
    u8 length and ASCII name of the extractor | the same of the quality algorithm
    count times 40 bits, big-endian: x 12, y 12, angle 9, kind 2, reliability 5

Law: unpack(pack(t)) equals t, but for reliability, which is rounded to 31 steps of 0..100.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import TemplateError

VERSION = 1
NO_QUALITY = 255
_HEAD = struct.Struct(">BBBHHB")
_SHIFTS = np.array([28, 16, 7, 5, 0], np.uint64)
_WIDTHS = np.array([12, 12, 9, 2, 5], np.uint64)
_STEPS = 31  # of reliability


def pack(template: records.Template) -> bytes:
    """The template's bytes.

    Raises TemplateError where it has over 255 minutiae or coordinates outside 0..4095.
    """
    m = template.minutiae
    if len(m) > 255 or (len(m) and (m[:, :2].min() < 0 or m[:, :2].max() > 4095)):
        raise TemplateError(
            "the template does not fit the packed form",
            where=f"finger {template.finger}",
            expected="up to 255 minutiae with x and y of 0..4095",
            found=f"{len(m)} minutiae",
            next_step="extract it again from an image of one finger at 500 ppi",
        )
    quality = NO_QUALITY if template.quality is None else template.quality
    head = _HEAD.pack(
        VERSION, template.finger, quality, template.width_px, template.height_px, len(m)
    )
    steps = np.rint(template.reliability * (_STEPS / 100)).astype(np.uint64)
    columns = np.column_stack([m.astype(np.uint64), steps])
    words = np.bitwise_or.reduce(columns << _SHIFTS, axis=1).astype(">u8")
    body: bytes = words.view(np.uint8).reshape(-1, 8)[:, 3:].tobytes()
    return head + _name(template.extractor) + _name(template.quality_algorithm) + body


def unpack(data: bytes) -> records.Template:
    """The template that `pack` was given. Raises TemplateError naming the byte that is wrong."""
    if len(data) < _HEAD.size:
        raise _broken(len(data), f"a head of {_HEAD.size} bytes", f"{len(data)} bytes")
    version, finger, quality, width_px, height_px, count = _HEAD.unpack_from(data)
    if version != VERSION:
        raise _broken(0, f"version {VERSION}", f"version {version}")
    extractor, at = _read_name(data, _HEAD.size)
    algorithm, at = _read_name(data, at)
    if len(data) != at + 5 * count:
        raise _broken(at, f"{5 * count} bytes of minutiae", f"{len(data) - at} bytes")
    columns = _minutiae(np.frombuffer(data, np.uint8, offset=at))
    if count and int(columns[:, 2].max()) > 359:
        raise _broken(at, "angles of 0..359", f"{int(columns[:, 2].max())}")
    return records.Template(
        minutiae=columns[:, :4].astype(np.int16),
        reliability=np.rint(columns[:, 4] * (100 / _STEPS)).astype(np.uint8),
        width_px=width_px,
        height_px=height_px,
        finger=finger,
        extractor=extractor,
        quality=None if quality == NO_QUALITY else quality,
        quality_algorithm=algorithm,
    )


def _minutiae(body: NDArray[np.uint8]) -> NDArray[np.uint64]:
    wide = np.zeros((len(body) // 5, 8), np.uint8)
    wide[:, 3:] = body.reshape(-1, 5)
    words = wide.view(">u8").astype(np.uint64)
    masks = (np.uint64(1) << _WIDTHS) - np.uint64(1)
    fields: NDArray[np.uint64] = (words >> _SHIFTS) & masks
    return fields


def _name(text: str) -> bytes:
    raw = text.encode("ascii")
    return bytes([len(raw)]) + raw


def _read_name(data: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + data[at] if at < len(data) else at + 1
    if end > len(data):
        raise _broken(at, "a name and its length", "the end of the data")
    try:
        return data[at + 1 : end].decode("ascii"), end
    except UnicodeDecodeError as error:
        raise _broken(at, "a name in ASCII", repr(data[at + 1 : end])) from error


def _broken(offset: int, expected: str, found: str) -> TemplateError:
    return TemplateError(
        "the packed template is damaged",
        where=f"byte {offset}",
        expected=expected,
        found=found,
        next_step="verify the gallery it came from",
    )
