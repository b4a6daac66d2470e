"""The synthetic world: two repositories filled, and every booking's prints rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from comity.exchange.house import House
from comity.exchange.repository import Repository
from comity.image import codecs
from comity.image.draws import stream
from comity.image.synthesise import ROLLED, impression, master
from comity.minutiae.extract import extract
from comity.minutiae.synthesise import impression_template, master_template
from comity.programme.people import Someone
from comity.programme.plan import Booking, Broken, Plan
from comity.records import FINGERS, ImageRecord, Print, Template

WORKERS = 2
CAPTURE = 902  # purpose of the random streams drawn here
CRIMINAL, IMMIGRATION = 1, 2  # capture events; bookings count on from here
FIRST_BOOKING = 3
LIVESCAN_ROLLED = 1  # IMP, ANSI/NIST-ITL 1-2011 table 7
PPI = 500.0
BATCH = 100  # people enrolled at one sync

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Hand:
    """What was made of one cast member.

    enrolled  repository event -> ten templates;  booked  booking event -> finger -> WSQ bytes
    """

    number: int
    enrolled: Mapping[int, tuple[Template, ...]]
    booked: Mapping[int, Mapping[int, bytes]]


def bookings_of(plan: Plan) -> dict[int, list[int]]:
    """Cast member -> capture events, one for each file of theirs, broken ones last."""
    events: dict[int, list[int]] = {number: [] for number in plan.cast}
    entries: list[Booking | Broken] = [*plan.bookings, *plan.broken]
    for entry in entries:
        events[entry.who].append(FIRST_BOOKING + len(events[entry.who]))
    return events


def render(plan: Plan, people: Sequence[Someone], seed: int, progress: Progress) -> dict[int, Hand]:
    """Render the cast's hands on every core: each finger grown once, pressed once a capture."""
    events = bookings_of(plan)
    cast = [p for p in people if p.cast]
    jobs = [
        (
            seed,
            p.number,
            tuple(
                e
                for e, known in ((CRIMINAL, p.convicted is not None), (IMMIGRATION, p.encounters))
                if known
            ),
            tuple(events[p.cast]),
        )
        for p in cast
    ]
    hands = {}
    with ProcessPoolExecutor(WORKERS) as pool:
        for hand in pool.map(_render, jobs):
            hands[hand.number] = hand
            progress(1)
    return hands


def _render(job: tuple[int, int, tuple[int, ...], tuple[int, ...]]) -> Hand:
    seed, person, repositories, bookings = job
    enrolled: dict[int, list[Template]] = {event: [] for event in repositories}
    booked: dict[int, dict[int, bytes]] = {event: {} for event in bookings}
    for finger in FINGERS:
        grown = master(seed, person, finger)
        for event in repositories:
            enrolled[event].append(extract(_scanned(impression(grown, event, ROLLED))))
        for event in bookings:
            booked[event][finger] = codecs.encode_wsq(impression(grown, event, ROLLED).pixels)
    return Hand(person, {e: tuple(t) for e, t in enrolled.items()}, booked)


def _scanned(print_: Print) -> Print:
    """As a repository would hold it: through WSQ and back."""
    return codecs.decode(wsq_record(codecs.encode_wsq(print_.pixels), print_.finger, 4))


def wsq_record(data: bytes, finger: int, record_type: int) -> ImageRecord:
    """A rendered print as a transaction carries it."""
    return ImageRecord(
        data=data,
        compression="WSQ20",
        width_px=ROLLED.width_px,
        height_px=ROLLED.height_px,
        resolution_ppi=PPI,
        finger=finger,
        impression=LIVESCAN_ROLLED,
        record_type=record_type,
        idc=finger,
        offset=0,
    )


def fill(
    house: House,
    people: Sequence[Someone],
    hands: Mapping[int, Hand],
    seed: int,
    at: datetime,
    progress: Progress,
) -> None:
    """Enrol everyone where they are known, prints first, then why; remember the digest (I6)."""
    with ProcessPoolExecutor(WORKERS) as pool:
        for repository, event in ((house.criminal, CRIMINAL), (house.second, IMMIGRATION)):
            enrolments = _enrolments(pool, people, hands, seed, event)
            while batch := list(islice(enrolments, BATCH)):
                repository.gallery.extend([(_number(p, event), hand, "") for p, hand in batch])
                _write_down(house, repository, [person for person, _ in batch], event)
                progress(len(batch))
    house.store.commit("house", "second repository loaded", at, {"digest": house.second.digest()})


def _write_down(house: House, repository: Repository, batch: Sequence[Someone], event: int) -> None:
    with house.store.writing() as connection:
        for person in batch:
            number = _number(person, event)
            if event == IMMIGRATION:
                for met in person.encounters:
                    repository.note(connection, number, met.reason, met.on)
            repository.write_record(connection, number, _record(person, event))


def _enrolments(
    pool: Executor, people: Sequence[Someone], hands: Mapping[int, Hand], seed: int, event: int
) -> Iterator[tuple[Someone, tuple[Template, ...]]]:
    """Everyone a repository knows, in order: the cast's rendered hands, others' templates."""
    known = [p for p in people if (p.convicted is not None if event == CRIMINAL else p.encounters)]
    jobs = [(seed, p.number, event) for p in known if p.number not in hands]
    made = pool.map(_templates, jobs, chunksize=25)
    for person in known:
        rendered = hands.get(person.number)
        yield person, next(made) if rendered is None else rendered.enrolled[event]


def _templates(job: tuple[int, int, int]) -> tuple[Template, ...]:
    seed, person, event = job
    return tuple(
        impression_template(
            master_template(seed, person, finger),
            stream(seed, person, finger, event, purpose=CAPTURE),
        )
        for finger in FINGERS
    )


def _number(person: Someone, event: int) -> str:
    return person.criminal_number if event == CRIMINAL else person.alien_number


def _record(person: Someone, event: int) -> dict[str, object]:
    if event == CRIMINAL:
        return {"convictions": list(person.convicted or ())}
    return {"citizen": person.citizen, "place_of_birth": "XX", "name": person.name}
