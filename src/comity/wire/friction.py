"""Images of friction ridges in whatever record carries them: types 3 to 6, 13, 14, 15 and 19.

The whole list of what may be decoded, shown or extracted. Faces, irises, signatures, DNA, test
images (type 16) and user-defined ones (types 7, 99) are in no list here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from comity.wire import images, ridges
from comity.wire.transaction import Record, Transaction, whole

TYPES = frozenset(ridges.RIDGES)
BILEVEL = frozenset({5, 6})  # one bit a pixel, rows padded to bytes
BOXES_MAX = 20
_SEGMENTS = 21


@dataclass(frozen=True)
class Box:
    """One finger's place in a slap, pixels from the image's upper left: SEG 14.021."""

    finger: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True)
class RidgeImage:
    """One image as its record has it.

    data         the image's bytes;  offset  theirs in the file
    format       WSQ, JPEG, JP2, PNG or TIFF by the image's own first bytes; else RAW where the
                 record says it is uncompressed, FAX for CCITT Group 4, `` where nobody says
    stated       the word for the record's compression, or what it has instead
    width_px     of the image's own header where it has one, else as stated; 0 unknown
    bits         a pixel, as stated; 1 for bi-level records
    resolution_ppi  None where the file gives no scale
    """

    record: Record
    data: bytes
    offset: int
    format: str
    stated: str
    width_px: int
    height_px: int
    bits: int
    resolution_ppi: float | None
    positions: tuple[int, ...]
    impression: int | None
    boxes: tuple[Box, ...]


def ridge_images(transaction: Transaction) -> Iterator[RidgeImage]:
    """Every friction ridge image with bytes, in the order of the file."""
    for record in transaction.records:
        one = ridge_image(transaction, record)
        if one is not None:
            yield one


def ridge_image(transaction: Transaction, record: Record) -> RidgeImage | None:
    """The record's image, or None where it is of another kind or carries no bytes."""
    if record.type not in TYPES or record.form == "raw":
        return None
    data, offset = ridges.image_of(record)
    if not data:
        return None
    width = record.number(ridges.WIDTH[record.type]) or 0
    height = record.number(ridges.HEIGHT[record.type]) or 0
    own = images.header(data)
    if own is not None and own.width_px and own.height_px:
        width, height = own.width_px, own.height_px
    word = ridges.compression_of(record)
    return RidgeImage(
        record=record,
        data=data,
        offset=offset,
        format=own.format if own is not None else {"NONE": "RAW", "G4": "FAX"}.get(word, ""),
        stated=word or record.text(ridges.COMPRESSION[record.type]).strip(),
        width_px=width,
        height_px=height,
        bits=ridges.BITS.get(record.type) or record.number(ridges.BPX) or 8,
        resolution_ppi=ridges.resolution_ppi(transaction, record),
        positions=ridges.positions(record),
        impression=record.number(ridges.IMP[record.type]),
        boxes=_boxes(record) if record.type == 14 else (),
    )


def _boxes(record: Record) -> tuple[Box, ...]:
    field = record.first(_SEGMENTS)
    if field is None:
        return ()
    found = []
    for items in field.subfields[:BOXES_MAX]:
        values = [whole(item.text) for item in items[:5]]
        if len(values) == 5:
            finger, left, right, top, bottom = (-1 if v is None else v for v in values)
            if min(finger, left, top) >= 0 and right > left and bottom > top:
                found.append(Box(finger, left, right, top, bottom))
    return tuple(found)
