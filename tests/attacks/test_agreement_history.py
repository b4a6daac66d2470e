"""Rewriting what an agreement said, or when, cannot widen what was decided under it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from comity.agreement.canonical import canonical, from_canonical
from comity.agreement.clauses import NEVER, Condition, conditions
from comity.agreement.columns import FACT_INDEX, of_facts
from comity.agreement.decide import decide, decide_batch
from comity.agreement.register import Agreements, in_force
from comity.errors import AgreementError
from tests.agreement.cases import a_set, body, day, known_facts, one

STOP = {"id": "stop", "text": "order", "event": "suspended", "given": day(5).isoformat(),
        "recorded": day(5).isoformat(), "effective": day(5).isoformat()}  # fmt: skip
GO = {"id": "go", "text": "order", "event": "resumed", "given": day(6).isoformat(),
      "recorded": day(20).isoformat(), "effective": day(6).isoformat()}  # fmt: skip


def permits(agreements: Agreements, at: int, known: int | None = None) -> bool:
    known_at = None if known is None else day(known)
    return decide(agreements, "search", known_facts(), at=day(at), known_at=known_at).permit


def test_retroactive_agreement_cannot_permit_what_was_done_before_anyone_knew_of_it() -> None:
    late = a_set(body(recorded=day(10).isoformat()))
    assert not permits(late, at=3)
    assert not permits(late, at=3, known=9)
    assert permits(late, at=3, known=10)


def test_retroactive_resumption_cannot_open_what_was_suspended_then() -> None:
    history = a_set(body(events=[STOP, GO]))
    assert [permits(history, at) for at in (4, 5, 6, 19)] == [True, False, False, False]
    assert permits(history, 20)
    assert permits(history, 7, known=20)


def test_later_amendment_does_not_change_the_decision_that_cites_the_earlier_terms() -> None:
    before = a_set(body())
    more = [{"id": "r1", "text": "6", "to": "notified_agency", "fields": ["name", "sex"]}]
    wider = a_set(body(release=more))
    old = decide(before, "release", known_facts(), at=day(1))
    new = decide(wider, "release", known_facts(), at=day(1))
    assert old.policy != new.policy
    stored = Agreements(tuple(from_canonical(canonical(a)) for a in before))
    assert decide(stored, "release", known_facts(), at=day(1)) == old


def test_event_recorded_before_it_was_given_is_refused() -> None:
    backdated = STOP | {"recorded": day(4).isoformat()}
    with pytest.raises(AgreementError, match="recorded"):
        one(events=[backdated])


def test_suspension_backdated_before_its_order_is_refused() -> None:
    with pytest.raises(AgreementError, match="effective"):
        one(events=[STOP | {"effective": day(4).isoformat()}])


def test_termination_shortened_below_the_notice_is_refused() -> None:
    short = STOP | {"event": "terminated", "effective": day(34).isoformat()}
    with pytest.raises(AgreementError, match="30 days"):
        one(events=[short])
    assert one(events=[short | {"effective": day(35).isoformat()}]).events


def test_second_agreement_cannot_lift_a_suspension() -> None:
    other = body(agreement="other")
    both = a_set(body(events=[STOP]), other)
    assert permits(both, 4)
    assert not permits(both, 6)
    found = decide(both, "search", known_facts(), at=day(6))
    assert found.clauses == ("plain#stop",)


def test_second_agreement_cannot_widen_the_first() -> None:
    wide = body(
        agreement="wide",
        release=[{"id": "r1", "text": "6", "to": "notified_agency",
                  "fields": ["name", "sex", "custody"]}],
    )  # fmt: skip
    found = decide(a_set(body(), wide), "release", known_facts(), at=day(1))
    assert found.fields == {"notified_agency": ("name",)}


def test_broken_clause_denies() -> None:
    """What a clause's table was never told about denies: tables start closed, not open."""
    agreement = one(exclusions=[{"id": "x", "text": "6", "fact": "citizen"}])
    found: list[Condition] = conditions(agreement, "release")
    exclusion = next(c for c in found if c.clause == "plain#x")
    assert exclusion.column == FACT_INDEX["citizen"]
    assert (exclusion.table.reshape(5, 4)[3:] == NEVER).all()


def test_one_microsecond_after_the_end_nothing_flows() -> None:
    end = STOP | {"event": "terminated", "effective": day(35).isoformat()}
    agreements = a_set(body(events=[end]))
    instant = timedelta(microseconds=1)
    for question in ("search", "release"):
        before = decide(agreements, question, known_facts(), at=day(35) - instant)
        after = decide(agreements, question, known_facts(), at=day(35))
        assert before.permit
        assert not after.permit
        assert after.fields == {}
    assert in_force(agreements, "XN0010000", day(35)) == ()


HOLD = {"id": "hold", "text": "11", "honoured": True, "hours": 48}
NO_HOLD = {"id": "hold", "text": "11", "honoured": False}
CLEAR = [{"id": "r", "text": "7", "to": "local_agency", "fields": ["identity_number", "name"]}]


def test_suspending_whoever_refuses_holds_cannot_open_them() -> None:
    """What is suspended permits nothing, but what it denied it denies still."""
    county = body(agreement="county", regime="local_limit", release=CLEAR, hold=HOLD)
    for refusing in (
        {"hold": NO_HOLD},
        {"trigger": {"id": "trigger", "text": "4", "stage": "conviction"}},
    ):
        both = a_set(body(events=[STOP], **refusing), county)
        found = [decide(both, "hold", known_facts(), at=day(at)) for at in (4, 6)]
        assert [decision.permit for decision in found] == [False, False]
    assert decide(a_set(county), "hold", known_facts(), at=day(6)).permit


def test_suspended_agreement_cannot_permit_a_hold() -> None:
    stopped = a_set(body(events=[STOP], hold=HOLD), body(agreement="other", hold=HOLD))
    assert decide(stopped, "hold", known_facts(), at=day(4)).permit
    found = decide(stopped, "hold", known_facts(), at=day(6))
    assert (found.permit, found.timing, found.clauses) == (False, "never", ("plain#stop",))


def test_ending_the_state_s_agreement_cannot_lift_a_local_limit() -> None:
    end = STOP | {"event": "terminated", "effective": day(35).isoformat()}
    agency = {"id": "r1", "text": "6", "to": "notified_agency", "fields": ["name"]}
    mandate = body(agreement="mandate", regime="federal_mandate", release=[agency, *CLEAR])
    limit = body(
        agreement="county", regime="local_limit", release=[],
        answer={"id": "answer", "text": "8", "local_agency": False},
    )  # fmt: skip
    for at in (1, 34, 35, 400):
        found = decide(
            a_set(body(events=[end]), mandate, limit), "release", known_facts(), at=day(at)
        )
        assert "notified_agency" in found.fields
        assert "local_agency" not in found.fields


def test_local_limit_cannot_be_written_to_widen() -> None:
    """It may not release to others, and it may not be suspended to share more for a while."""
    with pytest.raises(AgreementError, match="local"):
        one(regime="local_limit", release=body()["release"])
    with pytest.raises(AgreementError, match="share more"):
        one(regime="local_limit", release=CLEAR, events=[STOP])


def test_written_over_tables_of_one_set_cannot_reach_another() -> None:
    baseline = a_set(body())
    columns = of_facts([known_facts()])
    group = decide_batch(baseline, "search", columns, at=day(1)).cells[0].groups[0]
    for array in (group.upper, group.lower, group.passing, group.asked.tables):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
