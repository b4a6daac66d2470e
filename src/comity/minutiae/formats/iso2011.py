r"""ISO/IEC 19794-2:2011, in the frame of ISO/IEC 19794-1:2011; big-endian.

    header   "FMR\0" "030\0" | length u32 | views u16 | certification flag u8, 0 or 1
    view     length u32, its own 4 bytes included
             | year u16, month, day, hour, minute, second u8, millisecond u16; all ones: not stated
             | technology u8, vendor u16, device u16
             | quality blocks u8, each: score u8, vendor u16, algorithm u16
             | with the flag: certificates u8, each: authority u16, scheme u8
             | finger u8 | number u8 | resolution x, y px/cm u16 | impression u8
             | width, height px u16 | bytes a minutia 4 bits (5 or 6), ending 4 bits | count u8
             | minutiae of 5 or 6 bytes | length of the extensions u16, extensions

ANSI INCITS 378-2009 has the same version text; `fits` tells them apart.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from comity.minutiae.formats import place
from comity.minutiae.formats.place import LENGTH_SLACK, Place
from comity.minutiae.record import (
    NAMES,
    Capture,
    Certificate,
    Image,
    MinutiaRecord,
    Moment,
    Quality,
    View,
)

_HEADER = struct.Struct(">IHB")
_LENGTH, _MOMENT = struct.Struct(">I"), struct.Struct(">HBBBBBH")
_DEVICE, _U8 = struct.Struct(">BHH"), struct.Struct(">B")
_QUALITY, _CERTIFICATE = struct.Struct(">BHH"), struct.Struct(">HB")
_VIEW = struct.Struct(">BBHHBHHBB")
_NOT_STATED = (0xFFFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFFFF)
_FIRST_VIEW = 15
_VIEW_BYTES_MIN = 34  # no quality, no certificates, no minutiae, no extensions


def likely(data: bytes) -> bool:
    """Whether the header can be one of this standard: a flag, and a length that holds its views."""
    if len(data) < _FIRST_VIEW:
        return False
    stated, count, flag = (int(field) for field in _HEADER.unpack_from(data, 8))
    return flag <= 1 and stated + LENGTH_SLACK >= _FIRST_VIEW + _VIEW_BYTES_MIN * count


def fits(data: bytes) -> bool:
    """Whether also the lengths of the views lead to the file's end, or as far as it goes."""
    if not likely(data):
        return False
    stated, count, _ = (int(field) for field in _HEADER.unpack_from(data, 8))
    at = _FIRST_VIEW
    for _ in range(count):
        if at + 4 > len(data):
            return True
        (length,) = _LENGTH.unpack_from(data, at)
        if length < _VIEW_BYTES_MIN or at + length > stated + LENGTH_SLACK:
            return False
        at += length
    return abs(stated - at) <= LENGTH_SLACK


def read(data: bytes) -> MinutiaRecord:
    """Raises TemplateError."""
    reader = Place(data, NAMES["iso-2011"])
    reader.at = 8
    stated, count, flag = reader.take(_HEADER, "the header")
    if flag > 1:
        raise reader.broken(14, "a certification flag of 0 or 1", str(flag))
    length_error = reader.length_error(stated)
    views = tuple(_view(reader, flag == 1) for _ in range(count))
    reader.end()
    return MinutiaRecord(
        standard="iso-2011",
        views=views,
        certificates=flag,
        version=data[4:7].decode("ascii"),
        length_error=length_error,
    )


def _view(reader: Place, certified: bool) -> View:
    offset = reader.at
    (length,) = reader.take(_LENGTH, "a view's length")
    moment = _read_moment(reader.take(_MOMENT, "the time of capture"))
    technology, vendor, device = reader.take(_DEVICE, "the capture device")
    (blocks,) = reader.take(_U8, "the number of quality blocks")
    qualities = tuple(Quality(*reader.take(_QUALITY, "a quality block")) for _ in range(blocks))
    schemes = reader.take(_U8, "the number of certificates")[0] if certified else 0
    certificates = tuple(
        Certificate(*reader.take(_CERTIFICATE, "a certificate")) for _ in range(schemes)
    )
    start = reader.at
    finger, number, res_x, res_y, impression, width, height, form, count = reader.take(
        _VIEW, "a view's head"
    )
    if form >> 4 not in (5, 6):
        raise reader.broken(start + 11, "5 or 6 bytes a minutia", str(form >> 4))
    minutiae = reader.minutiae(count, form >> 4)
    extended = reader.extended()
    if reader.at != offset + length:
        raise reader.broken(
            offset, f"a view of {reader.at - offset} bytes, as its parts have", f"length {length}"
        )
    return View(
        finger=finger,
        number=number,
        impression=impression,
        qualities=qualities,
        minutiae=minutiae,
        extended=extended,
        image=Image(width, height, res_x, res_y),
        capture=Capture(moment, technology, vendor, device, certificates),
        minutia_bytes=form >> 4,
        ending=form & 15,
        offset=offset,
    )


def _read_moment(fields: Sequence[int]) -> Moment:
    pairs = zip(fields, _NOT_STATED, strict=True)
    return Moment(*(None if value == none else value for value, none in pairs))


def write(record: MinutiaRecord) -> bytes:
    """Raises struct.error or ValueError where a value does not fit its field."""
    views = b"".join(_write_view(view, record.certificates == 1) for view in record.views)
    head = place.head(record)
    stated = len(head) + _HEADER.size + len(views) + record.length_error
    return head + _HEADER.pack(stated, len(record.views), record.certificates) + views


def _write_view(view: View, certified: bool) -> bytes:
    capture, image = view.capture or Capture(), view.image
    if image is None or not 0 <= view.ending < 16 or view.minutia_bytes not in (5, 6):
        raise ValueError(f"a view with {image}, ending {view.ending}, {view.minutia_bytes} bytes")
    if capture.certificates and not certified:
        raise ValueError("certificates in a record whose flag says that it has none")
    parts = [
        _write_moment(capture.moment),
        _DEVICE.pack(capture.technology, capture.vendor, capture.device),
        _U8.pack(len(view.qualities)),
        *(_QUALITY.pack(q.score, q.vendor, q.algorithm) for q in view.qualities),
        _U8.pack(len(capture.certificates)) if certified else b"",
        *(_CERTIFICATE.pack(c.authority, c.scheme) for c in capture.certificates),
        _VIEW.pack(
            view.finger,
            view.number,
            image.resolution_x,
            image.resolution_y,
            view.impression,
            image.width_px,
            image.height_px,
            view.minutia_bytes << 4 | view.ending,
            len(view.minutiae),
        ),
        place.write_minutiae(view.minutiae, view.minutia_bytes),
        place.write_extended(view.extended),
    ]
    body = b"".join(parts)
    return _LENGTH.pack(len(body) + 4) + body


def _write_moment(moment: Moment) -> bytes:
    fields = (
        moment.year, moment.month, moment.day,
        moment.hour, moment.minute, moment.second, moment.millisecond,
    )  # fmt: skip
    pairs = zip(fields, _NOT_STATED, strict=True)
    return _MOMENT.pack(*(none if value is None else value for value, none in pairs))
