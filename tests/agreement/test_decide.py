"""Decisions on their own: shapes, refusals, and a thousand ordinary cases beside the oracle."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comity.agreement.canonical import canonical
from comity.agreement.columns import FACT_NAMES, Columns, facts_of, of_arrays, of_facts
from comity.agreement.decide import decide, decide_batch
from comity.agreement.levels import DISPOSITIONS, levels_of
from comity.agreement.read import read_files
from comity.agreement.register import Agreements, in_force
from comity.errors import AgreementError, CallerError
from comity.records import LEVELS, STAGES, Facts
from tests.agreement.cases import EXCLUDED, a_set, body, day, known_facts, one
from tests.reference import agreement_oracle

PROJECT = Path(__file__).parents[2]
FILES = [
    *(PROJECT / "src/comity/programme/presets/three_states").glob("*.yaml"),
    *(PROJECT / "tests/scenarios/agreements").rglob("*.yaml"),
]


def test_thousands_of_ordinary_cases_agree_with_the_oracle() -> None:
    """Denser than hypothesis draws them: most facts known, real files, times near their events."""
    agreements = read_files(FILES)
    bodies = [canonical(a) for a in agreements]
    places = [ori.rstrip("*").ljust(9, "0") for a in agreements for ori in a.jurisdictions]
    moments = [t for a in agreements for t in (a.effective, *(e.effective for e in a.events))]
    rng = random.Random(7)
    permits: Counter[str] = Counter()
    for _ in range(3000):
        case = Facts(
            rng.choice(places),
            rng.choice([*[True] * 20, False, None]),
            rng.choice([*STAGES * 5, None]),
            {v: rng.choice([*LEVELS * 4, None]) for v in ("2008", "2010", "2014")},
            *(rng.choice([*[False] * 12, True, None]) for _ in EXCLUDED),
        )  # fmt: skip
        at = rng.choice(moments) + timedelta(days=rng.choice([-1, 0, 0, 1, 45, 100]))
        known = at + timedelta(days=rng.choice([0, 0, 0, 30, 200]))
        question = rng.choice(["search", "release", "release", "hold"])
        found = decide(agreements, question, case, at=at, known_at=known)
        expected = agreement_oracle.decision(bodies, question, case.as_json(), at, known)
        said = found.as_json() | {"clauses": set(found.clauses)}
        assert {word: said[word] for word in expected} == expected
        permits[question] += found.permit
    assert all(permits[question] > 20 for question in ("search", "release", "hold")), permits


def test_clauses_come_in_the_order_of_the_agreement() -> None:
    agreements = a_set(
        body(
            levels={"id": "zz", "text": "5", "version": "2010", "permit": ["1"]},
            exclusions=[
                {"id": "b", "text": "6", "fact": "juvenile"},
                {"id": "a", "text": "6", "fact": "citizen"},
            ],
        )
    )
    case = known_facts(stage=None, juvenile=True, citizen=None)
    found = decide(agreements, "release", case, at=day(1))
    assert found.clauses == ("plain#trigger", "plain#zz", "plain#b", "plain#a")
    assert found.timing == "never"
    assert found.unknown == ("stage", "citizen")


def test_an_empty_release_gives_nothing_and_says_which_clause() -> None:
    nothing = [{"id": "r1", "text": "6", "to": "notified_agency", "fields": []}]
    found = decide(a_set(body(release=nothing)), "release", known_facts(), at=day(1))
    assert (found.permit, found.timing) == (False, "never")
    assert found.clauses == ("plain#r1", "plain#answer")


def test_fields_that_all_wait_for_a_conviction_are_a_denial_until_then() -> None:
    later = [
        {"id": "r1", "text": "6", "to": "notified_agency", "after": "conviction",
         "fields": ["name"]}
    ]  # fmt: skip
    agreements = a_set(body(release=later))
    found = decide(agreements, "release", known_facts(), at=day(1))
    assert (found.permit, found.timing, found.awaits) == (False, "later", "conviction")
    found = decide(agreements, "release", known_facts(stage="conviction"), at=day(1))
    assert found.fields == {"notified_agency": ("name",)}


def test_a_time_without_an_offset_is_refused() -> None:
    for at in ({"at": datetime(2011, 1, 1)}, {"at": day(1), "known_at": datetime(2011, 1, 1)}):  # noqa: DTZ001
        with pytest.raises(CallerError):
            decide(a_set(body()), "search", known_facts(), **at)
        with pytest.raises(CallerError):
            in_force(a_set(body()), "XN0010000", **at)


def test_a_question_nobody_answers() -> None:
    with pytest.raises(CallerError):
        decide(a_set(body()), "detain", known_facts(), at=day(1))  # type: ignore[arg-type]


def test_a_batch_of_none_and_of_no_agreements() -> None:
    empty = decide_batch(Agreements(), "search", of_facts([]), at=day(1))
    assert len(empty) == 0
    assert empty.clause_counts() == {}
    alone = decide(Agreements(), "search", known_facts(), at=day(1))
    assert alone.clauses == ("default#no-agreement",)
    assert alone.policy == Agreements().policy


def test_columns_that_do_not_fit_are_refused() -> None:
    codes = np.zeros((len(FACT_NAMES), 2), np.uint8)
    places = np.zeros(2, np.int32)
    with pytest.raises(CallerError):
        Columns(codes[:, :1], ("XN0010000",), places)
    with pytest.raises(CallerError):
        Columns(codes.astype(np.int64), ("XN0010000",), places)  # type: ignore[arg-type]
    with pytest.raises(CallerError):
        Columns(codes, (), places)
    with pytest.raises(CallerError):
        Columns(codes + np.uint8(3), ("XN0010000",), places)
    with pytest.raises(CallerError):
        of_arrays(("XN0010000",), places, {"age": places.astype(np.uint8)})
    for at in (np.array(["2011-01-01"], "datetime64[s]"), np.array(["NaT", "NaT"], "M8[s]")):
        with pytest.raises(CallerError):
            decide_batch(a_set(body()), "search", Columns(codes, ("XN0010000",), places), at=at)


def test_a_column_that_was_left_out_is_unknown_and_denies() -> None:
    columns = of_arrays(
        ("XN0010000",),
        np.zeros(2, np.int32),
        {"criminal": np.array([2, 2], np.uint8), "stage": np.array([1, 0], np.uint8)},
    )
    found = decide_batch(a_set(body()), "search", columns, at=day(1))
    assert found.permit.tolist() == [True, False]
    assert found[1].unknown == ("stage",)


def test_a_reform_in_code_is_checked_like_a_file() -> None:
    agreement = one()
    reform = replace(agreement, trigger=replace(agreement.trigger, stage="conviction"))
    before, after = Agreements((agreement,)), Agreements((reform,))
    assert decide(before, "search", known_facts(), at=day(1)).permit
    assert not decide(after, "search", known_facts(), at=day(1)).permit
    assert decide(before, "search", known_facts(), at=day(1)).permit
    with pytest.raises(AgreementError) as caught:
        replace(agreement, trigger=replace(agreement.trigger, stage="booking"))
    assert caught.value.where == "trigger.stage"


def test_two_events_of_one_instant_leave_the_agreement_closed() -> None:
    same = {"text": "letter", "given": day(5).isoformat(), "recorded": day(5).isoformat(),
            "effective": day(5).isoformat()}  # fmt: skip
    events = [{"id": "a", "event": "suspended", **same}, {"id": "b", "event": "resumed", **same}]
    for order in (events, events[::-1]):
        agreements = a_set(body(events=order))
        assert decide(agreements, "search", known_facts(), at=day(5)).clauses == ("plain#a",)


def test_places_under_one_scope_share_a_plan_so_that_strange_ones_cost_no_memory() -> None:
    agreements = a_set(body(scope={"id": "scope", "text": "1", "jurisdictions": ["XN*"]}))
    for n in range(200):
        decide(agreements, "search", known_facts(jurisdiction=f"XN{n:07}"), at=day(1))
        decide(agreements, "search", known_facts(jurisdiction=f"ZZ{n:07}"), at=day(1))
    assert len(agreements.compiled.plans) == 2
    assert len(agreements.compiled.parts) == 1


def test_the_far_past_and_future() -> None:
    agreements = a_set(body())
    for at in (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)):
        found = decide(agreements, "search", known_facts(), at=at)
        assert found.at == at
        assert found.permit == (at.year > 2011)


def test_in_a_batch_too_the_instant_of_effect_belongs_to_the_agreement() -> None:
    columns = of_facts([known_facts()] * 3)
    at = np.array(["2010-12-31T23:59:59.999999", "2011-01-01", "2011-01-02"], "datetime64[us]")
    assert decide_batch(a_set(body()), "search", columns, at=at).permit.tolist() == [0, 1, 1]
    known = decide_batch(a_set(body()), "search", columns, at=day(9), known_at=at)
    assert known.permit.tolist() == [0, 1, 1]


def test_an_agreement_nobody_knew_of_does_not_stand_beside_one_that_was_known() -> None:
    strict = body(
        agreement="strict",
        recorded=day(9).isoformat(),
        trigger={"id": "trigger", "text": "4", "stage": "conviction"},
    )
    agreements = a_set(body(), strict)
    assert decide(agreements, "search", known_facts(), at=day(5)).agreements == ("plain",)
    assert not decide(agreements, "search", known_facts(), at=day(5), known_at=day(9)).permit


def test_under_the_2008_rules_a_conviction_does_not_change_the_level() -> None:
    for version, timing in (("2008", "never"), ("2010", "later")):
        limit = {"id": "levels", "text": "5", "version": version, "permit": ["1"]}
        case = known_facts(level={version: "3"})
        found = decide(a_set(body(levels=limit)), "release", case, at=day(1))
        assert (found.timing, found.clauses) == (timing, ("plain#levels",))


def test_of_two_notices_the_one_that_ended_it_is_cited() -> None:
    notice = {"text": "letter", "event": "terminated", "recorded": day(1).isoformat()}
    events = [
        {"id": "late", **notice, "given": day(1).isoformat(), "effective": day(40).isoformat()},
        {"id": "first", **notice, "given": day(0).isoformat(), "effective": day(30).isoformat()},
    ]
    agreements = a_set(body(events=events))
    assert decide(agreements, "search", known_facts(), at=day(50)).clauses == ("plain#first",)


def test_what_is_awaited_is_a_fact_that_could_still_help() -> None:
    """The state's terms deny for good, whatever the unknown level; the mandate lacks one fact."""
    state = body(
        exclusions=[{"id": "x", "text": "6", "fact": "juvenile"}],
        levels={"id": "levels", "text": "5", "version": "2008", "permit": ["1"]},
    )
    mandate = body(
        agreement="mandate",
        regime="federal_mandate",
        exclusions=[{"id": "y", "text": "6", "fact": "citizen"}],
    )
    case = known_facts(juvenile=True, citizen=None, level={})
    found = decide(a_set(state, mandate), "release", case, at=day(1))
    assert (found.timing, found.awaits) == ("later", "citizen")
    assert found.unknown == ("level.2008", "citizen")


# --- local limits and holds -----------------------------------------------------------------

COUNTY = [{"id": "r", "text": "7", "to": "local_agency", "fields": ["identity_number"]}]
HOLD = {"id": "hold", "text": "11", "honoured": True, "hours": 48}
NO_HOLD = {"id": "hold", "text": "11", "honoured": False}


def limit(**changes: Any) -> dict[str, Any]:
    return body(**({"agreement": "limit", "regime": "local_limit", "release": COUNTY} | changes))


def test_a_limit_that_lacks_a_fact_gives_nothing_and_other_recipients_lose_nothing() -> None:
    excluded = limit(exclusions=[{"id": "x", "text": "6", "fact": "juvenile"}])
    agreements = a_set(body(), excluded)
    given = decide(agreements, "release", known_facts(), at=day(1))
    assert given.fields == {
        "notified_agency": ("identity_number", "name"), "local_agency": ("identity_number",),
    }  # fmt: skip
    assert given.clauses[:2] == ("limit#r", "limit#answer")
    found = decide(agreements, "release", known_facts(juvenile=None), at=day(1))
    assert found.fields == {"notified_agency": ("identity_number", "name")}
    assert "limit#x" in found.clauses
    assert "limit#r" not in found.clauses
    assert found.unknown == ()


def test_where_the_local_agency_was_all_there_was_the_limit_denies_and_names_the_fact() -> None:
    state = body(release=[{"id": "r", "text": "7", "to": "local_agency", "fields": ["name"]}])
    narrow = limit(
        release=[{"id": "r", "text": "7", "to": "local_agency", "fields": ["name"]}],
        levels={"id": "levels", "text": "5", "version": "2010", "permit": ["1"]},
    )
    agreements = a_set(state, narrow)
    unknown = decide(agreements, "release", known_facts(level={}), at=day(1))
    assert (unknown.permit, unknown.awaits, unknown.unknown) == (
        False, "level.2010", ("level.2010",),
    )  # fmt: skip
    assert unknown.clauses == ("limit#levels", "plain#r", "plain#answer")
    lesser = decide(agreements, "release", known_facts(), at=day(1))
    assert (lesser.permit, lesser.awaits) == (False, "conviction")
    serious = decide(agreements, "release", known_facts(level={"2010": "1"}), at=day(1))
    assert serious.fields == {"local_agency": ("name",)}


def test_a_limit_that_leaves_nothing_is_named_and_its_conditions_are_not_asked() -> None:
    silent = limit(
        release=[], answer={"id": "answer", "text": "8", "local_agency": False},
        exclusions=[{"id": "x", "text": "6", "fact": "juvenile"}],
    )  # fmt: skip
    found = decide(a_set(body(), silent), "release", known_facts(juvenile=True), at=day(1))
    assert found.fields == {"notified_agency": ("identity_number", "name")}
    assert found.clauses[0] == "limit#answer"
    assert "limit#x" not in found.clauses


def test_a_limit_governs_no_reviewer_and_opens_nothing() -> None:
    alone = a_set(limit(review={"id": "review", "text": "9", "second_reviewer": True}, hold=HOLD))
    for question in ("search", "release"):
        found = decide(alone, question, known_facts(), at=day(1))
        assert (found.permit, found.clauses) == (False, ("default#no-agreement",))
        assert (found.agreements, found.second_reviewer) == (("limit",), False)


def test_a_hold_needs_somebody_willing_and_nobody_against() -> None:
    case = known_facts()

    def hold(*some: dict[str, Any], facts: Facts = case) -> tuple[bool, tuple[str, ...]]:
        found = decide(a_set(*some), "hold", facts, at=day(1))
        assert found.fields == {}
        return found.permit, found.clauses

    grants = tuple(f"plain#{clause}" for clause in ("term", "trigger", "levels", "hold"))
    assert hold(body()) == (False, ("default#no-hold-clause",))
    assert hold() == (False, ("default#no-hold-clause",))
    assert hold(body(hold=HOLD)) == (True, grants)
    assert hold(body(hold=HOLD), limit()) == (True, grants)
    assert hold(body(hold=HOLD), limit(hold=NO_HOLD)) == (False, ("limit#hold",))
    assert hold(body(), limit(hold=HOLD))[0]
    # Who says nothing of holds is asked too: its conditions deny.
    strict = limit(trigger={"id": "trigger", "text": "4", "stage": "conviction"})
    assert hold(body(hold=HOLD), strict) == (False, ("limit#trigger",))
    assert hold(body(hold=HOLD), facts=known_facts(criminal=None))[1] == (
        "default#not-a-criminal-submission",
    )
    careful = body(hold=HOLD, exclusions=[{"id": "x", "text": "6", "fact": "citizen"}])
    found = decide(a_set(careful), "hold", known_facts(citizen=None), at=day(1))
    assert (found.permit, found.awaits, found.unknown) == (False, "citizen", ("citizen",))


def test_counts_by_clause_are_those_of_the_decisions_where_limits_bear_too() -> None:
    agreements = a_set(
        body(hold=HOLD),
        limit(
            hold=HOLD, trigger={"id": "trigger", "text": "4", "stage": "charge"},
            exclusions=[{"id": "x", "text": "6", "fact": "juvenile"}],
        ),
        body(agreement="m", regime="federal_mandate"),
    )  # fmt: skip
    cases = [
        known_facts(stage=stage, juvenile=juvenile, criminal=criminal)
        for stage in (*STAGES, None)
        for juvenile in (False, True, None)
        for criminal in (True, None)
    ]
    for question in ("search", "release", "hold"):
        batch = decide_batch(agreements, question, of_facts(cases), at=day(1))
        named = Counter(clause for i in range(len(batch)) for clause in batch[i].clauses)
        assert batch.clause_counts() == named


# --- from what became of a charge to the decision ---------------------------------------------


def test_a_disposition_nobody_knows_is_neither_a_conviction_nor_the_lack_of_one() -> None:
    shoplifting = "2303"

    def asked(permit: list[str], disposition: str) -> tuple[bool, tuple[str, ...]]:
        limit = {"id": "levels", "text": "5", "version": "2010", "permit": permit}
        case = known_facts(level=levels_of([(shoplifting, disposition)]))
        assert facts_of(of_facts([case]), 0).level == case.level
        found = decide(a_set(body(levels=limit)), "release", case, at=day(1))
        return found.permit, found.unknown

    for disposition in DISPOSITIONS:
        as_convicted = asked(["3"], disposition)
        as_not = asked(["non-criminal"], disposition)
        if disposition == "unknown":
            assert as_convicted == as_not == (False, ("level.2010",))
        else:
            assert as_convicted == (disposition == "convicted", ())
            assert as_not == (disposition != "convicted", ())
