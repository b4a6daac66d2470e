"""Pixels an inch: ISR with NSR and NTR, SLC with HPS and VPS, and a WSQ's own comment."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding
from comity.wire import images, ridges
from comity.wire.findings import about, clause
from comity.wire.profile import Profile
from comity.wire.transaction import Record, Transaction

OLD_VERSIONS = frozenset({"0200", "0201"})  # 1-1993 and 1a-1997
CLASSES_PPI, TOLERANCE = (500.0, 1000.0), 0.01
# The minimum scanning resolution less its 1 %, and 4 % above it for what is transmitted in
# types 4 and 6; half of both in types 3 and 5. ANSI/NIST-ITL 1-2007, transmitting resolution.
HIGH_PPI, LOW_PPI = (495.0, 520.0), (247.5, 260.0)
SCALED = frozenset({3, 4, 5, 6, 7})  # by NSR and NTR
# NBIS keeps the comment's resolution in a byte in some versions: 255 is any from there up.
CLIPPED_PPI = 255
COMMENT_OFF = 0.02
ISR = 5  # of types 3 to 6
_NSR, _NTR = 11, 12
_RIDGES = "ANSI/NIST-ITL 1-2011, clause 7.7.6"
_EBTS = "EBTS 9.1, appendix F"
_SAME = "ANSI/NIST-ITL 1-2011, clause 7.7.8.3"


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about the scale of friction ridge images."""
    yield from _head(transaction)
    for record in transaction.records:
        if record.type in ridges.RIDGES and record.form != "raw":
            yield from _resolution(transaction, record, profile)
            if record.form == "tagged":
                yield from _square(record)


def _head(transaction: Transaction) -> Iterator[Finding]:
    """NSR and NTR are 00.00 where nothing is scaled by them, from 1-2000 (VER 0300) on."""
    head = transaction.head
    old = head.text(2).strip() in OLD_VERSIONS
    used = old or any(record.type in SCALED for record in transaction.records)
    told = {number: ridges.millimetres(head.first(number)) for number in (_NSR, _NTR)}
    stated = [number for number, per_mm in told.items() if per_mm]
    if stated and not used:
        both = f", and NTR 1.012 {head.text(_NTR)}" if len(stated) > 1 else ""
        yield about(
            head, stated[0], "resolution-unused", "warning",
            expected="00.00, as no record is of types 3 to 7", found=head.text(stated[0]) + both,
            source=clause(1, stated[0]),
        )  # fmt: skip
    native, sent = told[_NSR], told[_NTR]
    if used and native and sent and sent > native:
        yield about(
            head, _NTR, "scale", "warning", expected=f"at most NSR 1.011 {head.text(_NSR)}",
            found=head.text(_NTR), source=clause(1, _NTR),
        )  # fmt: skip


def _resolution(transaction: Transaction, record: Record, profile: Profile) -> Iterator[Finding]:
    ppi = ridges.resolution_ppi(transaction, record)
    tagged = record.form == "tagged"
    if ppi is None and tagged and record.type != 14 and record.number(ridges.SLC) == 0:
        return  # a latent or a foot may be of unknown scale
    strict = profile.strict and record.type in ridges.TYPES
    if not tagged and record.number(ISR) not in (0, 1):
        yield about(
            record, ISR, "code", profile.hard, expected="0 minimum or 1 native resolution",
            found=record.text(ISR), source=clause(record.type, ISR),
        )  # fmt: skip
    if ppi is None or not _usual(ppi, record.type, strict):
        yield about(
            record, ridges.HPS if tagged else ISR, "resolution",
            profile.hard if record.type in ridges.TYPES else "warning",
            expected=_expected(record.type, strict), found=f"{ppi:g}" if ppi else "no scale",
            source=_EBTS if strict else _RIDGES,
        )  # fmt: skip
    if ppi is not None:
        yield from _comment(record, ppi)


def _usual(ppi: float, record_type: int, strict: bool) -> bool:
    if strict:
        return any(abs(ppi - usual) <= TOLERANCE * usual for usual in CLASSES_PPI)
    if record_type in ridges.TAGGED:
        return ppi >= HIGH_PPI[0]
    least, most = LOW_PPI if record_type in ridges.HALVED else HIGH_PPI
    return least <= ppi <= most or (record_type == 4 and _usual(ppi, record_type, True))


def _expected(record_type: int, strict: bool) -> str:
    if strict:
        return "500 or 1000 pixels an inch, within 1 %"
    if record_type in ridges.TAGGED:
        return f"at least 500 pixels an inch less 1 %, {HIGH_PPI[0]:g}"
    least, most = LOW_PPI if record_type in ridges.HALVED else HIGH_PPI
    return f"{least:g} to {most:g} pixels an inch"


def _square(record: Record) -> Iterator[Finding]:
    across, down = record.number(ridges.HPS), record.number(ridges.VPS)
    if record.number(ridges.SLC) in (1, 2) and across and down and across != down:
        yield about(
            record, ridges.VPS, "scale", "warning", expected=f"{across}, as HPS has it",
            found=str(down), source=_SAME,
        )  # fmt: skip


def _comment(record: Record, ppi: float) -> Iterator[Finding]:
    """A note only: the comment binds nobody, but one of the two is wrong."""
    data, at = ridges.image_of(record)
    own = images.header(data) if data[:2] == b"\xff\xa0" else None
    if own is None or own.ppi in (0, CLIPPED_PPI) or abs(own.ppi - ppi) <= COMMENT_OFF * ppi:
        return
    yield about(
        record, ridges.DATA[record.type], "scale", "note", at=at,
        expected=f"{ppi:g} pixels an inch, as the record says",
        found=f"PPI {own.ppi} in the image's comment", source="IAFIS-IC-0110 (V3), NISTCOM",
    )  # fmt: skip
