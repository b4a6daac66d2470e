"""A decision table as text: one square a stage and level, in few words, and a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from comity.agreement.explain import FACT_WORDS, FIELD_WORDS, RECIPIENT_WORDS, listed
from comity.agreement.grid import Effect, Grid
from comity.records import RECIPIENTS, RELEASE_FIELDS, STAGES, Decision

Kind = Literal["now", "part", "later", "unknown", "never"]
KEY: dict[Kind, str] = {
    "now": "may leave now",
    "part": "some may leave now, more on the stage named",
    "later": "nothing before the stage named",
    "unknown": "nothing while the fact is not known",
    "never": "nothing, ever",
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
    decisions = [d for row in table.rows for d in row.release]
    decisions += [d for effect in table.effects for d in effect.release]
    for decision in decisions:
        if decision.permit:
            found.setdefault(_set(decision), chr(ord("A") + len(found)))
    return found


def letter(decision: Decision, sets: dict[tuple[tuple[str, tuple[str, ...]], ...], str]) -> str:
    """The letter of what this decision lets out; empty for a denial."""
    return sets.get(_set(decision), "") if decision.permit else ""


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
class Sheet:
    """The table in squares: `columns` are the levels, one where all levels are alike."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, Square, tuple[Square, ...]], ...]  # stage, search, release
    effects: tuple[tuple[str, tuple[Square, ...]], ...]  # fact and value, release by stage
    sets: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # letter, (recipient, fields)


def squares(table: Grid) -> Sheet:
    """The decision table ready to be set as text or as a page."""
    sets = field_sets(table)
    rows = [
        (
            stage_words(row.stage),
            square(row.search),
            tuple(square(d, letter(d, sets)) for d in row.release),
        )
        for row in table.rows
    ]
    columns = tuple(level_words(level) for level in table.levels)
    if all(len(set(release)) == 1 for _, _, release in rows):
        columns, rows = ("any level",), [(stage, s, release[:1]) for stage, s, release in rows]
    return Sheet(
        columns,
        tuple(rows),
        tuple(
            (effect_words(e), tuple(square(d, letter(d, sets)) for d in e.release))
            for e in table.effects
        ),
        tuple((name, tuple(set_words(one))) for one, name in sets.items()),
    )


def table_lines(table: Grid) -> list[str]:
    """The decision table as text."""
    told = squares(table)
    body = [
        [stage, search.words, *(one.words for one in release)]
        for stage, search, release in told.rows
    ]
    lines = [
        "What may leave, by stage and offence level",
        *_aligned([["", "search", *told.columns], *body]),
        "",
    ]
    if told.effects:
        head = ["With one fact changed", *(stage_words(stage) for stage in STAGES)]
        rows = [[what, *(one.words for one in release)] for what, release in told.effects]
        lines += [*_aligned([head, *rows]), ""]
    for name, one in told.sets:
        lines += [f"  {name}  to {to}: {names}" for to, names in one]
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
