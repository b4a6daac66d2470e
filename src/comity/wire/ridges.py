"""Fingerprint images of a transaction (types 4 and 14) as records, still compressed.

Only friction ridges: nothing here looks into types 10 (faces), 16, 17 (irises) or 99.
"""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import ImageRecord
from comity.wire import binary
from comity.wire.images import COMPRESSIONS, header
from comity.wire.transaction import Field, Record, Transaction, whole

MM_PER_INCH, CM_PER_INCH = 25.4, 2.54
# ANSI/NIST-ITL 1-2007: the minimum scanning resolution, pixels a millimetre.
MINIMUM_PX_MM = 19.69

# What a fingerprint is read from in each type: finger position, impression, width, height,
# compression, image.
FGP = {4: 4, 14: 13}
IMP = {4: 3, 14: 3}
WIDTH = {4: 6, 14: 6}
HEIGHT = {4: 7, 14: 7}
COMPRESSION = {4: 8, 14: 11}
DATA = {4: 9, 14: 999}
TYPES = (4, 14)


def image_records(transaction: Transaction) -> Iterator[ImageRecord]:
    """Images of fingers 1..14 that carry a size, a known compression and bytes; file order.

    Width and height are the image's own where its header has them: `validate` says where the
    record states others.
    """
    for record in transaction.records:
        if record.type in TYPES and record.form != "raw":
            one = _image(transaction, record)
            if one is not None:
                yield one


def _image(transaction: Transaction, record: Record) -> ImageRecord | None:
    data = record.first(DATA[record.type])
    fingers = positions(record)
    width, height = record.number(WIDTH[record.type]), record.number(HEIGHT[record.type])
    compression = compression_of(record)
    if data is None or not data.value or not fingers or not width or not height:
        return None
    if not 1 <= fingers[0] <= 14 or compression not in COMPRESSIONS:
        return None
    impression = record.number(IMP[record.type])
    own = header(data.value)
    if own is not None and own.width_px and own.height_px:
        width, height = own.width_px, own.height_px
    return ImageRecord(
        data=data.value,
        compression=compression,
        width_px=width,
        height_px=height,
        resolution_ppi=resolution_ppi(transaction, record) or 0.0,
        finger=fingers[0],
        impression=29 if impression is None else impression,
        record_type=record.type,
        idc=-1 if record.idc is None else record.idc,
        offset=record.offset,
    )


def positions(record: Record) -> tuple[int, ...]:
    """FGP codes, the most likely first."""
    one = record.first(FGP[record.type])
    if one is None:
        return ()
    if one.binary:
        return binary.fingers(one.value)
    codes = (whole(item.text) for items in one.subfields[:6] for item in items[:1])
    return tuple(code for code in codes if code is not None)


def compression_of(record: Record) -> str:
    """The word Type-14 uses; empty where a Type-4 code is unknown."""
    if record.type == 14:
        return record.text(COMPRESSION[14]).strip()
    code = record.number(COMPRESSION[4])
    return COMPRESSIONS[code] if code is not None and code < len(COMPRESSIONS) else ""


def resolution_ppi(transaction: Transaction, record: Record) -> float | None:
    """Pixels an inch across, from 1.011 or 1.012 by ISR (type 4), or SLC and HPS (type 14).

    None where the file gives no scale.
    """
    if record.type == 14:
        scale, unit = record.number(9), record.number(8)
        if not scale or unit not in (1, 2):
            return None
        return round(scale * CM_PER_INCH, 2) if unit == 2 else float(scale)
    native = record.number(5) == 1
    per_mm = millimetres(transaction.head.first(11 if native else 12))
    if per_mm is None and not native:
        per_mm = MINIMUM_PX_MM
    return round(per_mm * MM_PER_INCH, 2) if per_mm else None


def millimetres(one: Field | None) -> float | None:
    """NSR or NTR, `19.69`; None where absent, unreadable or `00.00`."""
    text = one.text.strip() if one is not None else ""
    left, point, right = text.partition(".")
    if not point or len(text) > 8 or not (left + right).isascii() or not (left + right).isdigit():
        return None
    return float(f"{left or 0}.{right or 0}") or None
