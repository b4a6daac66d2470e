"""A decision table: what one agreement answers at each stage and offence level, and to whom.

Nothing in it is read off the clauses. Every square is decided by the evaluator, for an ordinary
case (nothing known against it) and then with one fact at a time changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from comity.agreement.columns import FACT_NAMES
from comity.agreement.decide import decide
from comity.agreement.register import Agreements, standing
from comity.agreement.space import asked_facts, places
from comity.agreement.terms import EXCLUSIONS, Agreement
from comity.errors import CallerError
from comity.records import LEVELS, STAGES, Decision, Facts, Question

# Facts that are looked at one by one below the table; the levels are its columns.
SINGLE = ("criminal", *EXCLUSIONS)


@dataclass(frozen=True)
class Row:
    """One stage: the answers at each of LEVELS and at an unknown level, last."""

    stage: str | None
    answers: tuple[Decision, ...]


@dataclass(frozen=True)
class Effect:
    """What one fact does when it has a value that an ordinary case has not, by STAGES."""

    fact: str
    value: bool | None
    answers: tuple[Decision, ...]


@dataclass(frozen=True)
class Part:
    """One question. The search, which asks no level, has its answers once a stage."""

    question: Question
    rows: tuple[Row, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Grid:
    """An agreement's answers at one instant; a question it says nothing about has no part."""

    agreement: Agreement
    at: datetime
    jurisdiction: str
    parts: tuple[Part, ...]


def grid(agreement: Agreement, at: datetime | None = None) -> Grid:
    """The table of one agreement on its own.

    at  an instant at which it is in force; None: the first such
    Raises CallerError where it never is, or is not at that instant.
    """
    when = _in_force(agreement, at)
    ordinary = ordinary_case(agreement)
    questions: list[Question] = []
    if agreement.regime != "local_limit":  # a limit opens nothing by itself
        questions += ["search", "release"]
    if agreement.hold is not None:
        questions.append("hold")
    parts = tuple(_part(agreement, question, ordinary, when) for question in questions)
    return Grid(agreement, when, ordinary.jurisdiction, parts)


def _part(agreement: Agreement, question: Question, ordinary: Facts, at: datetime) -> Part:
    alone = Agreements((agreement,))
    version = agreement.levels.version
    levels = (*LEVELS, None) if question != "search" else agreement.levels.permit[:1]
    rows = tuple(
        Row(
            stage,
            tuple(
                decide(alone, question, replace(ordinary, stage=stage, level={version: one}), at=at)
                for one in levels
            ),
        )
        for stage in (*STAGES, None)
    )
    return Part(question, rows, tuple(_effects(alone, question, ordinary, at)))


def ordinary_case(agreement: Agreement) -> Facts:
    """A case in the agreement's first place: everything known, at a level it permits."""
    return Facts(
        jurisdiction=places((agreement,))[0],
        criminal=True,
        stage="arrest",
        level={agreement.levels.version: agreement.levels.permit[0]},
        minor_traffic_only=False,
        juvenile=False,
        victim_or_witness=False,
        lawful_process_only=False,
        citizen=False,
    )


def _effects(
    alone: Agreements, question: Question, ordinary: Facts, at: datetime
) -> Iterator[Effect]:
    asked = {"criminal", *asked_facts(alone)}
    for fact in FACT_NAMES:
        if fact not in SINGLE or fact not in asked:
            continue
        for value in (False, None) if fact == "criminal" else (True, None):
            changed = replace(ordinary, **{fact: value})  # type: ignore[arg-type]
            yield Effect(
                fact,
                value,
                tuple(decide(alone, question, replace(changed, stage=s), at=at) for s in STAGES),
            )


def _in_force(agreement: Agreement, at: datetime | None) -> datetime:
    """The instant asked for, or the first at which the agreement is in force and known."""
    known = max([agreement.recorded, *(e.recorded for e in agreement.events)])
    asked = [at] if at is not None else _instants(agreement)
    for when in asked:
        if standing(agreement, when, when).status == "in_force":
            return when
    raise CallerError(
        "the agreement is not in force",
        where=agreement.id,
        expected="an instant at which it is",
        found="never" if at is None else at.isoformat(),
        next_step=f"see `comity agreement timeline`; the last letter was recorded {known.date()}",
    )


def _instants(agreement: Agreement) -> list[datetime]:
    return sorted(
        {
            max(agreement.recorded, agreement.term.effective),
            *(max(e.recorded, e.effective) for e in agreement.events),
        }
    )
