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
from comity.wire.transaction import FS, GS, Record, Transaction

COUNTS = frozenset({"count", "count-order", "idc"})
IMAGES = frozenset({"image-size", "compression", "code"})
_HLL, _VLL = 6, 7  # in all records with an image but type 8
_END = frozenset({"separator", "truncated"})
_LENGTH = frozenset({"length", "truncated"})  # an FS that alone was cut off makes LEN right again


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
    made: list[Mend] = []
    for one in sorted(asked, key=lambda one: one.code not in _END):
        for mend in _mend(transaction, one):
            if not any(_overlap(mend.splice, other.splice) for other in made):
                made.append(mend)
    wrong = {_index(transaction, one.offset): one for one in asked if one.code in _LENGTH}
    for splice in lengths(transaction, [mend.splice for mend in made], wrong):
        cause = wrong.get(splice.record) or next(
            mend.finding for mend in made if mend.splice.record == splice.record
        )
        made.append(Mend(splice, cause, 1))
    return made


def _mend(transaction: Transaction, one: Finding) -> Iterator[Mend]:
    index = _index(transaction, one.offset)
    if one.code == "separator" and one.offset == transaction.records[index].offset:
        index -= 1  # what is missing is missing at the end of the record before
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


def _overlap(one: Splice, other: Splice) -> bool:
    """May not both be made: they share bytes, or put something in the same place."""
    end, other_end = one.offset + len(one.before), other.offset + len(other.before)
    return one.offset == other.offset or (one.offset < other_end and other.offset < end)


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
    value = listing(transaction)
    if count is not None and value is not None:
        yield 3, Splice(count.offset, count.value, value)


def _image(record: Record, code: str) -> Iterator[tuple[int, Splice]]:
    """Size or compression, from the header that the image itself begins with."""
    data, _ = ridges.image_of(record)
    own = images.header(data) if data else None
    if own is None:
        return
    if code == "image-size":
        for number, pixels in ((_HLL, own.width_px), (_VLL, own.height_px)):
            if pixels:
                yield from _set(record, number, pixels, str(pixels))
        return
    word = images.fitting(own)
    if word:
        number = ridges.COMPRESSION.get(record.type, 11)
        yield from _set(record, number, images.COMPRESSIONS.index(word), word)


def _set(record: Record, number: int, code: int, word: str) -> Iterator[tuple[int, Splice]]:
    """A field with another value, `code` if binary, else `word`; put in where it is absent."""
    one = record.first(number)
    if one is not None and one.binary:
        if code < 1 << 8 * len(one.value):
            yield number, Splice(one.offset, one.value, code.to_bytes(len(one.value), "big"))
    elif one is not None:
        yield number, Splice(one.offset, one.value, word.encode())
    elif record.form == "tagged":
        after = next((f for f in record.fields if f.label and f.number > number), None)
        if after is not None:
            at = after.offset - len(after.label) - 1
            yield number, Splice(at, b"", f"{record.type}.{number:03d}:{word}".encode() + GS)
