"""Plain data of the JSON form -> the bytes of a transaction; every fault told by its place.

A string never holds a separator: what does comes as base64, so that nobody who writes a name
can close its field and open another.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any

from comity.errors import WireError
from comity.wire import binary
from comity.wire.findings import shown
from comity.wire.jsonlayout import count_place, label_like, part_widths
from comity.wire.read import BYTES_MAX
from comity.wire.transaction import FS, GS, RS, US, length_with

VERSION_KEY, VERSION = "comity-wire-json", 1

_FORMS = ("tagged", "binary", "raw")
_TAG = re.compile(r"(\d{1,2})\.(\d{1,9})", re.ASCII)
_SEPARATOR = re.compile(r"[\x1c-\x1f]")
_ENDS = {"FS": FS, "GS": GS, "": b""}
_LEN, _IDC, _CNT = 1, 2, 3
_TYPE_MAX = 999_999_999  # what a damaged CNT may announce for bytes without a place


class _Field:
    """One field ready to be written; `end` None where its place decides."""

    def __init__(self, number: int, label: bytes, value: bytes, end: bytes | None) -> None:
        self.number = number
        self.label = label
        self.value = value
        self.end = end

    def encoded(self, *, last: bool) -> bytes:
        end = (FS if last else GS) if self.end is None else self.end
        return (self.label + b":" if self.label else b"") + self.value + end


def from_json(form: Any) -> bytes:
    """The bytes of a transaction from parsed JSON, with LEN and CNT where they are left out.

    Raises WireError with the place (`$.records[1].fields[3].value`), never another error.
    """
    top = _members(form, "$", {VERSION_KEY, "records"})
    version = top.get(VERSION_KEY)
    if isinstance(version, bool) or version != VERSION:
        raise refused(f"$.{VERSION_KEY}", "the number 1, the version of this form", version)
    records = _list(top.get("records"), "$.records")
    if not records:
        raise refused("$.records", "at least one record", records)
    made = [_record(one, f"$.records[{k}]") for k, one in enumerate(records)]
    made[0].count([one.entry() for one in made[1:]])
    data = b"".join(one.encoded() for one in made)
    if len(data) > BYTES_MAX:
        raise refused("$.records", f"at most {BYTES_MAX} bytes in all", f"{len(data)} bytes")
    return data


class _Record:
    """One record ready to be written."""

    def __init__(
        self, path: str, kind: int, form: str, fields: list[_Field], *, exact: bool = False
    ) -> None:
        self.path = path
        self.type = kind
        self.form = form
        self.fields = fields
        self.exact = exact

    def entry(self) -> bytes | None:
        """What CNT says of it; None where its IDC is missing, or it is bytes without a place."""
        idc = next((one.value for one in self.fields if one.number == _IDC), None)
        if self.form == "raw" or idc is None:
            return None
        text = b"%02d" % int.from_bytes(idc, "big") if self.form == "binary" else idc.strip()
        return b"%d%s%s" % (self.type, US, text)

    def count(self, entries: list[bytes | None]) -> None:
        """Put CNT in, where it is left out."""
        if self.exact or self.form != "tagged" or any(one.number == _CNT for one in self.fields):
            return
        if self.type != 1 or None in entries:
            lacking = entries.index(None) + 1 if None in entries else 0
            raise refused(
                f"$.records[{lacking}].fields",
                "a field 2 (IDC) in every record after the first, or CNT 1.003 written out",
                "no IDC" if lacking else f"a first record of type {self.type}",
            )
        told = [b"1%s%d" % (US, len(entries)), *(one for one in entries if one is not None)]
        place = count_place([one.number for one in self.fields])
        label = label_like(1, _CNT, [one.label for one in self.fields])
        self.fields.insert(place, _Field(_CNT, label, RS.join(told), None))

    def encoded(self) -> bytes:
        last = len(self.fields) - 1
        body = b"".join(one.encoded(last=k == last) for k, one in enumerate(self.fields))
        if self.exact or self.form == "raw" or (self.fields and self.fields[0].number == _LEN):
            return body
        if self.form == "binary":
            return (len(body) + 4).to_bytes(4, "big") + body
        head = label_like(self.type, _LEN, [one.label for one in self.fields]) + b":"
        return b"%s%d%s%s" % (head, length_with(len(head) + 1 + len(body)), GS, body)


def _record(one: Any, path: str) -> _Record:
    given = _members(one, path, {"type", "form", "exact", "fields", "base64"})
    kind = _whole(given.get("type"), f"{path}.type", _TYPE_MAX)
    form = given.get("form", "tagged")
    if form not in _FORMS:
        raise refused(f"{path}.form", "one of " + " ".join(_FORMS), form)
    exact = given.get("exact", False)
    if not isinstance(exact, bool):
        raise refused(f"{path}.exact", "true or false", exact)
    wanted, other = ("base64", "fields") if form == "raw" else ("fields", "base64")
    if wanted not in given or other in given:
        raise refused(path, f"`{wanted}` in a {form} record, and no `{other}`", sorted(given))
    if form == "raw":
        raw = _bytes(given["base64"], f"{path}.base64")
        return _Record(path, kind, form, [_Field(0, b"", raw, b"")])
    if form == "binary" and kind not in binary.TYPES:
        raise refused(f"{path}.type", "3 to 8 in a binary record", kind)
    fields = _list(given["fields"], f"{path}.fields")
    make = _part if form == "binary" else _field
    made = [make(f, f"{path}.fields[{k}]", kind) for k, f in enumerate(fields)]
    if form == "binary":
        _parts_in_order(made, kind, path)
    elif not made:
        raise refused(f"{path}.fields", "at least one field", fields)
    return _Record(path, kind, form, made, exact=exact)


def _parts_in_order(made: list[_Field], kind: int, path: str) -> None:
    """Every part of the header but LEN must be there: a reader finds them by their place."""
    numbers = [one.number for one in made]
    wanted = [*part_widths(kind), len(part_widths(kind)) + 1]
    if numbers not in (wanted, wanted[1:]):
        told = ", ".join(f"{kind}.{number:03d}" for number in wanted[1:])
        raise refused(f"{path}.fields", f"{told}, in this order", numbers)


def _field(one: Any, path: str, kind: int) -> _Field:
    given = _members(one, path, {"tag", "mnemonic", "value", "subfields", "base64", "end"})
    _mnemonic(given, path)
    tag = given.get("tag", "")
    match = _TAG.fullmatch(tag) if isinstance(tag, str) else None
    if match is None and tag != "":
        raise refused(f"{path}.tag", "a tag such as `2.018`, or nothing", tag)
    end = given.get("end")
    if "end" in given and (not isinstance(end, str) or end not in _ENDS):
        raise refused(f"{path}.end", "FS, GS or an empty string", end)
    number = int(match[2]) if match and int(match[1]) == kind else 0
    label = match[0].encode("ascii") if match else b""
    return _Field(number, label, _value(given, path), _ENDS[end] if isinstance(end, str) else None)


def _value(given: dict[str, Any], path: str) -> bytes:
    kinds = [name for name in ("value", "subfields", "base64") if name in given]
    if len(kinds) != 1:
        raise refused(path, "one of `value`, `subfields`, `base64`", kinds)
    if "value" in given:
        return _text(given["value"], f"{path}.value")
    if "base64" in given:
        return _bytes(given["base64"], f"{path}.base64")
    out = []
    for k, items in enumerate(_list(given["subfields"], f"{path}.subfields")):
        place = f"{path}.subfields[{k}]"
        out.append(
            US.join(_item(item, f"{place}[{i}]") for i, item in enumerate(_list(items, place)))
        )
    return RS.join(out)


def _item(item: Any, path: str) -> bytes:
    if isinstance(item, dict):
        return _bytes(_members(item, path, {"base64"}).get("base64"), f"{path}.base64")
    return _text(item, path)


def _part(one: Any, path: str, kind: int) -> _Field:
    """A part of a binary header by its number: a whole number, a list of codes, or bytes."""
    given = _members(one, path, {"tag", "mnemonic", "value", "base64"})
    _mnemonic(given, path)
    tag = given.get("tag")
    match = _TAG.fullmatch(tag) if isinstance(tag, str) else None
    if match is None or int(match[1]) != kind:
        raise refused(f"{path}.tag", f"a tag of type {kind}", tag)
    number = int(match[2])
    if ("value" in given) == ("base64" in given):
        raise refused(path, "one of `value`, `base64`", sorted(given))
    if "base64" in given:
        return _Field(number, b"", _bytes(given["base64"], f"{path}.base64"), b"")
    width = part_widths(kind).get(number)
    if width is None:
        raise refused(path, "`base64` for an image", "value")
    value = given["value"]
    if isinstance(value, list):
        if len(value) != width:
            raise refused(f"{path}.value", f"{width} codes", f"{len(value)} of them")
        codes = [_whole(code, f"{path}.value[{k}]", 255) for k, code in enumerate(value)]
        return _Field(number, b"", bytes(codes), b"")
    most = (1 << 8 * width) - 1
    return _Field(number, b"", _whole(value, f"{path}.value", most).to_bytes(width, "big"), b"")


def _members(one: Any, path: str, known: set[str]) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise refused(path, "an object", one)
    for name in one:
        if name not in known:
            raise refused(f"{path}.{shown(str(name))}", "one of " + " ".join(sorted(known)), name)
    return one


def _list(one: Any, path: str) -> list[Any]:
    if not isinstance(one, list):
        raise refused(path, "a list", one)
    return one


def _whole(one: Any, path: str, most: int) -> int:
    if isinstance(one, bool) or not isinstance(one, int) or not 0 <= one <= most:
        raise refused(path, f"a whole number, 0 to {most}", one)
    return one


def _mnemonic(given: dict[str, Any], path: str) -> None:
    if not isinstance(given.get("mnemonic", ""), str):
        raise refused(f"{path}.mnemonic", "text; it is for readers only", given["mnemonic"])


def _text(one: Any, path: str) -> bytes:
    if not isinstance(one, str):
        raise refused(path, "a string", one)
    if _SEPARATOR.search(one):
        raise refused(path, "text without separators; items go into `subfields`", one)
    try:
        return one.encode("utf-8")
    except UnicodeEncodeError:
        raise refused(path, "text of whole characters", "half of a surrogate pair") from None


def _bytes(one: Any, path: str) -> bytes:
    if not isinstance(one, str):
        raise refused(path, "base64", one)
    try:
        return b64decode(one, validate=True)
    except (NotBase64, ValueError):
        raise refused(path, "base64 as RFC 4648 has it, padded", one) from None


def refused(path: str, expected: str, found: Any) -> WireError:
    """The error of one place in the JSON."""
    if isinstance(found, dict | list) and not found:
        text = "nothing in it"
    elif isinstance(found, dict):
        text = "an object"
    elif isinstance(found, list):
        text = shown(", ".join(map(str, found[:20])))
    else:
        text = "nothing" if found is None else f"`{shown(str(found))}`"
    error = WireError(
        "the JSON form of a transaction has a mistake",
        expected=expected,
        found=text,
        next_step="see docs/spec/wire-json.md; `comity wire convert --to json` shows an example",
    )
    error.where = path
    return error
