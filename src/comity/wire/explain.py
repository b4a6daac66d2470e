"""A transaction laid open: records, their fields, what each says, and where it stands.

Images are told by size and format only. Of records that hold no friction ridges not even the
fields' values are told: they may describe a face.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from comity.wire import binary, friction, images, positions, ridges, words
from comity.wire.fields import known, mnemonic
from comity.wire.findings import shown
from comity.wire.transaction import RS, US, Field, Record, Transaction

__all__ = ["Told", "TreeField", "as_json", "told", "tree"]

OPEN_TYPES = friction.TYPES | {1, 2, 9}  # whose values are told
SUBFIELDS_SHOWN = 12
VALUE_CHARS = 160  # of one value on a line
# Values listed of one field, and in all before fields list only SUBFIELDS_SHOWN; items in JSON.
# The largest real file has some 6,000 items.
LISTED, VALUES_TOLD, ITEMS_TOLD = 500, 50_000, 100_000
_IMAGE_NUMBER = {3: 9, 4: 9, 5: 9, 6: 9, 7: 3, 8: 8}


@dataclass(frozen=True)
class TreeField:
    """One field: its byte, tag, mnemonic, plain name, and a line for each of its values.

    closed   the values are not told; `values` says how many bytes they have
    meaning  what the value stands for, where it is one code that we know
    """

    field: Field
    mnemonic: str
    name: str
    values: tuple[str, ...]
    closed: bool = False
    meaning: str = ""

    @property
    def label(self) -> str:
        return f"{self.field.tag} {self.mnemonic}".strip() if self.field.number else "(no tag)"


@dataclass(frozen=True)
class Told:
    """One record: a title such as `Type-4 IDC 1, 2000 bytes at byte 300: right thumb, 500 ppi`."""

    record: Record
    title: str
    fields: tuple[TreeField, ...]


def told(transaction: Transaction, *, whole: bool = False) -> Iterator[Told]:
    """The records in the order of the file. Values are cut short unless they are asked whole:
    a field of very many lists the first of them, and `...` for each that is not told.
    """
    left = VALUES_TOLD
    for record in transaction.records:
        fields = []
        for one in record.fields:
            fields.append(_field(record, one, whole, LISTED if left > 0 else SUBFIELDS_SHOWN))
            left -= len(fields[-1].values)
        yield Told(record, _title(transaction, record), tuple(fields))


def tree(transaction: Transaction, *, whole: bool = False) -> list[str]:
    """The same in lines: one a record and, below it, one a value: offset, tag, mnemonic, value."""
    lines: list[str] = []
    for one in told(transaction, whole=whole):
        lines.append(one.title)
        for field in one.fields:
            shown_values = field.values if whole else field.values[:SUBFIELDS_SHOWN]
            label = f"{field.field.offset:>8}  {field.label:<11}"
            for value in shown_values or ("",):
                lines.append(f"  {label} {value}".rstrip())
                label = " " * len(label)
            more = len(field.values) - len(shown_values)
            if more:
                lines.append(f"  {label} and {more} more")
    return lines


def as_json(transaction: Transaction) -> dict[str, Any]:
    """The same as plain data: records, fields, subfields, items, each with its offset; no value
    is cut. Images and closed fields are told by size and SHA-256, and so are fields after the
    first ITEMS_TOLD items: real files stay below a tenth of that.
    """
    items = Counter(left=ITEMS_TOLD)
    return {
        "tot": transaction.tot,
        "records": [_record(transaction, record, items) for record in transaction.records],
    }


def image_number(record: Record) -> int:
    """The number of the field that holds the record's image; -1 where its type has none."""
    return 999 if record.form == "tagged" else _IMAGE_NUMBER.get(record.type, -1)


def image_words(record: Record, one: Field) -> str:
    """`WSQ 804 x 752, ` of a friction ridge image that says so itself, else nothing."""
    own = images.header(one.value) if record.type in friction.TYPES else None
    if own is None:
        return ""
    size = f" {own.width_px} x {own.height_px}" if own.width_px and own.height_px else ""
    return f"{own.format}{size}, "


def _title(transaction: Transaction, record: Record) -> str:
    idc = f" IDC {record.idc}" if record.idc is not None else ""
    text = f"{record.name}{idc}, {record.size} bytes at byte {record.offset}"
    if record.form == "raw":
        return f"{text}, not readable"
    one = friction.ridge_image(transaction, record)
    if one is not None:
        text += f": {positions.name(one.positions[0]) if one.positions else 'no position'}"
        text += f", {one.resolution_ppi:g} ppi" if one.resolution_ppi else ""
    return text


def _field(record: Record, one: Field, whole: bool, most: int) -> TreeField:
    rule = known(one.tag) if one.number else None
    name = rule.name.partition(";")[0] if rule is not None else ""
    closed, values = _closed(record, one), _values(record, one, whole, most)
    own = mnemonic(one.record_type, one.number)
    meaning = words.word(own, values[0].strip()) if len(values) == 1 and not closed else ""
    return TreeField(one, own, name, values, closed, meaning)


def _values(record: Record, one: Field, whole: bool, most: int = LISTED) -> tuple[str, ...]:
    if one.number == image_number(record):
        return (f"{image_words(record, one)}{len(one.value)} bytes",)
    if _closed(record, one):
        return (f"({len(one.value)} bytes, not shown)",)
    if one.binary and record.type in ridges.BINARY and one.number == ridges.FGP[record.type]:
        return (" ".join(str(code) for code in binary.fingers(one.value)),)
    if one.binary:
        return (one.text or " ".join(str(code) for code in one.value),)
    more = 0 if whole else max(one.value.count(RS) + 1 - most, 0)
    parts = one.first_subfields(most) if more else one.subfields
    listed = tuple(", ".join(_safe(item.value, whole) for item in items) for items in parts)
    return (*listed, *("...",) * more)


def _safe(value: bytes, whole: bool) -> str:
    if not whole:
        return shown(value)
    return "".join(shown(character) for character in value.decode("utf-8", "replace"))


def _closed(record: Record, one: Field) -> bool:
    return record.type not in OPEN_TYPES and one.number not in (1, 2)


def _record(transaction: Transaction, record: Record, items: Counter[str]) -> dict[str, Any]:
    return {
        "type": record.type,
        "form": record.form,
        "idc": record.idc,
        "offset": record.offset,
        "bytes": record.size,
        "title": _title(transaction, record),
        "fields": [_field_json(record, one, items) for one in record.fields],
    }


def _field_json(record: Record, one: Field, items: Counter[str]) -> dict[str, Any]:
    rule = known(one.tag) if one.number else None
    out: dict[str, Any] = {
        "tag": one.tag,
        "mnemonic": mnemonic(one.record_type, one.number),
        "name": rule.name if rule is not None else "",
        "offset": one.offset,
        "bytes": len(one.value),
    }
    items["left"] -= one.value.count(RS) + one.value.count(US) if not one.binary else 0
    if one.number == image_number(record) or _closed(record, one) or items["left"] < 0:
        return out | {"sha256": hashlib.sha256(one.value).hexdigest()}
    if one.binary:
        return out | {"value": _values(record, one, whole=True)[0]}
    subfields = [
        [{"text": item.text, "offset": item.offset} for item in parts] for parts in one.subfields
    ]
    return out | {"subfields": subfields}
