"""A file comes twice, or another one comes under a number that was used."""

from __future__ import annotations

import pytest

from comity.errors import CallerError
from tests.house import CROSSER, ORI, VISITOR, agreement, booking, settle


def test_the_same_file_twice_is_one_case_and_one_answer() -> None:
    town = settle(agreement())
    first = town.book(VISITOR, 1)
    town.deliver()
    before = town.house.store.events(), town.house.store.leaves()
    again = town.book(VISITOR, 1)
    assert again.token == first.token
    assert town.deliver() == []
    assert (town.house.store.events(), town.house.store.leaves()) == before
    assert len(town.house.criminal.encounters(town.house.tokens.identity(first.token))) == 1


def test_other_bytes_under_a_used_number_take_nothing_over() -> None:
    """Somebody resends a booking with another person's prints under its number."""
    town = settle(agreement())
    first = town.book(VISITOR, 1)
    before = town.house.store.events(first.token), town.messages(first)
    enrolled = len(town.house.criminal.gallery)
    second, findings = town.answered(booking(CROSSER, 1))
    assert [f.code for f in findings if f.severity == "error"] == ["tcn-used-again"]
    assert second.event("second search") is None
    assert second.event("criminal search") is None
    assert len(town.house.criminal.gallery) == enrolled
    assert (town.house.store.events(first.token), town.messages(first)) == before
    # And again: the same refusal, not a third case.
    assert town.answered(booking(CROSSER, 1))[0].token == second.token
    assert town.violations() == {}


def test_the_number_of_another_agency_is_another_number() -> None:
    town = settle(agreement())
    ours = town.book(VISITOR, 1)
    theirs = town.submit(booking(CROSSER, 1, ori="XB0010000", tcn=f"TOWN-{ORI}-000001"))
    assert theirs.token != ours.token
    assert theirs.event("criminal search") is not None


@pytest.mark.parametrize(
    "declared",
    [
        {"victim_or_witnes": False},
        {"citizen": False},
        {"lawful_process_only": False},
        {"stage": "conviction"},
        {"criminal": True},
        {"juvenile": "no"},
        {"juvenile": 0},
        {"juvenile": None},
        {"": True},
    ],
)
def test_facts_that_nobody_at_a_booking_can_declare(declared: dict[str, object]) -> None:
    """A slip of the pen must not look declared, nor a booking desk answer for a repository."""
    town = settle(agreement())
    with pytest.raises(CallerError, match="cannot declare") as error:
        town.submit(booking(VISITOR, 1), declared)
    assert error.value.next_step
    assert not [e for e in town.house.store.events() if e.step == "received"]
