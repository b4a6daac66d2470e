"""A county reads a match out of the answers it gets, or does not get."""

from __future__ import annotations

import re

import pytest

from comity.agreement.terms import Release
from comity.records import RELEASE_FIELDS
from comity.wire.read import read
from tests.house import CROSSER, STRANGER, VISITOR, Town, agreement, settle

AGENCY = Release("to-agency", "6", "notified_agency", RELEASE_FIELDS)
COUNTY = Release("to-county", "6", "local_agency", ("identity_number",))
# A match that is withheld from everyone; one that is told to the agency only; none at all.
WITHHELD = {"levels": ("2010", ("1",)), "release": (AGENCY, COUNTY)}
TOLD_ELSEWHERE = {"release": (AGENCY,)}


def answered(terms: dict[str, object], person: int) -> tuple[Town, list[bytes]]:
    town = settle(agreement(**terms))
    town.book(person, 1)
    town.deliver()
    return town, town.partner.holds("local_agency")


def plain(answer: bytes) -> bytes:
    """An answer without its own control number and times."""
    return re.sub(
        rb"CMTY[0-9A-F]{18}2N0|\d{8}T?\d*Z?|\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", b"#", answer
    )


@pytest.mark.parametrize("terms", [WITHHELD, TOLD_ELSEWHERE], ids=["withheld", "told-elsewhere"])
def test_no_match_and_a_match_not_told_are_the_same_bytes(terms: dict[str, object]) -> None:
    _, found = answered(terms, VISITOR)
    _, none = answered(terms, STRANGER)
    assert len(found) == len(none) == 1
    name = {1: b"PERSON A", 5: b"PERSON E"}  # the county's own words, returned to it
    assert plain(found[0]).replace(name[1], b"#") == plain(none[0]).replace(name[5], b"#")
    assert len(found[0]) == len(none[0])


def test_they_are_told_apart_from_a_match_that_is_told() -> None:
    """Or the comparison above would prove nothing."""
    _, told = answered({"release": (AGENCY, COUNTY)}, CROSSER)
    _, none = answered({"release": (AGENCY, COUNTY)}, STRANGER)
    assert plain(told[0]) != plain(none[0])
    assert b"IDENTITY NUMBER" in told[0]
    assert "NOTHING MAY BE RELEASED" in read(none[0]).text(2, 75)


@pytest.mark.parametrize("terms", [WITHHELD, TOLD_ELSEWHERE], ids=["withheld", "told-elsewhere"])
def test_the_answers_come_in_the_same_time(terms: dict[str, object]) -> None:
    """By the clock that the answers themselves state, which is the one the house keeps."""
    times = []
    for person in (VISITOR, STRANGER):
        town, _ = answered(terms, person)
        times.append([e.values["seconds"] for e in town.said() if e.kind == "second_response"])
    assert times[0] == times[1]
