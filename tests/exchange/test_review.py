"""Nothing follows from a match by itself: people determine, and enough of them."""

from __future__ import annotations

import pytest

from comity import journey
from comity.errors import ReleaseError
from comity.exchange import change, review
from comity.exchange.case import Case
from tests.house import STRANGER, VISITOR, Town, agreement, settle

ACTION = {"determination": "action_requested", "reason": "prior-order"}


def delivered(**terms: object) -> tuple[Town, Case]:
    town = settle(agreement(**terms))
    case = town.book(VISITOR, 1)
    town.deliver()
    return town, case


def test_a_determination_is_in_the_ledger_with_its_reason_and_without_names() -> None:
    town, case = delivered()
    review.determine(case, reviewers=("reviewer-a",), **ACTION)
    said = next(e for e in town.said(case) if e.kind == "determination")
    assert (said.values["reviewers"], said.values["reason"]) == (1, "prior-order")
    assert "reviewer-a" not in str(dict(said.values))
    assert town.violations() == {}


@pytest.mark.parametrize(
    "reviewers",
    [(), ("",), ("a",), ("a", "a"), ("a", " a "), ("a", "A"), ("a", ""), ("a", "  ")],
)
def test_two_people_are_two_people(reviewers: tuple[str, ...]) -> None:
    """A blank name, or the same one in capitals, once counted as the second person."""
    _, case = delivered(second_reviewer=True)
    with pytest.raises(ReleaseError, match="people, a word and a reason"):
        review.determine(case, reviewers=reviewers, **ACTION)
    assert case.event("determination") is None
    review.determine(case, reviewers=("a", "b"), **ACTION)
    assert case.event("determination") is not None


@pytest.mark.parametrize(
    ("determination", "reason"),
    [("action_requested", ""), ("action_requested", "  "), ("deport", "order"), ("", "order")],
)
def test_a_determination_is_one_of_three_words_and_has_a_reason(
    determination: str, reason: str
) -> None:
    _, case = delivered()
    with pytest.raises(ReleaseError):
        review.determine(case, reviewers=("a",), determination=determination, reason=reason)


def test_nobody_reviews_what_the_agency_does_not_have() -> None:
    town = settle(agreement())
    none = town.book(STRANGER, 1)
    waiting = town.book(VISITOR, 2)
    town.partner.away = {"notified_agency"}
    town.deliver()
    for case in (none, waiting):
        with pytest.raises(ReleaseError, match="nothing is before"):
            review.determine(case, reviewers=("a",), **ACTION)
    town.partner.away = set()
    town.deliver()
    review.determine(waiting, reviewers=("a",), **ACTION)


def test_nobody_reviews_what_was_taken_back() -> None:
    town, case = delivered(exclusions={"citizen": None})
    change.correction(case, 1, fact="citizen", value=True, source="certificate")
    journey.pursue(case)
    with pytest.raises(ReleaseError, match="nothing is before"):
        review.determine(case, reviewers=("a",), **ACTION)
    assert case.event("determination") is None
    town.deliver()
    assert town.violations() == {}


def test_a_determination_is_never_overwritten() -> None:
    """The second one was once dropped, and its author believed it recorded."""
    _, case = delivered()
    review.determine(case, reviewers=("a",), determination="no_action", reason="citizen")
    review.determine(case, reviewers=("a",), determination="no_action", reason="citizen")
    with pytest.raises(ReleaseError, match="determined before"):
        review.determine(case, reviewers=("a",), **ACTION)


@pytest.mark.parametrize("determination", [None, "no_action", "refer"])
def test_an_outcome_needs_people_who_asked_for_it(determination: str | None) -> None:
    _, case = delivered()
    if determination is not None:
        review.determine(case, reviewers=("a",), determination=determination, reason="because")
    with pytest.raises(ReleaseError, match="determination that asked for action"):
        review.outcome(case, "custody")
    assert case.event("outcome custody") is None


def test_an_outcome_is_custody_or_removal() -> None:
    town, case = delivered()
    review.determine(case, reviewers=("a",), **ACTION)
    with pytest.raises(ReleaseError):
        review.outcome(case, "release")
    review.outcome(case, "custody")
    review.outcome(case, "custody")
    assert [e.values["stage"] for e in town.said(case) if e.kind == "outcome"] == ["custody"]


def test_a_second_reviewer_is_asked_for_by_any_agreement_that_decided() -> None:
    town = settle(agreement("one"), agreement("two", second_reviewer=True))
    case = town.book(VISITOR, 1)
    town.deliver()
    assert review.reviewers_needed(case) == 2
