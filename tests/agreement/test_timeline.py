"""The spans of agreements: who took part when, as known at one instant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreement.register import Agreements, standing
from comity.agreement.timeline import latest, spans, timeline
from tests.agreement.cases import a_set, bodies, day, instants, one


def event(kind: str, given_on: int, effective: int, recorded: int | None = None) -> dict[str, Any]:
    return {
        "id": f"{kind}-{given_on}",
        "text": "letter",
        "event": kind,
        "given": day(given_on).isoformat(),
        "recorded": day(given_on if recorded is None else recorded).isoformat(),
        "effective": day(effective).isoformat(),
    }


def told(agreement: Any, known: int) -> list[tuple[str, int, int | None, str]]:
    return [
        (s.status, (s.begin - day(0)).days, None if s.end is None else (s.end - day(0)).days,
         s.clause)
        for s in spans(agreement, day(known))
    ]  # fmt: skip


def test_a_life_with_a_suspension_and_an_end() -> None:
    agreement = one(
        events=[event("suspended", 10, 12), event("resumed", 20, 20), event("terminated", 30, 60)]
    )
    assert told(agreement, 99) == [
        ("in_force", 0, 12, "term"),
        ("suspended", 12, 20, "suspended-10"),
        ("in_force", 20, 60, "resumed-20"),
        ("ended", 60, None, "terminated-30"),
    ]


def test_what_is_recorded_later_is_not_drawn() -> None:
    agreement = one(events=[event("suspended", 10, 12, recorded=40)])
    assert told(agreement, 39) == [("in_force", 0, None, "term")]
    assert told(agreement, 40)[1] == ("suspended", 12, None, "suspended-10")


def test_an_agreement_not_yet_recorded_has_no_spans_and_stands_last() -> None:
    known = one(agreement="zz-known")
    unknown = one(agreement="aa-unknown", recorded=day(50).isoformat())
    rows = timeline(Agreements((unknown, known)), day(10))
    assert [row.agreement.id for row in rows] == ["zz-known", "aa-unknown"]
    assert rows[1].spans == ()
    assert timeline(Agreements()) == ()


@settings(max_examples=150)
@given(bodies(), instants, st.lists(instants, min_size=1, max_size=6))
def test_spans_are_what_the_register_says_at_every_instant(
    body: dict[str, Any], known: Any, some: list[Any]
) -> None:
    agreement = a_set(body).all[0]
    (row,) = timeline(Agreements((agreement,)), known)
    for at in [*some, *(s.begin for s in row.spans)]:
        assert row.at(at) == standing(agreement, at, known).status
    for before, after in zip(row.spans, row.spans[1:], strict=False):
        assert before.end == after.begin
        assert before.status != after.status
        assert row.at(after.begin - timedelta(microseconds=1)) == before.status


def test_the_latest_instant_is_of_anything() -> None:
    agreement = one(events=[event("terminated", 30, 60)])
    assert latest(Agreements((agreement,))) == day(60)
    assert latest(Agreements()) is None
