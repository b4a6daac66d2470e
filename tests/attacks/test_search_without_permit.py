"""The second repository is asked without a permit, or made to hold a booking's print: I2, I6."""

from __future__ import annotations

from dataclasses import replace

import pytest

from comity.errors import ReleaseError
from comity.exchange import respond
from comity.exchange.decide import decide
from comity.records import Decision
from tests.house import ELSEWHERE, FINGERS, VISITOR, agreement, settle, template

PROBE = [template(VISITOR, finger, 1) for finger in FINGERS]


def permit() -> Decision:
    case = settle(agreement()).book(VISITOR, 1)
    return Decision.from_json(case.events("decide search ")[0].body["decision"])


def test_there_is_no_search_without_a_decision() -> None:
    town = settle(agreement())
    with pytest.raises(ReleaseError, match="under a decision only"):
        town.house.second.search(PROBE)


@pytest.mark.parametrize(
    "changes",
    [
        {"permit": False, "timing": "never", "fields": {}},
        {"permit": False, "timing": "later", "awaits": "conviction", "fields": {}},
        {"question": "release"},
    ],
)
def test_a_denial_or_another_permit_opens_nothing(changes: dict[str, object]) -> None:
    town = settle(agreement())
    with pytest.raises(ReleaseError, match="without a permit"):
        town.house.second.search_under(PROBE, replace(permit(), **changes))


def test_a_denied_case_handed_on_to_the_search_all_the_same() -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1, ori=ELSEWHERE)
    with pytest.raises(ReleaseError, match="without a permit"):
        respond.search_second(case, PROBE, decide(case, "search", 1, "submission"))
    assert case.event("second search") is None


def test_no_booking_is_enrolled_there() -> None:
    town = settle(agreement())
    before = town.house.second.digest()
    with pytest.raises(ReleaseError, match="no print of a booking"):
        town.house.second.enrol("A999999999", PROBE)
    assert town.house.second.digest() == before
