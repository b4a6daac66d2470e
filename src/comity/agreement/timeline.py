"""Who took part when: the spans in which each agreement stood where, as known at one instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from comity.agreement.register import Agreements, Status, standing
from comity.agreement.terms import Agreement, Event


@dataclass(frozen=True)
class Span:
    """One agreement in one state. `begin` is in it, `end` is not; None has no end.

    event  what began it; None where its own term did
    """

    status: Status
    begin: datetime
    end: datetime | None
    event: Event | None

    @property
    def clause(self) -> str:
        """The id of the clause that began it, `term` where it is the agreement's own."""
        return self.event.id if self.event is not None else "term"


@dataclass(frozen=True)
class Row:
    """One agreement's whole life; `recorded` is when the house learnt of it."""

    agreement: Agreement
    spans: tuple[Span, ...]

    def at(self, when: datetime) -> Status:
        """Where it stands at an instant."""
        for span in self.spans:
            if span.begin <= when and (span.end is None or when < span.end):
                return span.status
        return "dormant"


def timeline(agreements: Agreements, known_at: datetime | None = None) -> tuple[Row, ...]:
    """A row an agreement, by the first day it was in force, then by id.

    known_at  only what was recorded up to then; None: all that is recorded
    An agreement that never took effect, as known then, has no spans.
    """
    known = known_at or latest(agreements)
    rows = [Row(a, spans(a, known)) for a in agreements] if known is not None else []
    began = sorted((r for r in rows if r.spans), key=lambda r: (r.spans[0].begin, r.agreement.id))
    return (*began, *(row for row in rows if not row.spans))


def spans(agreement: Agreement, known_at: datetime) -> tuple[Span, ...]:
    """The states of one agreement in order; two that follow each other differ."""
    cuts = sorted(
        {agreement.term.effective}
        | {e.effective for e in agreement.events if e.effective > agreement.term.effective}
    )
    found: list[tuple[datetime, Status, Event | None]] = []
    for cut in cuts:
        where = standing(agreement, cut, known_at)
        if where.status != "dormant" and (not found or found[-1][1] != where.status):
            found.append((cut, where.status, where.event or _resumed(agreement, cut, known_at)))
    ends = [begin for begin, _, _ in found[1:]]
    return tuple(
        Span(status, begin, end, event)
        for (begin, status, event), end in zip(found, [*ends, None], strict=False)
    )


def _resumed(agreement: Agreement, cut: datetime, known_at: datetime) -> Event | None:
    """The event of that instant which put the agreement back in force."""
    for event in agreement.events:
        if event.event == "resumed" and event.effective == cut and event.recorded <= known_at:
            return event
    return None


def latest(agreements: Iterable[Agreement]) -> datetime | None:
    """The last instant at which anything is recorded or takes effect; None for no agreements."""
    instants = [
        at
        for agreement in agreements
        for at in (
            agreement.recorded,
            agreement.term.effective,
            *(at for e in agreement.events for at in (e.recorded, e.effective)),
        )
    ]
    return max(instants, default=None)
