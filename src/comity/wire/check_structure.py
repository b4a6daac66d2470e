"""CNT against the records, IDC against CNT, what a type must hold, and character sets."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire.entries import announced
from comity.wire.findings import finding, shown
from comity.wire.profile import Profile
from comity.wire.transaction import Record, Transaction, whole

# ANSI/NIST-ITL 1-2011 table 4: indexes below 128 that are given out. 002 and 004 (UTF-16 and
# UTF-32) cannot be mixed with one-byte separators, so such a file could not be read.
READABLE_SETS = {"000": "ASCII", "001": "Latin-1", "003": "UTF-8"}
VERSIONS = frozenset({"0200", "0201", "0300", "0400", "0500", "0501", "0502"})
# Kept in the file, never opened: faces, irises, signatures, palms, genetic and private records.
NOT_CARRIED = {7: "a user-defined image", 8: "a signature", 10: "a face, scar or tattoo image",
               15: "a palm image", 16: "a user-defined test image", 17: "an iris image",
               18: "a genetic profile", 19: "a foot image", 20: "a source representation",
               21: "an associated context", 22: "another kind of image",
               98: "an assurance of information", 99: "other biometric data"}  # fmt: skip
KNOWN_TYPES = frozenset({*range(1, 23), 98, 99})
_BASE = "ANSI/NIST-ITL 1-2011, clause 8.1"
_NON_ASCII = bytes(range(128, 256))


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about the file as a whole."""
    yield from _version(transaction)
    if profile.unstated:
        yield _head(transaction, "domain-unstated", "warning", 4,
                    "a version in DOM 1.013, or the fields that EBTS demands",
                    f"{shown(transaction.tot)} with neither; base rules only")  # fmt: skip
    yield from _count(transaction)
    yield from _shared_idc(transaction, profile)
    yield from _character_sets(transaction)
    yield from _not_carried(transaction)
    yield from _empty_images(transaction)


def _version(transaction: Transaction) -> Iterator[Finding]:
    version = transaction.text(1, 2).strip()
    if version and version not in VERSIONS:
        yield _head(transaction, "version", "warning", 2,
                    "one of " + " ".join(sorted(VERSIONS)), shown(version))  # fmt: skip


def _count(transaction: Transaction) -> Iterator[Finding]:
    """CNT lists every record after the first, in order, by type and IDC."""
    count = transaction.head.first(3)
    if count is None:
        return
    entries = announced(transaction.head)
    first = count.subfields[0]
    told = whole(first[1].text) if len(first) > 1 else None
    if whole(first[0].text) != 1 or told != len(entries):
        yield _head(transaction, "count", "error", 3, f"1<US>{len(entries)}, as many as it lists",
                    shown(b"\x1f".join(item.value for item in first[:4])))  # fmt: skip
    present = [r for r in transaction.records[1:] if r.type]
    if len(entries) != len(present):
        yield _head(transaction, "count", "error", 3, f"{len(present)} records as in the file",
                    f"{len(entries)} listed")  # fmt: skip
    for (record_type, idc), record in zip(entries, present, strict=False):
        if record_type != record.type:
            yield finding(
                "count-order", "error", record.type, record.idc, 0, record.offset,
                expected=f"a record of type {record_type}, as CNT 1.003 lists",
                found=record.name, source=_BASE,
            )  # fmt: skip
            return
        if idc != record.idc and record.form != "raw":
            yield finding(
                "idc", "error", record.type, record.idc, 2, record.offset,
                expected=f"IDC {'unreadable' if idc is None else idc}, as CNT 1.003 lists",
                found=shown(record.text(2)) or "none", source=_BASE,
            )  # fmt: skip


def _shared_idc(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Two finger images may not share an IDC: it names one view of one finger."""
    seen: set[int] = set()
    for record in transaction.records:
        if record.type not in (3, 4, 5, 6, 14) or record.idc is None:
            continue
        if record.idc in seen:
            yield finding(
                "idc-repeated", profile.hard, record.type, record.idc, 2, record.offset,
                expected="an IDC no other image has", found=str(record.idc), source=_BASE,
            )  # fmt: skip
        seen.add(record.idc)


def _character_sets(transaction: Transaction) -> Iterator[Finding]:
    listed = transaction.head.first(15)
    used: set[str] = set()
    for items in listed.subfields[:16] if listed is not None else ():
        index = items[0].text.strip()
        used.add(index)
        private = (whole(index) or 0) >= 128
        if index not in READABLE_SETS and not private:
            yield _head(transaction, "character-set", "error", 15,
                        "one of " + " ".join(sorted(READABLE_SETS)), shown(index))  # fmt: skip
    for record in transaction.records:
        if record.form == "tagged" and record.type in (1, 2):
            yield from _letters(record, used)


def _letters(record: Record, used: set[str]) -> Iterator[Finding]:
    """The first value with bytes above 127 that no listed character set explains."""
    for one in record.fields:
        if one.value.isascii():
            continue
        severity: Severity = "warning"
        if "003" in used:
            try:
                one.value.decode("utf-8")
                continue
            except UnicodeDecodeError:
                severity = "error"
        elif used:
            continue
        expected = "UTF-8, as DCS 1.015 says" if "003" in used else "ASCII, or a set in DCS 1.015"
        yield finding(
            "character-set", severity, record.type, record.idc, one.number, one.offset,
            expected=expected, found=shown(one.value), source="ANSI/NIST-ITL 1-2011, clause 5.5",
        )  # fmt: skip
        return


def _not_carried(transaction: Transaction) -> Iterator[Finding]:
    for record in transaction.records:
        what = NOT_CARRIED.get(record.type)
        if what is None and record.type not in KNOWN_TYPES and record.type:
            what = "a record of an unknown type"
        if what is not None:
            yield finding(
                "not-carried", "note", record.type, record.idc, 0, record.offset,
                expected="fingerprints only", source="comity decision 0301",
                found=f"{what}: kept in the file, never opened or passed on",
            )  # fmt: skip


def _empty_images(transaction: Transaction) -> Iterator[Finding]:
    """Tagged records whose image field is there and holds nothing; the bytes are only counted."""
    for record in transaction.records:
        image = record.first(999) if record.form == "tagged" else None
        if image is not None and not image.value:
            yield finding(
                "image-empty", "warning", record.type, record.idc, 999, image.offset,
                expected="an image", found="no bytes", source="ANSI/NIST-ITL 1-2011, clause 7.7",
            )  # fmt: skip


def _head(
    transaction: Transaction, code: str, severity: Severity, number: int, expected: str, found: str
) -> Finding:
    one = transaction.head.first(number)
    return finding(
        code, severity, 1, None, number, one.offset if one is not None else 0,
        expected=expected, found=found, source=_BASE,
    )  # fmt: skip
