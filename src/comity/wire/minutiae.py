"""Minutiae of Type-9 records as plain records, whichever of four forms they are written in.

    standard  9.005-9.012    XXXXYYYYTTT in 0.01 mm from the image's lower left; T points away
                             from the ridge                       ANSI/NIST-ITL 1-2007, clause 15
    iafis     9.013-9.030    the same in 0.01 mm from the upper left; T points along the ridge
                                                                  EBTS 9.1, Type-9 features of IAFIS
    m1        9.126-9.150    pixels from the upper left, angles in 2 degrees; as ANSI INCITS 378
                                                                  ANSI/NIST-ITL 1-2011, 8.9.5
    efs       9.300-9.399    0.01 mm from the upper left of the region of interest 9.300, degrees
                                                                  ANSI/NIST-ITL 1-2011, 8.9.7

NIST's reference files type-9-14-std, type-9-14-m1 and type-9-4-iafis hold one finger in the first
three forms, and tests/wire/test_wire_minutiae.py holds that they agree: positions after scaling,
and angles, of which those of the standard form are turned by 180 degrees. Blocks of other makers
(9.031-9.125, 9.151-9.225) are named and not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from comity.records import BIFURCATION, ENDING, OTHER
from comity.wire.friction import ridge_image
from comity.wire.transaction import Field, Item, Record, Transaction, whole

Form = Literal["standard", "m1", "iafis", "efs"]
MINUTIAE_MAX = 10_000  # a palm has below 2,000
UNITS_PER_CM = 1000  # 0.01 mm
CM_PER_INCH = 2.54
_KINDS = {"A": ENDING, "B": BIFURCATION, "E": ENDING, "0": OTHER, "1": ENDING, "2": BIFURCATION}


@dataclass(frozen=True, slots=True)
class Minutia:
    """One minutia.

    x, y       pixels or 0.01 mm, as the set says, from its origin
    angle_deg  0..359 counter-clockwise from +x, along the ridge of an ending and the valley of a
               bifurcation, as in ANSI INCITS 378 and ISO/IEC 19794-2, whatever the form's sense
    kind       1 ending, 2 bifurcation, 0 other or not told
    quality    as stored: 0 or 2 (best) to 63 in the standard form, 1 to 100 (best) in m1
    offset     bytes from the file's start
    """

    number: int
    x: int
    y: int
    angle_deg: int
    kind: int
    quality: int | None
    offset: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The image that minutiae lie in; pixels a centimetre across and down."""

    width_px: int
    height_px: int
    per_cm_x: float
    per_cm_y: float


@dataclass(frozen=True)
class MinutiaSet:
    """One form of one Type-9 record; a record may hold several.

    unit     of x and y: 0.01 mm, or px
    origin   of x and y; in the efs form the region of interest's
    region   (left, top, width, height) of that region in the image, 0.01 mm; None elsewhere
    stated   how many minutiae the record says it has
    frame    m1: its own; else that of the friction ridge image of the same IDC, or None
    unread   values that are no minutia, each with its place
    """

    record: Record
    form: Form
    positions: tuple[int, ...]
    impression: int | None
    unit: Literal["0.01 mm", "px"]
    origin: Literal["lower left", "upper left"]
    minutiae: tuple[Minutia, ...]
    region: tuple[int, int, int, int] | None
    stated: int | None
    frame: Frame | None
    unread: tuple[str, ...]

    def in_pixels(self) -> tuple[tuple[float, float], ...] | None:
        """x to the right and y down of each minutia in its image; None where that is unknown."""
        if self.frame is None:
            return None
        if self.unit == "px":
            return tuple((float(m.x), float(m.y)) for m in self.minutiae)
        across, down = self.frame.per_cm_x / UNITS_PER_CM, self.frame.per_cm_y / UNITS_PER_CM
        left, top = self.region[:2] if self.region is not None else (0, 0)
        tall = self.frame.height_px
        return tuple(
            (
                (m.x + left) * across,
                tall - m.y * down if self.origin == "lower left" else (m.y + top) * down,
            )
            for m in self.minutiae
        )


def minutia_sets(transaction: Transaction) -> Iterator[MinutiaSet]:
    """Every set of minutiae of every Type-9 record, in the order of the file."""
    for record in transaction.of_type(9):
        yield from sets_of(transaction, record)


def sets_of(transaction: Transaction, record: Record) -> Iterator[MinutiaSet]:
    """The sets of one record: in the order standard, iafis, m1, efs."""
    frame = _frame(transaction, record)
    for form, number in (("standard", 12), ("iafis", 23), ("m1", 137), ("efs", 331)):
        field = record.first(number)
        if field is not None:
            yield _READERS[form](record, field, frame)


def other_blocks(record: Record) -> tuple[str, ...]:
    """Makers' own blocks of features that the record holds, by their range of tags.

    Source: ANSI/NIST-ITL 1-2011 Update 2015, table 29.
    """
    held = {one.number for one in record.fields}
    ranges = ((31, 54), (55, 70), (71, 99), (100, 125), (151, 175), (176, 225))
    return tuple(f"9.{a:03d}-9.{b:03d}" for a, b in ranges if any(a <= n <= b for n in held))


def _frame(transaction: Transaction, record: Record) -> Frame | None:
    """The friction ridge image with the record's IDC."""
    if record.idc is None:
        return None
    for other in transaction.records:
        if other.type != 9 and other.form != "raw" and other.idc == record.idc:
            one = ridge_image(transaction, other)
            if one is not None and one.resolution_ppi and one.width_px and one.height_px:
                per_cm = one.resolution_ppi / CM_PER_INCH
                return Frame(one.width_px, one.height_px, per_cm, per_cm)
    return None


# --- the four forms -----------------------------------------------------------------------


def _standard(record: Record, field: Field, frame: Frame | None) -> MinutiaSet:
    rows = [_placed(items, turn=180) for items in _subfields(field)]
    return _set(record, "standard", 6, 10, frame, rows)


def _iafis(record: Record, field: Field, frame: Frame | None) -> MinutiaSet:
    rows = [_placed(items, turn=0) for items in _subfields(field)]
    return _set(record, "iafis", 14, 15, frame, rows)


def _m1(record: Record, field: Field, frame: Frame | None) -> MinutiaSet:
    rows = [_m1_minutia(items) for items in _subfields(field)]
    own = (record.number(n) for n in (128, 129, 131, 132))
    width, height, across, down = (value or 0 for value in own)
    unit = {1: CM_PER_INCH, 2: 1.0}.get(record.number(130) or 0)
    if width and height and across and down and unit is not None:
        frame = Frame(width, height, across / unit, down / unit)
    return _set(record, "m1", 134, 136, frame, rows)


def _efs(record: Record, field: Field, frame: Frame | None) -> MinutiaSet:
    rows = [_efs_minutia(number, items) for number, items in enumerate(_subfields(field), 1)]
    region = _numbers(record.first(300), 4)
    if region is not None:  # stored as width, height, left, top; the last two may be left out
        region = (region[2], region[3], region[0], region[1])
    return _set(record, "efs", 302, 0, frame, rows, region)


_READERS = {"standard": _standard, "iafis": _iafis, "m1": _m1, "efs": _efs}


def _subfields(field: Field) -> tuple[tuple[Item, ...], ...]:
    return field.subfields[:MINUTIAE_MAX] if field.value else ()


def _placed(items: tuple[Item, ...], *, turn: int) -> Minutia | str:
    """number, XXXXYYYYTTT (palms: XXXXXYYYYYTTT), quality, kind, ridge counts ..."""
    at = items[1] if len(items) > 1 else items[0]
    text = at.text.strip()
    if len(items) < 2 or len(text) not in (11, 13) or not (text.isascii() and text.isdigit()):
        return _unread(at, "11 digits XXXXYYYYTTT")
    wide = (len(text) - 3) // 2
    angle = int(text[-3:])
    if angle > 360:
        return _unread(at, "an angle of 0 to 359")
    return Minutia(
        number=whole(items[0].text) or 0,
        x=int(text[:wide]),
        y=int(text[wide : 2 * wide]),
        angle_deg=(angle + turn) % 360,
        kind=_KINDS.get(_text(items, 3), OTHER),
        quality=whole(_text(items, 2)),
        offset=items[0].offset,
    )


def _m1_minutia(items: tuple[Item, ...]) -> Minutia | str:
    """number, x, y, angle / 2, kind, quality"""
    number, x, y, half = (whole(_text(items, k)) for k in range(4))
    if x is None or y is None or half is None or half > 179:
        return _unread(items[0], "number, x, y and an angle of 0 to 179")
    return Minutia(
        number=number or 0,
        x=x,
        y=y,
        angle_deg=2 * half,
        kind=_KINDS.get(_text(items, 4), OTHER),
        quality=whole(_text(items, 5)),
        offset=items[0].offset,
    )


def _efs_minutia(number: int, items: tuple[Item, ...]) -> Minutia | str:
    """x, y, angle, kind (E, B, X), radius of uncertainty, uncertainty of the angle"""
    x, y, angle = (whole(_text(items, k)) for k in range(3))
    if x is None or y is None or angle is None or angle > 360:
        return _unread(items[0], "x, y and an angle of 0 to 359")
    kind = _KINDS.get(_text(items, 3), OTHER)
    return Minutia(number, x, y, angle % 360, kind, None, items[0].offset)


def _set(
    record: Record,
    form: Form,
    position: int,
    count: int,
    frame: Frame | None,
    rows: list[Minutia | str],
    region: tuple[int, ...] | None = None,
) -> MinutiaSet:
    """The set, with its positions and count from the fields of those numbers."""
    field = record.first(position)
    codes = [whole(items[0].text) for items in field.subfields[:6]] if field is not None else []
    return MinutiaSet(
        record=record,
        form=form,
        positions=tuple(code for code in codes if code is not None),
        impression=record.number(3),
        unit="px" if form == "m1" else "0.01 mm",
        origin="lower left" if form == "standard" else "upper left",
        minutiae=tuple(row for row in rows if isinstance(row, Minutia)),
        region=None if region is None else (region[0], region[1], region[2], region[3]),
        stated=record.number(count) if count else None,
        frame=frame,
        unread=tuple(row for row in rows if isinstance(row, str)),
    )


def _numbers(field: Field | None, count: int) -> tuple[int, ...] | None:
    """The first subfield's first numbers, 0 where an item is missing."""
    if field is None:
        return None
    texts = chain((item.text for item in field.subfields[0][:count]), [""] * count)
    return tuple(whole(text) or 0 for text, _ in zip(texts, range(count), strict=False))


def _text(items: tuple[Item, ...], place: int) -> str:
    return items[place].text.strip() if place < len(items) else ""


def _unread(item: Item, expected: str) -> str:
    return f"byte {item.offset}: expected {expected}, found `{item.text[:40]}`"
