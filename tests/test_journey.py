"""One booking's path, step by step: what is said, to whom, in which order, and what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from comity import journey
from comity.agreement.terms import Release
from comity.exchange import change, intake, respond
from comity.exchange.repository import SecondRepository
from comity.image import codecs
from comity.records import LEVELS
from comity.wire.build import car
from comity.wire.read import read
from tests.house import (
    CITIZEN,
    CROSSER,
    DAY,
    ELSEWHERE,
    FINGERS,
    NEWCOMER,
    START,
    STRANGER,
    UNSURE,
    VISITOR,
    agreement,
    alien_number,
    booking,
    settle,
    submission,
    terminated,
)


def text(data: bytes) -> str:
    """What an answer says in ERS 2.075."""
    return read(data).text(2, 75)


def test_a_match_in_order() -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    assert [e.kind for e in town.said(case)] == [
        "received",
        "first_response",
        "decision",
        "search",
        "decision",
        "release",
        "release",
        "release",
        "second_response",
    ]
    assert town.kinds(case) == [
        "contributor first_response",
        "local_agency second_response",
        "notified_agency notice",
        "state_bureau second_response",
    ]
    assert {d.outcome for d in town.deliver()} == {"acknowledged"}
    notice = json.loads(town.partner.holds("notified_agency")[0])
    assert notice["fields"]["identity_number"] == alien_number(VISITOR)
    assert notice["fields"]["encounters"] == ["visa 2009-01-01"]
    assert "2299" in notice["iaq"]
    assert town.violations() == {}


def test_each_recipient_gets_its_own_fields_only() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    town.deliver()
    bureau = text(town.partner.holds("state_bureau")[0])
    county = text(town.partner.holds("local_agency")[0])
    assert "IDENTITY NUMBER" in bureau
    assert "ENCOUNTERS" in bureau
    assert "IDENTITY NUMBER" in county
    assert "ENCOUNTERS" not in county


def test_no_agreement_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(SecondRepository, "search_under", lambda *_: asked.append("asked"))
    town = settle(agreement())
    case = town.book(VISITOR, 1, ori=ELSEWHERE)
    assert asked == []
    assert town.kinds(case) == ["contributor first_response"]
    decided = [e for e in town.said(case) if e.kind == "decision"]
    assert [d.values["decision"]["clauses"] for d in decided] == [["default#no-agreement"]]


def test_a_no_match_leaves_no_print_and_says_nothing() -> None:
    town = settle(agreement())
    before = town.house.second.digest(), len(town.house.second.gallery)
    case = town.book(STRANGER, 1)
    assert (town.house.second.digest(), len(town.house.second.gallery)) == before
    assert town.kinds(case) == ["contributor first_response", "local_agency second_response"]
    assert case.events("decide release") == []


def test_the_first_response_says_what_the_criminal_repository_held() -> None:
    town = settle()
    town.book(CROSSER, 1)
    town.book(STRANGER, 2)
    town.book(STRANGER, 3)
    town.deliver()
    known, new, again = (read(data) for data in town.partner.holds("contributor"))
    assert (known.text(2, 59), new.text(2, 59), again.text(2, 59)) == ("I", "N", "I")
    assert known.text(2, 75).strip() == "BOOKING 2009-06-01"
    assert new.text(2, 75) == ""
    # The booking that is being answered is not among those held.
    assert again.text(2, 75).strip() == f"BOOKING {START:%Y-%m-%d}"


def test_a_conviction_releases_what_waited_for_it() -> None:
    late = (Release("late", "6", "notified_agency", ("name",), after="conviction"),)
    wide = Release("early", "6", "notified_agency", ("identity_number",))
    town = settle(agreement(release=(wide, *late)))
    case = town.book(VISITOR, 1)
    town.deliver()
    change.disposition(case, 1, ncic="2299", result="convicted")
    journey.pursue(case)
    town.deliver()
    first, second = (json.loads(n)["fields"] for n in town.partner.holds("notified_agency"))
    assert first == {"identity_number": alien_number(VISITOR)}
    assert list(second) == ["name"]
    late_values = [e.values["late"] for e in town.said(case) if e.kind == "release"]
    assert late_values == [False, True]


def test_a_conviction_opens_a_search_that_an_arrest_did_not() -> None:
    town = settle(agreement(stage="conviction"))
    case = town.book(VISITOR, 1)
    assert case.event("second search") is None
    change.disposition(case, 1, ncic="2299", result="charged")
    journey.pursue(case)
    assert case.event("second search") is None
    change.disposition(case, 2, ncic="2299", result="convicted")
    journey.pursue(case)
    town.deliver()
    assert town.partner.holds("notified_agency")
    assert town.violations() == {}


def test_a_correction_takes_back_from_everyone_and_only_once() -> None:
    town = settle(agreement(exclusions={"citizen": None}))
    case = town.book(VISITOR, 1)
    town.deliver()
    change.disposition(case, 1, ncic="2299", result="charged")
    journey.pursue(case)  # permitted again, with nothing new to release
    change.correction(case, 1, fact="citizen", value=True, source="certificate")
    for _ in range(3):
        # Running every round again, the charge's permit released anew what was just taken back.
        journey.pursue(case)
        town.deliver()
    retracted = [m for m in town.messages(case) if m.kind == "retraction"]
    assert sorted(m.recipient for m in retracted) == [
        "local_agency",
        "notified_agency",
        "state_bureau",
    ]
    assert [m.state for m in retracted] == ["acknowledged"] * 3
    assert len([e for e in town.said(case) if e.kind == "release"]) == 3
    assert town.violations() == {}


def test_a_correction_taken_back_releases_again() -> None:
    town = settle(agreement(exclusions={"citizen": None}))
    case = town.book(VISITOR, 1)
    town.deliver()
    for number, value in ((1, True), (2, False)):
        change.correction(case, number, fact="citizen", value=value, source="certificate")
        journey.pursue(case)
        town.deliver()
    assert len(town.partner.holds("notified_agency", "notice")) == 2
    assert town.violations() == {}


def test_an_overturned_conviction_takes_back_what_it_released() -> None:
    town = settle(agreement(stage="conviction"))
    case = town.book(VISITOR, 1)
    for number, result in ((1, "convicted"), (2, "acquitted")):
        change.disposition(case, number, ncic="2299", result=result)
        journey.pursue(case)
        town.deliver()
    assert len(town.partner.holds("notified_agency", "notice")) == 1
    assert len(town.partner.holds("notified_agency", "retraction")) == 1
    assert town.violations() == {}


def test_what_was_lawful_when_it_left_stays_lawful_after_the_end() -> None:
    """Terminated later: nothing is retracted. A correction afterwards still is."""
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    town.deliver()
    town.later(DAY)
    town.adopt(agreement(events=(terminated(START + 40 * DAY, days=39),)))
    town.later(60 * DAY)
    change.disposition(case, 1, ncic="2299", result="charged")
    journey.pursue(case)
    assert not [m for m in town.messages(case) if m.kind == "retraction"]
    assert town.violations() == {}


def test_a_refused_file_gets_an_errt_and_is_never_pursued() -> None:
    """A file without the mandatory birth date was once searched when a disposition came."""
    town = settle(agreement())
    spec = submission(VISITOR, 1)
    without = {k: v for k, v in spec.subject.items() if k != "DOB"}
    case = town.submit(car(submission(VISITOR, 1, subject=without), checked=False))
    assert town.kinds(case) == ["contributor first_response"]
    change.disposition(case, 1, ncic="2299", result="convicted")
    journey.pursue(case)
    assert case.event("criminal search") is None
    assert case.event("second search") is None
    assert town.kinds(case) == ["contributor first_response"]
    assert town.violations() == {}


def test_a_refusal_cut_short_is_finished_by_pursuing() -> None:
    town = settle(agreement())
    stranger = b"%PDF-1.4 not a booking"
    case, _ = intake.receive(stranger, "letter.pdf", town.house, town.clock, {})
    findings = journey.pursue(town.case(case.token))
    assert [f.code for f in findings] == ["not-a-transaction"]
    assert town.kinds(case) == ["contributor first_response"]


def test_no_usable_finger_is_an_errt() -> None:
    town = settle(agreement())
    noise = submission(VISITOR, 1).images[0]
    data = codecs.encode_wsq((255 - codecs.decode(noise).pixels).copy())
    images = (replace(noise, data=data),)
    case = town.submit(car(submission(VISITOR, 1, images=images)))
    first = case.event("first response")
    assert first is not None
    assert first.body["response"] == "ERRT"
    assert case.event("criminal search") is None


def test_plain_thumbs_are_searched_and_not_enrolled() -> None:
    town = settle(agreement())
    town.book(STRANGER, 1, fingers=(1, 6))
    before = len(town.house.criminal.gallery)
    images = list(submission(NEWCOMER, 2, fingers=(1, 6)).images)
    thumbs = tuple(replace(i, finger={1: 11, 6: 12}[i.finger], impression=0) for i in images)
    case = town.submit(car(submission(NEWCOMER, 2, images=thumbs)))
    search = case.event("criminal search")
    assert search is not None
    assert search.body["identity"] is None
    assert len(town.house.criminal.gallery) == before


def test_a_rolled_finger_that_fails_beside_good_thumbs() -> None:
    """Nothing can be enrolled, which once stopped the journey for good after its first step."""
    town = settle(agreement())
    rolled, right, left = submission(STRANGER, 1, fingers=(2, 1, 6)).images
    images = (
        replace(rolled, data=codecs.encode_wsq((255 - codecs.decode(rolled).pixels).copy())),
        replace(right, finger=11, impression=0),
        replace(left, finger=12, impression=0),
    )
    case = town.submit(car(submission(STRANGER, 1, images=images)))
    search = case.event("criminal search")
    assert search is not None
    assert search.body["identity"] is None
    assert town.kinds(case)[0] == "contributor first_response"
    assert town.violations() == {}


def test_a_later_round_looks_at_no_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A retraction must not wait for an image that can be decoded no more."""
    town = settle(agreement(exclusions={"citizen": None}))
    case = town.book(VISITOR, 1)
    town.deliver()
    change.correction(case, 1, fact="citizen", value=True, source="certificate")
    monkeypatch.setattr(intake, "probe", lambda _: ((), ()))
    journey.pursue(case)
    town.deliver()
    assert len(town.partner.holds("notified_agency", "retraction")) == 1


class Stopped(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["search_second", "second_response"])
def test_a_permit_that_waited_out_a_stop_is_asked_for_again(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided, stopped, ended, resumed: what the old decision permitted must not be done now."""
    town = settle(agreement())
    where = respond if step == "search_second" else journey.release
    name = step if step == "search_second" else "release"

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(where, name, stop)
        with pytest.raises(Stopped):
            town.book(VISITOR, 1)
    town.adopt(agreement(events=(terminated(START + DAY, days=1),), terminate_days=1))
    town.later(2 * DAY)
    town = town.reopened()
    case = town.submit(booking(VISITOR, 1))
    town.deliver()
    assert (case.event("second search") is None) == (step == "search_second")
    assert [e for e in town.said(case) if e.kind == "release"] == []
    assert list(town.partner.inbox) == ["contributor"]
    assert town.violations() == {}


def test_an_unknown_fact_withholds_and_the_decision_names_it() -> None:
    town = settle(agreement(exclusions={"citizen": None}))
    case = town.book(UNSURE, 1)
    assert town.kinds(case) == ["contributor first_response", "local_agency second_response"]
    decision = case.events("decide release ")[-1].body["decision"]
    assert decision["unknown"] == ["citizen"]
    assert decision["awaits"] == "citizen"


def test_levels_and_exclusions_withhold() -> None:
    limits = agreement(levels=("2010", ("1",)), exclusions={"citizen": None})
    town = settle(limits)
    kept = town.book(VISITOR, 1)  # no conviction: non-criminal
    citizen = town.book(CITIZEN, 2)
    convicted = town.book(CROSSER, 3)  # an earlier robbery: level 1
    assert [len(town.messages(c)) for c in (kept, citizen, convicted)] == [2, 2, 4]
    assert set(limits.levels.permit) < set(LEVELS)


def test_the_same_booking_later_is_answered_from_memory() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    before = town.house.store.events(), town.house.store.leaves(), town.messages()
    town.later(timedelta(days=400))
    town.reopened().submit(booking(VISITOR, 1, fingers=FINGERS))
    assert (town.house.store.events(), town.house.store.leaves(), town.messages()) == before
