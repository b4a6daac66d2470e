"""The file as a whole: version, domain, character sets, and records that are not carried."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire.findings import about, clause, shown
from comity.wire.profile import Profile
from comity.wire.transaction import Record, Transaction, whole

# ANSI/NIST-ITL 1-2011 table 4: indexes below 128 that are given out. 002 and 004 (UTF-16 and
# UTF-32) cannot be mixed with one-byte separators, so such a file could not be read.
READABLE_SETS = {"000": "ASCII", "001": "Latin-1", "003": "UTF-8"}
VERSIONS = frozenset({"0200", "0201", "0300", "0400", "0500", "0501", "0502"})
# The first version that has each type of record: 1a-1997, 1-2000, 1-2007, 1-2011, its Update 2013.
SINCE = {10: "0201", **dict.fromkeys((13, 14, 15, 16), "0300"),
         **dict.fromkeys((17, 99), "0400"), **dict.fromkeys((18, 19, 20, 21, 98), "0500"),
         **dict.fromkeys((11, 12, 22), "0501")}  # fmt: skip
# Kept in the file, never opened: faces, irises, signatures, palms, genetic and private records.
NOT_CARRIED = {7: "a user-defined image", 8: "a signature", 10: "a face, scar or tattoo image",
               15: "a palm image", 16: "a user-defined test image", 17: "an iris image",
               18: "a genetic profile", 19: "a foot image", 20: "a source representation",
               21: "an associated context", 22: "another kind of image",
               98: "an assurance of information", 99: "other biometric data"}  # fmt: skip
KNOWN_TYPES = frozenset({*range(1, 23), 98, 99})
LETTERED = (1, 2, 9, 13, 14, 15)  # records whose text is looked at; the others are not carried


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about the file as a whole."""
    yield from _version(transaction)
    if profile.unstated:
        yield _head(transaction, "domain-unstated", "note", 4,
                    "a version in DOM 1.013, or the fields that EBTS demands",
                    f"{shown(transaction.tot)} with neither; base rules only")  # fmt: skip
    yield from _character_sets(transaction)
    yield from _not_carried(transaction)


def _version(transaction: Transaction) -> Iterator[Finding]:
    version = transaction.text(1, 2).strip()
    if len(version) != 4:
        return  # the table of fields says so
    if version not in VERSIONS:
        yield _head(transaction, "version", "warning", 2,
                    "one of " + " ".join(sorted(VERSIONS)), shown(version))  # fmt: skip
        return
    newer = {r.type for r in transaction.records if SINCE.get(r.type, "") > version}
    if newer:
        types = " ".join(map(str, sorted(newer)))
        yield _head(transaction, "version", "warning", 2,
                    f"{max(SINCE[one] for one in newer)} or later, for records of type {types}",
                    shown(version))  # fmt: skip


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
        if record.form == "tagged" and record.type in LETTERED:
            yield from _letters(record, used)


def _letters(record: Record, used: set[str]) -> Iterator[Finding]:
    """The first value with bytes above 127 that no listed character set explains."""
    for one in record.fields:
        if one.number == 999 or one.value.isascii():
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
        yield about(
            record, one.number, "character-set", severity, expected=expected,
            found=shown(one.value), source=clause(1, 15), at=one.offset,
        )  # fmt: skip
        return


def _not_carried(transaction: Transaction) -> Iterator[Finding]:
    for record in transaction.records:
        what = NOT_CARRIED.get(record.type)
        if what is None and record.type not in KNOWN_TYPES and record.type:
            what = "a record of an unknown type"
        if what is not None:
            yield about(
                record, 0, "not-carried", "note", expected="fingerprints only",
                found=f"{what}: kept in the file, never opened or passed on",
                source="comity decision 0301",
            )  # fmt: skip


def _head(
    transaction: Transaction, code: str, severity: Severity, number: int, expected: str, found: str
) -> Finding:
    return about(
        transaction.head, number, code, severity, expected=expected, found=found,
        source=clause(1, number),
    )  # fmt: skip
