r"""Finger minutiae records: ISO/IEC 19794-2:2005 and ANSI INCITS 378-2004.

Both have the same parts, big-endian:

    header   "FMR\0" " 20\0" | length u32 (ISO), u16 or u16 0 and u32 (ANSI)
             | owner u16, type u16 (ANSI only) | certificates 4 bits, device 12 bits
             | width, height px u16 | resolution x, y px/cm u16 | views u8 | 0 u8
    view     finger u8 | number 4 bits, impression 4 bits | quality u8 | count u8
    minutia  kind 2 bits, x 14 bits | 2 bits, y 14 bits | angle u8 | quality u8
    then     length of the extensions u16, and each: type u16, its own length u16, data

The angle's unit is 360/256 degrees in ISO and 2 degrees in ANSI. Kinds are those of `records`.
Two things are written both ways, even in the standards' own examples, and read both ways: a file
length that is off by a few bytes, and an extension's own length with or without its 4-byte head.
Whichever it is, the parts must end exactly where the file does.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from comity import records
from comity.errors import TemplateError

Standard = Literal["iso-2005", "ansi-2004"]
MAGIC = b"FMR\0"
VERSIONS = (" 20", "020")  # the standards write the first; some writers the second
ANGLE_UNIT_DEG = {"iso-2005": 360 / 256, "ansi-2004": 2.0}
ANGLE_UNITS = {"iso-2005": 256, "ansi-2004": 180}
PX_PER_CM = 197  # 500 ppi, rounded as the standards round it
RIDGE_COUNTS = 1  # extension type
_BODY = struct.Struct(">HHHHBB")
_VIEW = struct.Struct(">BBBB")
_MINUTIA = struct.Struct(">HHBB")


@dataclass(frozen=True)
class Minutia:
    """As stored: angle in the standard's unit, quality 0 not stated or 1..100."""

    kind: int
    x: int
    y: int
    angle: int
    quality: int


@dataclass(frozen=True)
class View:
    """One finger's view; `extended` is the extension area as stored."""

    finger: int
    number: int
    impression: int
    quality: int
    minutiae: tuple[Minutia, ...]
    extended: bytes = b""

    @property
    def extensions(self) -> tuple[tuple[int, bytes], ...]:
        """Type and data of each extension; empty where the area does not split."""
        return _split(self.extended) or ()

    @property
    def ridge_counts(self) -> tuple[int, tuple[tuple[int, int, int], ...]] | None:
        """Method and (from, to, count) of the ridge-count extension; bytes left over are not."""
        for kind, data in self.extensions:
            if kind == RIDGE_COUNTS and data:
                body = data[1 : 1 + (len(data) - 1) // 3 * 3]
                triples = zip(body[::3], body[1::3], body[2::3], strict=True)
                return data[0], tuple(triples)
        return None


@dataclass(frozen=True)
class MinutiaRecord:
    """A whole file.

    owner, product  ANSI's product identifier, 0 in ISO
    length_error    by how many bytes the stated length is too great
    """

    standard: Standard
    width_px: int
    height_px: int
    views: tuple[View, ...]
    resolution_x: int = PX_PER_CM
    resolution_y: int = PX_PER_CM
    certificates: int = 0
    device: int = 0
    owner: int = 0
    product: int = 0
    version: str = VERSIONS[0]
    length_error: int = 0


class _Reader:
    """Bytes with a place; runs out with a TemplateError that names the byte."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, form: struct.Struct, what: str) -> tuple[int, ...]:
        start, self.at = self.at, self.at + form.size
        if self.at > len(self.data):
            raise _broken(start, f"{form.size} bytes of {what}", f"{len(self.data) - start}")
        return form.unpack_from(self.data, start)

    def u16(self, what: str) -> int:
        return self.take(struct.Struct(">H"), what)[0]


def read(data: bytes) -> MinutiaRecord:
    """Read a file of either standard, which its length field tells apart.

    Raises TemplateError with the offset of the byte that is wrong: cut off, longer than it says,
    another format or version, or a count that does not fit.
    """
    version = data[4:7].decode("ascii", "replace")
    if data[:4] != MAGIC or data[7:8] != b"\0" or version not in VERSIONS:
        raise _broken(0, "`FMR` and version ` 20`", repr(data[:8]))
    reader = _Reader(data)
    standard, length = _read_length(reader)
    owner = product = 0
    if standard == "ansi-2004":
        owner, product = reader.u16("owner"), reader.u16("product type")
    equipment = reader.u16("capture equipment")
    width, height, res_x, res_y, count, _ = reader.take(_BODY, "header")
    views = tuple(_read_view(reader) for _ in range(count))
    if reader.at != len(data):
        raise _broken(reader.at, "the end of the record", f"{len(data) - reader.at} bytes more")
    return MinutiaRecord(
        standard=standard,
        width_px=width,
        height_px=height,
        views=views,
        resolution_x=res_x,
        resolution_y=res_y,
        certificates=equipment >> 12,
        device=equipment & 0xFFF,
        owner=owner,
        product=product,
        version=version,
        length_error=length - len(data),
    )


def _read_length(reader: _Reader) -> tuple[Standard, int]:
    """The standard by the form of its length; a form that is exact goes before one that is not."""
    reader.at = 8
    forms: list[tuple[Standard, int, int]] = [("iso-2005", 0, 4), ("ansi-2004", 0, 2)]
    if reader.data[8:10] == b"\0\0":
        forms.append(("ansi-2004", 2, 6))
    else:
        forms.reverse()  # no ISO record reaches 16 MB
    stated = [
        (standard, end, int.from_bytes(reader.data[8 + first : 8 + end], "big"))
        for standard, first, end in forms
    ]
    exact = [form for form in stated if form[2] == len(reader.data)]
    standard, size, length = (exact or stated)[0]
    reader.at += size
    return standard, length


def _read_view(reader: _Reader) -> View:
    finger, number_impression, quality, count = reader.take(_VIEW, "a view's head")
    minutiae = []
    for _ in range(count):
        start = reader.at
        kind_x, y, angle, minutia_quality = reader.take(_MINUTIA, "a minutia")
        if kind_x >> 14 == 3:
            raise _broken(start, "minutia type 0, 1 or 2", "3")
        minutiae.append(Minutia(kind_x >> 14, kind_x & 0x3FFF, y & 0x3FFF, angle, minutia_quality))
    return View(
        finger=finger,
        number=number_impression >> 4,
        impression=number_impression & 15,
        quality=quality,
        minutiae=tuple(minutiae),
        extended=_read_extensions(reader),
    )


def _read_extensions(reader: _Reader) -> bytes:
    total = reader.u16("extension length")
    start, reader.at = reader.at, reader.at + total
    area = reader.data[start : reader.at]
    if len(area) != total or _split(area) is None:
        raise _broken(start, f"extensions of {total} bytes in all", f"{area[:12].hex()}")
    return area


def _split(area: bytes) -> tuple[tuple[int, bytes], ...] | None:
    """The extensions, by lengths that count their own head or, failing that, do not."""
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


def write(record: MinutiaRecord) -> bytes:
    """The file's bytes, the inverse of `read` where reserved bits and bytes are 0.

    Raises TemplateError where a value does not fit its field.
    """
    try:
        views = b"".join(_write_view(view) for view in record.views)
        body = struct.pack(">H", record.certificates << 12 | record.device) + _BODY.pack(
            record.width_px,
            record.height_px,
            record.resolution_x,
            record.resolution_y,
            len(record.views),
            0,
        )
        if record.standard == "ansi-2004":
            body = struct.pack(">HH", record.owner, record.product) + body
    except struct.error as error:
        raise TemplateError(
            "the minutiae do not fit the standard",
            where=record.standard,
            expected="values within their fields",
            found=str(error),
            next_step="split the record, or cut the template down",
        ) from error
    body += views
    head = MAGIC + record.version.encode() + b"\0"
    stated = len(head) + len(body) + record.length_error
    if record.standard == "iso-2005":
        return head + struct.pack(">I", stated + 4) + body
    if stated + 2 <= 0xFFFF:
        return head + struct.pack(">H", stated + 2) + body
    return head + struct.pack(">HI", 0, stated + 6) + body


def _write_view(view: View) -> bytes:
    parts = [
        _VIEW.pack(
            view.finger, view.number << 4 | view.impression, view.quality, len(view.minutiae)
        )
    ]
    for m in view.minutiae:
        if not (0 <= m.x < 1 << 14 and 0 <= m.y < 1 << 14 and 0 <= m.kind <= 2):
            raise struct.error(f"minutia of kind {m.kind} at {m.x}, {m.y}")
        parts.append(_MINUTIA.pack(m.kind << 14 | m.x, m.y, m.angle, m.quality))
    return b"".join([*parts, struct.pack(">H", len(view.extended)), view.extended])


def to_templates(record: MinutiaRecord, extractor: str = "record") -> tuple[records.Template, ...]:
    """A template a view, at 500 ppi.

    Raises TemplateError where ANSI's angle is above 179 units, or the resolution is not stated.
    """
    if record.resolution_x == 0 or record.resolution_y == 0:
        raise TemplateError(
            "the record does not state its resolution",
            where="header",
            expected="pixels per cm in x and y",
            found="0",
            next_step="ask the sender for the scanner's resolution",
        )
    return tuple(_to_template(record, view, extractor) for view in record.views)


def _to_template(record: MinutiaRecord, view: View, extractor: str) -> records.Template:
    most = max((m.angle for m in view.minutiae), default=0)
    if most >= ANGLE_UNITS[record.standard]:
        raise TemplateError(
            "an angle is beyond the circle",
            where=f"finger {view.finger}, view {view.number}",
            expected=f"0..{ANGLE_UNITS[record.standard] - 1}",
            found=str(most),
            next_step="ask the sender which standard the file follows",
        )
    scale_x, scale_y = PX_PER_CM / record.resolution_x, PX_PER_CM / record.resolution_y
    rows = [
        (
            round(m.x * scale_x),
            round(m.y * scale_y),
            round(m.angle * ANGLE_UNIT_DEG[record.standard]) % 360,
            m.kind,
            min(m.quality, 100),
        )
        for m in view.minutiae
    ]
    columns = np.array(rows, np.int16).reshape(-1, 5)
    columns = columns[np.lexsort(columns.T[[3, 2, 0, 1]])]
    return records.Template(
        minutiae=np.ascontiguousarray(columns[:, :4]),
        reliability=columns[:, 4].astype(np.uint8),
        width_px=round(record.width_px * scale_x),
        height_px=round(record.height_px * scale_y),
        finger=view.finger,
        extractor=extractor,
    )


def from_templates(
    templates: Sequence[records.Template], standard: Standard = "iso-2005"
) -> MinutiaRecord:
    """One view a template. Law: `to_templates` gives the minutiae back, angles within a unit."""
    unit, units = ANGLE_UNIT_DEG[standard], ANGLE_UNITS[standard]
    views: list[View] = []
    for template in templates:
        earlier = sum(view.finger == template.finger for view in views)
        rows = zip(template.minutiae.tolist(), template.reliability.tolist(), strict=True)
        minutiae = tuple(
            Minutia(kind, x, y, round(deg / unit) % units, reliability)
            for (x, y, deg, kind), reliability in rows
        )
        views.append(View(template.finger, earlier, 0, template.quality or 0, minutiae))
    record = MinutiaRecord(standard, 0, 0, tuple(views))
    return replace(
        record,
        width_px=max((t.width_px for t in templates), default=0),
        height_px=max((t.height_px for t in templates), default=0),
    )


def _broken(offset: int, expected: str, found: str) -> TemplateError:
    return TemplateError(
        "the minutiae record cannot be read",
        where=f"byte {offset}",
        expected=expected,
        found=found,
        next_step="ask the sender for the file again",
    )
