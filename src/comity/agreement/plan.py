"""A set of agreements made ready: for one jurisdiction and one span of time, what to ask.

Between two instants at which something takes effect or is recorded nothing changes, so time is
cut at those instants and each piece, a `Cell`, is compiled once from `register.standing`.

Who governs which recipient (decision 0201). A regime is *live* while one of its agreements is
in force and none is suspended; agreements of one regime must all permit. The notified agency
has what either live regime lets it have. The state bureau and the local agency have what the
state's own agreement lets them have, where one is in force or suspended; else what a mandate does.
Local limits in force take from what the local agency has (decision 0220). A hold needs somebody
in force who would honour it, and nobody, in force or suspended, who denies it (decision 0221).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from comity.agreement.groups import (
    DEFAULTS,
    NO_AGREEMENT,
    NO_HOLD_CLAUSE,
    Group,
    Part,
    Placed,
    hold_group,
    part_of,
    release_group,
    search_group,
)  # fmt: skip
from comity.agreement.register import Agreements, Standing, standing
from comity.agreement.terms import REGIMES, Regime
from comity.records import RECIPIENTS, Question

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# The regimes that can open something; a local limit only narrows.
OPENING: tuple[Regime, ...] = ("agreement_required", "federal_mandate")


@dataclass(frozen=True, eq=False)
class Cell:
    """What holds for one jurisdiction during one span of both calendars.

    closed  positions of the clauses that closed the rest: suspensions, terminations, a default
    order   every clause id that can be named, in agreement order: what positions point into
    agreements  ids of those in force
    """

    groups: tuple[Group, ...]
    closed: tuple[int, ...]
    order: tuple[str, ...]
    agreements: tuple[str, ...]
    second_reviewer: bool


class Plan:
    """The cells of the agreements that cover one jurisdiction, compiled as they are needed."""

    def __init__(self, parts: Sequence[Part], question: Question) -> None:
        self.question = question
        self.members: list[Placed] = []
        order = list(DEFAULTS)
        for part in parts:
            self.members.append(Placed(part, len(order)))
            order += [part.agreement.clause_id(clause) for clause in part.agreement.clauses]
        self.order = tuple(order)
        covering = [part.agreement for part in parts]
        # Microseconds since 1970, sorted: when something takes effect, and when it is recorded.
        self.effects = sorted(
            {us(a.term.effective) for a in covering}
            | {us(e.effective) for a in covering for e in a.events}
        )
        self.records = sorted(
            {us(a.recorded) for a in covering}
            | {us(e.recorded) for a in covering for e in a.events}
        )
        self.cells: dict[tuple[int, int], Cell] = {}
        self._alike: dict[tuple[Standing, ...], Cell] = {}

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
            standings = self._standings(at, known)
            found = self._alike.get(standings) or self._compiled(standings)
            self.cells[effect, record] = self._alike[standings] = found
        return found

    def _standings(self, at_us: int | None, known_us: int | None) -> tuple[Standing, ...]:
        if at_us is None or known_us is None:  # before anything was in effect, or known
            return (Standing("dormant"),) * len(self.members)
        at, known = EPOCH + at_us * MICROSECOND, EPOCH + known_us * MICROSECOND
        return tuple(standing(member.agreement, at, known) for member in self.members)

    def _compiled(self, standings: tuple[Standing, ...]) -> Cell:
        where = [
            (member, stands)
            for member, stands in zip(self.members, standings, strict=True)
            if stands.status != "dormant"
        ]
        groups, closed = _hold(where) if self.question == "hold" else _opened(where, self.question)
        in_force = [m.agreement for m, s in where if s.status == "in_force"]
        return Cell(
            tuple(groups),
            tuple(closed),
            self.order,
            tuple(a.id for a in in_force),
            # What a limit says of review binds nobody: it governs what local agencies get.
            any(a.review.second_reviewer for a in in_force if a.regime in OPENING),
        )


def plan_for(agreements: Agreements, jurisdiction: str, question: Question) -> Plan:
    """The plan of an ORI; ORIs that the same agreements cover share one."""
    compiled = agreements.compiled
    if compiled.coverage is None:
        compiled.coverage = _coverage(agreements)
    covering = compiled.coverage(jurisdiction)
    plan: Plan | None = compiled.plans.get((question, covering))
    if plan is None:
        plan = Plan([_part(agreements, index, question) for index in covering], question)
        compiled.plans[question, covering] = plan
    return plan


def us(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - EPOCH) // MICROSECOND


def _part(agreements: Agreements, agreement_id: str, question: Question) -> Part:
    part: Part | None = agreements.compiled.parts.get((question, agreement_id))
    if part is None:
        part = part_of(agreements[agreement_id], question)
        agreements.compiled.parts[question, agreement_id] = part
    return part


def _coverage(agreements: Agreements) -> Callable[[str], tuple[str, ...]]:
    """ORI -> ids of the agreements that cover it, without asking each one every time."""
    exact: dict[str, set[str]] = {}
    beginning: dict[str, set[str]] = {}
    for agreement in agreements:
        for ori in agreement.jurisdictions:
            known = beginning if ori.endswith("*") else exact
            known.setdefault(ori.rstrip("*"), set()).add(agreement.id)
    lengths = sorted({len(prefix) for prefix in beginning})

    def covering(jurisdiction: str) -> tuple[str, ...]:
        found = exact.get(jurisdiction, set())
        for length in lengths:
            found = found | beginning.get(jurisdiction[:length], set())
        return tuple(sorted(found))

    return covering


# --- who is asked -------------------------------------------------------------------------

Where = list[tuple[Placed, Standing]]


def _opened(where: Where, question: Question) -> tuple[list[Group], list[int]]:
    """The live regimes, and what closed the others, for a search or a release."""
    status = {regime: _regime_status(where, regime) for regime in OPENING}
    # A limit without `answer` is about holds alone.
    limits = [m for m in _standing_at(where, "local_limit", "in_force") if m.agreement.answer]
    groups: list[Group] = []
    closed: list[int] = []
    for regime in OPENING:
        if status[regime] != "in_force":
            closed += _closing(where, regime)
            continue
        live = _standing_at(where, regime, "in_force")
        if question == "search":
            groups.append(search_group(live))
        elif regime == "agreement_required" or status["agreement_required"] in {"dormant", "ended"}:
            groups.append(release_group(live, RECIPIENTS, limits))
        else:
            groups.append(release_group(live, RECIPIENTS[:1], []))
    if not groups and not closed:
        closed = [DEFAULTS.index(NO_AGREEMENT)]
    return groups, closed


def _hold(where: Where) -> tuple[list[Group], list[int]]:
    """Whoever could permit a hold, with all who may deny it; or what speaks against it already."""
    # What is suspended can permit nothing, but what it denied it denies still: else a
    # suspension could widen.
    asked = [m for m, s in where if s.status in {"in_force", "suspended"}]
    willing: list[Placed] = []
    closed: list[int] = []
    for regime in REGIMES:
        if _regime_status(where, regime) == "in_force":
            live = _standing_at(where, regime, "in_force")
            willing += [m for m in live if m.agreement.hold and m.agreement.hold.honoured]
        elif any(m.agreement.hold for m, _ in where if m.agreement.regime == regime):
            closed += _closing(where, regime)
    if willing:
        return [hold_group(asked, willing)], closed
    refusing = [p for m in asked if (hold := m.agreement.hold) and not hold.honoured
                for p in m.at([hold])]  # fmt: skip
    return [], [*refusing, *closed] or [DEFAULTS.index(NO_HOLD_CLAUSE)]


def _standing_at(where: Where, regime: Regime, status: str) -> list[Placed]:
    return [m for m, s in where if m.agreement.regime == regime and s.status == status]


def _closing(where: Where, regime: Regime) -> list[int]:
    """The events that closed a regime that is not live."""
    status = _regime_status(where, regime)
    return [
        p for m, s in where
        if m.agreement.regime == regime and s.status == status and s.event is not None
        for p in m.at([s.event])
    ]  # fmt: skip


def _regime_status(where: Where, regime: Regime) -> str:
    """One suspension stops its regime; an ended agreement counts only where nothing is left."""
    statuses = {s.status for m, s in where if m.agreement.regime == regime}
    for status in ("suspended", "in_force", "ended"):
        if status in statuses:
            return status
    return "dormant"
