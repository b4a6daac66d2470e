"""What changes between two sets: clauses, and every case that is answered differently."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from comity.agreement import difference
from comity.agreement.columns import FACT_INDEX, FACT_NAMES, of_facts
from comity.agreement.decide import decide
from comity.agreement.explain_change import clause_words, group_lines
from comity.agreement.read import read_file
from comity.agreement.register import Agreements
from comity.agreement.space import asked_facts, every_case, places
from comity.errors import CallerError
from comity.records import LEVELS, STAGES, Facts, Question
from tests.agreement.cases import a_set, bodies, body, day, facts, instants, one

PRESET = Path(__file__).parents[2] / "src/comity/programme/presets/three_states"
TRUTH = (None, False, True)


def case_of(columns: Any, i: int) -> Facts:
    """One column as a record, written apart from the code that made the columns."""
    code = dict(zip(FACT_NAMES, columns.codes[:, i].tolist(), strict=True))
    return Facts(
        columns.jurisdictions[columns.jurisdiction[i]],
        TRUTH[code["criminal"]],
        (None, *STAGES)[code["stage"]],
        {v: (None, *LEVELS)[code[f"level.{v}"]] for v in ("2008", "2010", "2014")},
        *(TRUTH[code[name]] for name in FACT_NAMES[FACT_INDEX["level.2014"] + 1 :]),
    )


def test_every_case_is_every_combination_once() -> None:
    agreement = one(
        levels={"id": "levels", "text": "5", "version": "2010", "permit": ["1"]},
        exclusions=[{"id": "x", "text": "6", "fact": "juvenile"}],
        scope={"id": "scope", "text": "1", "jurisdictions": ["XN*", "XS0010000"]},
    )
    columns = every_case((agreement,))
    assert asked_facts((agreement,)) == ("level.2010", "juvenile")
    assert places((agreement,)) == ("XN0000000", "XS0010000")
    assert len(columns) == 2 * 4 * 5 * 3
    keys = {(*columns.codes[:, i].tolist(), int(columns.jurisdiction[i])) for i in range(120)}
    assert len(keys) == 120


def test_a_wide_scope_has_a_place_that_no_narrower_one_covers() -> None:
    wide = one(scope={"id": "s", "text": "1", "jurisdictions": ["XN*"]})
    narrow = one(
        agreement="b", scope={"id": "s", "text": "1", "jurisdictions": ["XN0*", "XN1000000"]}
    )
    assert places((wide, narrow)) == ("XN0000000", "XN1000000", "XN1111111")
    # Where the narrow one holds too nothing changes, since it waits for the conviction already.
    narrow = replace(narrow, trigger=replace(narrow.trigger, stage="conviction"))
    later = replace(wide, trigger=replace(wide.trigger, stage="conviction"))
    old, new = Agreements((wide, narrow)), Agreements((later, narrow))
    columns = every_case((*old, *new))
    groups = difference.case_changes(old, new, columns, "search", at=day(60))
    changed = {columns.jurisdictions[columns.jurisdiction[i]] for g in groups for i in g.rows}
    assert changed == {"XN1111111"}


def test_too_many_cases_are_refused() -> None:
    many = [
        one(
            agreement=f"a{n}",
            levels={"id": "l", "text": "5", "version": v, "permit": ["1"]},
            exclusions=[{"id": f"x{i}", "text": "6", "fact": f} for i, f in enumerate(EXCLUDED)],
            scope={"id": "s", "text": "1", "jurisdictions": [f"XN{n:03}{k:04}" for k in range(20)]},
        )
        for n, v in enumerate(["2008", "2010", "2014"])
    ]
    with pytest.raises(CallerError, match="too many cases"):
        every_case(many)


EXCLUDED = ("minor_traffic_only", "juvenile", "victim_or_witness", "lawful_process_only", "citizen")


@settings(max_examples=40)
@given(bodies("one"), bodies("two"), instants, instants)
def test_the_groups_hold_exactly_the_cases_that_differ(
    first: dict[str, Any], second: dict[str, Any], at: Any, known: Any
) -> None:
    old, new = a_set(first), a_set(second)
    rng = np.random.default_rng(1)
    whole = every_case((*old, *new))
    rows = rng.choice(len(whole), min(len(whole), 150), replace=False)
    columns = of_facts([case_of(whole, int(i)) for i in rows])
    question: Question
    for question in ("search", "release"):
        groups = difference.case_changes(old, new, columns, question, at=at, known_at=known)
        told = {int(i) for group in groups for i in group.rows}
        assert sum(group.count for group in groups) == len(told)
        for i in range(len(columns)):
            was, now = (
                decide(some, question, case_of(columns, i), at=at, known_at=known)
                for some in (old, new)
            )
            looks = [
                (d.permit, dict(d.fields), (d.timing, d.awaits) if question == "release"
                 or not d.permit else None, d.permit and d.second_reviewer)
                for d in (was, now)
            ]  # fmt: skip
            # What a denial awaits is one value, and which of two unknown facts is named first
            # is no difference: only the kind of wait counts.
            kinds = [
                (
                    *x[:2],
                    x[2] and (x[2][0], x[2][1] if x[2][1] in STAGES else x[2][1] is None),
                    x[3],
                )
                for x in looks
            ]
            assert (i in told) == (kinds[0] != kinds[1])


@given(bodies(), facts(), instants)
def test_a_set_does_not_differ_from_itself(body: dict[str, Any], case: Facts, at: Any) -> None:
    some = a_set(body)
    assert difference.case_changes(some, some, of_facts([case]), "release", at=at) == ()
    assert all(not difference.clause_changes(pair) for pair in difference.pairs(some, some))


def test_the_words_of_a_change() -> None:
    first, second = (Agreements((read_file(PRESET / f"{n}.yaml"),)) for n in ("alder", "birch"))
    (pair,) = difference.pairs(first, second)
    old, new = difference.terms_only(first, second)
    assert pair.name == "alder-2011 -> birch-2011"
    told = difference.clause_changes(pair, only_terms=True)
    words = {c.name: clause_words(c) for c in told}
    assert "scope" in {c.name for c in difference.clause_changes(pair)} - set(words)
    assert words["trigger"] == (
        "Nothing is done under it before an arrest. (§ III.A)",
        "Nothing is done under it before a conviction. (§ III.A)",
    )
    assert words["no-victims"][0] == "(no such clause)"
    columns = every_case((*old, *new))
    groups = difference.case_changes(old, new, columns, "release", at=day(60))
    assert not any(group.shares_more for group in groups)  # Birch shares less in every case
    assert any(group.shares_less for group in groups)
    lines = "\n".join(line for g in groups for line in group_lines(columns, g, len(columns)))
    assert "loses   to the notified agency" not in lines
    assert "loses   the notified agency: every field" not in lines
    assert "loses   the notified agency: identity number" in lines


def test_agreements_are_matched_by_id_in_sets() -> None:
    old = a_set(body(agreement="a"), body(agreement="b"))
    new = a_set(body(agreement="b"), body(agreement="c"))
    names = [(p.name, p.before is None, p.after is None) for p in difference.pairs(old, new)]
    assert names == [("a", False, True), ("b", False, False), ("c", True, False)]
    with pytest.raises(CallerError, match="two single agreements"):
        difference.terms_only(old, new)


def test_terms_are_compared_whatever_became_of_the_two() -> None:
    ended = {
        "id": "end", "text": "letter", "event": "terminated", "given": day(2).isoformat(),
        "recorded": day(2).isoformat(), "effective": day(40).isoformat(),
    }  # fmt: skip
    first = a_set(body(agreement="a", events=[ended]))
    later = {"id": "term", "text": "2", "effective": day(500).isoformat()}
    second = a_set(body(agreement="b", recorded=day(500).isoformat(), term=later))
    old, new = difference.terms_only(first, second)
    columns = every_case((*old, *new))
    for at in difference.instants(old, new):
        assert difference.case_changes(old, new, columns, "release", at=at) == ()
    (pair,) = difference.pairs(first, second)
    assert difference.clause_changes(pair, only_terms=True) == ()


def test_terms_change_at_every_effect_of_either_side() -> None:
    first = one(agreement="a")
    second = replace(first, id="b", term=replace(first.term, effective=day(3)))
    found = difference.instants(Agreements((first,)), Agreements((second,)))
    assert found == (day(0), day(3))
