"""How one value of an agreement is read: text, a word, an instant, a count, a list, a clause.

A reader is a record that can be called, so that the JSON Schema (`schema.py`) can be written
from the very readers that judge a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.agreement.contradictions import UNREAD, Path
from comity.agreement.parse import (
    Field,
    Node,
    Parser,
    Read,
    describe,
    items_of,
    listed,
    nearest,
)

# Bounds that keep a hostile file cheap: no agreement seen has a line beyond 200 characters,
# a list beyond 3,200 (every county), or a period beyond 75 years.
TEXT_CHARS_MAX = 500
LIST_ITEMS_MAX = 4_000
DAYS_MAX = 36_500
# Instants outside these years are slips of the pen; inside them no notice period overflows.
YEARS = range(1900, 2200)

ANSWERS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
class Text:
    """Some words on one line."""

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        if not isinstance(node.content, str) or not node.content.strip():
            return parser.note(node, path, "no-text", "some text", describe(node))
        if len(node.content) > TEXT_CHARS_MAX or not node.content.isprintable():
            expected = f"one line of at most {TEXT_CHARS_MAX} characters"
            return parser.note(node, path, "no-text", expected, describe(node))
        return node.content


@dataclass(frozen=True)
class Pattern:
    """Text that matches an expression as a whole."""

    expression: re.Pattern[str]
    expected: str

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        if not isinstance(node.content, str) or not self.expression.fullmatch(node.content):
            return parser.note(node, path, "wrong-form", self.expected, describe(node))
        return node.content


@dataclass(frozen=True)
class Word:
    """One of a few words."""

    known: tuple[str, ...]

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        if isinstance(node.content, str) and node.content in self.known:
            return node.content
        found, expected = describe(node), f"one of {listed(self.known)}"
        near = nearest(found, self.known)
        return parser.note(node, path, "unknown-word", expected, found, near)


@dataclass(frozen=True)
class Flag:
    """`true` or `false`; `yes` and `no` are read the same, for those who write English."""

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        if not isinstance(node.content, str) or node.content not in ANSWERS:
            near = nearest(describe(node), tuple(ANSWERS))
            return parser.note(node, path, "not-yes-or-no", "yes or no", describe(node), near)
        return ANSWERS[node.content]


@dataclass(frozen=True)
class Whole:
    """A whole number of some unit, `least` to `most`."""

    unit: str
    least: int
    most: int

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        said = node.content
        # fullmatch, since int() also takes `1_0`, ` 10 ` and digits of other scripts.
        whole = int(said) if isinstance(said, str) and re.fullmatch(r"[0-9]{1,5}", said) else -1
        if self.least <= whole <= self.most:
            return whole
        expected = f"a whole number of {self.unit}, {self.least} to {self.most}"
        return parser.note(node, path, "not-a-number", expected, describe(node))


@dataclass(frozen=True)
class Instant:
    """A date, a time and an offset from UTC; a date alone would mean another hour elsewhere."""

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        expected = "a time with an offset, such as 2011-01-01T00:00:00-06:00"
        if not isinstance(node.content, str) or "T" not in node.content:
            return parser.note(node, path, "not-a-time", expected, describe(node))
        try:
            at = datetime.fromisoformat(node.content)
        except ValueError:
            return parser.note(node, path, "not-a-time", expected, describe(node))
        if at.tzinfo is None:
            return parser.note(
                node, path, "no-offset", expected, f"{node.content} without an offset"
            )
        if at.year not in YEARS:
            expected = f"a year {YEARS[0]} to {YEARS[-1]}"
            return parser.note(node, path, "not-a-time", expected, node.content)
        return at


@dataclass(frozen=True)
class Several:
    """A list, each item read by `one`; nothing twice, and at least `least` of them."""

    one: Read
    least: int = 1

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        if node.kind != "list" or len(node.content) > LIST_ITEMS_MAX:
            expected = f"a list of at most {LIST_ITEMS_MAX} items"
            return parser.note(node, path, "not-a-list", expected, describe(node))
        if len(node.content) < self.least:
            return parser.note(node, path, "empty-list", "at least one item", "an empty list")
        items: list[Any] = []
        for index, item in enumerate(items_of(node)):
            place = (*path, index)
            parser.places[place] = item
            value = self.one(parser, item, place)
            if value is not UNREAD and value in items:
                value = parser.note(item, place, "listed-twice", "nothing twice", describe(item))
            items.append(value)
        return tuple(items)


@dataclass(frozen=True)
class Fields:
    """A mapping with known keys: a clause, or a whole agreement."""

    fields: Mapping[str, Field]

    def __call__(self, parser: Parser, node: Node, path: Path) -> Any:
        return parser.mapping(node, path, self.fields)
