"""What leaves, to whom; and that the local agency learns nothing from what it does not get."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from comity.agreement.terms import Hold, Release
from comity.errors import ReleaseError
from comity.exchange.release import answers_locally, minimise
from comity.records import RELEASE_FIELDS, Decision
from tests.house import (
    DAY,
    START,
    STRANGER,
    VISITOR,
    Town,
    agreement,
    event,
    settle,
)

AGENCY_ONLY = (Release("to-agency", "6", "notified_agency", RELEASE_FIELDS),)
PERMIT = Decision(
    question="release", at=START, permit=True, timing="now", awaits=None, clauses=("a#b",),
    unknown=(), fields={"state_bureau": ("name", "sex")}, second_reviewer=False,
    agreements=("a",), policy="",
)  # fmt: skip
DENIAL = replace(PERMIT, permit=False, timing="never", fields={})


def test_only_the_permitted_fields_are_kept() -> None:
    content = {"name": "N", "sex": "M", "charges": ["x"]}
    assert minimise(content, PERMIT, "state_bureau") == {"name": "N", "sex": "M"}
    assert minimise({"sex": "M"}, PERMIT, "state_bureau") == {"sex": "M"}


@pytest.mark.parametrize(
    ("decision", "recipient"),
    [
        (DENIAL, "state_bureau"),
        (PERMIT, "local_agency"),
        (PERMIT, ""),
        (replace(PERMIT, question="search"), "state_bureau"),
    ],
)
def test_nothing_leaves_without_a_permit_for_it(decision: Decision, recipient: str) -> None:
    with pytest.raises(ReleaseError, match="nothing may leave"):
        minimise({"name": "N", "sex": "M"}, decision, recipient)


def notice(town: Town) -> dict[str, object]:
    town.deliver()
    found = json.loads(town.partner.holds("notified_agency")[0])
    assert isinstance(found, dict)
    return found


def test_a_notice_holds_nothing_but_what_is_permitted() -> None:
    only = (Release("to-agency", "6", "notified_agency", ("identity_number", "sex")),)
    town = settle(agreement(release=only))
    case = town.book(VISITOR, 1)
    assert notice(town) == {
        "case": case.token,
        "fields": {"identity_number": "A000000001", "sex": "M"},
        "iaq": None,
    }


@pytest.mark.parametrize(
    "missing", ["name", "birth_date", "sex", "place_of_birth", "custody", "booking_agency"]
)
def test_the_query_names_no_agency_and_nothing_else_that_was_withheld(missing: str) -> None:
    """The query's ORI is the booking agency; it once went out where that field was withheld."""
    fields = tuple(f for f in RELEASE_FIELDS if f != missing)
    town = settle(agreement(release=(Release("to-agency", "6", "notified_agency", fields),)))
    town.book(VISITOR, 1)
    assert notice(town)["iaq"] is None


def test_the_query_goes_where_all_of_it_may() -> None:
    town = settle(agreement(release=AGENCY_ONLY))
    town.book(VISITOR, 1)
    assert "XA0010000" in str(notice(town)["iaq"])


def test_charges_are_in_the_query_only_if_they_may_be() -> None:
    fields = tuple(f for f in RELEASE_FIELDS if f != "charges")
    town = settle(agreement(release=(Release("to-agency", "6", "notified_agency", fields),)))
    town.book(VISITOR, 1)
    assert "2299" not in json.dumps(notice(town))


def answers(town: Town) -> list[bytes]:
    town.deliver()
    return town.partner.holds("local_agency")


def test_silence_does_not_tell_a_match_from_none() -> None:
    """A match told to the agency only once left the county without the answer it otherwise gets."""
    found, none = settle(agreement(release=AGENCY_ONLY)), settle(agreement(release=AGENCY_ONLY))
    found.book(VISITOR, 1)
    none.book(STRANGER, 1)
    assert len(answers(found)) == len(answers(none)) == 1
    assert found.partner.holds("notified_agency") != []
    assert none.partner.holds("notified_agency") == []


STATE = agreement("state", answer=False, release=AGENCY_ONLY)
MANDATE = agreement("mandate", regime="federal_mandate", release=AGENCY_ONLY)
LIMIT = agreement("limit", regime="local_limit", answer=False, release=())
HOLDS = agreement(
    "holds", regime="local_limit", release=(), answer=None,
    hold=Hold("hold", "9", honoured=False),
)  # fmt: skip
HELD = agreement("state", events=(event("suspended", START - DAY),))


@pytest.mark.parametrize(
    ("agreements", "answered"),
    [
        ((), False),
        ((agreement(),), True),
        ((STATE,), False),
        ((MANDATE,), True),
        # The state's own agreement governs what the county is told, where there is one.
        ((agreement(answer=True), replace(MANDATE)), True),
        ((STATE, MANDATE), False),
        ((HELD, MANDATE), False),
        ((agreement("one"), agreement("two", answer=False, release=AGENCY_ONLY)), False),
        # A county's own limit takes answers away and gives none; one about holds does neither.
        ((LIMIT,), False),
        ((agreement(), LIMIT), False),
        ((MANDATE, HOLDS), True),
    ],
    ids=[
        "none",
        "own",
        "own-silent",
        "mandate",
        "both",
        "silent-and-mandate",
        "held",
        "two",
        "limit",
        "limited",
        "limit-of-holds",
    ],
)
def test_who_is_answered_follows_the_agreement_that_governs(
    agreements: tuple[object, ...], answered: bool
) -> None:
    town = settle(*agreements)
    case = town.book(STRANGER, 1)
    assert answers_locally(case) is answered
    assert bool(answers(town)) is answered
    assert town.violations() == {}
