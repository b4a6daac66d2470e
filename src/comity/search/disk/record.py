"""One enrolment's record: who, why, and the packed templates with a sum each.

    u16 length and UTF-8 identity | the same of the encounter | u8 count of templates
    count times u8 finger, u16 length, u32 crc of the packed template
    the packed templates (minutiae/pack)

Numbers are little-endian. The first two lines are the record's head; a row keeps the head's crc,
and the head the templates', so that one finger is read and checked without the other nine.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import GalleryError, TemplateError
from comity.minutiae import pack
from comity.search.disk import kernels

TEXT_BYTES_MAX = 1000  # of an identity or an encounter; they are numbers and short names
_FINGER = struct.Struct("<BHI")


@dataclass(frozen=True)
class Enrolled:
    """What was enrolled in one encounter: templates by finger 1..10."""

    identity: str
    encounter: str
    templates: dict[int, records.Template]


def texts(identity: str, encounter: str) -> bytes:
    """The record's beginning. Raises GalleryError where a text is too long or no Unicode."""
    return _text(identity, "identity") + _text(encounter, "encounter")


def write(
    heads: Sequence[bytes],
    packed: NDArray[np.uint8],
    packed_first: NDArray[np.int64],
    finger: NDArray[np.uint8],
    person_first: NDArray[np.int64],
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint32]]:
    """Many records one after another, where each begins (n + 1,), and the crc of each head (n,).

    heads         of `texts`, one a person
    packed        templates one after another, t from packed_first[t]; finger (t,)
    person_first  the first template of each person, int64 (n + 1,)
    """
    lengths = np.fromiter(map(len, heads), np.int64, len(heads))
    text_first = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    counts = np.diff(person_first)
    sizes = lengths + 1 + kernels.FINGER_BYTES * counts + np.diff(packed_first[person_first])
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    out = np.empty(int(starts[-1]), np.uint8)
    crcs = np.empty(len(heads), np.uint32)
    kernels.write_records(
        np.frombuffer(b"".join(heads), np.uint8), text_first, packed, packed_first,
        finger, person_first, out, starts, crcs,
    )  # fmt: skip
    return out, starts, crcs


def read(data: bytes, crc: int, where: str) -> Enrolled:
    """What was written. Raises GalleryError where it is damaged; crc is the head's."""
    identity, encounter, at = read_head(data, crc, where)
    count = data[at - 1]
    body = at + _FINGER.size * count
    templates: dict[int, records.Template] = {}
    try:
        for k in range(count):
            finger, length, sum_ = _FINGER.unpack_from(data, at + _FINGER.size * k)
            packed = data[body : body + length]
            if zlib.crc32(packed) != sum_:
                raise damaged(where, f"crc {sum_:08x} of finger {finger}", "another")
            templates[finger] = pack.unpack(packed)
            body += length
    except TemplateError as error:
        raise damaged(where, "an enrolment record", str(error)) from error
    if body != len(data):
        raise damaged(where, f"a record of {body} bytes", f"{len(data)} bytes")
    return Enrolled(identity, encounter, templates)


def read_head(data: bytes, crc: int, where: str) -> tuple[str, str, int]:
    """Identity, encounter and where the fingers are listed. Raises GalleryError."""
    try:
        identity, at = _read_text(data, 0)
        encounter, at = _read_text(data, at)
        end = at + 1 + _FINGER.size * data[at]
        if end <= len(data) and zlib.crc32(data[:end]) == crc:
            return identity.decode(), encounter.decode(), at + 1
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise damaged(where, "an enrolment record", str(error)) from error
    raise damaged(where, f"a head with crc {crc:08x}", "another")


def names(data: bytes) -> tuple[str, str]:
    """Identity and encounter of a record that was just written."""
    identity, at = _read_text(data, 0)
    return identity.decode(), _read_text(data, at)[0].decode()


def damaged(where: str, expected: str, found: str) -> GalleryError:
    """The error for bytes that are not those that were written."""
    return GalleryError(
        "the gallery is damaged",
        where=where,
        expected=expected,
        found=found,
        next_step="restore the folder from a copy; nothing in it was changed",
    )


def _text(text: str, what: str) -> bytes:
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raw = None
    if raw is None or len(raw) > TEXT_BYTES_MAX:
        raise GalleryError(
            f"the {what} cannot be stored",
            expected=f"text of up to {TEXT_BYTES_MAX} bytes of UTF-8",
            found=ascii(text[:40]),
            next_step=f"give it a shorter {what}",
        )
    return len(raw).to_bytes(2, "little") + raw


def _read_text(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<H", data, at)
    return data[at + 2 : at + 2 + length], at + 2 + length
