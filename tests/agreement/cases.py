"""Agreements and facts for tests: one plain example, and hypothesis strategies of many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from comity.agreement.canonical import from_canonical
from comity.agreement.register import Agreements
from comity.agreement.terms import REGIMES, Agreement
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES, Facts

START = datetime(2011, 1, 1, tzinfo=UTC)
# Few days and few places, so that instants coincide and agreements overlap often.
DAYS = 12
PLACES = ("XN0010000", "XN0020000", "XS0010000")
SCOPES = ("*", "XN*", *PLACES)
EXCLUDED = ("minor_traffic_only", "juvenile", "victim_or_witness", "lawful_process_only", "citizen")


def day(n: int) -> datetime:
    return START + timedelta(days=n)


def body(**changes: Any) -> dict[str, Any]:
    """The canonical form of a plain agreement, with some keys replaced."""
    plain = {
        "agreement": "plain",
        "title": "A plain agreement",
        "regime": "agreement_required",
        "parties": ["Bureau", "Agency"],
        "recorded": day(0).isoformat(),
        "scope": {"id": "scope", "text": "1", "jurisdictions": ["XN0010000"]},
        "term": {"id": "term", "text": "2", "effective": day(0).isoformat()},
        "notice": {"id": "notice", "text": "3", "activate_days": 0, "terminate_days": 30},
        "trigger": {"id": "trigger", "text": "4", "stage": "arrest"},
        "levels": {"id": "levels", "text": "5", "version": "2010", "permit": list(LEVELS)},
        "exclusions": [],
        "release": [
            {"id": "r1", "text": "6", "to": "notified_agency",
             "fields": ["identity_number", "name"]},
            {"id": "r2", "text": "7", "to": "local_agency", "fields": ["identity_number"]},
        ],
        "answer": {"id": "answer", "text": "8", "local_agency": True},
        "review": {"id": "review", "text": "9", "second_reviewer": False},
        "retention": {"id": "retention", "text": "10", "days": 30},
        "events": [],
    }  # fmt: skip
    return plain | changes


def one(**changes: Any) -> Agreement:
    return from_canonical(body(**changes))


def a_set(*bodies: dict[str, Any]) -> Agreements:
    return Agreements(tuple(from_canonical(b) for b in bodies))


def known_facts(**changes: Any) -> Facts:
    """Facts of an ordinary case about which everything is known and nothing excluded."""
    plain: dict[str, Any] = {
        "jurisdiction": "XN0010000",
        "criminal": True,
        "stage": "arrest",
        "level": {"2008": "1", "2010": "2", "2014": "3"},
        **dict.fromkeys(EXCLUDED, False),
    }
    return Facts(**(plain | changes))


holds = st.sampled_from([
    {},
    {"hold": {"id": "hold", "text": "§ 11", "honoured": True, "hours": 48}},
    {"hold": {"id": "hold", "text": "§ 11", "honoured": True, "hours": 48}},
    {"hold": {"id": "hold", "text": "§ 11", "honoured": False}},
])  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn, name: str = "one") -> dict[str, Any]:
    """Canonical forms of agreements free of contradictions."""
    regime = draw(st.sampled_from(REGIMES))
    limit = regime == "local_limit"
    answered = draw(st.booleans())
    terminate_days = draw(st.integers(0, 3))
    recipients = RECIPIENTS[2:] * answered if limit else RECIPIENTS if answered else RECIPIENTS[:2]
    drawn = {
        "agreement": name,
        "title": f"Agreement {name}",
        "regime": regime,
        "parties": ["Bureau", "Agency"],
        "recorded": day(draw(st.integers(0, 3))).isoformat(),
        "scope": {
            "id": "scope",
            "text": "§ 1",
            "jurisdictions": draw(
                st.lists(st.sampled_from(SCOPES), min_size=1, max_size=2, unique=True)
            ),
        },
        "term": {
            "id": "term",
            "text": "§ 2",
            "effective": day(draw(st.integers(0, 6))).isoformat(),
        },
        "notice": {
            "id": "notice", "text": "§ 3", "activate_days": 0, "terminate_days": terminate_days,
        },
        "trigger": {"id": "trigger", "text": "§ 4", "stage": draw(st.sampled_from(STAGES))},
        "levels": {
            "id": "levels",
            "text": "§ 5",
            "version": draw(st.sampled_from(["2008", "2010", "2014"])),
            "permit": draw(st.lists(st.sampled_from(LEVELS), min_size=2, unique=True)),
        },
        "exclusions": [
            {"id": f"x{i}", "text": "§ 6", "fact": fact}
            | draw(st.sampled_from([{}, {"until": "charge"}, {"until": "conviction"}]))
            for i, fact in enumerate(
                draw(st.lists(st.sampled_from(EXCLUDED), unique=True, max_size=3))
            )
        ],
        "release": [
            {
                "id": f"r{i}",
                "text": "§ 7",
                "to": draw(st.sampled_from(recipients)),
                "fields": draw(st.lists(st.sampled_from(RELEASE_FIELDS[:5]), unique=True)),
            }
            | draw(st.sampled_from([{}, {}, {"after": "charge"}, {"after": "conviction"}]))
            for i in range(draw(st.integers(1, 4)) * bool(recipients))
        ],
        "answer": {"id": "answer", "text": "§ 8", "local_agency": answered},
        "review": {"id": "review", "text": "§ 9", "second_reviewer": draw(st.booleans())},
        "retention": {"id": "retention", "text": "§ 10", "days": 30},
        "events": draw(histories(terminate_days, limit=limit)),
    } | draw(holds)  # fmt: skip
    if limit and "hold" in drawn and draw(st.booleans()):
        del drawn["answer"]  # a limit about holds alone
        drawn["release"] = []
    return drawn


@st.composite
def histories(draw: st.DrawFn, terminate_days: int, *, limit: bool) -> list[dict[str, Any]]:
    """Suspensions, resumptions that have something to resume, and perhaps a termination.

    limit  of a local limit, which is never suspended
    """
    events: list[dict[str, Any]] = []
    ends = None
    if draw(st.booleans()) and draw(st.booleans()):
        given = draw(st.integers(1, DAYS))
        ends = given + terminate_days + draw(st.integers(0, 2))
        events.append(_event(draw, "end", "terminated", given, ends))
    suspended = sorted(draw(st.lists(st.integers(0, DAYS), max_size=2))) * draw(st.booleans())
    suspended *= not limit
    for i, effective in enumerate(suspended):
        given = draw(st.integers(0, effective))
        events.append(_event(draw, f"stop{i}", "suspended", given, effective))
        resumed = effective + draw(st.integers(0, 3))
        if draw(st.booleans()) and (ends is None or resumed < ends):
            given = draw(st.integers(0, resumed))
            events.append(_event(draw, f"go{i}", "resumed", given, resumed))
    return draw(st.permutations(events))


def _event(draw: st.DrawFn, name: str, kind: str, given: int, effective: int) -> dict[str, Any]:
    return {
        "id": name, "text": "letter", "event": kind,
        "given": day(given).isoformat(),
        "recorded": day(given + draw(st.integers(0, 3))).isoformat(),
        "effective": day(effective).isoformat(),
    }  # fmt: skip


@st.composite
def sets(draw: st.DrawFn, *, least: int = 0, most: int = 3) -> list[dict[str, Any]]:
    """Canonical forms of up to three agreements that often cover the same place."""
    return [draw(bodies(f"a{i}")) for i in range(draw(st.integers(least, most)))]


# Most facts are known and stand in nobody's way: a case denied three times over tests little.
truths = st.sampled_from([*[False] * 8, None, True])
levels = st.fixed_dictionaries(
    {version: st.sampled_from([*LEVELS, None]) for version in ("2008", "2010", "2014")}
)
instants = st.one_of(st.integers(4, DAYS + 4), st.integers(-1, DAYS + 4)).map(day)
questions = st.sampled_from(["search", "release", "hold"])


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts of a case, any of them unknown."""
    return Facts(
        draw(st.sampled_from(PLACES)),
        draw(st.sampled_from([*[True] * 8, False, None])),
        draw(st.sampled_from(["conviction", "conviction", *STAGES, *STAGES, None])),
        draw(levels),
        *(draw(truths) for _ in EXCLUDED),
    )
