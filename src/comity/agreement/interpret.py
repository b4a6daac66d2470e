"""What a tree says: a whole agreement, or every mistake in it.

The tree comes from YAML (`read.py`) or from the canonical form (`canonical.py`); both pass the
same checks, so what the ledger stored is held to what a drafter is held to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from comity.agreement.contradictions import UNREAD, Path, contradictions, read, said
from comity.agreement.grammar import AGREEMENT, SHAPES
from comity.agreement.parse import Mistake, Node, Parser, dotted, shorten
from comity.agreement.terms import Agreement
from comity.errors import AgreementError

# agreement > release > clause > fields > word is five deep.
DEPTH_MAX = 8


@dataclass(frozen=True)
class Reading:
    """What was made of a tree: a whole agreement, or every mistake, never a part of one.

    places  (line, column) of each value that was met, by its path; (0, 0) where there is no file
    """

    agreement: Agreement | None
    mistakes: tuple[Mistake, ...]
    places: Mapping[Path, tuple[int, int]]

    def place(self, path: Path) -> tuple[int, int]:
        """Where a value stands, or the nearest around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (0, 0))


@dataclass(frozen=True)
class Source:
    """One file and what was made of it. `name` is where the reader looks."""

    name: str
    reading: Reading


def reading_of(root: Node) -> Reading:
    """Read a tree, with every mistake in it, in the order of the file."""
    parser = Parser()
    body = parser.mapping(root, (), AGREEMENT)
    places = {path: (node.line, node.column) for path, node in parser.places.items()}
    whole = Reading(None, (), places)
    if isinstance(body, dict):
        body["events"] = _dated(body)
        for wrong in contradictions(body):
            parser.mistakes.append(
                Mistake(
                    *whole.place(wrong.path),
                    dotted(wrong.path),
                    wrong.expected,
                    shorten(wrong.found),
                    code=wrong.code,
                )
            )
    mistakes = tuple(sorted(parser.mistakes, key=lambda m: (m.line, m.column)))
    return Reading(_built(body) if isinstance(body, dict) and not mistakes else None,
                   mistakes, places)  # fmt: skip


def agreement_of(root: Node, name: str) -> Agreement:
    """The agreement a tree holds, whole.

    name    for messages
    Raises  AgreementError with `findings`: every Mistake, never a part of an agreement
    """
    reading = reading_of(root)
    if reading.agreement is None:
        raise fail(name, reading.mistakes)
    return reading.agreement


def _dated(body: Mapping[str, Any]) -> Any:
    """Events with every time filled in: recorded when given, effective after the notice."""
    events = said(body, "events")
    if events is UNREAD:
        return UNREAD
    dated: list[Any] = []
    for event in events or ():
        if event is UNREAD:
            dated.append(event)
            continue
        whole = {"recorded": event["given"], **event}
        if "effective" not in event:
            ends = event["event"] == "terminated"
            days = said(body, "notice", "terminate_days") if ends else 0
            given = event["given"]
            known = read(given, days, event["event"])
            whole["effective"] = given + timedelta(days=days) if known else UNREAD
        dated.append(whole)
    return tuple(dated)


def _built(body: Mapping[str, Any]) -> Agreement:
    values: dict[str, Any] = {"id": body["agreement"]}
    for name, value in body.items():
        if name == "agreement":
            continue
        shape = SHAPES.get(name)
        if shape is None:
            values[name] = value
        elif isinstance(value, tuple):
            values[name] = tuple(shape.clause(**one) for one in value)
        else:
            values[name] = shape.clause(**value)
    return Agreement(**values)


def plain(value: Any, depth: int = 0) -> Node:
    """A node tree of a JSON value, so that the canonical form passes the checks of a file."""
    if depth > DEPTH_MAX:
        return Node("deeper nesting", "text")  # no clause reaches so deep: it fits nowhere
    if isinstance(value, Mapping):
        pairs = tuple((plain(k, depth + 1), plain(v, depth + 1)) for k, v in value.items())
        return Node(pairs, "mapping")
    if isinstance(value, list | tuple):
        return Node(tuple(plain(item, depth + 1) for item in value), "list")
    if isinstance(value, bool):
        return Node("true" if value else "false", "text")
    return Node("" if value is None else str(value), "text")


def fail(name: str, mistakes: tuple[Mistake, ...]) -> AgreementError:
    """The one error that carries every mistake of a file."""
    first = mistakes[0]
    return AgreementError(
        f"{len(mistakes)} mistake(s) in an agreement; none of it was loaded",
        where=f"{name}:{first.line}:{first.column}" if first.line else name,
        expected=first.expected,
        found=f"`{first.found}`" + (f" at {first.path}" if first.path else ""),
        next_step=(f"write `{first.nearest}`" if first.nearest else "put right every finding")
        + ", then run `comity agreement check`",
        findings=mistakes,
    )
