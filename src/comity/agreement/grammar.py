"""The grammar of an agreement file: clause -> its dataclass and how each field is read.

The tree comes from YAML (`read.py`) or from the canonical form (`canonical.py`); both pass the
same checks, so what the ledger stored is held to what a drafter is held to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comity.agreement.parse import (
    Bad,
    Field,
    Mistake,
    Node,
    Parser,
    Path,
    Read,
    days,
    flag,
    instant,
    pattern,
    several,
    text,
    word,
)  # fmt: skip
from comity.agreement.terms import (
    EVENTS,
    EXCLUSIONS,
    ID_PATTERN,
    JURISDICTION_PATTERN,
    LEVEL_VERSIONS,
    REGIMES,
    Agreement,
    Answer,
    Clause,
    Event,
    Exclusion,
    Levels,
    Notice,
    Release,
    Retention,
    Review,
    Scope,
    Term,
    Trigger,
)  # fmt: skip
from comity.errors import AgreementError
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES

# agreement > release > clause > fields > word is five deep.
DEPTH_MAX = 8


def agreement_of(root: Node, name: str) -> Agreement:
    """The agreement a tree holds, whole.

    name    for messages
    Raises  AgreementError with `findings`: every Mistake, never a part of an agreement
    """
    parser = Parser()
    values = parser.mapping(root, (), AGREEMENT)
    if isinstance(values, Bad) or parser.mistakes:
        raise fail(name, tuple(parser.mistakes))
    values["events"] = _dated(values.get("events", ()), values["notice"])
    values["id"] = values.pop("agreement")
    try:
        return Agreement(**values)
    except AgreementError as error:
        for wrong in error.findings:
            parser.note(_place(parser, wrong.path, root), wrong.path, wrong.expected, wrong.found)
        raise fail(name, tuple(parser.mistakes)) from None


@dataclass(frozen=True)
class Shape:
    """A clause's dataclass and its fields besides `id` and `text`."""

    clause: type[Clause]
    fields: Mapping[str, Field]


def clause(shape: Shape) -> Read:
    """A mapping with `id`, `text` and the fields of its shape."""
    fields = {"id": Field(pattern(ID_PATTERN, "an id such as `release-2`: a-z 0-9 . _ -")),
              "text": Field(text), **shape.fields}  # fmt: skip

    def read(parser: Parser, node: Node, path: Path) -> Any:
        values = parser.mapping(node, path, fields)
        return values if isinstance(values, Bad) else shape.clause(**values)

    return read


@dataclass(frozen=True)
class _UndatedEvent(Clause):
    """An event as written: what it leaves out follows from `given` and the notice."""

    event: str
    given: datetime
    recorded: datetime | None = None
    effective: datetime | None = None


def _dated(events: tuple[_UndatedEvent, ...], notice: Notice) -> tuple[Event, ...]:
    """Events with every time filled in: recorded when given, effective after the notice."""
    wait = {"terminated": timedelta(days=notice.terminate_days)}
    return tuple(
        Event(e.id, e.text, e.event, e.given, e.recorded or e.given,
              e.effective or e.given + wait.get(e.event, timedelta()))
        for e in events
    )  # fmt: skip


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


def _place(parser: Parser, path: Path, root: Node) -> Node:
    """The node a contradiction is about, or the nearest one around it."""
    while path and path not in parser.places:
        path = path[:-1]
    return parser.places.get(path, root)


# --- the grammar --------------------------------------------------------------------------

_LATER_STAGES = STAGES[1:]
_ORI = pattern(JURISDICTION_PATTERN, "an ORI of nine letters and digits, or its beginning and `*`")

SHAPES: dict[str, Shape] = {
    "scope": Shape(Scope, {"jurisdictions": Field(several(_ORI))}),
    "term": Shape(Term, {"effective": Field(instant), "published": Field(instant, required=False)}),
    "notice": Shape(Notice, {"activate_days": Field(days), "terminate_days": Field(days)}),
    "trigger": Shape(Trigger, {"stage": Field(word(STAGES))}),
    "levels": Shape(
        Levels,
        {"version": Field(word(LEVEL_VERSIONS)), "permit": Field(several(word(LEVELS)))},
    ),
    "exclusions": Shape(
        Exclusion,
        {"fact": Field(word(EXCLUSIONS)), "until": Field(word(_LATER_STAGES), required=False)},
    ),
    "release": Shape(
        Release,
        {
            "to": Field(word(RECIPIENTS)),
            "fields": Field(several(word(RELEASE_FIELDS), some=False)),
            "after": Field(word(_LATER_STAGES), required=False),
        },
    ),
    "answer": Shape(Answer, {"local_agency": Field(flag)}),
    "review": Shape(Review, {"second_reviewer": Field(flag)}),
    "retention": Shape(Retention, {"days": Field(days)}),
    "events": Shape(
        _UndatedEvent,
        {
            "event": Field(word(EVENTS)),
            "given": Field(instant),
            "recorded": Field(instant, required=False),
            "effective": Field(instant, required=False),
        },
    ),
}

AGREEMENT: dict[str, Field] = {
    "agreement": Field(pattern(ID_PATTERN, "an id such as `alder-2011`: a-z 0-9 . _ -")),
    "title": Field(text),
    "regime": Field(word(REGIMES)),
    "parties": Field(several(text)),
    "recorded": Field(instant),
    "scope": Field(clause(SHAPES["scope"])),
    "term": Field(clause(SHAPES["term"])),
    "notice": Field(clause(SHAPES["notice"])),
    "trigger": Field(clause(SHAPES["trigger"])),
    "levels": Field(clause(SHAPES["levels"])),
    "exclusions": Field(several(clause(SHAPES["exclusions"]), some=False), required=False),
    "release": Field(several(clause(SHAPES["release"]))),
    "answer": Field(clause(SHAPES["answer"])),
    "review": Field(clause(SHAPES["review"])),
    "retention": Field(clause(SHAPES["retention"])),
    "events": Field(several(clause(SHAPES["events"]), some=False), required=False),
}
