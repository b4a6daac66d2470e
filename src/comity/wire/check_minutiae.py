"""Minutiae of Type-9: counted, numbered, readable, inside the image, and ridge counts between them.

Positions outside the image by up to SLACK_PX pass: 0.01 mm and pixels are rounded both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from comity.records import Finding, Severity
from comity.wire import ridges
from comity.wire.findings import about, clause, shown
from comity.wire.minutiae import MINUTIAE_MAX, MinutiaSet, minutia_sets
from comity.wire.profile import Profile
from comity.wire.transaction import Item, Record, Transaction, whole

SLACK_PX, SLACK_UNITS = 2.0, 10.0
FAULTS_MAX = 10  # findings of one kind about one set
NOBODY = frozenset({0, 255})  # as a neighbour: none, or unknown
EXTENDED = frozenset({514, 515})  # CBEFF format types that have ridge counts, cores and deltas
_COUNTS = {"standard": 10, "iafis": 15, "m1": 136}
_PLACES = {"standard": 12, "iafis": 23, "m1": 137, "efs": 331}
_M1_TYPE, _M1_WIDTH, _M1_HEIGHT, _M1_RIDGES, _M1_POINTS = 126, 128, 129, 138, (139, 140)
_FMT, _EFS_RIDGES, _EFS_METHOD, _EFS_NONE = 4, 333, 332, 334
_STANDARD_FIELDS = range(5, 13)


def check(transaction: Transaction, _: Profile) -> Iterator[Finding]:
    """Findings about each set of minutiae and each Type-9 record."""
    for one in minutia_sets(transaction):
        for found in (_count(one), _order(one), _unread(one), _place(one), _neighbours(one)):
            yield from islice(found, FAULTS_MAX)
    for record in transaction.of_type(9):
        if record.form == "tagged":
            yield from _format(record)
            yield from islice(_points(record), FAULTS_MAX)
            yield from _frame(transaction, record)


def _count(one: MinutiaSet) -> Iterator[Finding]:
    present = len(one.minutiae) + len(one.unread)
    if one.stated is not None and one.stated != present and present < MINUTIAE_MAX:
        number = _COUNTS[one.form]
        yield _fault(one.record, number, "minutia-count",
                     f"{present}, as field 9.{_PLACES[one.form]:03d} holds", str(one.stated),
                     severity="error")  # fmt: skip


def _order(one: MinutiaSet) -> Iterator[Finding]:
    if one.unread:
        return
    for number, minutia in enumerate(one.minutiae, start=1):
        if minutia.number != number:
            yield _fault(one.record, _PLACES[one.form], "minutia-order", f"minutia {number}",
                         f"number {minutia.number}", at=minutia.offset)  # fmt: skip
            return  # one that is left out shifts all that follow


def _unread(one: MinutiaSet) -> Iterator[Finding]:
    for told in one.unread:
        yield _fault(one.record, _PLACES[one.form], "minutia-unreadable",
                     "a position and an angle in numbers", shown(told))  # fmt: skip


def _place(one: MinutiaSet) -> Iterator[Finding]:
    places = one.in_pixels()
    number = _PLACES[one.form]
    if places is not None and one.frame is not None:
        wide, tall = one.frame.width_px, one.frame.height_px
        for minutia, (x, y) in zip(one.minutiae, places, strict=True):
            if not (-SLACK_PX <= x <= wide + SLACK_PX and -SLACK_PX <= y <= tall + SLACK_PX):
                yield _fault(one.record, number, "minutia-place",
                             f"inside the image of {wide} x {tall} pixels",
                             f"minutia {minutia.number} at {x:.0f}, {y:.0f} pixels",
                             at=minutia.offset)  # fmt: skip
    elif one.region is not None:
        _, _, wide, tall = one.region
        for minutia in one.minutiae:
            if minutia.x > wide + SLACK_UNITS or minutia.y > tall + SLACK_UNITS:
                yield _fault(one.record, number, "minutia-place",
                             f"inside the region 9.300 of {wide} x {tall} units of 0.01 mm",
                             f"minutia {minutia.number} at {minutia.x}, {minutia.y}",
                             at=minutia.offset)  # fmt: skip


def _neighbours(one: MinutiaSet) -> Iterator[Finding]:
    """Ridge counts lead to minutiae that are there."""
    most = len(one.minutiae) + len(one.unread)
    number = {"m1": _M1_RIDGES, "efs": _EFS_RIDGES}.get(one.form, _PLACES[one.form])
    field = one.record.first(number)
    rows = field.subfields[: 8 * MINUTIAE_MAX] if field is not None and field.value else ()
    for items in rows:
        for item, neighbour in _named(one.form, items):
            if neighbour not in NOBODY and neighbour > most:
                yield _fault(one.record, number, "minutia-neighbour", f"1 to {most}",
                             str(neighbour), at=item.offset)  # fmt: skip


def _named(form: str, items: tuple[Item, ...]) -> Iterator[tuple[Item, int]]:
    """The minutiae that one row of ridge counts speaks of."""
    if form in ("m1", "efs"):
        texts: Iterable[tuple[Item, str]] = ((item, item.text) for item in items[:2])
    elif form == "standard":
        texts = ((item, item.text.partition(",")[0]) for item in items[4:])
    else:
        texts = ((item, item.text[:3]) for item in items[4:12] if len(item.value) == 5)
    for item, text in texts:
        number = whole(text)
        if number is not None:
            yield item, number


def _format(record: Record) -> Iterator[Finding]:
    """FMT 9.004 and M1's format type against the fields that are there."""
    has_standard = [n for n in _STANDARD_FIELDS if record.first(n) is not None]
    stated = record.text(_FMT).strip()
    if stated == "U" and 12 in has_standard:
        yield _fault(record, _FMT, "minutia-format", "S, as 9.012 is there", stated)
    if stated == "S" and not has_standard:
        yield _fault(record, _FMT, "minutia-format", "U, as no field of 9.005 to 9.012 is there",
                     stated)  # fmt: skip
    cbeff = record.first(_M1_TYPE)
    items = cbeff.subfields[0] if cbeff is not None else ()
    kind = whole(items[1].text) if len(items) > 1 else None
    extra = [n for n in (_M1_RIDGES, *_M1_POINTS) if record.first(n) is not None]
    if cbeff is not None and extra and kind is not None and kind not in EXTENDED:
        yield _fault(record, _M1_TYPE, "minutia-format",
                     f"514 or 515, as 9.{extra[0]:03d} is there", str(kind))  # fmt: skip
    if record.text(_EFS_NONE).strip() == "Y" and record.first(_PLACES["efs"]) is not None:
        yield _fault(record, _EFS_NONE, "minutia-format", "no NMIN, as 9.331 is there", "Y")
    if record.first(_EFS_RIDGES) is not None and record.first(_EFS_METHOD) is None:
        yield _fault(record, _EFS_RIDGES, "minutia-format",
                     "9.332, how the ridges were counted", "no such field")  # fmt: skip


def _points(record: Record) -> Iterator[Finding]:
    """Cores and deltas of M1 lie inside its own image."""
    wide, tall = record.number(_M1_WIDTH), record.number(_M1_HEIGHT)
    if not wide or not tall:
        return
    for number in _M1_POINTS:
        field = record.first(number)
        for items in field.subfields[:40] if field is not None else ():
            x, y = (whole(item.text) for item in (*items, items[0])[:2])
            if x is not None and y is not None and (x > wide or y > tall):
                yield _fault(record, number, "minutia-place",
                             f"inside the image of {wide} x {tall} pixels", f"{x}, {y}",
                             at=items[0].offset)  # fmt: skip


def _frame(transaction: Transaction, record: Record) -> Iterator[Finding]:
    """M1's own width and height are those of the image with the same IDC."""
    own = (record.number(_M1_WIDTH), record.number(_M1_HEIGHT))
    if record.idc is None or None in own:
        return
    for other in transaction.records:
        if other.type in ridges.RIDGES and other.idc == record.idc:
            size = (other.number(ridges.WIDTH[other.type]), other.number(ridges.HEIGHT[other.type]))
            if None not in size and size != own:
                yield _fault(record, _M1_WIDTH, "link",
                             f"{size[0]} x {size[1]}, as {other.name} with the same IDC says",
                             f"{own[0]} x {own[1]}")  # fmt: skip
            return


def _fault(
    record: Record,
    number: int,
    code: str,
    expected: str,
    found: str,
    *,
    severity: Severity = "warning",
    at: int | None = None,
) -> Finding:
    # The standard form was described last in 1-2007; 1-2011 refers to it there.
    old = number in range(5, 31) or number == _FMT
    source = f"ANSI/NIST-ITL 1-2007, Type-9, field 9.{number:03d}" if old else clause(9, number)
    return about(record, number, code, severity, expected=expected, found=found, source=source,
                 at=at)  # fmt: skip
