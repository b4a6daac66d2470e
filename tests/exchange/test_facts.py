"""What is known of a case, from its file, its repositories and everything recorded since."""

from __future__ import annotations

import pytest

from comity.errors import CallerError
from comity.exchange import change
from comity.exchange.facts import facts, found_in_second, lawful_process_only, round_of
from comity.records import Encounter
from tests.house import (
    CITIZEN,
    CROSSER,
    START,
    UNSURE,
    VISITOR,
    agreement,
    alien_number,
    booking,
    settle,
)


@pytest.mark.parametrize(
    ("person", "lawful", "citizen"),
    [(VISITOR, True, False), (CROSSER, False, False), (CITIZEN, True, True), (UNSURE, False, None)],
)
def test_a_match_says_what_happened_and_not_what_a_person_is(
    person: int, lawful: bool, citizen: bool | None
) -> None:
    case = settle(agreement()).book(person, 1)
    before, after = facts(case), facts(case, found_in_second(case))
    assert (before.lawful_process_only, before.citizen) == (None, None)
    assert (after.lawful_process_only, after.citizen) == (lawful, citizen)


def test_of_no_encounter_nothing_is_known() -> None:
    """`all` of nothing is true, and an unknown fact must not look known."""
    assert lawful_process_only(()) is None
    visa = Encounter(alien_number(VISITOR), "visa", START.date())
    assert lawful_process_only((visa,)) is True


@pytest.mark.parametrize(
    ("born", "declared", "juvenile"),
    [
        ("19800102", {}, False),
        ("20000102", {}, True),
        ("20000102", {"juvenile": False}, False),
        ("19800102", {"juvenile": True}, True),
    ],
)
def test_a_declared_fact_stands_above_the_files(
    born: str, declared: dict[str, bool], juvenile: bool
) -> None:
    town = settle(agreement())
    case = town.submit(booking(VISITOR, 1, born=born), declared)
    assert facts(case).juvenile is juvenile


def test_a_correction_stands_above_everything_and_the_latest_counts() -> None:
    town = settle(agreement())
    case = town.book(CITIZEN, 1)
    assert facts(case, found_in_second(case)).citizen is True
    for number, value in ((1, False), (2, True), (3, False)):
        change.correction(case, number, fact="citizen", value=value, source="file")
        assert facts(case, found_in_second(case)).citizen is value


@pytest.mark.parametrize(
    ("results", "stage", "level"),
    [
        ([], "arrest", "non-criminal"),
        (["charged"], "charge", "non-criminal"),
        (["charged", "convicted"], "conviction", "2"),
        (["convicted"], "conviction", "2"),
        (["convicted", "convicted"], "conviction", "1"),  # two felonies, two counts
        (["dismissed"], "arrest", "non-criminal"),
        (["charged", "dismissed"], "arrest", "non-criminal"),
        (["convicted", "acquitted"], "arrest", "non-criminal"),  # overturned
        (["charged", "convicted", "acquitted"], "arrest", "non-criminal"),
        (["convicted", "convicted", "dismissed"], "conviction", "2"),
        (["convicted", "acquitted", "convicted"], "conviction", "2"),
        (["charged", "charged", "dismissed"], "charge", "non-criminal"),
    ],
)
def test_the_stage_is_the_furthest_that_stands(results: list[str], stage: str, level: str) -> None:
    case = settle(agreement()).book(VISITOR, 1)  # one charge of burglary, 2299
    for number, result in enumerate(results, start=1):
        change.disposition(case, number, ncic="2299", result=result)
    known = facts(case)
    assert (known.stage, known.level["2010"]) == (stage, level)


def test_an_acquittal_of_one_charge_leaves_another_conviction() -> None:
    case = settle(agreement()).book(VISITOR, 1, charges=("2299", "1299"))
    change.disposition(case, 1, ncic="1299", result="convicted")
    change.disposition(case, 2, ncic="2299", result="acquitted")
    assert facts(case).stage == "conviction"


def test_earlier_convictions_count_for_the_level_and_not_for_the_stage() -> None:
    case = settle(agreement()).book(CROSSER, 1)  # the criminal repository holds a robbery
    known = facts(case)
    assert (known.stage, known.level["2010"]) == ("arrest", "1")


def test_each_change_opens_a_round() -> None:
    case = settle(agreement()).book(VISITOR, 1)
    assert round_of(case) == (1, "submission")
    change.disposition(case, 1, ncic="2299", result="charged")
    assert round_of(case) == (2, "disposition")
    change.correction(case, 1, fact="citizen", value=True, source="file")
    assert round_of(case) == (3, "correction")


def test_the_same_change_twice_is_one_and_another_under_its_number_is_refused() -> None:
    """It was once dropped without a word: a correction that nobody acted on."""
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    for _ in range(2):
        change.correction(case, 1, fact="citizen", value=True, source="file")
        change.disposition(case, 1, ncic="2299", result="charged")
    assert round_of(case)[0] == 3
    with pytest.raises(CallerError, match="another change"):
        change.correction(case, 1, fact="juvenile", value=True, source="file")
    with pytest.raises(CallerError, match="another change"):
        change.disposition(case, 1, ncic="2299", result="dismissed")


def test_what_cannot_be_a_change_is_said_to_be_none() -> None:
    case = settle(agreement()).book(VISITOR, 1)
    with pytest.raises(CallerError, match="no such disposition"):
        change.disposition(case, 1, ncic="2299", result="pardoned")
    with pytest.raises(CallerError, match="no such fact"):
        change.correction(case, 1, fact="lawful_process_only", value=True, source="file")
    with pytest.raises(CallerError, match="true or false"):
        change.correction(case, 1, fact="citizen", value="no", source="file")  # type: ignore[arg-type]
    assert round_of(case)[0] == 1
