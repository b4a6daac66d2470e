"""Somebody without a receipt tries to see a record."""

from __future__ import annotations

import pytest

from comity.errors import CallerError
from comity.exchange import access
from tests.house import VISITOR, agreement, settle

GUESSES = [
    "",
    "agreements",  # the house's own books are kept like cases
    "house",
    "%",
    "' OR '1'='1",
    "0" * 24,
    "../store.sqlite",
]


@pytest.mark.parametrize("guess", GUESSES)
def test_every_wrong_receipt_gets_the_same_answer(guess: str) -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    before = town.house.store.leaves()
    for ask in (access.uses, access.contest):
        with pytest.raises(CallerError) as error:
            ask(town.house, town.clock, guess)
        assert error.value.message == "no record goes with this receipt"
        assert case.token not in str(error.value)
    assert town.house.store.leaves() == before


def test_near_misses_are_misses() -> None:
    town = settle(agreement())
    token = town.book(VISITOR, 1).token
    for guess in (token[:-1], token + "0", token.upper(), f" {token}", token[::-1]):
        with pytest.raises(CallerError, match="no record"):
            access.uses(town.house, town.clock, guess)


def test_a_receipt_cannot_be_made_from_what_the_file_says() -> None:
    """Who knows the control number, the agency and the digest lacks the house's secret."""
    import hashlib

    town = settle(agreement())
    case = town.book(VISITOR, 1)
    assert case.submission is not None
    for text in (
        f"{case.submission.ori}|{case.submission.tcn}",
        f"case|{case.submission.ori}|{case.submission.tcn}",
        case.submission.tcn,
    ):
        assert hashlib.sha256(text.encode()).hexdigest()[:24] != case.token
    assert case.submission.tcn not in case.token
