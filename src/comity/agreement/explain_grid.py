"""A decision table as text: one square a stage and level, in few words, and a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from comity.agreement.explain import FACT_WORDS, FIELD_WORDS, RECIPIENT_WORDS, listed
from comity.agreement.grid import Effect, Grid, Part
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES, Decision

Kind = Literal["now", "part", "later", "unknown", "never"]
TITLES = {
    "search": "Whether the second repository may be searched, by stage",
    "release": "What may leave, by stage and offence level",
    "hold": "Whether a hold may be honoured, by stage and offence level",
}
KEY: dict[Kind, str] = {
    "now": "yes, or these fields now",
    "part": "these fields now, more on the stage named",
    "later": "no, before the stage named",
    "unknown": "no, while the fact is not known",
    "never": "no, ever",
}


@dataclass(frozen=True)
class Square:
    """A decision in few words; `letters` name the sets of fields that leave, see `field_sets`."""

    kind: Kind
    words: str


def square(decision: Decision, letters: str = "") -> Square:
    """One answer; `letters` stand for the fields that may leave now."""
    if decision.permit:
        if decision.question == "release" and decision.awaits is not None:
            return Square("part", f"{letters}, more on {decision.awaits}")
        return Square("now", letters or "yes")
    if decision.timing == "never" or decision.awaits is None:
        return Square("never", "never")
    if decision.awaits in STAGES:
        return Square("later", f"on {decision.awaits}")
    return Square("unknown", "not known")


def field_sets(table: Grid) -> dict[tuple[tuple[str, tuple[str, ...]], ...], str]:
    """What leaves, to whom -> a letter: each distinct set of fields in the table once."""
    found: dict[tuple[tuple[str, tuple[str, ...]], ...], str] = {}
    answers = [
        one.answers for part in table.parts for rows in (part.rows, part.effects) for one in rows
    ]
    for decision in chain.from_iterable(answers):
        if decision.fields:
            found.setdefault(_set(decision), chr(ord("A") + len(found)))
    return found


def letter(decision: Decision, sets: dict[tuple[tuple[str, tuple[str, ...]], ...], str]) -> str:
    """The letter of what this decision lets out; empty for a denial."""
    return sets.get(_set(decision), "") if decision.fields else ""


def _set(decision: Decision) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((to, tuple(decision.fields.get(to, ()))) for to in RECIPIENTS)


def set_words(one: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    """Recipient and fields of one set, in words, those with fields only."""
    for to, names in one:
        if names:
            whole = len(names) == len(RELEASE_FIELDS)
            said = "every field" if whole else listed([FIELD_WORDS[name] for name in names])
            yield RECIPIENT_WORDS[to], said


def stage_words(stage: str | None) -> str:
    """A row of the table."""
    return "stage not known" if stage is None else f"after {_article(stage)}"


def level_words(level: str | None) -> str:
    """A column of the table."""
    if level is None:
        return "level not known"
    return level if level == "non-criminal" else f"level {level}"


def effect_words(effect: Effect) -> str:
    """`juvenile: yes`, as the row of a table."""
    said = {True: "yes", False: "no", None: "not known"}[effect.value]
    return f"{FACT_WORDS[effect.fact].removeprefix('whether ')}: {said}"


@dataclass(frozen=True)
class Table:
    """One question in squares: a row a stage, then a row a fact that is changed.

    columns  the levels; one, where all are alike; empty words for the search
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Square, ...]], ...]
    effects: tuple[tuple[str, tuple[Square, ...]], ...]


@dataclass(frozen=True)
class Sheet:
    """A whole decision table; `sets` are (letter, (recipient, fields) ...)."""

    tables: tuple[Table, ...]
    sets: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def squares(table: Grid) -> Sheet:
    """The decision table ready to be set as text or as a page."""
    sets = field_sets(table)
    return Sheet(
        tuple(_table(part, sets) for part in table.parts),
        tuple((name, tuple(set_words(one))) for one, name in sets.items()),
    )


def _table(part: Part, sets: dict[tuple[tuple[str, tuple[str, ...]], ...], str]) -> Table:
    def row(decisions: Sequence[Decision]) -> tuple[Square, ...]:
        return tuple(square(decision, letter(decision, sets)) for decision in decisions)

    rows = [(stage_words(one.stage), row(one.answers)) for one in part.rows]
    columns = tuple(level_words(level) for level in (*LEVELS, None))
    if part.question == "search":
        columns = ("",)
    elif all(len(set(answers)) == 1 for _, answers in rows):
        columns, rows = ("any level",), [(stage, answers[:1]) for stage, answers in rows]
    effects = tuple((effect_words(one), row(one.answers)) for one in part.effects)
    return Table(TITLES[part.question], columns, tuple(rows), effects)


def table_lines(table: Grid) -> list[str]:
    """The decision table as text."""
    told = squares(table)
    lines: list[str] = []
    for one in told.tables:
        body = [[stage, *(answer.words for answer in answers)] for stage, answers in one.rows]
        lines += [one.title, *_aligned([["", *one.columns], *body]), ""]
        head = ["With one fact changed", *(stage_words(stage) for stage in STAGES)]
        rows = [[what, *(answer.words for answer in answers)] for what, answers in one.effects]
        lines += [*_aligned([head, *rows]), ""] if one.effects else []
    for name, leaves in told.sets:
        lines += [f"  {name}  to {to}: {names}" for to, names in leaves]
    return lines


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _article(stage: str) -> str:
    return f"{'an' if stage[0] in 'aeiou' else 'a'} {stage}"
