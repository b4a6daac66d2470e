"""The terms of one agreement: frozen clauses, each with an id and its place in the signed text.

An agreement has two calendars. *Effective* is when a term binds; *recorded* is when the house
learnt of it. Events (suspended, resumed, terminated) carry both, so that "what was true" and
"what did we believe that day" are both answerable.

`contradictions` says what is wrong between clauses that are each well formed; an `Agreement`
with one cannot be constructed, whoever constructs it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from comity.errors import AgreementError
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES

Regime = Literal["agreement_required", "federal_mandate"]
REGIMES: tuple[Regime, ...] = ("agreement_required", "federal_mandate")

# A version names the rules that turn charges and convictions into a level: see levels.py.
LEVEL_VERSIONS = ("2008", "2010", "2014")

BEFORE_SEARCH = ("minor_traffic_only", "juvenile", "victim_or_witness")
AFTER_SEARCH = ("lawful_process_only", "citizen")
EXCLUSIONS = BEFORE_SEARCH + AFTER_SEARCH

EVENTS = ("suspended", "resumed", "terminated")

# Ids end up in ledger entries as `agreement#clause`, so neither may hold a `#`.
ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# An ORI is nine letters and digits (EBTS 1.08); a star at the end covers all that begin so.
JURISDICTION_PATTERN = re.compile(r"[A-Z0-9]{9}|[A-Z0-9]{0,8}\*")


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
    """When it begins to bind, and when its activation was published and told to the state."""

    effective: datetime
    published: datetime | None = None


@dataclass(frozen=True)
class Notice(Clause):
    """Days (of 24 hours) that must pass between a notice and its effect."""

    activate_days: int
    terminate_days: int


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
    """

    event: str
    given: datetime
    recorded: datetime
    effective: datetime


@dataclass(frozen=True)
class Contradiction:
    """Two clauses, or a clause and the calendar, that cannot both stand. `path` leads to one."""

    path: tuple[str | int, ...]
    expected: str
    found: str


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
    answer: Answer
    review: Review
    retention: Retention
    exclusions: tuple[Exclusion, ...] = ()
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        found = tuple(contradictions(self))
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
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause in the order an agreement is read in."""
        return (
            self.scope, self.term, self.notice, self.trigger, self.levels, *self.exclusions,
            *self.release, self.answer, self.review, self.retention, *self.events,
        )  # fmt: skip

    def clause_id(self, clause: Clause) -> str:
        """The name of a clause in decisions and in the ledger."""
        return f"{self.id}#{clause.id}"


def contradictions(agreement: Agreement) -> Iterator[Contradiction]:
    """What in a well-formed agreement cannot stand together, in reading order."""
    if agreement.id == "default":
        # Decisions name the rules that hold where no agreement does `default#...`.
        yield Contradiction(("agreement",), "an id other than `default`", "default")
    yield from _words(agreement)
    yield from _repeated_ids(agreement)
    yield from _activation(agreement)
    yield from _exclusions(agreement.exclusions)
    yield from _answers(agreement)
    for index, event in enumerate(agreement.events):
        yield from _event(agreement, index, event)


def _words(agreement: Agreement) -> Iterator[Contradiction]:
    """Words the evaluator does not know. A file was checked already; a reform in code was not."""
    stages: tuple[str | None, ...] = (*STAGES, None)
    said: list[tuple[tuple[str | int, ...], Iterable[str | None], Iterable[str | None]]] = [
        (("regime",), [agreement.regime], REGIMES),
        (("trigger", "stage"), [agreement.trigger.stage], STAGES),
        (("levels", "version"), [agreement.levels.version], LEVEL_VERSIONS),
        (("levels", "permit"), agreement.levels.permit, LEVELS),
    ]
    for index, exclusion in enumerate(agreement.exclusions):
        said.append((("exclusions", index, "fact"), [exclusion.fact], EXCLUSIONS))
        said.append((("exclusions", index, "until"), [exclusion.until], stages))
    for index, release in enumerate(agreement.release):
        said.append((("release", index, "to"), [release.to], RECIPIENTS))
        said.append((("release", index, "fields"), release.fields, RELEASE_FIELDS))
        said.append((("release", index, "after"), [release.after], stages))
    for index, event in enumerate(agreement.events):
        said.append((("events", index, "event"), [event.event], EVENTS))
    for path, words, known in said:
        for word in words:
            if word not in known:
                yield Contradiction(path, f"one of {', '.join(map(str, known))}", str(word))


def _repeated_ids(agreement: Agreement) -> Iterator[Contradiction]:
    for clause_id, count in Counter(clause.id for clause in agreement.clauses).items():
        if count > 1:
            yield Contradiction(
                _path_of(agreement, clause_id), "an id used once", f"{clause_id} {count} times"
            )


def _path_of(agreement: Agreement, clause_id: str) -> tuple[str | int, ...]:
    """Where the last clause of that id stands."""
    path: tuple[str | int, ...] = ()
    for name in ("scope", "term", "notice", "trigger", "levels", "exclusions", "release",
                 "answer", "review", "retention", "events"):  # fmt: skip
        part = getattr(agreement, name)
        if isinstance(part, tuple):
            for index, clause in enumerate(part):
                if clause.id == clause_id:
                    path = (name, index, "id")
        elif part.id == clause_id:
            path = (name, "id")
    return path


def _activation(agreement: Agreement) -> Iterator[Contradiction]:
    days, term = agreement.notice.activate_days, agreement.term
    if days and term.published is None:
        yield Contradiction(
            ("term",), f"`published`, {days} days before it takes effect", "no publication"
        )
    elif days and term.published is not None:
        earliest = term.published + timedelta(days=days)
        if term.effective < earliest:
            yield Contradiction(
                ("term", "effective"),
                f"{earliest.isoformat()} or later: {days} days after publication",
                term.effective.isoformat(),
            )


def _exclusions(exclusions: Iterable[Exclusion]) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for index, exclusion in enumerate(exclusions):
        if exclusion.fact in seen:
            yield Contradiction(
                ("exclusions", index, "fact"), "a fact excluded once", exclusion.fact
            )
        seen.add(exclusion.fact)


def _answers(agreement: Agreement) -> Iterator[Contradiction]:
    if agreement.answer.local_agency:
        return
    for index, release in enumerate(agreement.release):
        if release.to == "local_agency" and release.fields:
            yield Contradiction(
                ("release", index, "to"),
                f"no release to the local agency, which `{agreement.answer.id}` leaves unanswered",
                f"{len(release.fields)} field(s) for it",
            )


def _event(agreement: Agreement, index: int, event: Event) -> Iterator[Contradiction]:
    if event.recorded < event.given:
        yield Contradiction(
            ("events", index, "recorded"),
            f"{event.given.isoformat()} or later: nothing is recorded before it is given",
            event.recorded.isoformat(),
        )
    days = agreement.notice.terminate_days if event.event == "terminated" else 0
    earliest = event.given + timedelta(days=days)
    if event.effective < earliest:
        yield Contradiction(
            ("events", index, "effective"),
            f"{earliest.isoformat()} or later"
            + (f": {days} days' notice under `{agreement.notice.id}`" if days else ""),
            event.effective.isoformat(),
        )
    if event.event == "resumed":
        yield from _resumption(agreement, index, event)


def _resumption(agreement: Agreement, index: int, event: Event) -> Iterator[Contradiction]:
    suspensions = [e.effective for e in agreement.events if e.event == "suspended"]
    if not any(at <= event.effective for at in suspensions):
        yield Contradiction(("events", index, "event"), "an earlier suspension", "none to resume")
    endings = [e.effective for e in agreement.events if e.event == "terminated"]
    if endings and min(endings) <= event.effective:
        yield Contradiction(
            ("events", index, "effective"),
            f"a time before the agreement ends, {min(endings).isoformat()}",
            event.effective.isoformat(),
        )
