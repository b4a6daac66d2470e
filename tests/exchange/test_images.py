"""The whole path with real pixels: synthetic hands, rendered, in WSQ, read back and searched."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from comity import journey
from comity.agreement.register import Agreements
from comity.exchange.clock import SimulatedClock
from comity.exchange.house import House
from comity.exchange.invariants import check
from comity.exchange.outbox import deliver
from comity.image import codecs
from comity.image.synthesise import ROLLED, impression, master
from comity.minutiae.extract import extract
from comity.records import ImageRecord
from comity.wire.build import car
from tests.house import SECONDS, START, agreement, submission
from tests.partner import MemoryPartner

SEED = 4001
KNOWN, STRANGER = 1, 2
FINGERS = (2, 3, 7, 8)
ENROLMENT, BOOKING = 1, 2


@cache
def rendered(person: int, finger: int, capture: int) -> ImageRecord:
    pixels = impression(master(SEED, person, finger), capture, ROLLED).pixels
    return ImageRecord(
        data=codecs.encode_wsq(pixels),
        compression="WSQ20",
        width_px=ROLLED.width_px,
        height_px=ROLLED.height_px,
        resolution_ppi=500.0,
        finger=finger,
        impression=1,
        record_type=4,
        idc=finger,
        offset=0,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = House.create(tmp_path_factory.mktemp("rendered") / "house", origin="ledger.example/r")
    prints = [extract(codecs.decode(rendered(KNOWN, f, ENROLMENT))) for f in FINGERS]
    made.second.gallery.append("A1", prints)
    with made.store.writing() as connection:
        made.second.note(connection, "A1", "border", date(2009, 1, 1))
        made.second.write_record(connection, "A1", {"citizen": False})
    made.adopt(Agreements((agreement(),)), START)
    return made


def booked(person: int, number: int) -> bytes:
    images = tuple(rendered(person, finger, BOOKING) for finger in FINGERS)
    return car(submission(person, number, images=images))


def test_a_rendered_hand_is_known_again_and_a_stranger_is_not(house: House) -> None:
    clock, partner = SimulatedClock(START, SECONDS), MemoryPartner()
    known, findings = journey.answer(booked(KNOWN, 1), "known.eft", house, clock)
    stranger, _ = journey.answer(booked(STRANGER, 2), "stranger.eft", house, clock)
    assert [f.severity for f in findings if f.severity == "error"] == []
    found = [case.event("second search") for case in (known, stranger)]
    assert [e.body["identity"] if e else "not asked" for e in found] == ["A1", None]
    deliver(house, clock, partner)
    assert len(partner.holds("notified_agency")) == 1
    assert [c.violations for c in check(house) if c.violations] == []


def test_the_same_hand_again_is_known_to_the_criminal_repository(house: House) -> None:
    clock = SimulatedClock(START, SECONDS)
    first, _ = journey.answer(booked(STRANGER, 2), "stranger.eft", house, clock)
    again, _ = journey.answer(booked(STRANGER, 3), "again.eft", house, clock)
    enrolled, found = first.event("criminal search"), again.event("criminal search")
    assert enrolled is not None
    assert found is not None
    assert (enrolled.body["identified"], found.body["identified"]) == (False, True)
    assert enrolled.body["identity"] == found.body["identity"]


def test_pixels_that_are_no_fingerprint_are_an_errt(house: House, tmp_path: Path) -> None:
    clock = SimulatedClock(START, SECONDS)
    blank = rendered(KNOWN, 2, BOOKING)
    flat = codecs.decode(blank).pixels.copy()
    flat[:] = 255
    images = (ImageRecord(**{**blank.__dict__, "data": codecs.encode_wsq(flat)}),)
    case, findings = journey.answer(
        car(submission(KNOWN, 9, images=images)), "blank.eft", house, clock
    )
    first = case.event("first response")
    assert first is not None
    assert first.body["response"] == "ERRT"
    assert [f.code for f in findings if f.severity != "note"] == ["image-unusable"]
