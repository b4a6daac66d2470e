"""Reforms: changes as data over a set that stays as it is, and whether they change anything."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreement.canonical import canonical, policy_hash
from comity.agreement.columns import FACT_NAMES, facts_of, of_facts
from comity.agreement.decide import QUESTIONS, decide, decide_batch
from comity.agreement.read import read_changes, read_directory
from comity.agreement.reform import (
    AddClause,
    Change,
    Enact,
    RemoveClause,
    SetValue,
    Withdraw,
    changes_of,
    reform,
)
from comity.agreement.register import Agreements
from comity.agreement.witness import witness
from comity.errors import AgreementError
from comity.records import STAGES, Decision, Facts
from tests.agreement.cases import (
    EXCLUDED,
    a_set,
    bodies,
    body,
    day,
    facts,
    instants,
    known_facts,
    questions,
    sets,
)

PRESET = Path(__file__).parents[2] / "src/comity/programme/presets/three_states"
LATER = SetValue("plain", "trigger", "stage", "conviction")
JUVENILES = AddClause("plain", "exclusions", {"id": "x", "text": "new", "fact": "juvenile"})
STOP = {"id": "stop", "text": "order", "event": "suspended", "given": day(5)}


def said(decision: Decision) -> tuple[Any, ...]:
    """What of a decision is no matter of names."""
    awaits = decision.awaits if decision.awaits in STAGES else "a fact"
    return decision.permit, decision.timing, awaits, dict(decision.fields)


@st.composite
def changes(draw: st.DrawFn, some: list[dict[str, Any]]) -> list[Change]:
    """Changes of drawn agreements that leave them free of contradictions."""
    body = draw(st.sampled_from(some))
    name = body["agreement"]
    fact = draw(st.sampled_from(EXCLUDED))
    excluded = {x["fact"]: x["id"] for x in body["exclusions"]}
    exclusion: Change = AddClause(name, "exclusions", {"id": "new", "text": "new", "fact": fact})
    if fact in excluded:
        exclusion = RemoveClause(name, excluded[fact])
    possible: list[Change] = [
        exclusion,
        SetValue(name, "trigger", "stage", draw(st.sampled_from(STAGES))),
        SetValue(name, "levels", "permit", draw(st.sampled_from([["1"], ["1", "2", "3"]]))),
        Withdraw(name),
        Enact(draw(bodies("enacted"))),
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(possible))), unique=True, max_size=3))
    return [possible[index] for index in sorted(chosen)]


def outcomes(
    agreements: Agreements, cases: list[Facts], at: datetime, known: datetime
) -> list[Decision]:
    return [
        decide(agreements, question, case, at=at, known_at=known)
        for question in QUESTIONS
        for case in cases
    ]


def fresh(agreements: Agreements) -> Agreements:
    """The same set, of which nothing was ever compiled."""
    return Agreements(agreements.all)


@given(sets(least=1), st.lists(facts(), min_size=1, max_size=4), instants, instants, st.data())
def test_a_reform_leaves_its_baseline_as_it_was_and_is_what_a_fresh_set_would_be(
    some: list[dict[str, Any]], cases: list[Facts], at: datetime, known: datetime,
    data: st.DataObject,
) -> None:  # fmt: skip
    baseline = a_set(*some)
    policy, before = baseline.policy, outcomes(baseline, cases, at, known)
    drawn = data.draw(changes(some))
    after = reform(baseline, drawn)
    found = outcomes(after, cases, at, known)
    assert found == outcomes(fresh(after), cases, at, known)
    assert after.policy == policy_hash(after)
    assert [canonical(a) for a in baseline] == some
    assert (policy_hash(baseline), baseline.policy) == (policy, policy)
    assert outcomes(baseline, cases, at, known) == outcomes(fresh(baseline), cases, at, known)
    assert outcomes(baseline, cases, at, known) == before


@settings(max_examples=60)
@given(sets(least=1, most=2), questions, facts(), instants, instants, st.data())
def test_a_witness_differs_and_without_one_nothing_does(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, known: datetime,
    data: st.DataObject,
) -> None:  # fmt: skip
    baseline = a_set(*some)
    after = reform(baseline, data.draw(changes(some)))
    found = witness(baseline, after)
    if found is None:
        sides = [decide(some, question, case, at=at, known_at=known) for some in (baseline, after)]
        assert said(sides[0]) == said(sides[1])
    else:
        sides = [found.before, found.after]
        for side, agreements in zip(sides, (baseline, after), strict=True):
            again = decide(
                agreements, found.question, found.facts, at=found.at, known_at=found.known_at
            )
            assert side == again
        seconds = [side.permit and side.second_reviewer for side in sides]
        assert said(sides[0]) != said(sides[1]) or seconds[0] != seconds[1]


def test_what_every_kind_of_change_does() -> None:
    baseline = a_set(body(), body(agreement="other"))
    after = reform(
        baseline,
        [
            LATER,
            JUVENILES,
            SetValue("plain", "x", "until", "charge"),
            SetValue("plain", None, "title", "Another title"),
            AddClause("plain", "hold", {"id": "hold", "text": "11", "honoured": False}),
            AddClause("plain", "events", STOP),
            RemoveClause("plain", "r2"),
            Withdraw("other"),
            Enact(body(agreement="third")),
        ],
    )
    plain = after["plain"]
    assert [a.id for a in after] == ["plain", "third"]
    assert plain.trigger.stage == "conviction"
    assert (plain.exclusions[0].fact, plain.exclusions[0].until) == ("juvenile", "charge")
    assert plain.title == "Another title"
    assert plain.hold is not None
    assert not plain.hold.honoured
    assert plain.events[0].effective == day(5)
    assert [r.id for r in plain.release] == ["r1"]
    undone = reform(after, [
        SetValue("plain", "trigger", "stage", "arrest"), RemoveClause("plain", "x"),
        SetValue("plain", None, "title", "A plain agreement"), RemoveClause("plain", "hold"),
        RemoveClause("plain", "stop"), AddClause("plain", "release", body()["release"][1]),
        Withdraw("third"), Enact(body(agreement="other")),
    ])  # fmt: skip
    assert undone == baseline
    assert undone.policy == baseline.policy


def test_changes_are_read_from_data() -> None:
    data = [
        {"agreement": "plain", "clause": "trigger", "set": "stage", "to": "conviction"},
        {"agreement": "plain", "set": "title", "to": "Another"},
        {"agreement": "plain", "add": "exclusions", "clause": dict(JUVENILES.clause)},
        {"agreement": "plain", "remove": "r2"},
        {"enact": body(agreement="third")},
        {"withdraw": "other"},
    ]
    assert changes_of(data) == (
        LATER, SetValue("plain", None, "title", "Another"), JUVENILES, RemoveClause("plain", "r2"),
        Enact(body(agreement="third")), Withdraw("other"),
    )  # fmt: skip
    for wrong in (
        {}, "a change", [3], [{"agreement": "plain"}], [{"withdraw": "other", "set": "title"}],
        [{"agreement": "plain", "add": "release", "clause": "r1"}],
    ):  # fmt: skip
        with pytest.raises(AgreementError):
            changes_of(wrong)


def test_changes_are_read_from_a_file() -> None:
    found = read_changes("""
- {agreement: plain, clause: x, set: until, to: null}
- {agreement: plain, add: events, clause: {id: stop, text: order, event: suspended,
   given: 2011-01-06T00:00:00+00:00}}
- {agreement: plain, clause: answer, set: local_agency, to: no}
- {agreement: plain, remove: r2}
""")
    assert found[0] == SetValue("plain", "x", "until", None)
    baseline = a_set(body(exclusions=[dict(JUVENILES.clause) | {"until": "charge"}]))
    after = reform(baseline, found)["plain"]
    assert after.events[0].effective == day(5)
    assert after.exclusions[0].until is None
    assert not after.answer.local_agency
    for wrong in ("withdraw: plain", "- {withdraw: plain, withdraw: other}", "- [", "- &a 1", ""):
        with pytest.raises(AgreementError):
            read_changes(wrong)


@pytest.mark.parametrize(
    "change",
    [
        SetValue("plian", "trigger", "stage", "charge"),
        SetValue("plain", "triger", "stage", "charge"),
        SetValue("plain", "trigger", "stages", "charge"),
        SetValue("plain", "trigger", "stage", "booking"),
        SetValue("plain", "trigger", "stage", None),
        SetValue("plain", None, "trigger", "charge"),
        AddClause("plain", "scope", {"id": "s"}),
        AddClause("plain", "release", {"id": "r1", "text": "6", "to": "nobody", "fields": []}),
        RemoveClause("plain", "trigger"),
        RemoveClause("plain", "r9"),
        Withdraw("nobody"),
        Enact(body()),
        Enact({}),
    ],
)
def test_a_reform_with_a_mistake_is_refused_whole(change: Change) -> None:
    baseline = a_set(body())
    with pytest.raises(AgreementError) as caught:
        reform(baseline, [JUVENILES, change])
    assert caught.value.next_step
    assert baseline == a_set(body())


def test_a_contradiction_between_changed_clauses_is_refused_with_every_finding() -> None:
    baseline = a_set(body(), body(agreement="other"))
    with pytest.raises(AgreementError) as caught:
        reform(
            baseline,
            [SetValue(name, "answer", "local_agency", False) for name in ("plain", "other")],
        )
    assert len(caught.value.findings) == 2


def test_a_reform_compiles_only_what_it_changes() -> None:
    places = [f"XN{n:03}0000" for n in range(40)]
    baseline = a_set(
        *(
            body(agreement=f"a{n}", scope={"id": "scope", "text": "1", "jurisdictions": [place]})
            for n, place in enumerate(places)
        )
    )
    columns = of_facts([known_facts(jurisdiction=place) for place in places])
    decide_batch(baseline, "search", columns, at=day(1))
    after = reform(baseline, [SetValue("a7", "trigger", "stage", "conviction")])
    known = dict(after.compiled.plans)
    assert len(known) == len(places) - 1
    assert decide_batch(after, "search", columns, at=day(1)).permit.tolist() == [
        n != 7 for n in range(40)
    ]
    assert known.items() <= after.compiled.plans.items()
    assert decide_batch(baseline, "search", columns, at=day(1)).permit.all()
    assert after.compiled.plans["search", ("a7",)] is not baseline.compiled.plans["search", ("a7",)]


def test_two_reforms_in_threads_do_not_meet() -> None:
    baseline = read_directory(PRESET)
    first, *rest = [a.id for a in baseline]
    later = [SetValue(first, baseline[first].trigger.id, "stage", "conviction")]
    cases = [
        known_facts(jurisdiction=ori, stage=stage)
        for a in baseline for ori in a.jurisdictions for stage in STAGES
    ]  # fmt: skip
    reforms = [later, [Withdraw(first)], [Withdraw(rest[0])], []]
    expected = [outcomes(fresh(reform(baseline, r)), cases, day(50), day(50)) for r in reforms]
    found: dict[tuple[int, int], list[Decision]] = {}
    begin = threading.Barrier(len(reforms))

    def work(number: int) -> None:
        begin.wait()
        for turn in range(5):
            after = reform(baseline, reforms[number])
            found[number, turn] = outcomes(after, cases, day(50), day(50))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(reforms))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 5 * len(reforms)
    for (number, _), decisions in found.items():
        assert decisions == expected[number]


def test_a_reform_that_changes_nothing_anywhere_is_told() -> None:
    baseline = a_set(body(), body(agreement="narrow", levels={
        "id": "levels", "text": "5", "version": "2010", "permit": ["1"]}))  # fmt: skip
    # Its words change and its hash does, but a wider limit beside a narrower one lets nothing by.
    idle = reform(baseline, [
        SetValue("plain", "levels", "permit", ["1", "2"]),
        SetValue("plain", None, "title", "Other"),
        SetValue("plain", "retention", "days", 7),
    ])  # fmt: skip
    assert idle.policy != baseline.policy
    assert witness(baseline, idle) is None
    assert witness(baseline, reform(baseline, [])) is None
    found = witness(baseline, reform(baseline, [SetValue("narrow", "levels", "permit", ["2"])]))
    assert found is not None
    assert found.facts.level["2010"] in {"1", "2"}


def test_a_reform_that_acts_only_on_other_days_is_seen_to_act() -> None:
    """What a look at one instant would miss: a suspension of five days, years from now."""
    baseline = a_set(body())
    events = [STOP | {"given": day(3000)},
              STOP | {"id": "go", "event": "resumed", "given": day(3005)}]  # fmt: skip
    after = reform(baseline, [AddClause("plain", "events", event) for event in events])
    found = witness(baseline, after)
    assert found is not None
    assert (found.at, found.before.permit, found.after.permit) == (day(3000), True, False)


def test_a_reform_of_a_place_under_two_scopes_is_found_there() -> None:
    wide = body(agreement="wide", scope={"id": "scope", "text": "1", "jurisdictions": ["XN00*"]})
    baseline = a_set(body(), wide)
    after = reform(baseline, [Withdraw("wide")])
    found = witness(baseline, after)
    assert found is not None
    assert found.facts.jurisdiction.startswith("XN00")
    # Where both stand the other alone decides the same.
    at_both = known_facts(jurisdiction="XN0010000")
    assert decide(baseline, "search", at_both, at=day(1)).permit
    assert decide(after, "search", at_both, at=day(1)).permit


def test_facts_come_back_from_columns() -> None:
    cases = [known_facts(), Facts("XS0010000"), known_facts(stage="charge", citizen=None)]
    columns = of_facts(cases)
    assert columns.codes.shape == (len(FACT_NAMES), 3)
    back = [facts_of(columns, i) for i in range(3)]
    unknown = dict.fromkeys(("2008", "2010", "2014"))
    assert [f.as_json() for f in back] == [
        f.as_json() | {"level": unknown | dict(f.level)} for f in cases
    ]
