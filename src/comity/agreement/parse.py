"""Reading one value at a time from a tree of text, lists and mappings, and noting every mistake.

What an agreement is made of is in `grammar.py`; here is how a word, an instant or a list is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final

# Bounds that keep a hostile file cheap: no agreement seen has a line beyond 200 characters,
# a list beyond 3,200 (every county), or a period beyond 75 years.
TEXT_CHARS_MAX = 500
LIST_ITEMS_MAX = 4_000
DAYS_MAX = 36_500
# Instants outside these years are slips of the pen; inside them no notice period overflows.
YEARS = range(1900, 2200)

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Node:
    """One place in a file. `content` is text, a list of nodes, or (key, value) pairs of nodes."""

    content: str | tuple[Node, ...] | tuple[tuple[Node, Node], ...]
    kind: str  # "text", "list" or "mapping"
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with an agreement file. `line` and `column` count from 1; 0 is no file."""

    line: int
    column: int
    path: str
    expected: str
    found: str
    nearest: str = ""

    def __str__(self) -> str:
        hint = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        place = f"line {self.line}, column {self.column}, " if self.line else ""
        return f"{place}{self.path}: expected {self.expected}, found `{self.found}`{hint}"

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "expected": self.expected,
            "found": self.found,
            "nearest": self.nearest,
        }


class Bad:
    """Stands where a value could not be read; its mistake is already noted."""


BAD: Final = Bad()
Read = Callable[["Parser", Node, Path], Any]


@dataclass(frozen=True)
class Field:
    """How a field is read, and whether a file must have it."""

    read: Read
    required: bool = True


class Parser:
    """Reads one tree, noting mistakes as it goes and the place of everything it visits."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.places: dict[Path, Node] = {}

    def note(self, node: Node, path: Path, expected: str, found: str, nearest: str = "") -> Bad:
        """Write down one mistake and go on."""
        where = ".".join(str(step) for step in path) or "the file"
        self.mistakes.append(
            Mistake(node.line, node.column, where, expected, shorten(found), nearest)
        )
        return BAD

    def mapping(self, node: Node, path: Path, fields: Mapping[str, Field]) -> dict[str, Any] | Bad:
        """Read a mapping whose keys are known; says which are unknown, repeated or missing."""
        self.places[path] = node
        if node.kind != "mapping":
            return self.note(node, path, f"a mapping with {listed(fields)}", describe(node))
        values: dict[str, Any] = {}
        for key, value in _pairs(node):
            name = key.content if isinstance(key.content, str) else describe(key)
            if name not in fields:
                self.note(key, path, f"one of {listed(fields)}", name, nearest(name, fields))
            elif name in values:
                self.note(key, (*path, name), "this key once", f"{name} again")
            else:
                self.places[(*path, name)] = value
                values[name] = fields[name].read(self, value, (*path, name))
        for name, field in fields.items():
            if field.required and name not in values:
                self.note(node, path, f"`{name}`", "no such key")
                values[name] = BAD
        return BAD if any(value is BAD for value in values.values()) else values


# --- readers of one value -----------------------------------------------------------------


def text(parser: Parser, node: Node, path: Path) -> Any:
    """Some words on one line."""
    if not isinstance(node.content, str) or not node.content.strip():
        return parser.note(node, path, "some text", describe(node))
    if len(node.content) > TEXT_CHARS_MAX or not node.content.isprintable():
        return parser.note(
            node, path, f"one line of at most {TEXT_CHARS_MAX} characters", describe(node)
        )
    return node.content


def pattern(expression: re.Pattern[str], expected: str) -> Read:
    """Text that matches an expression as a whole."""

    def read(parser: Parser, node: Node, path: Path) -> Any:
        if not isinstance(node.content, str) or not expression.fullmatch(node.content):
            return parser.note(node, path, expected, describe(node))
        return node.content

    return read


def word(known: tuple[str, ...]) -> Read:
    """One of a few words."""

    def read(parser: Parser, node: Node, path: Path) -> Any:
        if not isinstance(node.content, str) or node.content not in known:
            found = describe(node)
            return parser.note(node, path, f"one of {listed(known)}", found, nearest(found, known))
        return node.content

    return read


def flag(parser: Parser, node: Node, path: Path) -> Any:
    """`true` or `false`; `yes` and `no` are read the same, for those who write English."""
    answers = {"true": True, "yes": True, "false": False, "no": False}
    if not isinstance(node.content, str) or node.content not in answers:
        return parser.note(node, path, "true or false", describe(node))
    return answers[node.content]


def days(parser: Parser, node: Node, path: Path) -> Any:
    """A whole number of days, 0..DAYS_MAX."""
    said = node.content
    # fullmatch, since int() also takes `1_0`, ` 10 ` and digits of other scripts.
    if not isinstance(said, str) or not re.fullmatch(r"[0-9]{1,5}", said) or int(said) > DAYS_MAX:
        return parser.note(node, path, f"a whole number of days, 0 to {DAYS_MAX}", describe(node))
    return int(said)


def instant(parser: Parser, node: Node, path: Path) -> Any:
    """A date, a time and an offset from UTC; a date alone would mean another hour elsewhere."""
    expected = "a time with an offset, such as 2011-01-01T00:00:00-06:00"
    if not isinstance(node.content, str) or "T" not in node.content:
        return parser.note(node, path, expected, describe(node))
    try:
        at = datetime.fromisoformat(node.content)
    except ValueError:
        return parser.note(node, path, expected, describe(node))
    if at.tzinfo is None:
        return parser.note(node, path, expected, f"{node.content} without an offset")
    if at.year not in YEARS:
        return parser.note(node, path, f"a year {YEARS[0]} to {YEARS[-1]}", node.content)
    return at


def several(read_one: Read, *, some: bool = True) -> Read:
    """A list, each item read by `read_one`; nothing twice, and at least one where `some`."""

    def read(parser: Parser, node: Node, path: Path) -> Any:
        parser.places[path] = node
        if node.kind != "list" or len(node.content) > LIST_ITEMS_MAX:
            return parser.note(
                node, path, f"a list of at most {LIST_ITEMS_MAX} items", describe(node)
            )
        if some and not node.content:
            return parser.note(node, path, "at least one item", "an empty list")
        items = []
        for index, item in enumerate(_items(node)):
            value = read_one(parser, item, (*path, index))
            if value is not BAD and value in items:
                value = parser.note(item, (*path, index), "nothing twice", describe(item))
            items.append(value)
        return BAD if BAD in items else tuple(items)

    return read


# --- words for messages -------------------------------------------------------------------


def listed(words: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Words in backticks, for a message."""
    return ", ".join(f"`{name}`" for name in words)


def nearest(found: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """The known word most like the one found, or nothing when none is near."""
    # 0.6 is difflib's own cutoff; lower proposes `charge` for `change`-unlike words.
    close = get_close_matches(found[:64].lower().replace(" ", "_"), list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def describe(node: Node) -> str:
    """What stands at a node, in a few words."""
    if isinstance(node.content, str):
        return node.content or "nothing"
    return f"a {node.kind} of {len(node.content)}"


def shorten(said: str, limit: int = 80) -> str:
    """A file's words are quoted back, but not a novel of them, nor its control characters."""
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said[:limit])
    return visible + ("..." if len(said) > limit else "")


def _pairs(node: Node) -> tuple[tuple[Node, Node], ...]:
    return node.content  # type: ignore[return-value]  # kind == "mapping"


def _items(node: Node) -> tuple[Node, ...]:
    return node.content  # type: ignore[return-value]  # kind == "list"
