"""CNT against the records, and what records that share an IDC say of each other."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding
from comity.wire import ridges
from comity.wire.entries import Entry, announced
from comity.wire.findings import about, clause, finding, shown
from comity.wire.profile import Profile
from comity.wire.transaction import Record, Transaction, whole

IMAGES = frozenset({3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16, 17, 19, 20})
# Where a Type-9 names its finger, by the block it uses: standard, IAFIS, M1, extended.
MINUTIAE_FGP = (6, 14, 134, 302)
# Table 8: unknown finger, extra digits, unknown print, joint or tip, unknown palm or sole.
VAGUE = frozenset({0, 16, 17, 18, 19, 20, 60, 63})
_SLAPS = {11: {1, 11}, 12: {6, 12}, 13: {2, 3, 4, 5, 13}, 14: {7, 8, 9, 10, 14},
          15: {1, 6, 11, 12, 15}}  # fmt: skip
_CNT, _IDC = clause(1, 3), "ANSI/NIST-ITL 1-2011, clause 7.3.1"
_ANEW = "write CNT 1.003 anew from the records"


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about CNT 1.003 and IDC of all records."""
    yield from _count(transaction)
    yield from _repeated(transaction, profile)
    yield from _fingers(transaction)


def covers(position: int) -> frozenset[int]:
    """The single fingers that an image of that position shows, and the position itself."""
    return frozenset(_SLAPS.get(position, {position}))


def _count(transaction: Transaction) -> Iterator[Finding]:
    """CNT lists every record after the first, in order, by type and IDC."""
    head = transaction.head
    count = head.first(3)
    if count is None:
        return
    entries = announced(head)
    present = [r for r in transaction.records[1:] if r.type]
    repair = _ANEW if _whole(transaction, entries) else ""
    first = count.subfields[0]
    told = whole(first[1].text) if len(first) > 1 else None
    if whole(first[0].text) != 1 or told != len(entries):
        yield about(
            head, 3, "count", "error",
            expected=f"1<US>{len(entries)}, as many as it lists",
            found=shown(b"\x1f".join(item.value for item in first[:4])),
            source=_CNT, repair=repair,
        )  # fmt: skip
    if len(entries) != len(present):
        yield about(
            head, 3, "count", "error", expected=f"{len(present)} records as in the file",
            found=f"{len(entries)} listed", source=_CNT, repair=repair,
        )  # fmt: skip
    for entry, record in zip(entries, present, strict=False):
        if entry[0] != record.type:
            yield about(
                record, 0, "count-order", "error",
                expected=f"a record of type {entry[0]}, as CNT 1.003 lists",
                found=record.name, source=_CNT, repair=repair,
            )  # fmt: skip
            return
        yield from _listed(entry, record, repair)


def _whole(transaction: Transaction, entries: list[Entry]) -> bool:
    """Is every record there and readable, so that they and not CNT are to be believed?

    Where CNT lists more than the file has, records may be lost: that is for a person to say.
    """
    cut = any(one.code == "truncated" for one in transaction.damage)
    others = transaction.records[1:]
    readable = all(r.form != "raw" and r.idc is not None for r in others)
    return readable and not cut and len(others) >= len(entries)


def _listed(entry: Entry, record: Record, repair: str) -> Iterator[Finding]:
    told = entry[1]
    if told == record.idc or record.form == "raw":
        return
    yield finding(
        "idc", "error", record.type, record.idc, 2, record.offset,
        expected=f"IDC {'unreadable' if told is None else told}, as CNT 1.003 lists",
        found=shown(record.text(2)) or "none", source=_IDC,
        repair=repair if record.idc is not None else "",
    )  # fmt: skip


def _repeated(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Two images of one type may not share an IDC: it names one view of one finger."""
    seen: set[tuple[int, int]] = set()
    for record in transaction.records:
        if record.type not in IMAGES or record.idc is None:
            continue
        key = (record.type, record.idc)
        if key in seen:
            yield finding(
                "idc-repeated", profile.hard if record.type in ridges.RIDGES else "warning",
                record.type, record.idc, 2, record.offset,
                expected=f"an IDC that no other record of type {record.type} has",
                found=str(record.idc), source=_IDC,
            )  # fmt: skip
        seen.add(key)


def _fingers(transaction: Transaction) -> Iterator[Finding]:
    """Records that share an IDC are of one finger; minutiae are of an image in the file."""
    shown_by: dict[int, Record] = {}
    for record in transaction.records:
        if record.type in ridges.RIDGES and record.idc is not None:
            first = shown_by.setdefault(record.idc, record)
            if first is not record and _disagree(_places(first), _places(record)):
                yield _other(record, ridges.FGP[record.type], first)
    for record in transaction.of_type(9):
        image = shown_by.get(record.idc) if record.idc is not None else None
        if image is None:
            yield about(
                record, 2, "link-missing", "note",
                expected="an image record with the same IDC", found="none in the file",
                source=_IDC,
            )  # fmt: skip
            continue
        for number in MINUTIAE_FGP:
            if record.first(number) and _disagree(_places(image), _stated(record, number)):
                yield _other(record, number, image)


def _other(record: Record, number: int, image: Record) -> Finding:
    expected = " ".join(map(str, sorted(_places(image))))
    return about(
        record, number, "link", "warning",
        expected=f"finger {expected}, as {image.name} with IDC {image.idc} says",
        found=" ".join(map(str, sorted(_stated(record, number)))), source=_IDC,
    )  # fmt: skip


def _places(record: Record) -> set[int]:
    return set(ridges.positions(record))


def _stated(record: Record, number: int) -> set[int]:
    one = record.first(number)
    if one is None or record.type != 9:
        return _places(record)
    codes = (whole(items[0].text) for items in one.subfields[:6])
    return {code for code in codes if code is not None}


def _disagree(some: set[int], others: set[int]) -> bool:
    """No finger in common, and neither says that it does not know."""
    if not some or not others or (some | others) & VAGUE:
        return False
    return not _widely(some) & _widely(others)


def _widely(codes: set[int]) -> set[int]:
    return {finger for code in codes for finger in covers(code)}
