"""Offence levels under three sets of rules, and the table of codes they rest on."""

from __future__ import annotations

import csv
import random
from itertools import pairwise, product

import pytest

from comity.agreement.levels import (
    DISPOSITIONS,
    level_of,
    levels_of,
    minor_traffic_only,
    offense,
    rules,
    table,
    why_no_class,
)
from comity.agreement.terms import LEVEL_VERSIONS
from comity.errors import CallerError
from comity.records import LEVELS
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
    assert {o.kind for o in table()} == {"felony", "misdemeanour", "minor_traffic", "none"}
    assert not [o for o in table() if o.aggravated and o.kind != "felony"]
    assert not [o for o in table() if o.significant and o.kind != "misdemeanour"]


def test_every_mark_has_a_source_and_nothing_else_claims_one() -> None:
    for o in table():
        named = {
            "8 USC 1101(a)(43)(": o.aggravated,
            "2008" if o.first != "4801" else "press 2010": o.list_2008,
            "memorandum 2014": o.significant,
        }
        assert all((words in o.source) is marked for words, marked in named.items()), o
        assert o.series
        assert any(named.values()) or o.source == "ours"


def test_every_rule_has_a_source_and_grave_ones_are_tried_first() -> None:
    for version in LEVEL_VERSIONS:
        tried = rules(version)
        assert {rule.counts for rule in tried} == {"charged" if version == "2008" else "convicted"}
        assert [rule.level for rule in tried] == sorted(rule.level for rule in tried)
        assert {rule.level for rule in tried} == {"1", "2", "3"}
        assert all(rule.source and rule.at_least >= 1 for rule in tried)
        # The last rule takes whatever is left, so that no conviction is ever `non-criminal`.
        assert (tried[-1].mark, tried[-1].at_least) == ("any", 1)
        assert all(o.has(rule.mark) in (True, False) for o in table() for rule in tried)
        assert all(any(o.has(rule.mark) for o in table()) for rule in tried), "a mark nothing has"


def test_one_more_conviction_never_makes_a_level_less_grave() -> None:
    """What `unsettled` rests on."""
    draw = random.Random(2010)
    codes = [o.first for o in table() if o.kind != "none"]
    for _ in range(2000):
        held = draw.choices(codes, k=draw.randint(0, 4))
        more = [*held, draw.choice(codes)]
        for version in LEVEL_VERSIONS:
            fewer, level = level_of(held, held, version), level_of(more, more, version)
            assert None not in (fewer, level)
            assert LEVELS.index(level) <= LEVELS.index(fewer)


# --- what became of each charge --------------------------------------------------------------


@pytest.mark.parametrize(
    ("charged", "of_2008", "of_2010", "of_2014"),
    [
        # A disposition nobody knows is never `no conviction`.
        ([(SHOPLIFTING, "unknown")], "3", None, None),
        ([(MURDER, "unknown")], "1", None, None),
        ([(MURDER, "pending")], "1", "non-criminal", "non-criminal"),
        ([(MURDER, "acquitted")], "1", "non-criminal", "non-criminal"),
        ([(MURDER, "dismissed"), (TRAFFIC, "convicted")], "1", "3", "3"),
        # It matters only where it could change the level.
        ([(MURDER, "convicted"), (FRAUD, "unknown")], "1", "1", "1"),
        ([(BURGLARY, "convicted"), (SHOPLIFTING, "unknown")], "2", "2", "1"),
        ([(BURGLARY, "convicted"), (FRAUD, "unknown")], "2", None, "1"),
        ([(SHOPLIFTING, "convicted"), (TRAFFIC, "unknown")], "3", "3", "3"),
        ([(SHOPLIFTING, "convicted"), (None, "unknown")], None, None, None),
        ([(SHOPLIFTING, "convicted"), (None, "dismissed")], None, "3", "3"),
        ([], "non-criminal", "non-criminal", "non-criminal"),
    ],
)
def test_levels_from_dispositions(charged, of_2008, of_2010, of_2014) -> None:
    assert levels_of(charged) == {"2008": of_2008, "2010": of_2010, "2014": of_2014}


def test_an_unknown_disposition_is_what_all_that_it_could_be_have_in_common() -> None:
    """Held against every way in which the unknown ones could have come out, one by one."""
    codes = [MURDER, BURGLARY, SHOPLIFTING, DUI, TRAFFIC]
    draw = random.Random(2014)
    for _ in range(300):
        charged = [
            (draw.choice(codes), draw.choice(DISPOSITIONS)) for _ in range(draw.randint(1, 4))
        ]
        unsure = [i for i, (_, disposition) in enumerate(charged) if disposition == "unknown"]
        possible: dict[str, set[str | None]] = {version: set() for version in LEVEL_VERSIONS}
        for outcome in product(("convicted", "acquitted"), repeat=len(unsure)):
            told = dict(zip(unsure, outcome, strict=True))
            settled = [(code, told.get(i, was)) for i, (code, was) in enumerate(charged)]
            for version, level in levels_of(settled).items():
                possible[version].add(level)
        for version, level in levels_of(charged).items():
            assert level == (possible[version].pop() if len(possible[version]) == 1 else None)


def test_a_disposition_nobody_wrote() -> None:
    with pytest.raises(CallerError, match="no such disposition"):
        levels_of([(MURDER, "settled")])


@pytest.mark.parametrize("code", [None, "", "9999", "090", "09011", "09A1", "²²²²"])
def test_what_is_no_code_has_no_class(code) -> None:
    assert offense(code) is None


@pytest.mark.parametrize("code", ["0911", "9999", "", "09A1"])
def test_only_codes_of_the_table_have_a_reason(code: str) -> None:
    assert why_no_class(code) is None


def test_every_published_code_has_a_class_or_a_stated_reason_for_none() -> None:
    text = shared("programme", "ncic_offense_codes.csv").read_text("utf-8")
    codes = [row["ncic_code"] for row in csv.DictReader(text.splitlines())]
    assert len(codes) > 400
    assert [code for code in codes if (offense(code) is None) == (why_no_class(code) is None)] == []
    # Witnesses are no offenders; juvenile matters are no crimes; the rest say only "specify".
    assert {code for code in codes if offense(code) is None} == {
        "0399", "1701", "1702", "7099", "7199", "7299", "7399", "8100", "8101", "8102",
    }  # fmt: skip


def test_the_kinds_that_the_published_codes_call_violent_are_on_the_list_of_2008() -> None:
    """Homicide, kidnapping, sexual assault and robbery, whatever the code of the series."""
    text = shared("programme", "ncic_offense_codes.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row["ncic_code"][:2] in {"09", "10", "11", "12"}:
            assert level_of([row["ncic_code"]], [], "2008") == "1", row
