"""A house small enough to build in a second or two: one county, two people with two fingers each.

Prints are synthetic images, so files go through the whole journey; the second repository holds
one of the two people.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from comity import journey
from comity.agreement.read import read_text
from comity.agreement.register import Agreements
from comity.exchange.clock import SimulatedClock
from comity.exchange.house import House
from comity.exchange.outbox import deliver
from comity.exchange.partner import FolderPartner
from comity.exchange.publish import hand_over, opened, publish
from comity.image import codecs
from comity.image.synthesise import ROLLED, impression, master
from comity.minutiae.extract import extract
from comity.records import Charge, ImageRecord, Submission, Template
from comity.statistics import publish as tables
from comity.statistics.table import BY_MONTH, compute
from comity.wire import build

SEED = 77
FINGERS = (1, 2, 3, 7)
COUNTY = "XA0010000"
ELSEWHERE = "XB0010000"  # a county that no agreement covers
START = datetime(2011, 5, 2, 9, 0, tzinfo=UTC)
KNOWN, STRANGER = 1, 2  # the first is in the second repository, the second is not
NAMES = {KNOWN: "EXAMPLE,ALPHA", STRANGER: "EXAMPLE,BETA"}
TERMS = """
agreement: oak-2011
title: Oak County and the notified agency (invented) <script>alert(1)</script>
regime: agreement_required
parties: [Example Bureau, Notified Agency]
recorded: 2010-11-15T09:00:00+00:00
scope: {id: scope, text: "§ 1", jurisdictions: [XA0010000]}
term:
  id: term
  text: "§ 2"
  published: 2010-11-15T09:00:00+00:00
  effective: 2011-01-01T00:00:00+00:00
notice: {id: notice, text: "§ 8", activate_days: 30, terminate_days: 30}
trigger: {id: trigger, text: "§ 3", stage: arrest}
levels: {id: levels, text: "§ 4", version: 2010, permit: ["1", "2", "3", non-criminal]}
exclusions:
- {id: no-juveniles, text: "§ 5", fact: juvenile}
release:
- id: to-agency
  text: "§ 6"
  to: notified_agency
  fields: [identity_number, encounters, name, birth_date, arrest_date, charges, level]
answer: {id: answer, text: "§ 7", local_agency: yes}
review: {id: review, text: "§ 9", second_reviewer: no}
retention: {id: retention, text: "§ 10", days: 365}
"""


def agreements() -> Agreements:
    return Agreements((read_text(TERMS, "oak.yaml"),))


@cache
def wsq(person: int, finger: int, event: int) -> bytes:
    grown = master(SEED, person, finger)
    return codecs.encode_wsq(impression(grown, event, ROLLED).pixels)


def image(person: int, finger: int, event: int) -> ImageRecord:
    return ImageRecord(
        data=wsq(person, finger, event),
        compression="WSQ20",
        width_px=ROLLED.width_px,
        height_px=ROLLED.height_px,
        resolution_ppi=500.0,
        finger=finger,
        impression=1,
        record_type=14,
        idc=finger,
        offset=0,
    )


@cache
def templates(person: int, event: int) -> tuple[Template, ...]:
    return tuple(extract(codecs.decode(image(person, finger, event))) for finger in FINGERS)


@cache
def booking(person: int, tcn: str, county: str = COUNTY) -> bytes:
    """A sound file of one booking."""
    return build.car(
        Submission(
            tcn=tcn,
            tot="CAR",
            ori=county,
            destination="XABUREAU0",
            cri=county,
            sent=date(2011, 5, 2),
            subject={
                "NAM": NAMES[person],
                "POB": "XX",
                "DOB": "19800102",
                "SEX": "M",
                "RAC": "U",
                "HGT": "508",
                "WGT": "160",
                "EYE": "XXX",
                "HAI": "XXX",
            },
            arrest_date=date(2011, 5, 2),
            charges=(Charge("BURGLARY", date(2011, 5, 2), "2299"),),
            images=tuple(image(person, finger, 3) for finger in FINGERS),
            sha256="",
        )
    )


def house(folder: Path, *, seed: bytes | None = None) -> House:
    """An open house with the agreement adopted and the known person in the second repository."""
    made = House.create(folder, origin="ledger.example/oak", seed=seed)
    made.adopt(agreements(), START)
    made.second.gallery.append("A000000001", templates(KNOWN, 2))
    with made.store.writing() as connection:
        made.second.note(connection, "A000000001", "visa", date(2008, 8, 2))
        made.second.write_record(connection, "A000000001", {"citizen": False})
    made.store.commit("house", "second repository loaded", START, {"digest": made.second.digest()})
    return made


def published(folder: Path) -> Path:
    """A whole run's folder: a ledger, auditors' openings and statistics, after three bookings."""
    clock = SimulatedClock(START)
    made = house(folder / "house", seed=bytes(32))
    booked = ((KNOWN, COUNTY), (STRANGER, COUNTY), (KNOWN, ELSEWHERE))
    for number, (person, county) in enumerate(booked):
        journey.answer(booking(person, f"SMALL-TCN-{number}", county), f"{number}.eft", made, clock)
    journey.answer(b"not a transaction", "letter.pdf", made, clock)
    deliver(made, clock, FolderPartner(folder / "outbox"))
    head = publish(made, folder / "ledger")
    hand_over(made, folder / "auditors" / "openings.json")
    rows = opened(folder / "ledger", head.size, folder / "auditors" / "openings.json")
    (folder / "statistics").mkdir()
    for name, by in (("by-jurisdiction", ("jurisdiction",)), ("by-month", BY_MONTH)):
        table = compute(rows, "2010", by)
        (folder / "statistics" / f"{name}.json").write_bytes(tables.to_json(table, head))
    made.close()
    return folder
