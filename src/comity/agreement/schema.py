"""The grammar as a JSON Schema (draft 2020-12), for editors and for other people's programs.

Written from the readers that judge a file, so it cannot say less than they accept. It sees one
value at a time: what clauses say together, and all of time, is left to `comity agreement check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comity.agreement.grammar import AGREEMENT, SHAPES
from comity.agreement.parse import Field, Read
from comity.agreement.readers import (
    ANSWERS,
    LIST_ITEMS_MAX,
    TEXT_CHARS_MAX,
    Fields,
    Flag,
    Instant,
    Pattern,
    Several,
    Text,
    Whole,
    Word,
)

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What `datetime.fromisoformat` reads, and a little more: a date, `T`, a time, `Z` or an offset.
INSTANT = r"^[0-9W-]{7,10}T[0-9:.,]{2,}(Z|[+-][0-9:.]{2,})$"

# Of what clauses say together, the little that a schema can see.
TOGETHER: list[Schema] = [
    {
        "if": {"properties": {"regime": {"const": "local_limit"}}, "required": ["regime"]},
        "then": {
            "properties": {
                "release": {
                    "items": {"properties": {"to": {"const": "local_agency"}}},
                    "description": "A local limit is about the local agency alone.",
                }
            }
        },
        "else": {"properties": {"release": {"minItems": 1}}, "required": ["answer"]},
    }
]


HOURS: Schema = {
    "if": {"properties": {"honoured": {"enum": [True, "true", "yes"]}}, "required": ["honoured"]},
    "then": {"required": ["hours"]},
    "else": {"properties": {"hours": False}},
}


def schema() -> Schema:
    """The schema of an agreement file, as JSON values."""
    body = _mapping(AGREEMENT)
    clauses = {
        name: {"description": shape.says, **_mapping(shape.fields.fields)}
        for name, shape in SHAPES.items()
    }
    return {
        "$schema": DIALECT,
        "title": "An agreement of Comity",
        "description": "One agreement, as docs/spec/agreement.md describes it.",
        **body,
        "allOf": TOGETHER,
        "$defs": clauses | {"hold": clauses["hold"] | HOURS},
    }


def _mapping(fields: Mapping[str, Field]) -> Schema:
    return {
        "type": "object",
        "properties": {
            name: {"description": field.says, **_value(field.read, name)}
            for name, field in fields.items()
        },
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _value(read: Read, name: str) -> Schema:
    """The schema of one reader; a clause is a reference to its own."""
    match read:
        case Fields():
            return {"$ref": f"#/$defs/{name}"}
        case Several():
            return {
                "type": "array",
                "items": _value(read.one, name),
                "minItems": read.least,
                "maxItems": LIST_ITEMS_MAX,
                "uniqueItems": True,
            }
        case Word():
            return {"enum": [*read.known, *(int(w) for w in read.known if w.isdigit())]}
        case Flag():
            return {"enum": [True, False, *ANSWERS]}
        case Whole():
            # A number in quotes is read as one.
            digits = {"type": "string", "pattern": "^[0-9]{1,5}$"}
            number = {"type": "integer", "minimum": read.least, "maximum": read.most}
            return {"anyOf": [number, digits]}
        case Instant():
            return {"type": "string", "pattern": INSTANT,
                    "examples": ["2011-01-01T00:00:00-06:00"]}  # fmt: skip
        case Pattern():
            return _scalar({"type": "string", "pattern": f"^({read.expression.pattern})$"})
        case Text():
            words = {"type": "string", "pattern": r"\S", "maxLength": TEXT_CHARS_MAX}
            return _scalar(words)
        case _:
            raise TypeError(f"no schema for a reader such as {read!r}")


def _scalar(text: Schema) -> Schema:
    # Whatever is written without quotes stays text in an agreement; YAML makes a number of `12`.
    return {"anyOf": [text, {"type": ["number", "boolean"]}]}
