"""A transaction as JSON that loses nothing, and back; hand-written JSON too.

    {"comity-wire-json": 1,
     "records": [
      {"type": 2, "fields": [{"tag": "2.002", "mnemonic": "IDC", "value": "00"},
                             {"tag": "2.018", "mnemonic": "NAM", "value": "DOE,JOHN"},
                             {"tag": "2.047", "subfields": [["20100504", "ARSON"]]}]}]}

LEN and CNT belong to the traditional encoding. They are left out where they are what `from_json`
would put in, and stand where they are not: a damaged file comes back damaged. Where a record
has none at all it is `exact`, and nothing is put in.

Law: `from_json(to_json(t)) == write(t)` for every transaction that can be read.
The whole format: docs/spec/wire-json.md.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from comity.wire.edit import listing
from comity.wire.fields import mnemonic
from comity.wire.jsonbytes import VERSION, VERSION_KEY, from_json
from comity.wire.jsonlayout import count_place, label_like, part_widths
from comity.wire.transaction import FS, GS, RS, US, Field, Record, Transaction, length_with

__all__ = ["from_json", "to_json"]

# Past so many items a file is a bomb; what is past is one string of bytes a field.
ITEMS_MAX = 200_000
_IMAGE, _IMAGE_FROM = 999, 10
_ENDS = {FS: "FS", GS: "GS", b"": ""}


def to_json(transaction: Transaction) -> dict[str, Any]:
    """Plain data: dictionaries, lists, strings and whole numbers."""
    form = _Form(transaction)
    return {
        VERSION_KEY: VERSION,
        "records": [form.record(k, one) for k, one in enumerate(transaction.records)],
    }


class _Form:
    """One transaction on its way to JSON."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.items_left = ITEMS_MAX

    def record(self, index: int, record: Record) -> dict[str, Any]:
        if record.form == "raw":
            raw = b"".join(one.encoded for one in record.fields)
            return {"type": record.type, "form": "raw", "base64": _base64(raw)}
        binary = record.form == "binary"
        exact = _lengthless(record) or (not index and record.first(3) is None)
        fields = [
            self._part(one) if binary else self._field(one, last=one is record.fields[-1])
            for one in record.fields
            if exact or not self._needless(index, record, one)
        ]
        out: dict[str, Any] = {"type": record.type}
        if binary:
            out["form"] = "binary"
        if exact:
            out["exact"] = True
        return {**out, "fields": fields}

    def _needless(self, index: int, record: Record, one: Field) -> bool:
        return _needless_length(record, one) or (not index and self._needless_count(one))

    def _needless_count(self, one: Field) -> bool:
        """Is CNT where and what `from_json` would make it?"""
        head, others = self.transaction.head, self.transaction.records[1:]
        placed = all(record.form != "raw" and record.idc is not None for record in others)
        last = one is head.fields[-1]
        if one is not head.first(3) or one.end != (FS if last else GS) or not placed:
            return False
        place = head.fields.index(one)
        beside = [f for f in head.fields if f is not one]
        numbers = [f.number if f.record_type == head.type else 0 for f in beside]
        return (
            len(beside) > 1  # a record keeps one field at least
            and one.number not in numbers
            and place == count_place(numbers)
            and one.label == label_like(1, 3, [f.label for f in beside])
            and one.value == listing(self.transaction)
        )

    def _field(self, one: Field, *, last: bool) -> dict[str, Any]:
        out: dict[str, Any] = {"tag": one.label.decode("ascii")}
        name = mnemonic(one.record_type, one.number) if one.number else ""
        if name:
            out["mnemonic"] = name
        out |= self._value(one)
        if one.end != (FS if last else GS):
            out["end"] = _ENDS[one.end]
        return out

    def _value(self, one: Field) -> dict[str, Any]:
        items = one.value.count(RS) + one.value.count(US) + 1
        if (one.number == _IMAGE and one.record_type >= _IMAGE_FROM) or items > self.items_left:
            return {"base64": _base64(one.value)}
        self.items_left -= items
        if items == 1:
            text = _text(one.value)
            return {"value": text} if text is not None else {"base64": _base64(one.value)}
        return {
            "subfields": [
                [_item(item) for item in subfield.split(US)] for subfield in one.value.split(RS)
            ]
        }

    def _part(self, one: Field) -> dict[str, Any]:
        """A part of a fixed header: a number, FGP as its codes, the image as bytes."""
        out: dict[str, Any] = {"tag": one.tag}
        name = mnemonic(one.record_type, one.number)
        if name:
            out["mnemonic"] = name
        width = part_widths(one.record_type).get(one.number)
        if width != len(one.value) or width is None:
            return {**out, "base64": _base64(one.value)}
        return {**out, "value": list(one.value) if width > 4 else int.from_bytes(one.value, "big")}


def _lengthless(record: Record) -> bool:
    """Does the record begin with something else than LEN?"""
    first = record.fields[0]
    return first.number != 1 or first.record_type != record.type


def _needless_length(record: Record, one: Field) -> bool:
    """Is LEN where and what `from_json` would make it?"""
    if one is not record.fields[0] or _lengthless(record):
        return False
    if record.form == "binary":
        return one.value == record.size.to_bytes(4, "big")
    rest = record.fields[1:]
    return (
        bool(rest)
        and one.end == GS
        and one.value == str(length_with(record.size - len(one.value))).encode()
        and one.label == label_like(record.type, 1, [f.label for f in rest])
    )


def _text(value: bytes) -> str | None:
    """The text of an item, or None where it is no UTF-8 or holds a separator of fields."""
    if FS in value or GS in value:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _item(value: bytes) -> str | Mapping[str, str]:
    text = _text(value)
    return text if text is not None else {"base64": _base64(value)}


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")
