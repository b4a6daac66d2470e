"""Friction ridge images of a transaction: their fields, and types 4 and 14 as records.

Images stay compressed. Only friction ridges: nothing here looks into types 10 (faces), 16,
17 (irises) or 99.
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

# Binary records, tagged records, and those of them whose fingers are carried on.
BINARY, TAGGED, TYPES = (3, 4, 5, 6), (13, 14, 15, 19), (4, 14)
RIDGES = (*BINARY, *TAGGED)
# What a print is read from in each type: position, impression, width, height, compression, image.
FGP = {t: 4 if t in BINARY else 13 for t in RIDGES}
IMP = dict.fromkeys(RIDGES, 3)
WIDTH = dict.fromkeys(RIDGES, 6)
HEIGHT = dict.fromkeys(RIDGES, 7)
COMPRESSION = {t: 8 if t in BINARY else 11 for t in RIDGES}
DATA = {t: 9 if t in BINARY else 999 for t in RIDGES}
BITS = {3: 8, 4: 8, 5: 1, 6: 1}  # bits a pixel
HALVED = (3, 5)  # low resolution: half the native or half the minimum scanning resolution
SLC, HPS, VPS, BPX = 8, 9, 10, 12
DOUBLED_MAX = 256  # bytes in which a second tag of the image field is looked for


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
    data, _ = image_of(record)
    fingers = positions(record)
    width, height = record.number(WIDTH[record.type]), record.number(HEIGHT[record.type])
    compression = compression_of(record)
    if not data or not fingers or not width or not height:
        return None
    if not 1 <= fingers[0] <= 14 or compression not in COMPRESSIONS:
        return None
    impression = record.number(IMP[record.type])
    own = header(data)
    if own is not None and own.width_px and own.height_px:
        width, height = own.width_px, own.height_px
    return ImageRecord(
        data=data,
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
    """The word that tagged records use; empty where a code of types 3 to 6 is unknown.

    Types 5 and 6 know two codes only: none, and CCITT Group 4, which has no word: `G4`.
    """
    if record.type in TAGGED:
        return record.text(COMPRESSION[record.type]).strip()
    code = record.number(COMPRESSION[record.type])
    known = COMPRESSIONS if record.type in (3, 4) else ("NONE", "G4")
    return known[code] if code is not None and code < len(known) else ""


def resolution_ppi(transaction: Transaction, record: Record) -> float | None:
    """Pixels an inch across; None where the file gives no scale.

    Types 3 to 6: 1.011 or 1.012 by ISR, halved in types 3 and 5. Tagged types: SLC and HPS.
    """
    if record.type in TAGGED:
        scale, unit = record.number(HPS), record.number(SLC)
        if not scale or unit not in (1, 2):
            return None
        return round(scale * CM_PER_INCH, 2) if unit == 2 else float(scale)
    native = record.number(5) == 1
    if record.type in HALVED:
        whole_mm = millimetres(transaction.head.first(11)) if native else MINIMUM_PX_MM
        return round(whole_mm * MM_PER_INCH / 2, 2) if whole_mm else None
    per_mm = millimetres(transaction.head.first(11 if native else 12))
    if per_mm is None and not native:
        per_mm = MINIMUM_PX_MM
    return round(per_mm * MM_PER_INCH, 2) if per_mm else None


def image_of(record: Record) -> tuple[bytes, int]:
    """The image's bytes and the offset of the first of them; no bytes where there is none.

    Some senders write a number into a first NN.999 and the image into a second one: the reader
    keeps both as one value, and the image is what follows the last such tag.
    """
    one = record.first(DATA.get(record.type, 999))
    if one is None:
        return b"", record.offset
    skipped = doubled(one)
    return one.value[skipped:], one.offset + skipped


def doubled(one: Field) -> int:
    """Bytes before the last `GS NN.999:` near the beginning of an image field; 0 without one."""
    if one.binary or not one.value[:1].isdigit():
        return 0
    tag = b"\x1d%d.999:" % one.record_type
    at = one.value.rfind(tag, 0, DOUBLED_MAX)
    return at + len(tag) if at >= 0 else 0


def millimetres(one: Field | None) -> float | None:
    """NSR or NTR, `19.69`; None where absent, unreadable or `00.00`."""
    text = one.text.strip() if one is not None else ""
    left, point, right = text.partition(".")
    if not point or len(text) > 8 or not (left + right).isascii() or not (left + right).isdigit():
        return None
    return float(f"{left or 0}.{right or 0}") or None
