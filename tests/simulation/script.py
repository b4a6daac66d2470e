"""Lives of a town: bookings, courts, corrections, endings, deliveries; each act can be redone.

A script is a list of acts. An act does the same again when it is run again, as an operator's
restarted job would; what makes it so (fixed numbers, fixed bytes) is in the act. Every random
stream is keyed by (seed, name), so that a new draw leaves the others as they were.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from comity import journey
from comity.agreement.terms import Agreement, Event
from comity.errors import ReleaseError
from comity.exchange import access, change, intake, review
from comity.exchange.case import Case
from comity.exchange.outbox import LEASE
from comity.records import LEVELS
from tests.house import (
    CITIZEN,
    CROSSER,
    DAY,
    ELSEWHERE,
    ORI,
    START,
    STRANGER,
    UNSURE,
    VISITOR,
    WIDE,
    Town,
    agreement,
    booking,
    event,
    terminated,
)

Act = Callable[[Town], None]
RECIPIENTS = ("notified_agency", "local_agency", "contributor")
PEOPLE = (VISITOR, CROSSER, CITIZEN, UNSURE, STRANGER)
EXCLUDED = {
    "citizen": 0.75,
    "juvenile": 0.75,
    "victim_or_witness": 0.4,
    "lawful_process_only": 0.1,
}
NORTH, SOUTH = ORI, "XA0020000"
DAYS = 40  # of one life


@dataclass(frozen=True)
class Planned:
    """One act at its instant; `name` is what a failure prints."""

    at: timedelta
    name: str
    act: Act


def rng(seed: int, name: str) -> random.Random:
    """The stream of one name: independent of every other."""
    return random.Random(hashlib.sha256(f"{seed}|{name}".encode()).digest())


def play(town: Town, left: list[Planned]) -> None:
    """Run what is left of a script; an act leaves the list only when it is finished."""
    while left:
        town.clock.reach(START + left[0].at)
        left[0].act(town)
        left.pop(0)


# --- acts -----------------------------------------------------------------------------------


def submits(data: bytes, declared: dict[str, bool]) -> Act:
    return lambda town: ignore(town.submit(data, declared))


def ignore(_: object) -> None:
    """An act returns nothing."""


def of(data: bytes, then: Callable[[Town, Case], None]) -> Act:
    """An act on the case of a file that was submitted before."""

    def act(town: Town) -> None:
        case, _ = intake.receive(data, "booking.eft", town.house, town.clock, {})
        then(town, case)

    return act


def delivers(away: set[str]) -> Act:
    def act(town: Town) -> None:
        town.partner.away = away
        # After a crash a lease may be another's still: the job waits for it to run out.
        town.deliver()
        town.later(LEASE)
        town.deliver()

    return act


def adopts(*agreements: Agreement) -> Act:
    return lambda town: town.adopt(*agreements)


def disposes(data: bytes, number: int, ncic: str, result: str) -> Act:
    def then(_: Town, case: Case) -> None:
        change.disposition(case, number, ncic=ncic, result=result)
        journey.pursue(case)

    return of(data, then)


def corrects(data: bytes, number: int, fact: str, *, value: bool) -> Act:
    def then(_: Town, case: Case) -> None:
        change.correction(case, number, fact=fact, value=value, source="file")
        journey.pursue(case)

    return of(data, then)


def determines(data: bytes) -> Act:
    def then(_: Town, case: Case) -> None:
        try:
            review.determine(
                case, reviewers=("a", "b"), determination="action_requested", reason="order"
            )
            review.outcome(case, "custody")
        except ReleaseError:
            return  # nothing is before the agency, which a script cannot know beforehand

    return of(data, then)


def asks(data: bytes, number: int) -> Act:
    return of(
        data,
        lambda town, case: ignore(access.uses(town.house, town.clock, case.token, number=number)),
    )


# --- lives ----------------------------------------------------------------------------------


def short_life() -> list[Planned]:
    """A small one that has everything, for stopping at every point of it."""
    match, none = booking(VISITOR, 1), booking(STRANGER, 2)
    terms = {"exclusions": {"citizen": None}}
    ended = agreement(events=(terminated(START + 20 * DAY, days=10),), terminate_days=10, **terms)
    acts: list[tuple[float, str, Act]] = [
        (0, "adopt", adopts(agreement(terminate_days=10, **terms))),
        (1, "book a match", submits(match, {})),
        (2, "deliver", delivers(set())),
        (3, "book a stranger", submits(none, {})),
        (4, "deliver, agency away", delivers({"notified_agency", "local_agency"})),
        (5, "determine", determines(match)),
        (6, "correct", corrects(match, 1, "citizen", value=True)),
        (7, "deliver", delivers(set())),
        (9, "notice of the end", adopts(ended)),
        (19, "book before the end", submits(booking(CROSSER, 3), {})),
        (21, "deliver after the end", delivers(set())),
        (22, "book after the end", submits(booking(CROSSER, 4), {})),
        (23, "deliver", delivers(set())),
        (24, "ask", asks(match, 1)),
    ]
    return [Planned(day * DAY, name, act) for day, name, act in acts]


def random_life(seed: int) -> list[Planned]:
    """A drawn one: two counties, their agreements, three to five bookings and what follows."""
    acts: list[tuple[float, str, Act]] = []
    terms = [
        one for name, ori in (("north", NORTH), ("south", SOUTH)) for one in _terms(seed, name, ori)
    ]
    acts.append((0.0, "adopt", adopts(*terms)))
    acts += _endings(seed, terms)
    draw = rng(seed, "bookings")
    for number in range(1, draw.randint(3, 5) + 1):
        acts += _booked(seed, number)
    draw = rng(seed, "deliveries")
    for _ in range(6):
        away = {
            r for r in ("notified_agency", "local_agency", "contributor") if draw.random() < 0.25
        }
        acts.append((draw.uniform(1, DAYS), f"deliver, away {sorted(away)}", delivers(away)))
    acts.append((DAYS + 10.0, "deliver at last", delivers(set())))
    acts.sort(key=lambda a: a[0])
    return [Planned(day * DAY, f"day {day:.1f}: {name}", act) for day, name, act in acts]


def _terms(seed: int, name: str, ori: str) -> Iterator[Agreement]:
    """A county's own agreement, a mandate that begins before or in this life, or both."""
    draw = rng(seed, f"mandate {name}")
    sort = draw.choice(["own"] * 6 + ["both", "mandate"])
    if sort != "own":
        starts = START + draw.uniform(-20, 20) * DAY
        yield agreement(
            f"{name}-mandate",
            ori=ori,
            regime="federal_mandate",
            effective=starts,
            answer=draw.random() < 0.5,
            release=WIDE[:2],
            terminate_days=5,
        )
    if sort == "mandate":
        return
    draw = rng(seed, f"terms {name}")
    yield agreement(
        name,
        ori=ori,
        stage=draw.choice(["arrest"] * 3 + ["conviction"]),
        levels=("2010", draw.choice([LEVELS] * 4 + [("1", "2")])),
        exclusions={fact: None for fact, chance in EXCLUDED.items() if draw.random() < chance},
        answer=True,
        second_reviewer=draw.random() < 0.5,
        terminate_days=5,
    )


def _endings(seed: int, terms: list[Agreement]) -> list[tuple[float, str, Act]]:
    """Each agreement may be suspended, resumed and ended; an end is known five days before."""
    acts: list[tuple[float, str, Act]] = []
    for one in terms:
        draw = rng(seed, f"endings {one.id}")
        events: list[Event] = []
        if draw.random() < 0.5:
            at = draw.uniform(2, DAYS / 2)
            events.append(event("suspended", START + at * DAY))
            acts.append((at, f"suspend {one.id}", adopts(replace(one, events=tuple(events)))))
            if draw.random() < 0.6:
                at = draw.uniform(at + 1, DAYS * 0.8)
                events.append(event("resumed", START + at * DAY))
                acts.append((at, f"resume {one.id}", adopts(replace(one, events=tuple(events)))))
        if draw.random() < 0.5:
            at = draw.uniform(DAYS * 0.8 + 1, DAYS)
            events.append(terminated(START + at * DAY, days=5))
            acts.append((at - 5, f"end {one.id}", adopts(replace(one, events=tuple(events)))))
    return acts


def _booked(seed: int, number: int) -> list[tuple[float, str, Act]]:
    draw = rng(seed, f"booking {number}")
    person = draw.choice(PEOPLE)
    code = draw.choice(["2299", "1299", "2399", "5499"])
    ori = draw.choice([NORTH, NORTH, SOUTH, SOUTH, ELSEWHERE])
    data = booking(
        person, number, ori=ori, charges=(code,), born=draw.choice(["19800102"] * 3 + ["20000102"])
    )
    declared = {"victim_or_witness": False} if draw.random() < 0.9 else {}
    at = draw.uniform(0.5, DAYS * 0.6)
    what = f"person {person} in {ori}"
    acts: list[tuple[float, str, Act]] = [(at, f"book {number}: {what}", submits(data, declared))]
    changes = draw.choice([0, 1, 2, 2, 3])
    counted = {"disposition": 0, "correction": 0}
    for _ in range(changes):
        at = draw.uniform(at + 0.1, DAYS)
        if draw.random() < 0.5:
            counted["disposition"] += 1
            result = draw.choice(["charged", "convicted", "convicted", "dismissed", "acquitted"])
            act = disposes(data, counted["disposition"], code, result)
            acts.append((at, f"booking {number} {result}", act))
        else:
            counted["correction"] += 1
            fact = draw.choice(["citizen", "juvenile", "victim_or_witness"])
            value = draw.random() < 0.7
            act = corrects(data, counted["correction"], fact, value=value)
            acts.append((at, f"booking {number} {fact} {value}", act))
    if draw.random() < 0.5:
        acts.append((draw.uniform(at, DAYS + 1), f"determine {number}", determines(data)))
    if draw.random() < 0.3:
        acts.append((draw.uniform(at, DAYS + 1), f"ask {number}", asks(data, 1)))
    return acts
