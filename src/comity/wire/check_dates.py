"""Dates that are no days, and days in an order that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from comity.records import Finding, Severity
from comity.wire.fields import rows_about
from comity.wire.findings import clause, finding, shown
from comity.wire.profile import Profile
from comity.wire.submission import day
from comity.wire.transaction import Field, Item, Record, Transaction

# Older than any living person; two-digit years read as 18xx fall below it.
EARLIEST_BIRTH = date(1880, 1, 1)
UNKNOWN_DAY = "00000000"  # EBTS 9.1 appendix C, DOB: where it is wholly unknown
_DOB, _DOA, _ASL, _CSL, _SSD = 22, 45, 47, 51, 54
DATES_MAX = 100  # values looked at in one field; the standard allows 40
CAPTURED = {13: 5, 14: 5, 15: 5, 19: 5}  # the day a print was captured: LCD, TCD, PCD
_GMT = 14
_CLOCK = re.compile(r"([01]\d|2[0-3])[0-5]\d[0-6]\dZ", re.ASCII)
# DAT is local, GMT is not, and no place is further than 14 hours from it.
ZONES = timedelta(days=1)


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about DAT, GMT, DOB, DOA and the days of offences, dispositions and captures."""
    sent = day(transaction.text(1, 5))
    for record in transaction.records:
        if record.form == "tagged" and record.type in (1, 2, *CAPTURED):
            yield from _impossible(record, profile)
            yield from _captured(record, sent)
    yield from _instant(transaction.head, sent)
    details = transaction.of_type(2)
    if details:
        yield from _order(details[0], sent, profile)


def _impossible(record: Record, profile: Profile) -> Iterator[Finding]:
    for number, zeros_allowed in _dated(record.type):
        one = record.first(number)
        if one is None:
            continue
        severity: Severity = "error" if record.type == 1 else profile.hard
        for items in one.subfields[:DATES_MAX]:
            text = items[0].text
            if not text.strip() or (zeros_allowed and text == UNKNOWN_DAY):
                continue
            if day(text) is None or len(text) != 8:
                yield _about(record, one, items[0], "date", severity,
                             "a day of the calendar, CCYYMMDD")  # fmt: skip


def _captured(record: Record, sent: date | None) -> Iterator[Finding]:
    """No print is captured after the file was made; a day is left for zones."""
    one = record.first(CAPTURED.get(record.type, 0))
    taken = day(one.text) if one is not None else None
    if one is not None and taken is not None and sent is not None and taken > sent + ZONES:
        yield _about(record, one, one.subfields[0][0], "date-order", "warning",
                     f"no later than DAT 1.005 {sent:%Y%m%d}")  # fmt: skip


def _instant(head: Record, sent: date | None) -> Iterator[Finding]:
    """GMT 1.014 is DAT 1.005 in universal time: the same day, or the one beside it."""
    one = head.first(_GMT)
    if one is None or not one.value.strip():
        return
    item = one.subfields[0][0]
    text = item.text.strip()
    told = day(text[:8]) if _CLOCK.fullmatch(text, 8) else None
    if told is None:
        yield _about(head, one, item, "date", "warning",
                     "a day and time of the calendar, CCYYMMDDHHMMSSZ")  # fmt: skip
        return
    if sent is not None and abs(told - sent) > ZONES:
        yield _about(head, one, item, "date-order", "note",
                     f"the day of DAT 1.005 {sent:%Y%m%d}, or the one beside it")  # fmt: skip


@lru_cache(maxsize=8)
def _dated(record_type: int) -> tuple[tuple[int, bool], ...]:
    """Fields that are a date or begin with one, and whether zeros stand for unknown."""
    dated = (r for r in rows_about(record_type) if r.chars == "DATE")
    return tuple({r.number: "0" in r.special for r in dated if r.item <= 1}.items())


def _order(record: Record, sent: date | None, profile: Profile) -> Iterator[Finding]:
    arrests = record.first(_DOA)
    arrested = day(arrests.text) if arrests is not None else None
    if arrests is not None and arrested and sent and arrested > sent:
        item = arrests.subfields[0][0]
        yield _about(record, arrests, item, "date-order", profile.hard,
                     f"no later than DAT 1.005 {sent:%Y%m%d}")  # fmt: skip
    births = record.first(_DOB)
    for items in births.subfields[:DATES_MAX] if births is not None else ():
        yield from _birth(record, births, items[0], sent, arrested, profile)
    for number in (_ASL, _CSL, _SSD):
        one = record.first(number)
        for items in one.subfields[:DATES_MAX] if one is not None else ():
            told = day(items[0].text)
            if one is not None and told and sent and told > sent:
                yield _about(record, one, items[0], "date-order", "warning",
                             f"no later than DAT 1.005 {sent:%Y%m%d}")  # fmt: skip


def _birth(
    record: Record,
    one: Field | None,
    item: Item,
    sent: date | None,
    arrested: date | None,
    profile: Profile,
) -> Iterator[Finding]:
    born = day(item.text)
    if born is None or one is None:
        return
    if born < EARLIEST_BIRTH:
        yield _about(record, one, item, "date-order", profile.hard,
                     f"no earlier than {EARLIEST_BIRTH:%Y%m%d}")  # fmt: skip
    for tag, limit in (("DOA 2.045", arrested), ("DAT 1.005", sent)):
        if limit is not None and born > limit:
            yield _about(record, one, item, "date-order", profile.hard,
                         f"no later than {tag} {limit:%Y%m%d}")  # fmt: skip
            return


def _about(
    record: Record, one: Field, item: Item, code: str, severity: Severity, expected: str
) -> Finding:
    return finding(
        code, severity, record.type, record.idc, one.number, item.offset,
        expected=expected, found=shown(item.value),
        source=f"EBTS 9.1, appendix C, {one.tag}" if record.type == 2
        else clause(record.type, one.number),
    )  # fmt: skip
