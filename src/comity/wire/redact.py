"""A copy of a transaction that can be shown to others: the same faults, nobody's data.

Every value that is not of the file's structure is put out of sight in as many bytes as it had,
so that LEN, CNT and all offsets stay; images keep what their header says of size and format.
What is unknown is personal. Decision 0341.

Laws, with `r = redact(t)`:
    len(r.data) == len(write(t)), and r.data is read as the same records and fields
    no value of three characters or more stays, but for those of redact_fields
    the same findings come out, but for those in `r.lost` and `r.new`
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from comity.errors import CallerError
from comity.records import Finding
from comity.wire import ridges
from comity.wire.edit import Splice, spliced
from comity.wire.fields import known, mnemonic, rules
from comity.wire.findings import shown
from comity.wire.read import read, write
from comity.wire.redact_fields import asked_for, header_part, length, stays, unplaced
from comity.wire.redact_images import skeleton
from comity.wire.redact_values import binary_like, blotted, coded, days_in, masked
from comity.wire.transaction import RS, US, Field, Record, Transaction
from comity.wire.validate import validate

TURNS_MAX = 6  # a style a turn; a check that tells ten of many takes several
# Images of these types keep their header; of the others with an image not a byte stays.
_HEADED = frozenset({*ridges.RIDGES, 10, 16, 17, 20})
_IMAGE, _IMAGE_FROM = 999, 10  # the image's field, and the first tagged type that has it
_LABEL_DIGITS_MAX = 4  # of a field's number; no table has more
_LEN = 1
_MINUTIAE, _MINUTIAE_STYLE = 9, 1  # noughts and a one: a place in the image, an angle
_ITEMS_MAX = 12  # of a value that have codes


@dataclass(frozen=True)
class Taken:
    """One field whose value is out of sight; `what` is `value`, `image` or `bytes`.

    offset  of the value, bytes from the file's start;  size  in bytes
    """

    record: str
    idc: int | None
    tag: str
    mnemonic: str
    offset: int
    size: int
    what: str


@dataclass(frozen=True)
class Redacted:
    """The copy, what was taken out, and findings that it shows no more or only now."""

    data: bytes
    taken: tuple[Taken, ...]
    lost: tuple[Finding, ...]
    new: tuple[Finding, ...]


def redact(
    transaction: Transaction, keep: Collection[str] = (), profile: str | None = None
) -> Redacted:
    """A copy to share for help.

    keep  tags (`1.008`) or mnemonics (`ORI`) of text fields to leave as they are; a value that
          may have swallowed another field is not left
    Raises CallerError for a tag that is none. `profile` as in `validate`.
    Cost: a reading and a check, and up to TURNS_MAX more where a rule asks for special values.
    """
    work = _Redaction(transaction, _asked(keep))
    before = validate(transaction, profile)
    styles: dict[int, int] = {}
    for turn in range(TURNS_MAX):
        data = work.data(styles)
        after = validate(read(data), profile)
        lost, new = _unlike(before, after), _unlike(after, before)
        odd = {one.offset for one in (*lost, *new)}
        if not odd or turn + 1 == TURNS_MAX:
            break
        styles |= {offset: styles.get(offset, 0) + 1 for offset in odd}
    return Redacted(data, tuple(work.taken()), lost, new)


def _asked(keep: Iterable[str]) -> frozenset[tuple[int, int]]:
    """Type and number of the fields to leave."""
    out: set[tuple[int, int]] = set()
    for name in keep:
        left, point, right = name.partition(".")
        if point and left.isdecimal() and right.isdecimal() and len(name) <= 12:
            out.add((int(left), int(right)))
            continue
        named = {(r.record_type, r.number) for r in rules() if r.mnemonic == name.upper()}
        if not named:
            raise CallerError(
                "no table has such a tag or mnemonic",
                where="keep",
                expected="a tag such as `1.008` or a mnemonic such as `ORI`",
                found=f"`{shown(name)}`",
                next_step="see `comity wire explain`",
            )
        out |= named
    return frozenset(out)


def _unlike(some: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    there = {_kind(one) for one in others}
    return tuple(one for one in some if _kind(one) not in there)


def _kind(one: Finding) -> tuple[str, str, str, str, int]:
    return one.code, one.severity, one.record, one.tag, one.offset


class _Redaction:
    """One transaction, its days, and what of it stays."""

    def __init__(self, transaction: Transaction, asked: frozenset[tuple[int, int]]) -> None:
        self.transaction = transaction
        self.asked = asked
        self.whole = write(transaction)
        self._days: Mapping[date, date] = days_in(
            one.value
            for record in transaction.records
            for one in record.fields
            if record.form == "tagged" and not _is_image(record, one)
        )

    def data(self, styles: Mapping[int, int]) -> bytes:
        """The copy, with items at some offsets in another style."""
        return spliced(self.whole, self._splices(styles))

    def taken(self) -> Iterable[Taken]:
        for record in self.transaction.records:
            for one in record.fields:
                if one.value and self._hidden(record, one, {}) != one.value:
                    what = "image" if _is_image(record, one) else "value"
                    yield Taken(
                        record=record.name,
                        idc=record.idc,
                        tag=one.tag if one.number else "",
                        mnemonic=mnemonic(one.record_type, one.number) if one.number else "",
                        offset=one.offset,
                        size=len(one.value),
                        what=what if one.number else "bytes",
                    )

    def _splices(self, styles: Mapping[int, int]) -> Iterable[Splice]:
        for index, record in enumerate(self.transaction.records):
            for one in record.fields:
                value = self._hidden(record, one, styles)
                if value != one.value:
                    yield Splice(one.offset, one.value, value, index)
                digits = one.label.partition(b".")[2]
                if len(digits) > _LABEL_DIGITS_MAX and one.number > 9_999:
                    at = one.offset - 1 - len(digits)
                    yield Splice(at, digits, b"9" * len(digits), index)

    def _hidden(self, record: Record, one: Field, styles: Mapping[int, int]) -> bytes:
        """The value as it may be shown."""
        first = _MINUTIAE_STYLE if record.type == _MINUTIAE else 0

        def style(at: int) -> int:
            return first + styles.get(one.offset + at, 0)

        if record.form == "raw":
            return unplaced(one.value)
        if _is_image(record, one):
            return _image(record, one)
        if one.binary:
            right = one.value == record.size.to_bytes(4, "big")
            left = len(self.whole) - record.offset
            return header_part(one.number, one.value, right=right, left=left)
        if record.first(one.number) is not one:  # no tag, another record's, or a second time
            return self._items(one, style, strict=True)
        if (one.record_type, one.number) in self.asked and asked_for(one.value):
            return one.value
        if one.number == _LEN and one is record.fields[0]:
            told = length(one.value, len(self.whole))
            return told + masked(one.value[len(told) :], self._days, style)
        return self._items(one, style)

    def _items(self, one: Field, style: Callable[[int], int], *, strict: bool = False) -> bytes:
        """Item by item, since some of a field may stay and others not."""
        if binary_like(one.value):
            return blotted(one.value)
        codes = _codes(one.tag)
        out = bytearray(masked(one.value, self._days, style))
        at = 0
        for subfield in one.value.split(RS):
            for item, value in enumerate(subfield.split(US), start=1):
                if not strict and stays(one.record_type, one.number, item, value):
                    out[at : at + len(value)] = value
                elif item in codes and (code := coded(value, codes[item])) is not None:
                    out[at : at + len(value)] = code
                at += len(value) + 1
        return bytes(out)


@lru_cache(maxsize=512)
def _codes(tag: str) -> Mapping[int, frozenset[str]]:
    """The codes of a field's items, counted from 1, where a table has them."""
    whole = known(tag)
    found = {item: known(f"{tag}.{item}") for item in range(1, _ITEMS_MAX + 1)}
    if whole is not None and not any(found.values()):
        found = {1: whole}
    return {item: rule.codes for item, rule in found.items() if rule is not None and rule.codes}


def _is_image(record: Record, one: Field) -> bool:
    if record.form == "binary":
        return one is record.fields[-1]
    return record.form == "tagged" and one.number == _IMAGE and record.type >= _IMAGE_FROM


def _image(record: Record, one: Field) -> bytes:
    if record.type not in _HEADED:
        return bytes(len(one.value))
    begin = ridges.doubled(one)
    return masked(one.value[:begin], {}) + skeleton(one.value[begin:])
