"""The terms of one agreement: frozen clauses, each with an id and its place in the signed text.

An agreement has two calendars. *Effective* is when a term binds; *recorded* is when the house
learnt of it. Events (suspended, resumed, terminated) carry both, so that "what was true" and
"what did we believe that day" are both answerable.

An `Agreement` whose clauses contradict each other cannot be constructed, whoever constructs it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from comity.agreement.contradictions import contradictions
from comity.agreement.words import (
    AFTER_SEARCH,
    BEFORE_SEARCH,
    EVENTS,
    EXCLUSIONS,
    ID_PATTERN,
    JURISDICTION_PATTERN,
    LEVEL_VERSIONS,
    REGIMES,
    Regime,
)
from comity.errors import AgreementError

__all__ = [
    "AFTER_SEARCH", "BEFORE_SEARCH", "EVENTS", "EXCLUSIONS", "ID_PATTERN", "JURISDICTION_PATTERN",
    "LEVEL_VERSIONS", "REGIMES", "Agreement", "Answer", "Clause", "Event", "Exclusion", "Hold",
    "Levels", "Notice", "Regime", "Release", "Retention", "Review", "Scope", "Term", "Trigger",
]  # fmt: skip


@dataclass(frozen=True)
class Clause:
    """What every clause has: `id`, unique in its agreement, and `text`, where counsel finds it."""

    id: str
    text: str


@dataclass(frozen=True)
class Scope(Clause):
    """Whose bookings the agreement covers: ORIs, or beginnings of ORIs ending in `*`."""

    jurisdictions: tuple[str, ...]

    def covers(self, jurisdiction: str) -> bool:
        """Whether an ORI falls under this scope."""
        return any(
            jurisdiction.startswith(ori[:-1]) if ori.endswith("*") else jurisdiction == ori
            for ori in self.jurisdictions
        )


@dataclass(frozen=True)
class Term(Clause):
    """When it begins to bind, and the notice of that.

    published  when its activation was published
    told       when the chief law officer of the state was told of it
    """

    effective: datetime
    published: datetime | None = None
    told: datetime | None = None


@dataclass(frozen=True)
class Notice(Clause):
    """Days (of 24 hours) that must pass between a notice and its effect.

    end_by  the parties that may suspend or end it; None where each of them may
    """

    activate_days: int
    terminate_days: int
    end_by: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Trigger(Clause):
    """The stage a case must have reached: arrest, charge or conviction."""

    stage: str


@dataclass(frozen=True)
class Levels(Clause):
    """The offence levels about which something may be released, under one version's rules."""

    version: str
    permit: tuple[str, ...]


@dataclass(frozen=True)
class Exclusion(Clause):
    """Cases left out while `fact` is true; with `until`, only below that stage."""

    fact: str
    until: str | None = None


@dataclass(frozen=True)
class Release(Clause):
    """Fields one recipient may have; with `after`, only from that stage on."""

    to: str
    fields: tuple[str, ...]
    after: str | None = None


@dataclass(frozen=True)
class Answer(Clause):
    """Whether the local agency is answered at all."""

    local_agency: bool


@dataclass(frozen=True)
class Hold(Clause):
    """Whether the local agency may honour a request to hold somebody, for how long at most.

    hours  1..120, never renewed; None where none is honoured
    """

    honoured: bool
    hours: int | None = None


@dataclass(frozen=True)
class Review(Clause):
    """Whether a second person must agree before a determination counts."""

    second_reviewer: bool


@dataclass(frozen=True)
class Retention(Clause):
    """Days a recipient may keep what was released."""

    days: int


@dataclass(frozen=True)
class Event(Clause):
    """Something that happened to the agreement.

    given      when the letter was given
    recorded   when the house learnt of it; never before `given`
    effective  when it binds; a termination never before `given` plus the notice
    by         the party that gave it, where that is said
    """

    event: str
    given: datetime
    recorded: datetime
    effective: datetime
    by: str | None = None


@dataclass(frozen=True)
class Agreement:
    """One agreement, whole and free of contradictions.

    recorded  when the house learnt of the agreement
    Raises    AgreementError carrying every contradiction
    """

    id: str
    title: str
    regime: Regime
    parties: tuple[str, ...]
    recorded: datetime
    scope: Scope
    term: Term
    notice: Notice
    trigger: Trigger
    levels: Levels
    release: tuple[Release, ...]
    review: Review
    retention: Retention
    exclusions: tuple[Exclusion, ...] = ()
    events: tuple[Event, ...] = ()
    answer: Answer | None = None
    hold: Hold | None = None

    def __post_init__(self) -> None:
        body = {field.name: _said(getattr(self, field.name)) for field in fields(self)}
        found = tuple(contradictions({**body, "agreement": self.id}))
        if found:
            raise AgreementError(
                f"agreement `{self.id}` contradicts itself in {len(found)} place(s)",
                where=".".join(str(step) for step in found[0].path),
                expected=found[0].expected,
                found=found[0].found,
                findings=found,
            )

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        return self.scope.jurisdictions

    @property
    def effective(self) -> datetime:
        return self.term.effective

    @property
    def answers_locally(self) -> bool:
        """Whether the local agency is answered at all under this agreement."""
        return self.answer is not None and self.answer.local_agency

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause in the order an agreement is read in."""
        return (
            self.scope, self.term, self.notice, self.trigger, self.levels, *self.exclusions,
            *self.release, *([self.answer] if self.answer else []),
            *([self.hold] if self.hold else []), self.review, self.retention, *self.events,
        )  # fmt: skip

    def clause_id(self, clause: Clause) -> str:
        """The name of a clause in decisions and in the ledger."""
        return f"{self.id}#{clause.id}"


def _said(value: Any) -> Any:
    """A clause as the mapping it is in a file."""
    if isinstance(value, Clause):
        return vars(value)
    return [_said(item) for item in value] if isinstance(value, tuple) else value
