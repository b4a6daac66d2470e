r"""ANSI INCITS 378-2009 and its amendment 1, which differ in the version text alone; big-endian.

header   "FMR\0" "030\0" or "035\0" | length u32 | owner u16, type u16 | certificates u8
         | device u16 | views u8 | 0 u8
view     finger u8 | number u8 | impression u8 | quality u8, its vendor u16, algorithm u16
         | width, height px u16 | resolution x, y px/cm u16 | count u8
         | minutiae of 6 bytes | length of the extensions u16, extensions
"""

from __future__ import annotations

import struct

from comity.minutiae.formats import place
from comity.minutiae.formats.place import Place
from comity.minutiae.record import NAMES, Image, MinutiaRecord, Quality, Standard, View

_HEADER = struct.Struct(">IHHBHBB")
_VIEW = struct.Struct(">BBBBHHHHHHB")


def read(data: bytes) -> MinutiaRecord:
    """Either version. Raises TemplateError."""
    standard: Standard = "ansi-2009-am1" if data[4:7] == b"035" else "ansi-2009"
    reader = Place(data, NAMES[standard])
    reader.at = 8
    stated, owner, product, certificates, device, count, reserved = reader.take(
        _HEADER, "the header"
    )
    length_error = reader.length_error(stated)
    views = tuple(_view(reader) for _ in range(count))
    reader.end()
    return MinutiaRecord(
        standard=standard,
        views=views,
        certificates=certificates,
        device=device,
        owner=owner,
        product=product,
        version=data[4:7].decode("ascii"),
        length_error=length_error,
        reserved=reserved,
    )


def _view(reader: Place) -> View:
    offset = reader.at
    finger, number, impression, score, vendor, algorithm, *image, count = reader.take(
        _VIEW, "a view's head"
    )
    return View(
        finger=finger,
        number=number,
        impression=impression,
        qualities=(Quality(score, vendor, algorithm),),
        minutiae=reader.minutiae(count),
        extended=reader.extended(),
        image=Image(*image),
        offset=offset,
    )


def write(record: MinutiaRecord) -> bytes:
    """Raises struct.error or ValueError where a value does not fit its field."""
    views = b"".join(_write_view(view) for view in record.views)
    head = place.head(record)
    stated = len(head) + _HEADER.size + len(views) + record.length_error
    body = _HEADER.pack(
        stated,
        record.owner,
        record.product,
        record.certificates,
        record.device,
        len(record.views),
        record.reserved,
    )
    return head + body + views


def _write_view(view: View) -> bytes:
    (quality,) = view.qualities
    if view.image is None:
        raise ValueError("a view without an image")
    head = _VIEW.pack(
        view.finger,
        view.number,
        view.impression,
        quality.score,
        quality.vendor,
        quality.algorithm,
        view.image.width_px,
        view.image.height_px,
        view.image.resolution_x,
        view.image.resolution_y,
        len(view.minutiae),
    )
    return head + place.write_minutiae(view.minutiae) + place.write_extended(view.extended)
