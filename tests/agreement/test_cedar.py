"""Cedar, an engine of other people's making, gives the same answers to drawn cases.

The policies come from `comity.agreement.cedar`, which reads the terms and nothing of the
evaluator (a test below); the slow oracle answers the same cases, so three readings must agree.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreement import cedar
from comity.agreement.canonical import canonical
from comity.agreement.decide import QUESTIONS, decide
from comity.agreement.read import read_directory
from comity.agreement.register import Agreements
from comity.records import RECIPIENTS, RELEASE_FIELDS, Facts
from tests.agreement.cases import PLACES, a_set, body, day, facts, instants, known_facts, sets
from tests.reference import agreement_oracle

PROJECT = Path(__file__).parents[2]
PRESETS = PROJECT / "src/comity/programme/presets"
FIELDS = RELEASE_FIELDS[:6]  # five that drawn agreements release, and one that none does
PAIRS = [(to, name) for to in RECIPIENTS for name in FIELDS]
SCHEMA = cedarpy.Schema.from_str(cedar.schema())

Case = tuple[Facts, datetime, datetime]


def allowed(policies: Any, requests: list[dict[str, Any]], schema: Any = SCHEMA) -> list[bool]:
    """Cedar's answers; an error anywhere is a denial, since Cedar skips a `forbid` that errs."""
    results = cedarpy.is_authorized_batch(requests, policies, [], schema)
    return [result.allowed and not result.diagnostics.errors for result in results]


def compare(agreements: Agreements, cases: list[Case]) -> Counter[tuple[str, bool]]:
    """How often each question was permitted, once all three agree on every case."""
    text = cedar.policies(agreements)
    checked = cedarpy.validate_policies(text, SCHEMA)
    assert checked.validation_passed, [str(error) for error in checked.errors]
    requests = []
    for case, at, known in cases:
        requests += [cedar.request(q, case, at, known) for q in ("search", "hold")]
        requests += [cedar.request("release", case, at, known, *pair) for pair in PAIRS]
    answers = iter(allowed(cedarpy.PolicySet.from_str(text), requests))
    forms = [canonical(a) for a in agreements]
    outcomes: Counter[tuple[str, bool]] = Counter()
    for case, at, known in cases:
        said = {q: decide(agreements, q, case, at=at, known_at=known) for q in QUESTIONS}
        for q in ("search", "hold"):
            assert said[q].permit == next(answers), (q, case, at, known)
        ours = {
            (to, name)
            for to, names in said["release"].fields.items()
            for name in names if name in FIELDS
        }  # fmt: skip
        assert ours == {pair for pair in PAIRS if next(answers)}, (case, at, known)
        for q, decision in said.items():
            slow = agreement_oracle.decision(forms, q, case.as_json(), at, known)
            assert (slow["permit"], slow["fields"]) == (
                decision.permit, {to: list(names) for to, names in decision.fields.items()},
            )  # fmt: skip
            outcomes[q, decision.permit] += 1
    return outcomes


@settings(max_examples=50)
@given(
    sets(least=1, most=4),
    st.lists(st.tuples(facts(), instants, instants), min_size=20, max_size=20),
)
def test_cedar_gives_the_same_answers_to_drawn_sets_and_cases(
    some: list[dict[str, Any]], cases: list[Case]
) -> None:
    compare(a_set(*some), cases)


def test_cedar_gives_the_same_answers_to_a_thousand_cases_of_four_agreements_in_two_regimes() -> (
    None
):
    """Denser than hypothesis draws: both regimes and a limit over one place, most facts known."""
    rng = random.Random(11)
    hold = {"id": "hold", "text": "11", "honoured": True, "hours": 48}
    state = body(
        scope={"id": "scope", "text": "1", "jurisdictions": ["XN*"]}, hold=hold,
        exclusions=[{"id": "x", "text": "6", "fact": "juvenile"},
                    {"id": "t", "text": "6", "fact": "minor_traffic_only", "until": "conviction"}],
        events=[
            {"id": "stop", "text": "9", "event": "suspended", "given": day(3).isoformat(),
             "recorded": day(4).isoformat(), "effective": day(3).isoformat()},
            {"id": "go", "text": "9", "event": "resumed", "given": day(6).isoformat(),
             "recorded": day(6).isoformat(), "effective": day(6).isoformat()}],
    )  # fmt: skip
    mandate = body(
        agreement="mandate", regime="federal_mandate", hold=hold,
        scope={"id": "scope", "text": "1", "jurisdictions": ["*"]},
        term={"id": "term", "text": "2", "effective": day(5).isoformat()},
        levels={"id": "levels", "text": "5", "version": "2010", "permit": ["1", "2"]},
        exclusions=[{"id": "x", "text": "6", "fact": "citizen"}],
    )  # fmt: skip
    limit = body(
        agreement="limit", regime="local_limit", hold=hold,
        term={"id": "term", "text": "2", "effective": day(2).isoformat()},
        levels={"id": "levels", "text": "5", "version": "2008", "permit": ["1"]},
        release=[{"id": "r", "text": "7", "to": "local_agency", "after": "charge",
                  "fields": ["identity_number"]}],
    )  # fmt: skip
    refusing = body(
        agreement="refusing", regime="local_limit",
        scope={"id": "scope", "text": "1", "jurisdictions": ["XN0020000"]},
        release=[], answer={"id": "answer", "text": "8", "local_agency": False},
        hold={"id": "hold", "text": "11", "honoured": False},
    )  # fmt: skip
    cases = [
        (
            known_facts(
                jurisdiction=rng.choice(PLACES),
                stage=rng.choice(["arrest", "charge", "conviction", None]),
                level={"2008": rng.choice(["1", "1", "2", None]),
                       "2010": rng.choice(["1", "2", "3", None])},
                **{name: rng.choice([False] * 9 + [True, None])
                   for name in ("juvenile", "minor_traffic_only", "citizen")},
                criminal=rng.choice([True] * 9 + [False, None]),
            ),
            day(rng.randrange(9)), day(rng.randrange(9)),
        )
        for _ in range(1000)
    ]  # fmt: skip
    outcomes = compare(a_set(state, mandate, limit, refusing), cases)
    assert all(outcomes[question, True] > 30 for question in QUESTIONS), outcomes


@pytest.mark.parametrize("preset", sorted(p.name for p in PRESETS.iterdir() if p.is_dir()))
def test_cedar_gives_the_same_answers_about_the_presets(preset: str) -> None:
    rng = random.Random(3)
    agreements = read_directory(PRESETS / preset)
    places = [o.rstrip("*").ljust(9, "0") for a in agreements for o in a.jurisdictions]
    moments = [t for a in agreements for t in (a.effective, *(e.effective for e in a.events))]
    changes: tuple[dict[str, Any], ...] = (
        {}, {"stage": "conviction"}, {"stage": None}, {"juvenile": True}, {"citizen": None},
        {"level": {}}, {"criminal": None}, {"lawful_process_only": True},
        {"minor_traffic_only": True}, {"minor_traffic_only": None, "stage": "conviction"},
    )  # fmt: skip
    cases = []
    for _ in range(150):
        at = rng.choice(moments)
        case = known_facts(jurisdiction=rng.choice(places), **rng.choice(changes))
        cases.append((case, at, rng.choice([at, max(moments)])))
    outcomes = compare(agreements, cases)
    assert min(outcomes["search", True], outcomes["search", False]) > 10


def test_a_policy_that_reads_a_fact_without_asking_whether_it_is_known_is_no_valid_export() -> None:
    """Why there is a schema: validation refuses the export in which an exclusion could vanish."""
    careless = "forbid(principal, action, resource) when { context.juvenile };"
    assert not cedarpy.validate_policies(careless, SCHEMA).validation_passed
    careful = careless.replace("context.juvenile }", "context has juvenile && context.juvenile }")
    assert cedarpy.validate_policies(careful, SCHEMA).validation_passed


def test_cedar_skips_a_forbid_that_errs_so_errors_must_deny() -> None:
    """Why Cedar is the oracle here and not the engine: a broken exclusion would vanish."""
    policies = "permit(principal, action, resource); "
    policies += "forbid(principal, action, resource) when { context.juvenile };"
    asked = cedar.request("search", known_facts(juvenile=None), day(1), day(1))
    result = cedarpy.is_authorized(asked, policies, [])
    assert result.allowed
    assert result.diagnostics.errors
    assert allowed(policies, [asked], None) == [False]


def test_the_export_of_no_agreements_permits_nothing() -> None:
    asked = cedar.request("search", known_facts(), day(1), day(1))
    assert allowed(cedar.policies([]), [asked]) == [False]


def test_the_export_knows_nothing_of_the_evaluator() -> None:
    tree = ast.parse(Path(cedar.__file__).read_text("utf-8"))
    imported = {
        node.module for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("comity")
    }  # fmt: skip
    assert imported == {"comity.agreement.terms", "comity.records"}
