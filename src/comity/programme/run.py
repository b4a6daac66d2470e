"""Run a programme's script from the first agreement to the last retraction, in order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from comity import journey
from comity.agreement.register import Agreements
from comity.exchange import access, change, review
from comity.exchange.access import Use
from comity.exchange.case import Case, released
from comity.exchange.clock import SimulatedClock
from comity.exchange.house import House
from comity.exchange.outbox import Delivered, deliver
from comity.exchange.partner import FolderPartner
from comity.exchange.store import Message
from comity.programme.plan import Happening, Plan, happenings
from comity.records import Finding

# Seconds that each kind of work is said to take in the simulated programme. Criminal ten-prints
# averaged about 27 minutes and the status answer took hours; the demonstration needs only times
# that differ from each other, and says that they are simulated.
SECONDS = {"read": 4.0, "search": 310.0, "respond": 45.0}
REVIEWERS = ("reviewer-a", "reviewer-b")


@dataclass
class Outcome:
    """Everything that a run did, for the report."""

    answered: dict[int, tuple[Case, tuple[Finding, ...]]] = field(default_factory=dict)
    refused: list[tuple[str, Case, tuple[Finding, ...]]] = field(default_factory=list)
    delivered: list[tuple[datetime, Delivered]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


class ScriptedPartner:
    """Inboxes on disk that are out of reach while the script says so."""

    def __init__(self, plan: Plan, clock: SimulatedClock, inbox: Path) -> None:
        self._plan, self._clock, self._folder = plan, clock, FolderPartner(inbox)

    def deliver(self, message: Message) -> str:
        now = self._clock.now()
        for gap in self._plan.unreachable:
            away = self._plan.instant(gap.start) <= now < self._plan.instant(gap.end)
            if away and gap.recipient == message.recipient:
                raise OSError(f"{gap.recipient} cannot be reached")
        return self._folder.deliver(message)


Action = Callable[[], None]


def run(
    plan: Plan,
    house: House,
    agreements: Agreements,
    files: Sequence[tuple[datetime, str, int | str, bytes]],
    inbox: Path,
    progress: Callable[[], None],
) -> Outcome:
    """Play the script.

    files  (instant, file name, booking index or what is broken, bytes)
    """
    first = min(instant for instant, *_ in files)
    clock = SimulatedClock(first - timedelta(days=90), SECONDS)
    outcome = Outcome()
    partner = ScriptedPartner(plan, clock, inbox)

    def submit(name: str, which: int | str, data: bytes) -> None:
        declared = plan.bookings[which].declared if isinstance(which, int) else {}
        case, findings = journey.answer(data, name, house, clock, declared)
        if isinstance(which, int):
            outcome.answered[which] = (case, findings)
        else:
            outcome.refused.append((which, case, findings))
        progress()

    actions: list[tuple[datetime, int, Action]] = [
        (at, 0, partial(_adopt, house, agreements, at)) for at in _recorded(agreements, first)
    ]
    actions += [(at, 1, partial(submit, name, which, data)) for at, name, which, data in files]
    numbers: Counter[tuple[int, str]] = Counter()
    for event in sorted(happenings(plan), key=lambda h: h.at):
        numbers[event.booking, event.kind] += 1
        number = numbers[event.booking, event.kind]
        actions.append((event.at, 2, partial(_happen, outcome, event, number)))
    actions += [(plan.instant(gap.end), 3, _nothing) for gap in plan.unreachable]
    for at, _, action in sorted(actions, key=lambda a: a[:2]):
        clock.reach(at)
        action()
        outcome.delivered += [(clock.now(), d) for d in deliver(house, clock, partner)]
    _subject_access(plan, outcome, clock)
    outcome.delivered += [(clock.now(), d) for d in deliver(house, clock, partner)]
    return outcome


def _nothing() -> None:
    """A recipient is back: what waited is tried again."""


def known_by(agreements: Agreements, at: datetime) -> Agreements:
    """The agreements as anyone could have known them at an instant: without what came later."""
    return Agreements(
        tuple(
            replace(a, events=tuple(e for e in a.events if e.recorded <= at))
            for a in agreements
            if a.recorded <= at
        )
    )


def _recorded(agreements: Agreements, first: datetime) -> Iterator[datetime]:
    times = {a.recorded for a in agreements} | {e.recorded for a in agreements for e in a.events}
    yield from sorted(times | {first - timedelta(days=1)})


def _adopt(house: House, agreements: Agreements, at: datetime) -> None:
    house.adopt(known_by(agreements, at), at)


def _happen(outcome: Outcome, event: Happening, number: int) -> None:
    case, _ = outcome.answered[event.booking]
    words = event.words
    if event.kind == "disposition":
        change.disposition(case, number, result=words[0], ncic=words[1])
    elif event.kind == "correction":
        change.correction(
            case, number, fact=words[0], value=words[1] == "true", source=" ".join(words[2:])
        )
    elif event.kind == "review" and "notified_agency" in released(case):
        reviewers = REVIEWERS[: review.reviewers_needed(case)]
        review.determine(case, reviewers=reviewers, determination=words[0], reason=words[1])
    elif event.kind == "outcome" and case.event("determination"):
        review.outcome(case, words[0])
    else:
        # The script expected a release that the agreements did not allow: nobody reviews nothing.
        outcome.skipped.append(f"booking {event.booking}: {event.kind} {' '.join(words)}")
    if event.kind in ("disposition", "correction"):
        journey.pursue(case)


def _subject_access(plan: Plan, outcome: Outcome, clock: SimulatedClock) -> None:
    asked = plan.subject_access
    clock.reach(plan.instant(asked.at))
    case, _ = outcome.answered[asked.booking - 1]
    house = case.house
    if asked.contest:
        access.contest(house, clock, access.receipt(case))
    outcome.uses = access.uses(house, clock, access.receipt(case))


def cases(outcome: Outcome) -> list[Case]:
    """Every case of a run, refused ones too, in order of their files."""
    return [c for c, _ in outcome.answered.values()] + [c for _, c, _ in outcome.refused]
