"""A small town for tests: a house, its people, their bookings as real EBTS files, its agreements.

Prints are template-level: each image is a tiny real WSQ of noise, and the house is given, as its
`template_of`, a table from those bytes to a synthetic template. Everything else is the real code.
`tests/exchange/test_images.py` is the one that goes through pixels.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np

from comity import journey
from comity.agreement.register import Agreements
from comity.agreement.terms import (
    Agreement,
    Answer,
    Event,
    Exclusion,
    Hold,
    Levels,
    Notice,
    Release,
    Retention,
    Review,
    Scope,
    Term,
    Trigger,
)
from comity.errors import ImageError
from comity.exchange import intake, invariants
from comity.exchange.case import Case
from comity.exchange.clock import SimulatedClock
from comity.exchange.house import House
from comity.exchange.outbox import Delivered, deliver, messages
from comity.exchange.store import Message
from comity.image import codecs
from comity.image.draws import stream
from comity.ledger.entry import OpenedEntry, Opening, opened_entry
from comity.minutiae.extract import Extractor
from comity.minutiae.synthesise import impression_template, master_template
from comity.records import (
    LEVELS,
    RELEASE_FIELDS,
    Charge,
    Finding,
    ImageRecord,
    Submission,
    Template,
)
from comity.wire import build
from tests.partner import MemoryPartner

SEED = 1009
CAPTURE = 903  # purpose of the random streams drawn here
FINGERS = (1, 2, 7)  # three are enough to know four people apart, and a third of ten's cost
SIZE_PX = 64
START = datetime(2011, 5, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECONDS = {"read": 4.0, "search": 310.0, "respond": 45.0}

# Who is in the second repository, why, and what its record says of citizenship; the numbers are
# those of synthetic fingers. Nobody is in it under their own name.
VISITOR, CROSSER, CITIZEN, UNSURE = 1, 2, 3, 4
STRANGER, NEWCOMER = 5, 6  # in neither repository, and in neither; CROSSER is in both
HELD: Mapping[int, tuple[tuple[str, ...], bool | None]] = {
    VISITOR: (("visa",), False),
    CROSSER: (("border", "visa"), False),
    CITIZEN: (("visa", "naturalisation"), True),
    UNSURE: (("border",), None),
}
CONVICTED = {CROSSER: ["1299"]}
ORI = "XA0010000"
ELSEWHERE = "XB0010000"  # a county that no agreement covers


def alien_number(person: int) -> str:
    return f"A{person:09d}"


# --- prints without pixels ------------------------------------------------------------------


@cache
def template(person: int, finger: int, capture: int) -> Template:
    """One capture of one finger; 0 is the enrolment's, bookings count from 1."""
    rng = stream(SEED, person, finger, capture, purpose=CAPTURE)
    return impression_template(master_template(SEED, person, finger), rng)


@cache
def image(person: int, finger: int, capture: int) -> ImageRecord:
    """Noise that stands for a capture: WSQ that reads, and no two alike."""
    rng = stream(SEED, person, finger, capture, purpose=CAPTURE + 1)
    data = codecs.encode_wsq(rng.integers(0, 255, (SIZE_PX, SIZE_PX), dtype=np.uint8))
    MADE[hashlib.sha256(data).hexdigest()] = (person, finger, capture)
    return ImageRecord(
        data=data,
        compression="WSQ20",
        width_px=SIZE_PX,
        height_px=SIZE_PX,
        resolution_ppi=500.0,
        finger=finger,
        impression=1,
        record_type=14,
        idc=finger,
        offset=0,
    )


MADE: dict[str, tuple[int, int, int]] = {}


def template_of(found: ImageRecord, _: Extractor) -> Template:
    """The template that an image of ours stands for; any other image is unusable."""
    key = MADE.get(hashlib.sha256(found.data).hexdigest())
    if key is None:
        raise ImageError("not an image of this town", expected="one made by tests/house.py")
    return replace(template(*key), finger=found.finger)


# --- bookings -------------------------------------------------------------------------------


def charge(ncic: str | None) -> Charge:
    return Charge(f"OFFENSE {ncic or 'NOT STATED'}", START.date(), ncic)


def booking(
    person: int,
    number: int,
    *,
    ori: str = ORI,
    charges: Sequence[str | None] = ("2299",),
    fingers: Sequence[int] = FINGERS,
    born: str = "19800102",
    **changes: object,
) -> bytes:
    """One booking's file; `number` makes its control number and its capture."""
    return build.car(
        submission(person, number, ori=ori, charges=charges, fingers=fingers, born=born, **changes)
    )


def submission(
    person: int,
    number: int,
    *,
    ori: str = ORI,
    charges: Sequence[str | None] = ("2299",),
    fingers: Sequence[int] = FINGERS,
    born: str = "19800102",
    **changes: object,
) -> Submission:
    spec = Submission(
        tcn=f"TOWN-{ori}-{number:06d}",
        tot="CAR",
        ori=ori,
        destination="XABUREAU0",
        cri=ori,
        sent=START.date(),
        subject={
            "NAM": f"EXAMPLE,PERSON {chr(64 + person)}",
            "POB": "XX",
            "DOB": born,
            "SEX": "M",
            "RAC": "U",
            "HGT": "508",
            "WGT": "160",
            "EYE": "XXX",
            "HAI": "XXX",
        },
        arrest_date=START.date(),
        charges=tuple(charge(code) for code in charges),
        images=tuple(image(person, finger, number) for finger in fingers),
        sha256="",
    )
    return replace(spec, **changes)


# --- agreements -----------------------------------------------------------------------------

WIDE: tuple[Release, ...] = (
    Release("to-agency", "6", "notified_agency", RELEASE_FIELDS),
    Release("to-bureau", "6", "state_bureau", ("identity_number", "encounters")),
    Release("to-county", "6", "local_agency", ("identity_number",)),
)


def agreement(
    name: str = "oak-2011",
    *,
    ori: str = ORI,
    regime: str = "agreement_required",
    recorded: datetime = START - 200 * DAY,
    effective: datetime = START - 100 * DAY,
    stage: str = "arrest",
    levels: tuple[str, Sequence[str]] = ("2010", LEVELS),
    exclusions: Mapping[str, str | None] = {},
    release: tuple[Release, ...] = WIDE,
    answer: bool | None = True,
    hold: Hold | None = None,
    second_reviewer: bool = False,
    terminate_days: int = 30,
    events: tuple[Event, ...] = (),
) -> Agreement:
    """Invented terms: everything to everyone from arrest on, unless told otherwise."""
    return Agreement(
        id=name,
        title=f"{name} (invented)",
        regime=regime,
        parties=("Example Bureau", "Notified Agency"),
        recorded=recorded,
        scope=Scope("scope", "1", (ori,)),
        term=Term("term", "2", effective),
        notice=Notice("notice", "8", 0, terminate_days),
        trigger=Trigger("trigger", "3", stage),
        levels=Levels("levels", "4", levels[0], tuple(levels[1])),
        exclusions=tuple(
            Exclusion(f"no-{fact.replace('_', '-')}", "5", fact, until)
            for fact, until in exclusions.items()
        ),
        release=release,
        answer=None if answer is None else Answer("answer", "7", answer),
        hold=hold,
        review=Review("review", "9", second_reviewer),
        retention=Retention("retention", "10", 365),
        events=events,
    )


def event(
    kind: str, effective: datetime, *, given: datetime | None = None, name: str = ""
) -> Event:
    """Suspended, resumed or terminated; known from the day it was given."""
    given = effective if given is None else given
    return Event(name or kind, "letter", kind, given, given, effective)


def terminated(effective: datetime, days: int = 30) -> Event:
    return event("terminated", effective, given=effective - days * DAY)


# --- the town -------------------------------------------------------------------------------


@dataclass
class Town:
    """An open house with its clock and its partner."""

    house: House
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(START, SECONDS))
    partner: MemoryPartner = field(default_factory=MemoryPartner)

    def adopt(self, *agreements: Agreement) -> None:
        self.house.adopt(Agreements(agreements), self.clock.now())

    def submit(self, data: bytes, declared: Mapping[str, bool] = {}) -> Case:
        return self.answered(data, declared)[0]

    def answered(
        self, data: bytes, declared: Mapping[str, bool] = {}
    ) -> tuple[Case, tuple[Finding, ...]]:
        return journey.answer(data, "booking.eft", self.house, self.clock, declared)

    def book(self, person: int, number: int, **changes: object) -> Case:
        return self.submit(booking(person, number, **changes))

    def deliver(self) -> list[Delivered]:
        return deliver(self.house, self.clock, self.partner)

    def later(self, time: timedelta) -> None:
        self.clock.reach(self.clock.now() + time)

    def reopened(self) -> Town:
        """The same house as a new process finds it on disk, by the same clock."""
        self.house.close()
        return Town(opened(self.house.folder), self.clock, self.partner)

    def case(self, token: str) -> Case:
        return intake.reopen(token, self.house, self.clock)

    def violations(self) -> dict[str, tuple[str, ...]]:
        """What breaks an invariant, by its name; empty where all hold."""
        return {c.name: c.violations for c in invariants.check(self.house) if c.violations}

    def kinds(self, case: Case) -> list[str]:
        """The kinds of a case's messages with their recipients, in order."""
        return [f"{m.recipient} {m.kind}" for m in self.messages(case)]

    def messages(self, case: Case | None = None) -> list[Message]:
        return messages(self.house, case.token if case else None)

    def said(self, case: Case | None = None) -> list[OpenedEntry]:
        """Every ledger entry with its opened values, or those of one case."""
        openings = self.house.store.openings()
        entries = [
            opened_entry(n, leaf, Opening.from_json(openings[n]))
            for n, leaf in enumerate(self.house.store.leaves())
        ]
        return [e for e in entries if case is None or e.values.get("case") == case.token]


def opened(folder: Path) -> House:
    house = House.open(folder)
    house.template_of = template_of
    return house


# Crashes here are of the process, not of the power: a disk in memory saves the waiting for syncs.
MEMORY = Path("/dev/shm")
HOUSES = Path(
    tempfile.mkdtemp(prefix="comity-towns-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
)
atexit.register(shutil.rmtree, HOUSES, ignore_errors=True)
NUMBERS = count(1)


def settle(*agreements: Agreement) -> Town:
    """A town with both repositories filled and agreements adopted."""
    folder = HOUSES / f"{next(NUMBERS)}"
    shutil.copytree(_foundation(), folder)
    house = opened(folder)
    town = Town(house)
    weakref.finalize(town.partner, shutil.rmtree, folder, ignore_errors=True)  # it outlives houses
    if agreements:
        town.adopt(*agreements)
    return town


@cache
def _foundation() -> Path:
    """A filled house without agreements, made once; keys and salts follow from a seed."""
    folder = HOUSES / "foundation"
    house = House.create(folder, origin="ledger.example/town", seed=bytes(32))
    for person, (reasons, citizen) in HELD.items():
        number = alien_number(person)
        house.second.gallery.append(number, [template(person, f, 0) for f in FINGERS])
        with house.store.writing() as connection:
            for reason in reasons:
                house.second.note(connection, number, reason, date(2009, 1, 1))
            record = {} if citizen is None else {"citizen": citizen}
            house.second.write_record(connection, number, record)
    for person, codes in CONVICTED.items():
        number = f"C{person:09d}"
        house.criminal.enrol(number, [template(person, f, 0) for f in FINGERS])
        with house.store.writing() as connection:
            house.criminal.note(connection, number, "booking", date(2009, 6, 1))
            house.criminal.write_record(connection, number, {"convictions": codes})
    digest = {"digest": house.second.digest()}
    house.store.commit("house", "second repository loaded", START - 300 * DAY, digest)
    house.close()
    return folder
