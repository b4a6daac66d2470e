"""Templates as galleries keep them: about 4 bytes a minutia and 12 a finger.

    u8 version 2 | u8 finger | u8 quality, 255 for none | u16 width | u16 height | u8 count
    u8 bits of x | u8 bits of y; with 128 added, of its step from the minutia before
    name of the extractor, name of the quality algorithm: u8 128 and the number of a known name,
        or u8 length and ASCII
    count times, in bits: x, y, angle 9, kind 2, reliability 5; then zeros to the byte's end

Numbers are big-endian. Minutiae are sorted by y, so that steps are small.
Law: unpack(pack(t)) equals t, but for reliability, which is rounded to 31 steps of 0..100.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import TemplateError
from comity.minutiae.batch import Batch
from comity.minutiae.pack import kernels

NO_QUALITY = 255
# Part of the form: a name is never taken out or moved, new ones are added behind.
NAMES = ("", "mindtct", "leader", "synthetic", "record", "nfiq2", "not stated")
Scalar = TypeVar("Scalar", bound=np.generic)
_HEAD = struct.Struct(">BBBHHBBB")


def pack(template: records.Template) -> bytes:
    """The template's bytes.

    Raises TemplateError where it has over 255 minutiae, coordinates outside 0..4095, or a value
    or name that the form has no room for.
    """
    quality = NO_QUALITY if template.quality is None else template.quality
    packed, _ = _packed(
        template.minutiae,
        template.reliability,
        np.array([0, len(template)], np.int64),
        [template.finger],
        [quality],
        (template.width_px, template.height_px),
        (template.extractor, template.quality_algorithm),
    )
    return packed.tobytes()


def pack_batch(batch: Batch) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """What `pack` gives for each template, one after another, and where each begins, (n + 1,).

    Raises TemplateError, as `pack`, where one does not fit. Cost about 0.5 us a template.
    """
    return _packed(
        batch.minutiae,
        batch.reliability,
        batch.first,
        batch.finger,
        np.full(len(batch), NO_QUALITY, np.uint8),
        (batch.width_px, batch.height_px),
        (batch.extractor, ""),
    )


def unpack(data: bytes) -> records.Template:
    """The template that `pack` was given. Raises TemplateError naming the byte that is wrong."""
    view = np.frombuffer(data, np.uint8)
    start, wrong = kernels.body_of(view, 0, len(data))
    if start < 0:
        raise _wrong(data, wrong)
    _, finger, quality, width_px, height_px, count, x_bits, y_bits = _HEAD.unpack_from(data)
    extractor, at = _read_name(data, _HEAD.size)
    algorithm, _ = _read_name(data, at)
    minutiae = np.empty((count, 4), np.int16)
    reliability = np.empty(count, np.uint8)
    stepped = y_bits >= kernels.STEPPED
    if not kernels.read(
        view, start, count, x_bits, y_bits & 0x7F, stepped, minutiae, reliability, 0
    ):
        raise _broken(start, "angles of 0..359, y of 0..4095, zeros behind", "others")
    return records.Template(
        minutiae=minutiae,
        reliability=reliability,
        width_px=width_px,
        height_px=height_px,
        finger=finger,
        extractor=extractor,
        quality=None if quality == NO_QUALITY else quality,
        quality_algorithm=algorithm,
    )


def name_at(data: NDArray[np.uint8], code: int) -> str:
    """An extractor's name: a known one by its number, or minus the place of its length, less 1."""
    if 0 <= code < len(NAMES):
        return NAMES[code]
    at = -code - 1
    length = int(data[at]) if 0 <= at < len(data) else 0
    return data[at + 1 : at + 1 + length].tobytes().decode("ascii", "replace")


def _packed(
    minutiae: NDArray[np.int16],
    reliability: NDArray[np.uint8],
    first: NDArray[np.int64],
    finger: Sequence[int] | NDArray[np.uint8],
    quality: Sequence[int] | NDArray[np.uint8],
    size_px: tuple[int, int],
    names: tuple[str, str],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    count = len(first) - 1
    minutiae, reliability = read_only(minutiae), read_only(reliability)
    widths, lengths = np.empty((count, 2), np.uint8), np.empty(count, np.int64)
    wrong = kernels.measure(minutiae, first, widths, lengths)
    if wrong >= 0 or not all(0 <= side <= 0xFFFF for side in size_px):
        one = max(wrong, 0)
        raise _too_much(int(finger[one]), int(first[one + 1] - first[one]), size_px)
    tail = np.frombuffer(b"".join(map(_name, names)), np.uint8)
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(lengths + (_HEAD.size + len(tail)), out=starts[1:])
    out = np.zeros(int(starts[-1]), np.uint8)
    kernels.write(
        minutiae, reliability, first, widths,
        _bytes(finger, "finger"), _bytes(quality, "quality"), *size_px, tail, starts, out,
    )  # fmt: skip
    return out, starts


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The array as every kernel is given it, so that each is compiled once."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _bytes(values: Sequence[int] | NDArray[np.uint8], field: str) -> NDArray[np.uint8]:
    wide = np.asarray(values)
    if len(wide) and (int(wide.min()) < 0 or int(wide.max()) > 255):
        raise _no_room(field, "0..255", str(wide.tolist()[:1]))
    return wide.astype(np.uint8)


def _name(text: str) -> bytes:
    if text in NAMES:
        return bytes([kernels.KNOWN | NAMES.index(text)])
    if not text.isascii() or len(text) >= kernels.KNOWN:
        raise _no_room("a name", "up to 127 ASCII characters", repr(text[:140]))
    return bytes([len(text)]) + text.encode("ascii")


def _read_name(data: bytes, at: int) -> tuple[str, int]:
    length = data[at]
    if length >= kernels.KNOWN:
        if length - kernels.KNOWN >= len(NAMES):
            raise _broken(at, f"one of {len(NAMES)} names", f"number {length - kernels.KNOWN}")
        return NAMES[length - kernels.KNOWN], at + 1
    try:
        return data[at + 1 : at + 1 + length].decode("ascii"), at + 1 + length
    except UnicodeDecodeError as error:
        raise _broken(at, "a name in ASCII", repr(data[at + 1 : at + 1 + length])) from error


def _too_much(finger: int, count: int, size_px: tuple[int, int]) -> TemplateError:
    return TemplateError(
        "the template does not fit the packed form",
        where=f"finger {finger}",
        expected="up to 255 minutiae with x and y of 0..4095, in a frame of up to 65535 px",
        found=f"{count} minutiae in {size_px[0]} x {size_px[1]} px",
        next_step="extract it again from an image of one finger at 500 ppi",
    )


def _no_room(field: str, expected: str, found: str) -> TemplateError:
    return TemplateError(
        "the packed form has no room for a value",
        where=field,
        expected=expected,
        found=found,
        next_step="make the template again with values in their ranges",
    )


def _wrong(data: bytes, wrong: int) -> TemplateError:
    if wrong == 2:
        return _broken(0, f"version {kernels.VERSION}", f"version {data[0]}")
    if wrong == 3:
        return _broken(8, "widths of up to 12 bits", f"{data[8]} and {data[9] & 0x7F}")
    whole = "a head, two names and as many minutiae as it says"
    return _broken(len(data), whole, f"{len(data)} bytes")


def _broken(offset: int, expected: str, found: str) -> TemplateError:
    return TemplateError(
        "the packed template is damaged",
        where=f"byte {offset}",
        expected=expected,
        found=found,
        next_step="verify the gallery it came from",
    )
