"""Images of friction ridges in whatever record carries them: types 3 to 6, 13, 14, 15 and 19.

The whole list of what may be decoded, shown or extracted. Faces, irises, signatures, DNA, test
images (type 16) and user-defined ones (types 7, 99) are in no list here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from comity.wire import binary, images
from comity.wire.ridges import CM_PER_INCH, MINIMUM_PX_MM, MM_PER_INCH, millimetres
from comity.wire.transaction import Field, Record, Transaction, whole

TYPES = frozenset({3, 4, 5, 6, 13, 14, 15, 19})
BILEVEL = frozenset({5, 6})  # one bit a pixel, rows padded to bytes
BOXES_MAX = 20

# Impression, finger position, width, height, compression, image: ANSI/NIST-ITL 1-2007, clauses
# 9 to 12 (types 3 to 6, where the place in the header counts) and 1-2011, clauses 8.13 to 8.15
# and 8.19 (tagged records).
_BINARY = (3, 4, 6, 7, 8, 9)
_TAGGED = (3, 13, 6, 7, 11, 999)
_UNIT, _SCALE, _DEPTH, _SEGMENTS = 8, 9, 12, 21


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
                 record says it is uncompressed, FAX for facsimile, `` where nobody says
    stated       the record's own word or code for the compression
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
    imp, fgp, hll, vll, compression, data = _BINARY if record.form == "binary" else _TAGGED
    field = record.first(data)
    if field is None or not field.value:
        return None
    stated = record.text(compression).strip()
    width, height = record.number(hll) or 0, record.number(vll) or 0
    own = images.header(field.value)
    if own is not None and own.width_px and own.height_px:
        width, height = own.width_px, own.height_px
    return RidgeImage(
        record=record,
        data=field.value,
        offset=field.offset,
        format=own.format if own is not None else _format(record, stated, field.value),
        stated=stated,
        width_px=width,
        height_px=height,
        bits=1 if record.type in BILEVEL else record.number(_DEPTH) or 8,
        resolution_ppi=_ppi(transaction, record),
        positions=_positions(record.first(fgp)),
        impression=record.number(imp),
        boxes=_boxes(record) if record.type == 14 else (),
    )


def _format(record: Record, stated: str, data: bytes) -> str:
    """What the bytes are whose beginning is no image file's that `images` knows."""
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "TIFF"
    if record.form == "tagged":
        return "RAW" if stated == "NONE" else ""
    if stated == "1" and record.type in BILEVEL:
        return "FAX"
    return "RAW" if stated == "0" else ""


def _positions(field: Field | None) -> tuple[int, ...]:
    if field is None:
        return ()
    if field.binary:
        return binary.fingers(field.value)
    codes = (whole(items[0].text) for items in field.subfields[:6])
    return tuple(code for code in codes if code is not None)


def _ppi(transaction: Transaction, record: Record) -> float | None:
    """Pixels an inch; in types 3 to 6 by ISR of NSR 1.011 or NTR 1.012.

    Types 3 and 5 are of low resolution: half the minimum where NTR is not stated
    (ANSI/NIST-ITL 1-2007, clauses 9 and 11).
    """
    if record.form == "tagged":
        scale, unit = record.number(_SCALE), record.number(_UNIT)
        if not scale or unit not in (1, 2):
            return None
        return round(scale * CM_PER_INCH, 2) if unit == 2 else float(scale)
    native = record.number(5) == 1
    per_mm = millimetres(transaction.head.first(11 if native else 12))
    if per_mm is None and not native:
        per_mm = MINIMUM_PX_MM / (2 if record.type in (3, 5) else 1)
    return round(per_mm * MM_PER_INCH, 2) if per_mm else None


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
