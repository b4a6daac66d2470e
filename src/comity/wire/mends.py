"""What has exactly one right answer: for each finding that says how, the bytes to change.

    length                 LEN of the record as it is
    separator, truncated   the FS or GS that must stand there
    bytes-left-over        blank bytes behind the last record go
    count, count-order     CNT 1.003 from the records that follow, their types and IDCs
    image-size             HLL and VLL as the image's own header has them
    compression, code      the compression as the image's own header shows it

Names, dates, charges and images are no business of this module: a finding whose `repair` is
empty is left to a person.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from comity.records import Finding
from comity.wire import images, ridges
from comity.wire.edit import Splice, lengths, listing
from comity.wire.transaction import FS, GS, Field, Record, Transaction

COUNTS = frozenset({"count", "count-order", "idc"})
IMAGES = frozenset({"image-size", "compression", "code"})
_END = frozenset({"separator", "truncated"})


@dataclass(frozen=True)
class Mend:
    """One splice, the finding that calls for it, and the number of the field it changes."""

    splice: Splice
    finding: Finding
    number: int


def mends(transaction: Transaction, findings: Sequence[Finding]) -> list[Mend]:
    """Every change that the findings call for, LEN of all touched records among them."""
    asked = [one for one in findings if one.repair]
    if not asked or any(one.code == "limit" for one in findings):
        return []
    out: dict[int, Mend] = {}
    for one in asked:
        for mend in _mend(transaction, one):
            out.setdefault(mend.splice.offset, mend)
    made = list(out.values())
    wrong = {_index(transaction, one.offset): one for one in asked if one.code == "length"}
    for splice in lengths(transaction, [mend.splice for mend in made], wrong):
        cause = wrong.get(splice.record) or next(
            mend.finding for mend in made if mend.splice.record == splice.record
        )
        made.append(Mend(splice, cause, 1))
    return made


def _mend(transaction: Transaction, one: Finding) -> Iterator[Mend]:
    index = _index(transaction, one.offset)
    record = transaction.records[index]
    if one.code in _END:
        found = _separators(record, one)
    elif one.code == "bytes-left-over":
        found = ((0, Splice(record.offset, part.value, b"")) for part in record.fields)
    elif one.code in COUNTS:
        index = 0
        found = _count(transaction)
    elif one.code in IMAGES:
        found = _image(record, one.code)
    else:
        return
    for number, splice in found:
        if splice.before != splice.after:
            yield Mend(replace(splice, record=index), one, number)


def _index(transaction: Transaction, offset: int) -> int:
    """The record in which that byte lies."""
    return max(bisect_right(transaction.records, offset, key=lambda one: one.offset) - 1, 0)


def _separators(record: Record, one: Finding) -> Iterator[tuple[int, Splice]]:
    """An FS within a value becomes GS; where the record's last separator is no FS, it is put."""
    for part in record.fields:
        place = one.offset - part.offset
        if 0 <= place < len(part.value) and part.value[place : place + 1] == FS:
            yield part.number, Splice(one.offset, FS, GS)
            return
    last = record.fields[-1]
    if last.end == FS:
        return
    at = last.offset + len(last.value)
    if one.code == "separator":
        yield last.number, Splice(at, last.end, FS)
    else:
        yield last.number, Splice(at + len(last.end), b"", FS)


def _count(transaction: Transaction) -> Iterator[tuple[int, Splice]]:
    count = transaction.head.first(3)
    present = [record for record in transaction.records[1:] if record.type]
    if count is None or any(record.form == "raw" for record in present):
        return
    value = listing(present)
    if value is not None:
        yield 3, Splice(count.offset, count.value, value)


def _image(record: Record, code: str) -> Iterator[tuple[int, Splice]]:
    """Size or compression, from the header that the image itself begins with."""
    if record.type not in ridges.RIDGES:
        return
    data, _ = ridges.image_of(record)
    own = images.header(data) if data else None
    if own is None:
        return
    told: list[tuple[dict[int, int], int]]
    if code == "image-size":
        told = [(ridges.WIDTH, own.width_px), (ridges.HEIGHT, own.height_px)]
    else:
        word = images.fitting(own)
        told = [(ridges.COMPRESSION, images.COMPRESSIONS.index(word) if word else 0)]
    for numbers, value in told:
        one = record.first(numbers[record.type])
        if one is not None and value:
            yield one.number, Splice(one.offset, one.value, _written(one, value, code))


def _written(one: Field, value: int, code: str) -> bytes:
    if one.binary:
        return value.to_bytes(len(one.value), "big")
    return str(value).encode() if code == "image-size" else images.COMPRESSIONS[value].encode()
