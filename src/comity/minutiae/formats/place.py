"""Bytes with a place: whatever is missing or wrong is a TemplateError that names the byte."""

from __future__ import annotations

import struct

from comity.errors import TemplateError
from comity.minutiae.record import Minutia, MinutiaRecord

MAGIC = b"FMR\0"
# The examples of two standards state a length that is a byte out, and writers that count an
# extension's head twice or not at all are 4 bytes an extension out.
LENGTH_SLACK = 16
KIND_MAX = 2
_WITH_QUALITY, _WITHOUT = struct.Struct(">HHBB"), struct.Struct(">HHB")
_U16 = struct.Struct(">H")


class Place:
    """Reads a record of the standard `name` from front to back."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.at = 0

    def take(self, form: struct.Struct, what: str) -> tuple[int, ...]:
        start = self.at
        self._forward(form.size, what)
        return form.unpack_from(self.data, start)

    def u16(self, what: str) -> int:
        return self.take(_U16, what)[0]

    def raw(self, size: int, what: str) -> bytes:
        start = self.at
        self._forward(size, what)
        return self.data[start : self.at]

    def _forward(self, size: int, what: str) -> None:
        left = len(self.data) - self.at
        if left < size:
            raise self.broken(self.at, f"{size} bytes of {what}", f"{left} bytes to the file's end")
        self.at += size

    def broken(self, offset: int, expected: str, found: str) -> TemplateError:
        return TemplateError(
            f"the {self.name} record cannot be read",
            where=f"byte {offset}",
            expected=expected,
            found=found,
            next_step="ask the sender for the file again",
        )

    def length_error(self, stated: int) -> int:
        """By how many bytes the stated length is too great; refused beyond LENGTH_SLACK."""
        error = stated - len(self.data)
        if abs(error) > LENGTH_SLACK:
            raise self.broken(
                min(stated, len(self.data)),
                f"a record of {stated} bytes, as byte 8 states",
                f"a file of {len(self.data)} bytes",
            )
        return error

    def end(self) -> None:
        if self.at != len(self.data):
            more = f"{len(self.data) - self.at} bytes more"
            raise self.broken(self.at, "the end of the record", more)

    def minutiae(self, count: int, size: int = 6) -> tuple[Minutia, ...]:
        """Kind in 2 bits, x in 14 | 2 reserved bits, y in 14 | angle | quality unless size is 5."""
        form = _WITH_QUALITY if size == _WITH_QUALITY.size else _WITHOUT
        found = []
        for _ in range(count):
            start = self.at
            kind_x, y, angle, *quality = self.take(form, "a minutia")
            if kind_x >> 14 > KIND_MAX:
                raise self.broken(start, "minutia type 0, 1 or 2", str(kind_x >> 14))
            stated = quality[0] if quality else None
            minutia = Minutia(kind_x >> 14, kind_x & 0x3FFF, y & 0x3FFF, angle, stated, y >> 14)
            found.append(minutia)
        return tuple(found)

    def extended(self) -> bytes:
        """The extension area, which must split into extensions."""
        total = self.u16("the extensions' length")
        start = self.at
        area = self.raw(total, "extensions")
        if split(area) is None:
            raise self.broken(start, f"extensions of {total} bytes in all", area[:12].hex())
        return area


def split(area: bytes) -> tuple[tuple[int, bytes], ...] | None:
    """Type and data of each extension: type u16, length u16, data.

    The length counts the four bytes before the data or, where that does not come out, does not.
    None where neither way ends with the area.
    """
    for head in (0, 4):
        found, at = [], 0
        while at + 4 <= len(area):
            kind, length = struct.unpack_from(">HH", area, at)
            end = at + length + head
            if end < at + 4 or end > len(area):
                break
            found.append((kind, area[at + 4 : end]))
            at = end
        if at == len(area):
            return tuple(found)
    return None


def write_minutiae(minutiae: tuple[Minutia, ...], size: int = 6) -> bytes:
    """The inverse of `Place.minutiae`. Raises struct.error where a value does not fit."""
    parts = []
    for m in minutiae:
        if not (0 <= m.x < 1 << 14 and 0 <= m.y < 1 << 14 and 0 <= m.kind <= KIND_MAX):
            raise struct.error(f"minutia of kind {m.kind} at {m.x}, {m.y}")
        if (m.quality is None) != (size == _WITHOUT.size):
            raise struct.error(f"a minutia of {size} bytes with quality {m.quality}")
        words = (m.kind << 14 | m.x, m.spare << 14 | m.y, m.angle)
        parts.append(
            _WITHOUT.pack(*words) if m.quality is None else _WITH_QUALITY.pack(*words, m.quality)
        )
    return b"".join(parts)


def write_extended(area: bytes) -> bytes:
    """The inverse of `Place.extended`."""
    return _U16.pack(len(area)) + area


def head(record: MinutiaRecord) -> bytes:
    """Magic and version: the first eight bytes."""
    return MAGIC + record.version.encode("ascii") + b"\0"
