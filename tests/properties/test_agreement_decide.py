"""Laws of decisions, over agreements, histories and facts that hypothesis draws."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from comity.agreement.canonical import canonical, from_canonical, policy_hash
from comity.agreement.columns import of_facts
from comity.agreement.decide import decide, decide_batch
from comity.agreement.register import Agreements, in_force
from comity.errors import AgreementError
from comity.records import LEVELS, RECIPIENTS, STAGES, Decision, Facts
from tests.agreement.cases import (
    EXCLUDED,
    a_set,
    bodies,
    facts,
    instants,
    questions,
    sets,
)
from tests.reference import agreement_oracle


def shared(decision: Decision) -> set[tuple[str, str]]:
    """What a decision lets out, as pairs; a search and a hold are one pair of their own."""
    if decision.question != "release":
        return {(decision.question, "")} if decision.permit else set()
    return {(to, name) for to, names in decision.fields.items() for name in names}


@settings(max_examples=300)
@given(sets(), questions, facts(), instants, instants)
def test_the_evaluator_agrees_with_the_slow_oracle(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, known: datetime
) -> None:
    found = decide(a_set(*some), question, case, at=at, known_at=known)
    expected = agreement_oracle.decision(some, question, case.as_json(), at, known)
    assert {
        "permit": found.permit,
        "timing": found.timing,
        "awaits": found.awaits,
        "clauses": set(found.clauses),
        "unknown": list(found.unknown),
        "fields": {to: list(names) for to, names in found.fields.items()},
        "second_reviewer": found.second_reviewer,
        "agreements": list(found.agreements),
    } == expected
    assert len(set(found.clauses)) == len(found.clauses)


@given(sets(least=1), questions, st.lists(facts(), max_size=12), st.data())
def test_a_batch_decides_like_one_by_one(
    some: list[dict[str, Any]], question: Any, cases: list[Facts], data: st.DataObject
) -> None:
    agreements = a_set(*some)
    at = [data.draw(instants) for _ in cases]
    known = [data.draw(instants) for _ in cases]
    batch = decide_batch(
        agreements,
        question,
        of_facts(cases),
        at=np.array([t.replace(tzinfo=None) for t in at], dtype="datetime64[s]"),
        known_at=np.array([t.replace(tzinfo=None) for t in known], dtype="datetime64[s]"),
    )
    alone = [
        decide(agreements, question, case, at=a, known_at=k)
        for case, a, k in zip(cases, at, known, strict=True)
    ]
    assert [batch[i] for i in range(len(batch))] == alone
    counts = batch.clause_counts()
    for clause, count in counts.items():
        assert count == sum(clause in decision.clauses for decision in alone)
    assert set(counts) == {clause for decision in alone for clause in decision.clauses}


RULES = ("no-agreement", "no-hold-clause", "not-a-criminal-submission")
TRUTHS = ("criminal", *EXCLUDED)


@given(sets(least=1), questions, facts(), instants, instants)
def test_an_unknown_fact_never_shares_more_than_any_value_it_could_have(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, known: datetime
) -> None:
    agreements = a_set(*some)

    def out(facts: Facts) -> set[tuple[str, str]]:
        return shared(decide(agreements, question, facts, at=at, known_at=known))

    for name in TRUTHS:
        # Of a yes-or-no fact not less either: exactly what both values share.
        either = [out(replace(case, **{name: value})) for value in (True, False)]
        assert out(replace(case, **{name: None})) == either[0] & either[1]
    unknown = out(replace(case, stage=None))
    assert all(unknown <= out(replace(case, stage=stage)) for stage in STAGES)
    for version in case.level:
        unknown = out(replace(case, level={**case.level, version: None}))
        for level in LEVELS:
            assert unknown <= out(replace(case, level={**case.level, version: level}))


@given(sets(least=1), questions, facts(), facts(), instants, instants)
def test_any_number_of_facts_unknown_at_once_share_no_more_than_what_they_turn_out_to_be(
    some: list[dict[str, Any]], question: Any, case: Facts, truth: Facts, at: datetime,
    known: datetime,
) -> None:  # fmt: skip
    learnt = {n: getattr(truth, n) for n in ("stage", *TRUTHS) if getattr(case, n) is None}
    levels = {v: truth.level[v] if level is None else level for v, level in case.level.items()}
    agreements = a_set(*some)
    before = decide(agreements, question, case, at=at, known_at=known)
    after = decide(
        agreements, question, replace(case, **learnt, level=levels), at=at, known_at=known
    )
    assert shared(before) <= shared(after)


def changed(body: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    copy = deepcopy(body)
    change(copy)
    return copy


def less_released(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for i, release in enumerate(body["release"]):
        for name in release["fields"]:
            yield changed(body, lambda b, i=i, name=name: b["release"][i]["fields"].remove(name))
        if "after" not in release:
            for stage in ("charge", "conviction"):
                yield changed(body, lambda b, i=i, s=stage: b["release"][i].update(after=s))
    others = [r for r in body["release"] if r["to"] != "local_agency"]
    if others or body["regime"] == "local_limit":
        answer = body.get("answer", {"id": "answer", "text": "new"})
        yield body | {"release": others, "answer": answer | {"local_agency": False}}


def less_included(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for level in body["levels"]["permit"][1:]:
        yield changed(body, lambda b, level=level: b["levels"]["permit"].remove(level))
    for fact in sorted(set(EXCLUDED) - {x["fact"] for x in body["exclusions"]}):
        for until in ({}, {"until": "charge"}):
            clause = {"id": "added", "text": "new", "fact": fact} | until
            yield body | {"exclusions": [*body["exclusions"], clause]}
    for i in range(len(body["exclusions"])):
        yield changed(body, lambda b, i=i: b["exclusions"][i].pop("until", None))
    for stage in STAGES[STAGES.index(body["trigger"]["stage"]) + 1 :]:
        yield body | {"trigger": {**body["trigger"], "stage": stage}}
    yield body | {"hold": {"id": "hold", "text": "new", "honoured": False}}
    if body.get("hold", {}).get("honoured") and "answer" in body:
        yield {key: value for key, value in body.items() if key != "hold"}


@given(sets(least=1, most=2), questions, facts(), instants, instants)
def test_less_permission_or_more_exclusion_never_shares_more(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, known: datetime
) -> None:
    before = shared(decide(a_set(*some), question, case, at=at, known_at=known))
    for narrower in (*less_released(some[0]), *less_included(some[0])):
        reform = a_set(narrower, *some[1:])
        assert shared(decide(reform, question, case, at=at, known_at=known)) <= before


@given(sets(), bodies("limit"), questions, facts(), instants, instants)
def test_a_local_limit_more_never_shares_more(
    some: list[dict[str, Any]], drawn: dict[str, Any], question: Any, case: Facts, at: datetime,
    known: datetime,
) -> None:  # fmt: skip
    release = [r for r in drawn["release"] if r["to"] == "local_agency"]
    limit = drawn | {"regime": "local_limit", "release": release, "events": []}
    if "answer" in limit:
        limit["answer"] = limit["answer"] | {"local_agency": bool(release)}
    if question == "hold":
        limit["hold"] = {"id": "hold", "text": "§ 11", "honoured": False}
    before = decide(a_set(*some), question, case, at=at, known_at=known)
    after = decide(a_set(*some, limit), question, case, at=at, known_at=known)
    assert shared(after) <= shared(before)
    # It says nothing of anybody else: what other recipients get is what they got.
    others = ("search", "notified_agency", "state_bureau")
    assert {p for p in shared(after) if p[0] in others} == {
        p for p in shared(before) if p[0] in others
    }


@given(
    sets(least=1).filter(lambda some: some[0]["regime"] != "local_limit"),
    questions, facts(), instants, st.integers(0, 10),
)  # fmt: skip
def test_a_suspension_never_shares_more(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, days: int
) -> None:
    first = some[0]
    begins = datetime.fromisoformat(first["term"]["effective"])
    stop = {
        "id": "kill-switch", "text": "order", "event": "suspended",
        "given": begins.isoformat(), "recorded": begins.isoformat(),
        "effective": (begins + timedelta(days=days)).isoformat(),
    }  # fmt: skip
    stopped = a_set(first | {"events": [*first["events"], stop]}, *some[1:])
    before = shared(decide(a_set(*some), question, case, at=at))
    assert shared(decide(stopped, question, case, at=at)) <= before


@given(sets(least=2), questions, facts(), instants, st.randoms(use_true_random=False))
def test_the_order_of_agreements_does_not_matter(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, order: Any
) -> None:
    mixed = list(some)
    order.shuffle(mixed)
    assert a_set(*mixed).policy == a_set(*some).policy
    assert decide(a_set(*mixed), question, case, at=at) == decide(
        a_set(*some), question, case, at=at
    )


@given(sets(least=1), questions, facts(), instants, instants)
def test_what_is_recorded_later_changes_nothing_that_was_known(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, known: datetime
) -> None:
    """The same question about the same day of knowledge, before and after more was recorded."""

    def then(body: dict[str, Any]) -> dict[str, Any]:
        seen = [e for e in body["events"] if datetime.fromisoformat(e["recorded"]) <= known]
        return body | {"events": seen}

    earlier = [then(b) for b in some if datetime.fromisoformat(b["recorded"]) <= known]
    try:
        believed = a_set(*earlier)
    except AgreementError:
        reject()  # a resumption was recorded before what it resumes
    found = decide(believed, question, case, at=at, known_at=known)
    today = decide(a_set(*some), question, case, at=at, known_at=known)
    assert replace(found, policy="") == replace(today, policy="")


@given(bodies())
def test_the_canonical_form_reads_back_as_the_same_agreement(body: dict[str, Any]) -> None:
    agreement = from_canonical(body)
    stored = json.loads(json.dumps(canonical(agreement)))
    assert from_canonical(stored) == agreement
    assert stored == body
    assert policy_hash([from_canonical(stored)]) == policy_hash([agreement])
    assert Agreements((agreement,)).policy == policy_hash([agreement])


@given(sets(), questions, facts(), instants, instants)
def test_a_decision_can_be_made_again_from_what_was_stored(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, known: datetime
) -> None:
    first = decide(a_set(*some), question, case, at=at, known_at=known)
    stored = json.loads(
        json.dumps(
            {
                "agreements": [canonical(a) for a in a_set(*some)],
                "facts": case.as_json(),
                "decision": first.as_json(),
            }
        )
    )
    again = decide(
        Agreements(tuple(from_canonical(b) for b in stored["agreements"])),
        question,
        Facts.from_json(stored["facts"]),
        at=at,
        known_at=known,
    )
    assert again == first == Decision.from_json(stored["decision"])
    assert again.as_json() == stored["decision"]


@given(sets(), questions, facts(), instants, instants)
def test_a_decision_keeps_its_own_rules(
    some: list[dict[str, Any]], question: Any, case: Facts, at: datetime, known: datetime
) -> None:
    agreements = a_set(*some)
    decision = decide(agreements, question, case, at=at, known_at=known)
    named = in_force(agreements, case.jurisdiction, at, known)
    assert decision.agreements == tuple(a.id for a in named)
    assert set(decision.fields) <= set(RECIPIENTS)
    if decision.permit:
        assert named
        assert decision.unknown == ()
        assert case.criminal is True
    ids = {f"default#{rule}" for rule in RULES} | {
        a.clause_id(clause) for a in agreements for clause in a.clauses
    }
    assert set(decision.clauses) <= ids
