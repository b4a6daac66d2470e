"""A tree of text, lists and mappings with the place of each, and the mistakes met in reading it.

How a word, an instant or a list is read is in `readers.py`, what an agreement is made of in
`grammar.py`; here is what they share: where something stands, and how a mistake is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from comity.agreement.contradictions import UNREAD, Path, Unread

Known = Mapping[str, Any] | tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """One place in a file. `content` is text, a list of nodes, or (key, value) pairs of nodes."""

    content: str | tuple[Node, ...] | tuple[tuple[Node, Node], ...]
    kind: str  # "text", "list" or "mapping"
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with an agreement file. `line` and `column` count from 1; 0 is no file.

    code  which mistake, a word of `findings.CODES`, stable from release to release
    """

    line: int
    column: int
    path: str
    expected: str
    found: str
    nearest: str = ""
    code: str = "unreadable"

    def __str__(self) -> str:
        hint = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        place = f"line {self.line}, column {self.column}, " if self.line else ""
        return f"{place}{self.path}: expected {self.expected}, found `{self.found}`{hint}"

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "expected": self.expected,
            "found": self.found,
            "nearest": self.nearest,
        }


Read = Callable[["Parser", Node, Path], Any]


@dataclass(frozen=True)
class Field:
    """How a field is read, what it says, and whether a file must have it."""

    read: Read
    says: str
    required: bool = True


class Parser:
    """Reads one tree, noting mistakes as it goes and the place of everything it visits."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.places: dict[Path, Node] = {}

    def note(
        self, node: Node, path: Path, code: str, expected: str, found: str, nearest: str = ""
    ) -> Unread:
        """Write down one mistake and go on."""
        self.mistakes.append(
            Mistake(node.line, node.column, dotted(path), expected, shorten(found), nearest, code)
        )
        return UNREAD

    def mapping(
        self, node: Node, path: Path, fields: Mapping[str, Field]
    ) -> dict[str, Any] | Unread:
        """Read a mapping whose keys are known; says which are unknown, repeated or missing.

        What cannot be read is UNREAD in the values. What stands under a misspelt key is read as
        what it was meant to be, so that one slip hides no other.
        """
        self.places[path] = node
        if node.kind != "mapping":
            expected = f"a mapping with {listed(fields)}"
            return self.note(node, path, "not-a-mapping", expected, describe(node))
        pairs = [(_name(key), key, value) for key, value in pairs_of(node)]
        written = {name for name, _, _ in pairs}
        values: dict[str, Any] = {}
        for name, key, value in pairs:
            meant = name
            if name not in fields:
                near = nearest(name, fields)
                self.note(key, path, "unknown-key", f"one of {listed(fields)}", name, near)
                if not near or near in written or near in values:
                    continue
                meant = near
            elif name in values:
                self.note(key, (*path, name), "repeated-key", "this key once", f"{name} again")
                continue
            self.places[(*path, meant)] = value
            values[meant] = fields[meant].read(self, value, (*path, meant))
        for name, field in fields.items():
            if field.required and name not in values:
                self.note(node, path, "missing-key", f"`{name}`", "no such key")
                values[name] = UNREAD
        return values


# --- words for messages -------------------------------------------------------------------


def dotted(path: Path) -> str:
    """A place as it is written in messages: `release.0.fields`."""
    return ".".join(str(step) for step in path) or "the file"


def listed(words: Known) -> str:
    """Words in backticks, for a message."""
    return ", ".join(f"`{name}`" for name in words)


def nearest(found: str, known: Known) -> str:
    """The known word most like the one found, or nothing when none is near."""
    # 0.6 is difflib's own cutoff; lower proposes `charge` for `change`-unlike words.
    plain = found[:64].lower().replace(" ", "_").replace("-", "_")
    spelt = {name.replace("-", "_"): name for name in known}
    close = get_close_matches(plain, list(spelt), n=1, cutoff=0.6)
    return spelt[close[0]] if close else ""


def describe(node: Node) -> str:
    """What stands at a node, in a few words."""
    if isinstance(node.content, str):
        return node.content or "nothing"
    return f"a {node.kind} of {len(node.content)}"


def shorten(said: str, limit: int = 80) -> str:
    """A file's words are quoted back, but not a novel of them, nor its control characters."""
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said[:limit])
    return visible + ("..." if len(said) > limit else "")


def items_of(node: Node) -> tuple[Node, ...]:
    """The nodes of a list; none where a node is no list."""
    return node.content if node.kind == "list" else ()  # type: ignore[return-value]


def pairs_of(node: Node) -> tuple[tuple[Node, Node], ...]:
    """The keys and values of a mapping; none where a node is no mapping."""
    return node.content if node.kind == "mapping" else ()  # type: ignore[return-value]


def _name(key: Node) -> str:
    return key.content if isinstance(key.content, str) else describe(key)
