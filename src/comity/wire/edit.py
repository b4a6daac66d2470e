"""Change a transaction that was read, and write it again with lengths and counts that are right.

A change is a splice of the file as it was: at `offset`, the bytes `before` become `after`. LEN
and CNT of what is touched follow; all else keeps its bytes, wrong ones included.

Law: `spliced(write(t), ())` is `write(t)`; bytes that no splice names are the very same.
Source: ANSI/NIST-ITL 1-2011 annex B (LEN of a tagged record counts its own digits and FS).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from comity.errors import WireError
from comity.wire.findings import shown
from comity.wire.read import write
from comity.wire.transaction import RS, US, Field, Record, Transaction, length_with, whole

_LEN, _IDC, _CNT = 1, 2, 3


@dataclass(frozen=True, order=True)
class Splice:
    """At `offset`, bytes from the file's start, `before` becomes `after`. `record` is an index."""

    offset: int
    before: bytes
    after: bytes
    record: int = 0

    @property
    def growth(self) -> int:
        return len(self.after) - len(self.before)


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """The bytes with every splice made; offsets are those of `data`.

    Raises WireError for splices that overlap, or that expect other bytes than there are.
    """
    parts: list[bytes] = []
    at = 0
    for one in sorted(splices):
        end = one.offset + len(one.before)
        if one.offset < at or data[one.offset : end] != one.before:
            raise WireError(
                "a change does not fit the file it is made to",
                offset=one.offset,
                expected=f"`{shown(one.before)}`, changed once",
                found=f"`{shown(data[one.offset : end])}`",
                next_step="make the change to the file it was worked out for",
            )
        parts += (data[at : one.offset], one.after)
        at = end
    return b"".join((*parts, data[at:]))


def with_values(transaction: Transaction, changes: Mapping[tuple[int, int], bytes]) -> bytes:
    """The file with other values; `changes` by index of the record and of the field in it.

    LEN follows where a record grows or shrinks, and CNT 1.003 where an IDC changes. A LEN that
    was wrong stays wrong by as many bytes. A value goes in as it is, with its separators: the
    caller sees to it that it cannot close its field.
    """
    splices = [
        Splice(one.offset, one.value, value, place[0])
        for place, value in changes.items()
        if (one := _field(transaction, place)).value != value
    ]
    splices += _counts(transaction, changes)
    return spliced(write(transaction), (*splices, *lengths(transaction, splices)))


def lengths(
    transaction: Transaction, splices: Sequence[Splice], wrong: Collection[int] = ()
) -> list[Splice]:
    """The splices of LEN that those splices call for; `wrong` names records to set right too.

    A LEN that was wrong stays wrong by as many bytes, unless its record is named: a file that
    was cut off must still look so. One that a splice writes in itself is left to it.
    """
    growth = dict.fromkeys(wrong, 0)
    for one in splices:
        growth[one.record] = growth.get(one.record, 0) + one.growth
    out = []
    for index, grown in growth.items():
        told = length_of(transaction.records[index], grown, right=index in wrong)
        if told is None:
            continue
        end = told.offset + len(told.before)
        if not any(told.offset <= one.offset < end for one in splices):
            out.append(replace(told, record=index))
    return out


def length_of(record: Record, growth: int, *, right: bool) -> Splice | None:
    """What LEN becomes when the record grows by so many bytes; `right` mends it as well.

    None where it stays, and where the record begins with no LEN that can be read.
    """
    first = record.fields[0]
    stated = record.number(_LEN)
    if first.number != _LEN or first.record_type != record.type or (stated is None and not right):
        return None
    off = 0 if right or stated is None else stated - record.size
    if record.form == "binary":
        after = min(max(record.size + growth + off, 0), 0xFFFFFFFF).to_bytes(4, "big")
    else:
        size = length_with(max(record.size - len(first.value) + growth + off, 0))
        after = first.value if stated == size else str(size).encode()
    return Splice(first.offset, first.value, after) if after != first.value else None


def listing(transaction: Transaction) -> bytes | None:
    """CNT 1.003 as the records that follow the first have it; bytes without a place are none.

    A record whose IDC cannot be read keeps what CNT says of it in its place, if it is of its
    type; None where it is not.
    """
    count = transaction.head.first(_CNT)
    old = count.subfields if count is not None else ()
    present = [record for record in transaction.records[1:] if record.type]
    entries = []
    for place, record in enumerate(present, start=1):
        idc = record.first(_IDC)
        told = old[place] if place < len(old) else ()
        if idc is not None and record.idc is not None:
            text = idc_text(record, idc.value)
        elif len(told) > 1 and whole(told[0].text) == record.type:
            text = told[1].value
        else:
            return None
        entries.append(b"%d%s%s" % (record.type, US, text))
    return RS.join([b"1%s%d" % (US, len(entries)), *entries])


def idc_text(record: Record, value: bytes) -> bytes:
    """An IDC as CNT writes it: as its record does, in two digits where that is binary."""
    if record.form == "binary":
        return b"%02d" % int.from_bytes(value, "big")
    return value.strip()


def _field(transaction: Transaction, place: tuple[int, int]) -> Field:
    try:
        return transaction.records[place[0]].fields[place[1]]
    except IndexError:
        raise WireError(
            "there is no such field to change",
            expected="the index of a record and of a field in it",
            found=f"record {place[0]}, field {place[1]}",
            next_step="take both from the transaction as it was read",
        ) from None


def _counts(transaction: Transaction, changes: Mapping[tuple[int, int], bytes]) -> Iterator[Splice]:
    """CNT's entry of each record whose IDC changes, where CNT has one in its place."""
    count = transaction.head.first(_CNT)
    if count is None or any(transaction.head.fields[i] is count for r, i in changes if not r):
        return
    entries = count.subfields
    for (index, number), value in changes.items():
        record = transaction.records[index]
        if index and record.fields[number] is record.first(_IDC) and index < len(entries):
            items = entries[index]
            if len(items) > 1 and whole(items[0].text) == record.type:
                after = idc_text(record, value)
                if after != items[1].value:
                    yield Splice(items[1].offset, items[1].value, after, 0)
