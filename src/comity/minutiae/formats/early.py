r"""ISO/IEC 19794-2:2005 and ANSI INCITS 378-2004: one header for all views, big-endian.

    header   "FMR\0" " 20\0" | length u32 (ISO), u16 or u16 0 and u32 (ANSI)
             | owner u16, type u16 (ANSI only) | certificates 4 bits, device 12 bits
             | width, height px u16 | resolution x, y px/cm u16 | views u8 | 0 u8
    view     finger u8 | number 4 bits, impression 4 bits | quality u8 | count u8
             | minutiae of 6 bytes | length of the extensions u16, extensions

The two differ in the length and the owner only, so the length tells them apart.
"""

from __future__ import annotations

import struct

from comity.minutiae.formats import place
from comity.minutiae.formats.place import Place
from comity.minutiae.record import NAMES, Image, MinutiaRecord, Quality, Standard, View

_OWNER, _IMAGE, _COUNT = struct.Struct(">HH"), struct.Struct(">HHHHH"), struct.Struct(">BB")
_VIEW = struct.Struct(">BBBB")
_DEVICE_BITS = 12
_SHORT_MAX = 0xFFFF  # length of a file whose length field has two bytes


def read(data: bytes) -> MinutiaRecord:
    """Either standard. Raises TemplateError."""
    standard, at, stated = _length(data)
    reader = Place(data, NAMES[standard])
    reader.at = at
    owner = product = 0
    if standard == "ansi-2004":
        owner, product = reader.take(_OWNER, "the product identifier")
    equipment, *image = reader.take(_IMAGE, "the header")
    count, reserved = reader.take(_COUNT, "the header")
    length_error = reader.length_error(stated)
    if at == 10 and len(data) > _SHORT_MAX:
        raise reader.broken(8, "a length of six bytes", f"two, in a file of {len(data)} bytes")
    views = tuple(_view(reader) for _ in range(count))
    reader.end()
    return MinutiaRecord(
        standard=standard,
        views=views,
        image=Image(*image),
        certificates=equipment >> _DEVICE_BITS,
        device=equipment & ((1 << _DEVICE_BITS) - 1),
        owner=owner,
        product=product,
        version=data[4:7].decode("ascii"),
        length_error=length_error,
        long_length=standard == "ansi-2004" and at == 14 and len(data) - 4 <= _SHORT_MAX,
        reserved=reserved,
    )


def _length(data: bytes) -> tuple[Standard, int, int]:
    """Standard, where its length field ends, length: of the two, what is nearest to the file's."""
    iso: tuple[Standard, int, int] = ("iso-2005", 8, 12)
    # No ISO record reaches 16 MB, no ANSI record has the length 0 in two bytes.
    long = data[8:10] == b"\0\0"
    forms = [iso, ("ansi-2004", 10, 14)] if long else [("ansi-2004", 8, 10), iso]
    forms = [form for form in forms if form[2] <= len(data)]
    if not forms:
        early = f"{NAMES['iso-2005']} or {NAMES['ansi-2004']}"
        raise Place(data, early).broken(len(data), "a header", f"a file of {len(data)} bytes")
    stated = [
        (standard, end, int.from_bytes(data[first:end], "big")) for standard, first, end in forms
    ]
    return min(stated, key=lambda form: abs(form[2] - len(data)))


def _view(reader: Place) -> View:
    offset = reader.at
    finger, number_impression, quality, count = reader.take(_VIEW, "a view's head")
    return View(
        finger=finger,
        number=number_impression >> 4,
        impression=number_impression & 15,
        qualities=(Quality(quality),),
        minutiae=reader.minutiae(count),
        extended=reader.extended(),
        offset=offset,
    )


def write(record: MinutiaRecord) -> bytes:
    """Raises struct.error or ValueError where a value does not fit its field."""
    if record.image is None:
        raise ValueError("a record without an image")
    if record.device >> _DEVICE_BITS:
        raise ValueError(f"device number {record.device}")
    image = record.image
    equipment = record.certificates << _DEVICE_BITS | record.device
    body = _IMAGE.pack(
        equipment, image.width_px, image.height_px, image.resolution_x, image.resolution_y
    ) + _COUNT.pack(len(record.views), record.reserved)
    if record.standard == "ansi-2004":
        body = _OWNER.pack(record.owner, record.product) + body
    body += b"".join(_write_view(view) for view in record.views)
    head = place.head(record)
    stated = len(head) + len(body) + record.length_error
    if record.standard == "iso-2005":
        return head + struct.pack(">I", stated + 4) + body
    if len(head) + len(body) + 2 <= _SHORT_MAX and not record.long_length:
        return head + struct.pack(">H", stated + 2) + body
    return head + struct.pack(">HI", 0, stated + 6) + body


def _write_view(view: View) -> bytes:
    (quality,) = view.qualities
    if not 0 <= view.impression < 16:
        raise ValueError(f"impression type {view.impression}")
    head = _VIEW.pack(
        view.finger, view.number << 4 | view.impression, quality.score, len(view.minutiae)
    )
    return head + place.write_minutiae(view.minutiae) + place.write_extended(view.extended)
