"""Cedar, an engine of other people's making, gives the same answers to drawn cases."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import cedarpy
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreement.canonical import canonical
from comity.agreement.decide import decide
from comity.agreement.read import read_directory
from comity.records import RECIPIENTS, RELEASE_FIELDS, Facts
from tests.agreement.cases import a_set, bodies, day, facts, instants, known_facts
from tests.reference import agreement_cedar

PRESET = Path(__file__).parents[2] / "src/comity/programme/presets/three_states"
FIELDS = RELEASE_FIELDS[:6]  # five that drawn agreements release, and one that none does


def allowed(policies: str, requests: list[dict[str, Any]]) -> list[bool]:
    """Cedar's answers; an error anywhere is a denial, since Cedar skips a `forbid` that errs."""
    results = cedarpy.is_authorized_batch(requests, policies, [])
    return [result.allowed and not result.diagnostics.errors for result in results]


def compare(body: dict[str, Any], case: Facts, at: datetime, known: datetime) -> bool:
    """Whether anything was permitted, once both engines agree."""
    agreements = a_set(body)
    search = decide(agreements, "search", case, at=at, known_at=known)
    release = decide(agreements, "release", case, at=at, known_at=known)
    pairs = [(to, name) for to in RECIPIENTS for name in FIELDS]
    answers = allowed(
        agreement_cedar.policies(body),
        [
            agreement_cedar.request(case.as_json(), at, known),
            *(agreement_cedar.request(case.as_json(), at, known, *pair) for pair in pairs),
        ],
    )
    assert search.permit == answers[0]
    ours = {(to, name) for to, names in release.fields.items() for name in names if name in FIELDS}
    assert ours == {pair for pair, answer in zip(pairs, answers[1:], strict=True) if answer}
    return search.permit or release.permit


@settings(max_examples=60)
@given(bodies(), st.lists(st.tuples(facts(), instants, instants), min_size=6, max_size=6))
def test_cedar_gives_the_same_answers_to_drawn_cases(
    body: dict[str, Any], cases: list[tuple[Facts, datetime, datetime]]
) -> None:
    for case, at, known in cases:
        compare(body, case, at, known)


def test_cedar_gives_the_same_answers_about_the_demo_counties() -> None:
    outcomes: Counter[bool] = Counter()
    for agreement in read_directory(PRESET):
        ori = agreement.jurisdictions[0]
        for days in (-200, 0, 44, 45, 134, 135, 400):
            for change in (
                {}, {"stage": "conviction"}, {"stage": None}, {"juvenile": True}, {"citizen": None},
                {"level": {}}, {"criminal": None}, {"lawful_process_only": True},
                {"minor_traffic_only": True}, {"minor_traffic_only": None, "stage": "conviction"},
            ):  # fmt: skip
                case = known_facts(jurisdiction=ori, **change)
                at = day(days).replace(hour=7)
                outcomes[compare(canonical(agreement), case, at, at)] += 1
    assert outcomes[True] > 50
    assert outcomes[False] > 50


def test_cedar_skips_a_forbid_that_errs_so_errors_must_deny() -> None:
    """Why Cedar is the oracle here and not the engine: a broken exclusion would vanish."""
    policies = "permit(principal, action, resource); "
    policies += "forbid(principal, action, resource) when { context.juvenile };"
    asked = agreement_cedar.request(known_facts(juvenile=None).as_json(), day(1), day(1))
    result = cedarpy.is_authorized(asked, policies, [])
    assert result.allowed
    assert result.diagnostics.errors
    assert allowed(policies, [asked]) == [False]
