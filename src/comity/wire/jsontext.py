"""The JSON form as text: a field a line, and strict reading of what others wrote.

Refused are a member named twice, numbers with a point, NaN and Infinity, numbers of more than
ten digits, nesting without end, and more text or values than any transaction needs.
Source: RFC 8259; I-JSON (RFC 7493) for repeated names and numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from comity.wire.jsonbytes import VERSION, VERSION_KEY, refused
from comity.wire.read import BYTES_MAX

TEXT_MAX = 2 * BYTES_MAX  # images in base64 are a third longer, the rest is text
VALUES_MAX = 2_000_000  # commas and brackets; ten times what `to_json` writes at most
_DIGITS_MAX = 10  # LEN of a binary record goes to 4294967295


def dumps(form: dict[str, Any]) -> str:
    """The form as text, one line a field, with a line end at the end."""
    return "".join(_lines(form))


def loads(text: bytes) -> Any:
    """Parse JSON strictly; `from_json` judges what it says.

    Raises WireError with the line of a fault, or the place `$`.
    """
    if len(text) > TEXT_MAX:
        raise refused("$", f"at most {TEXT_MAX} bytes", f"{len(text)} bytes")
    if sum(text.count(mark) for mark in (b",", b"[", b"{")) > VALUES_MAX:
        raise refused("$", f"at most {VALUES_MAX} values", "more")
    try:
        plain = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"byte {error.start}", "UTF-8", text[error.start : error.start + 8]) from None
    try:
        return json.loads(
            plain,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_fraction,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        near = plain[error.pos : error.pos + 20] or "the end of the text"
        raise refused(place, f"JSON ({error.msg.lower()})", near) from None
    except RecursionError:
        raise refused("$", "seven levels, as the form has", "far more") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise refused("$", "each member once in an object", f"{twice} twice")
    return out


def _number(text: str) -> int:
    if len(text) > _DIGITS_MAX:
        raise refused("$", f"whole numbers of at most {_DIGITS_MAX} digits", text)
    return int(text)


def _fraction(text: str) -> NoReturn:
    raise refused("$", "whole numbers", text)


def _constant(text: str) -> NoReturn:
    raise refused("$", "whole numbers", text)


def _lines(form: dict[str, Any]) -> Iterator[str]:
    yield f'{{"{VERSION_KEY}": {form.get(VERSION_KEY, VERSION)},\n "records": ['
    for k, record in enumerate(form["records"]):
        yield "\n  {" if k == 0 else ",\n  {"
        plain = {name: value for name, value in record.items() if name != "fields"}
        yield json.dumps(plain, ensure_ascii=False)[1:-1]
        if "fields" in record:
            yield ', "fields": ['
            for i, one in enumerate(record["fields"]):
                yield ("\n   " if i == 0 else ",\n   ") + json.dumps(one, ensure_ascii=False)
            yield "]"
        yield "}"
    yield "\n ]}\n"
