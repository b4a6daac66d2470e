"""A set of agreements made ready: for one jurisdiction and one span of time, what to ask.

Between two instants at which something takes effect or is recorded nothing changes, so time is
cut at those instants and each piece, a `Cell`, is compiled once from `register.standing`.

Who governs which recipient (decision 0201). A regime is *live* while one of its agreements is
in force and none is suspended; agreements of one regime must all permit. The notified agency
has what either live regime lets it have. The state bureau and the local agency have what the
state's own agreement lets them have, where one is in force or suspended; else what a mandate does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from comity.agreement.clauses import STAGE_COUNT, Condition, conditions, criminal_submission
from comity.agreement.register import Agreements, Standing, standing
from comity.agreement.terms import REGIMES, Agreement, Release
from comity.records import RECIPIENTS, RELEASE_FIELDS, STAGES, Question

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

NO_AGREEMENT = "default#no-agreement"

# How long a denial lasts, in the order of preference between regimes: awaits the charge,
# awaits the conviction, awaits an unknown fact, never.
WAIT_CHARGE, WAIT_CONVICTION, WAIT_FACT, WAIT_NEVER = 2, 3, 4, 9

FIELD_BITS = {name: 1 << bit for bit, name in enumerate(RELEASE_FIELDS)}


@dataclass(frozen=True, eq=False)
class Group:
    """The agreements of one live regime, which must all permit.

    asked       the tables of `conditions` on one column laid over each other, one a column:
                the flags of all are their union, however many agreements ask
    fields      uint16 (3, 4): bits of RELEASE_FIELDS by recipient and stage code, where it governs
    next_stage  uint8 (4,): the first later stage at which more may leave, WAIT_NEVER where none is
    grants      clauses named when the group permits;  releases  when it has nothing to give
    """

    conditions: tuple[Condition, ...]
    asked: tuple[tuple[int, NDArray[np.uint16]], ...]
    fields: NDArray[np.uint16]
    next_stage: NDArray[np.uint8]
    grants: tuple[str, ...]
    releases: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Cell:
    """What holds for one jurisdiction during one span of both calendars.

    closed  clauses of regimes that are not live: suspensions, terminations, or no agreement
    order   every clause id that can be named, in agreement order
    """

    groups: tuple[Group, ...]
    closed: tuple[str, ...]
    order: tuple[str, ...]
    agreements: tuple[str, ...]
    second_reviewer: bool


@dataclass(eq=False)
class Plan:
    """The cells of the agreements that cover one jurisdiction, compiled as they are needed."""

    covering: tuple[Agreement, ...]
    question: Question
    effects: list[int]  # microseconds since 1970, sorted: when something takes effect
    records: list[int]  # likewise: when something is recorded
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)

    def cell_at(self, at_us: int, known_us: int) -> Cell:
        """The cell of one instant as known at another."""
        return self.cell(bisect_right(self.effects, at_us), bisect_right(self.records, known_us))

    def cell(self, effect: int, record: int) -> Cell:
        """The cell after so many effects, of which so many were recorded."""
        found = self.cells.get((effect, record))
        if found is None:
            # The instant that opens a span stands for all of it: nothing changes inside one.
            at = self.effects[effect - 1] if effect else None
            known = self.records[record - 1] if record else None
            found = _cell(self.covering, self.question, at, known)
            self.cells[effect, record] = found
        return found


def plan_for(agreements: Agreements, jurisdiction: str, question: Question) -> Plan:
    """The plan of an ORI; ORIs that the same agreements cover share one."""
    covering = _coverage(agreements)(jurisdiction)
    plan = agreements.compiled.get((question, covering))
    if plan is None:
        chosen = tuple(agreements.all[index] for index in covering)
        plan = Plan(
            chosen,
            question,
            sorted({us(a.term.effective) for a in chosen}
                   | {us(e.effective) for a in chosen for e in a.events}),
            sorted({us(a.recorded) for a in chosen}
                   | {us(e.recorded) for a in chosen for e in a.events}),
        )  # fmt: skip
        agreements.compiled[question, covering] = plan
    return plan


def us(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // MICROSECOND


def _coverage(agreements: Agreements) -> Callable[[str], tuple[int, ...]]:
    """ORI -> indexes of the agreements that cover it, without asking each one every time."""
    found = agreements.compiled.get("coverage")
    if found is None:
        exact: dict[str, set[int]] = {}
        prefixes: list[tuple[str, int]] = []
        for index, agreement in enumerate(agreements.all):
            for ori in agreement.jurisdictions:
                if ori.endswith("*"):
                    prefixes.append((ori[:-1], index))
                else:
                    exact.setdefault(ori, set()).add(index)

        def found(jurisdiction: str) -> tuple[int, ...]:
            wide = {index for prefix, index in prefixes if jurisdiction.startswith(prefix)}
            return tuple(sorted(exact.get(jurisdiction, set()) | wide))

        agreements.compiled["coverage"] = found
    return found


def _cell(
    covering: tuple[Agreement, ...], question: Question, at_us: int | None, known_us: int | None
) -> Cell:
    if at_us is None or known_us is None:  # before anything took effect, or was known
        return Cell((), (NO_AGREEMENT,), (NO_AGREEMENT,), (), second_reviewer=False)
    at, known = EPOCH + at_us * MICROSECOND, EPOCH + known_us * MICROSECOND
    where = {agreement.id: standing(agreement, at, known) for agreement in covering}
    regimes = {
        regime: [a for a in covering if a.regime == regime and where[a.id].status != "dormant"]
        for regime in REGIMES
    }
    status = {regime: _regime_status(members, where) for regime, members in regimes.items()}
    groups, closed = [], []
    for regime, members in regimes.items():
        if status[regime] == "in_force":
            live = [a for a in members if where[a.id].status == "in_force"]
            governs = regime == "agreement_required" or status["agreement_required"] in {
                "dormant",
                "ended",
            }
            groups.append(_group(live, question, RECIPIENTS if governs else RECIPIENTS[:1]))
        else:
            for agreement in members:
                event = where[agreement.id].event
                if where[agreement.id].status == status[regime] and event is not None:
                    closed.append(agreement.clause_id(event))
    if not groups and not closed:
        closed = [NO_AGREEMENT]
    in_force = [a for a in covering if where[a.id].status == "in_force"]
    return Cell(
        tuple(groups),
        tuple(closed),
        (
            NO_AGREEMENT,
            criminal_submission().clause,
            *(a.clause_id(clause) for a in covering for clause in a.clauses),
        ),
        tuple(a.id for a in in_force),
        any(a.review.second_reviewer for a in in_force),
    )


def _regime_status(members: list[Agreement], where: dict[str, Standing]) -> str:
    """One suspension stops its regime; an ended agreement counts only where nothing is left."""
    statuses = {where[a.id].status for a in members}
    for status in ("suspended", "in_force", "ended"):
        if status in statuses:
            return status
    return "dormant"


def _group(members: list[Agreement], question: Question, governed: tuple[str, ...]) -> Group:
    fields = np.full((len(RECIPIENTS), STAGE_COUNT), (1 << len(RELEASE_FIELDS)) - 1, np.uint16)
    grants: list[str] = []
    releases: list[str] = []
    for agreement in members:
        fields &= _fields(agreement, governed)
        permits = [agreement.term, agreement.trigger]
        if question == "release":
            permits.append(agreement.levels)
            gives = [r for r in agreement.release if r.to in governed]
            answer = [agreement.answer] if "local_agency" in governed else []
            releases += [agreement.clause_id(clause) for clause in (*gives, *answer)]
            if agreement.review.second_reviewer:
                permits.append(agreement.review)
        grants += [agreement.clause_id(clause) for clause in permits]
    asked = (criminal_submission(), *(c for a in members for c in conditions(a, question)))
    return Group(
        asked,
        _laid_over(asked),
        fields,
        _next_stage(fields),
        (*grants, *releases),
        tuple(releases),
    )


def _laid_over(asked: tuple[Condition, ...]) -> tuple[tuple[int, NDArray[np.uint16]], ...]:
    tables: dict[int, NDArray[np.uint16]] = {}
    for condition in asked:
        known = tables.get(condition.column)
        tables[condition.column] = condition.table if known is None else known | condition.table
    return tuple(tables.items())


def _fields(agreement: Agreement, governed: tuple[str, ...]) -> NDArray[np.uint16]:
    fields = np.zeros((len(RECIPIENTS), STAGE_COUNT), dtype=np.uint16)
    for release in agreement.release:
        unanswered = release.to == "local_agency" and not agreement.answer.local_agency
        if release.to in governed and not unanswered:
            row = fields[RECIPIENTS.index(release.to)]
            row[_first_stage(release) :] |= sum(FIELD_BITS[name] for name in set(release.fields))
    return fields


def _first_stage(release: Release) -> int:
    """The lowest stage code at which a release clause gives; without `after`, any, 0 too."""
    return 0 if release.after is None else STAGES.index(release.after) + 1


def _next_stage(fields: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """For each stage code the first later one with more fields; 0 has no known successor."""
    following = np.full(STAGE_COUNT, WAIT_NEVER, dtype=np.uint8)
    for stage in range(1, STAGE_COUNT):
        for later in range(STAGE_COUNT - 1, stage, -1):
            if (fields[:, later] != fields[:, stage]).any():
                following[stage] = later
    return following
