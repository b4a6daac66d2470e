"""Offence levels under three sets of rules, and the table of codes they rest on."""

from __future__ import annotations

import csv
from itertools import pairwise

import pytest

from comity.agreement.levels import level_of, minor_traffic_only, offense, table
from comity.errors import CallerError
from tests.shared_data import shared

MURDER, BURGLARY, FRAUD, SHOPLIFTING, DUI, TRAFFIC = "0911", "2202", "2601", "2303", "5404", "5499"


@pytest.mark.parametrize(
    ("charges", "convictions", "of_2008", "of_2010", "of_2014"),
    [
        # Charged with murder, convicted of nothing: the gap between the first two definitions.
        ([MURDER], [], "1", "non-criminal", "non-criminal"),
        ([MURDER], None, "1", None, None),
        ([MURDER], [MURDER], "1", "1", "1"),
        ([BURGLARY], [BURGLARY], "2", "2", "1"),
        ([BURGLARY, FRAUD], [BURGLARY, FRAUD], "2", "1", "1"),
        ([SHOPLIFTING], [SHOPLIFTING], "3", "3", "3"),
        ([SHOPLIFTING] * 3, [SHOPLIFTING] * 3, "3", "2", "2"),
        ([DUI], [DUI], "3", "3", "2"),
        # An old traffic conviction makes a criminal of level 3, three of them one of level 2;
        # the memorandum of 2014 does not count them.
        ([TRAFFIC], [TRAFFIC], "3", "3", "3"),
        ([TRAFFIC] * 3, [TRAFFIC] * 3, "3", "2", "3"),
        ([TRAFFIC], [], "3", "non-criminal", "non-criminal"),
        # A charge without a code: unknown, unless the rest already makes it level 1.
        ([None], [], None, "non-criminal", "non-criminal"),
        ([None, MURDER], [None, MURDER], "1", "1", "1"),
        ([None, SHOPLIFTING], [None, SHOPLIFTING], None, None, None),
        (["0000"], ["0000"], None, None, None),
        # No charge on record and nobody knows the disposition.
        ([], None, None, None, None),
        ([], [], "non-criminal", "non-criminal", "non-criminal"),
        ([], [MURDER], "1", "1", "1"),
    ],
)
def test_levels(charges, convictions, of_2008, of_2010, of_2014) -> None:
    found = [level_of(charges, convictions, version) for version in ("2008", "2010", "2014")]
    assert found == [of_2008, of_2010, of_2014]


def test_a_version_nobody_wrote() -> None:
    with pytest.raises(CallerError):
        level_of([], [], "2012")


@pytest.mark.parametrize(
    ("charges", "expected"),
    [
        ([TRAFFIC], True),
        ([TRAFFIC, TRAFFIC], True),
        ([TRAFFIC, DUI], False),
        ([None, DUI], False),
        ([TRAFFIC, None], None),
        (["7099"], None),
        ([], None),
    ],
)
def test_minor_traffic_only(charges, expected) -> None:
    assert minor_traffic_only(charges) is expected


def test_the_table_is_in_order_and_without_overlap() -> None:
    assert all(o.first <= o.last for o in table())
    assert all(a.last < b.first for a, b in pairwise(table()))
    assert {o.kind for o in table()} == {"felony", "misdemeanour", "minor_traffic"}
    assert not [o for o in table() if o.aggravated and o.kind != "felony"]
    assert not [o for o in table() if o.significant and o.kind != "misdemeanour"]


@pytest.mark.parametrize("code", [None, "", "9999", "090", "09011", "09A1", "²²²²"])
def test_what_is_no_code_has_no_class(code) -> None:
    assert offense(code) is None


def test_every_published_code_has_a_class_or_is_known_to_have_none() -> None:
    text = shared("programme", "ncic_offense_codes.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    without = {row["ncic_code"] for row in rows if offense(row["ncic_code"]) is None}
    # Witnesses are no offenders; juvenile matters are no crimes; the rest say only "specify".
    assert without == {
        "0399", "1701", "1702", "7099", "7199", "7299", "7399", "8100", "8101", "8102",
    }  # fmt: skip
