"""A transaction laid open: as a tree to read, as JSON.

Images are told by size and format only. Of records that hold no fingerprint not even the fields'
values are shown: they may describe a face.
"""

from __future__ import annotations

from typing import Any

from comity.records import FINGER_NAMES
from comity.wire import images, ridges
from comity.wire.fields import mnemonic
from comity.wire.findings import shown
from comity.wire.meaning import tag
from comity.wire.transaction import Field, Record, Transaction

__all__ = ["as_json", "tag", "tree"]

OPEN_TYPES = frozenset({1, 2, 3, 4, 5, 6, 9, 13, 14})  # whose values are shown
SUBFIELDS_SHOWN = 12
_IMAGE_NUMBER = {3: 9, 4: 9, 5: 9, 6: 9, 7: 3, 8: 8}


def tree(transaction: Transaction) -> list[str]:
    """One line a record and, below it, one a field: offset, tag, mnemonic, value."""
    lines: list[str] = []
    for record in transaction.records:
        lines.append(_title(transaction, record))
        lines.extend(_line(record, one) for one in record.fields)
    return lines


def as_json(transaction: Transaction) -> dict[str, Any]:
    """The same as plain data: records, fields, subfields, items, each with its offset."""
    return {
        "tot": transaction.tot,
        "records": [_record(record) for record in transaction.records],
    }


def _title(transaction: Transaction, record: Record) -> str:
    idc = f" IDC {record.idc}" if record.idc is not None else ""
    text = f"{record.name}{idc}, {record.size} bytes at byte {record.offset}"
    if record.form == "raw":
        return f"{text}, not readable"
    if record.type in ridges.TYPES:
        codes = ridges.positions(record)
        name = FINGER_NAMES[codes[0]] if codes and codes[0] < len(FINGER_NAMES) else "other print"
        resolution = ridges.resolution_ppi(transaction, record)
        text += f": {name}" + (f", {resolution:g} ppi" if resolution else "")
    return text


def _line(record: Record, one: Field) -> str:
    name = mnemonic(one.record_type, one.number)
    label = f"{one.tag} {name}".strip() if one.number else "(no tag)"
    return f"  {one.offset:>8}  {label:<11} {_value(record, one)}"


def _value(record: Record, one: Field) -> str:
    if _is_image(record, one):
        own = images.header(one.value) if record.type in OPEN_TYPES else None
        kind = f"{own.format} {own.width_px} x {own.height_px}, " if own is not None else ""
        return f"{kind}{len(one.value)} bytes"
    if _closed(record, one):
        return f"({len(one.value)} bytes, not shown)"
    if one.binary:
        return one.text or " ".join(str(code) for code in one.value)
    parts = one.subfields
    told = " / ".join(
        ", ".join(shown(item.value) for item in items) for items in parts[:SUBFIELDS_SHOWN]
    )
    more = len(parts) - SUBFIELDS_SHOWN
    return f"{told} / and {more} more" if more > 0 else told


def _is_image(record: Record, one: Field) -> bool:
    return one.number == (999 if record.form == "tagged" else _IMAGE_NUMBER.get(record.type, -1))


def _closed(record: Record, one: Field) -> bool:
    return record.type not in OPEN_TYPES and one.number not in (1, 2)


def _record(record: Record) -> dict[str, Any]:
    return {
        "type": record.type,
        "form": record.form,
        "idc": record.idc,
        "offset": record.offset,
        "bytes": record.size,
        "fields": [_field(record, one) for one in record.fields],
    }


def _field(record: Record, one: Field) -> dict[str, Any]:
    out: dict[str, Any] = {
        "tag": one.tag,
        "mnemonic": mnemonic(one.record_type, one.number),
        "offset": one.offset,
        "bytes": len(one.value),
    }
    if _is_image(record, one) or _closed(record, one):
        return out
    if one.binary:
        return {**out, "value": _value(record, one)}
    subfields = [
        [{"text": item.text, "offset": item.offset} for item in items] for items in one.subfields
    ]
    return {**out, "subfields": subfields}
