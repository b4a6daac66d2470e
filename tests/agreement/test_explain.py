"""Sheets and accounts: a plain sentence for every clause."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from comity.agreement.columns import FACT_NAMES
from comity.agreement.decide import decide
from comity.agreement.explain import (
    EXCLUSION_WORDS,
    FACT_WORDS,
    FIELD_WORDS,
    RECIPIENT_WORDS,
    account,
    cited,
    sheet,
)
from comity.agreement.read import read_directory
from comity.agreement.terms import EXCLUSIONS
from comity.records import RECIPIENTS, RELEASE_FIELDS
from tests.agreement.cases import known_facts

PRESET = Path(__file__).parents[2] / "src/comity/programme/presets/three_states"
AGREEMENTS = read_directory(PRESET)
NOON = datetime.fromisoformat("2011-03-01T12:00:00-06:00")


@pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda a: a.id)
def test_a_sheet_says_every_clause_with_its_place_in_the_text(agreement) -> None:
    said = sheet(agreement)
    assert said.startswith(agreement.title)
    for clause in agreement.clauses:
        assert f"  {clause.id} " in said
        assert f"({clause.text})" in said
    assert "says nothing" not in said


def test_every_word_of_the_language_has_plain_words() -> None:
    assert set(FIELD_WORDS) == set(RELEASE_FIELDS)
    assert set(RECIPIENT_WORDS) == set(RECIPIENTS)
    assert set(EXCLUSION_WORDS) == set(EXCLUSIONS)
    assert set(FACT_WORDS) == set(FACT_NAMES)


@pytest.mark.parametrize(
    ("question", "changes", "first"),
    [
        ("search", {}, "The second repository may be searched."),
        ("search", {"juvenile": True}, "The second repository may not be searched."),
        ("search", {"minor_traffic_only": True},
         "The second repository may not be searched before a conviction."),
        ("search", {"juvenile": None},
         "The second repository may not be searched while it is not known "
         "whether the person is a juvenile."),
        ("release", {}, "Some fields may leave now."),
        ("release", {"jurisdiction": "XS0010000"}, "Nothing may leave."),
        ("release", {"jurisdiction": "XN0020000"}, "Nothing may leave before a conviction."),
    ],
)  # fmt: skip
def test_an_account_begins_with_the_answer(question, changes, first) -> None:
    decision = decide(AGREEMENTS, question, known_facts(**changes), at=NOON)
    lines = account(decision, AGREEMENTS).splitlines()
    assert lines[0] == first
    for clause in decision.clauses:
        assert any(line.startswith(f"  {clause}: ") for line in lines)
    for name in decision.unknown:
        assert f"  Not known: {FACT_WORDS[name]}." in lines
    assert lines[-1].endswith(decision.policy[:16] + ".")


def test_a_cited_clause_carries_its_place_in_the_text() -> None:
    assert cited("birch-2011#trigger", AGREEMENTS) == (
        "Nothing is done under it before a conviction. (§ III.A)"
    )
    assert cited("default#no-agreement", AGREEMENTS) == (
        "No agreement was in force for this place at that time."
    )
