"""Steps 3 and 5: search the repositories and answer the contributor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from comity.exchange.case import Case, Step
from comity.exchange.facts import facts, lawful_process_only
from comity.records import FINGERS, Candidate, Decision, Finding, Template
from comity.wire import build

CONTRIBUTOR = "contributor"


def refuse(case: Case, findings: Sequence[Finding]) -> None:
    """First response to a file that breaks a hard rule: an ERRT naming field, rule and value."""

    def work() -> Step:
        case.clock.spent("respond")
        now = case.clock.now()
        data = build.errt(case.submission, findings, now=now, tcn=_answer_number(case, "1"))
        step = Step({"response": "ERRT"})
        entry = step.say(
            "first_response",
            response="ERRT",
            identified=None,
            person=None,
            seconds=case.seconds_since_received(),
        )
        step.send(entry, CONTRIBUTOR, "first_response", f"{case.token[:8]}-errt.eft", data, now)
        return step

    case.once("first response", work)


def search_criminal(case: Case, probe: Sequence[Template]) -> dict[str, Any]:
    """Step 3: ask the criminal repository, then enrol the booking in it.

    The result is durable before the print is enrolled, so that a crash between the two can't make
    a booking find itself; enrolling is repeated harmlessly on the next run.
    """
    house = case.house
    images = case.submission.images if case.submission else ()
    rolled = {image.finger for image in images} & set(FINGERS)  # plain thumbs are only a probe
    prints = [template for template in probe if template.finger in rolled]

    def work() -> Step:
        candidates = house.criminal.search(probe)
        case.clock.spent("search")
        best = candidates[0].identity if candidates else None
        identity = best or (house.tokens.identity(case.token) if prints else None)
        record = house.criminal.record(identity) if identity else {}
        step = Step(
            {
                "identified": best is not None,
                "identity": identity,
                "candidates": [_candidate(c) for c in candidates[:5]],
                "convictions": list(record.get("convictions", ())),
            }
        )
        if identity:
            step.also = lambda connection: _note_booking(connection, case, identity)
        return step

    body = case.once("criminal search", work).body
    if not body["identified"] and body["identity"]:
        house.criminal.enrol(body["identity"], prints)
    return body


def _note_booking(connection: sa.Connection, case: Case, identity: str) -> None:
    on = (case.submission.arrest_date if case.submission else None) or case.clock.now().date()
    case.house.criminal.note(connection, identity, "booking", on, case.token)


def first_response(case: Case, search: dict[str, Any]) -> None:
    """SRE: identified or not, and what the criminal repository holds."""
    submission = case.submission
    if submission is None:
        return

    def work() -> Step:
        case.clock.spent("respond")
        now = case.clock.now()
        identity = search["identity"]
        repository = case.house.criminal
        held = repository.encounters(identity, before_case=case.token) if identity else ()
        text = "\n".join(f"BOOKING {e.on.isoformat()}" for e in held) if held else None
        data = build.sre(
            submission,
            identified=search["identified"],
            record_text=text,
            now=now,
            tcn=_answer_number(case, "1"),
        )
        step = Step({"response": "SRE"})
        entry = step.say(
            "first_response",
            response="SRE",
            identified=search["identified"],
            person=case.house.tokens.person(identity) if identity else None,
            seconds=case.seconds_since_received(),
        )
        step.send(entry, CONTRIBUTOR, "first_response", f"{case.token[:8]}-sre.eft", data, now)
        return step

    case.once("first response", work)


def search_second(case: Case, probe: Sequence[Template], permit: Decision) -> dict[str, Any]:
    """Step 5: search the second repository under a permit. Nothing is enrolled there (I6)."""
    house = case.house

    def work() -> Step:
        before = house.second.digest()
        candidates = house.second.search_under(probe, permit)
        case.clock.spent("search")
        identity = candidates[0].identity if candidates else None
        encounters = house.second.encounters(identity) if identity else ()
        step = Step(
            {
                "identity": identity,
                "candidates": [_candidate(c) for c in candidates[:5]],
                "unchanged": before == house.second.digest(),
            }
        )
        criminal = case.event("criminal search")
        known_as = criminal.body["identity"] if criminal else None
        person = house.tokens.person(known_as) if known_as else None
        step.say(
            "search",
            matched=identity is not None,
            person=person,
            reasons=sorted({e.reason for e in encounters}),
            lawful_process_only=lawful_process_only(encounters),
            citizen=house.second.record(identity).get("citizen") if identity else None,
            level=dict(facts(case).level),
        )
        return step

    return case.once("second search", work).body


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "identity": candidate.identity,
        "score": round(candidate.score, 4),
        "fpir": candidate.fpir,
        "fpir_low": candidate.fpir_low,
        "fpir_high": candidate.fpir_high,
        "sequence": [list(pair) for pair in candidate.sequence],
        "fingers": {
            str(f.finger): [round(f.similarity, 4), round(f.llr, 4)] for f in candidate.fingers
        },
    }


def _answer_number(case: Case, which: str) -> str:
    """Transaction control number of an answer: ours, unique by case and order."""
    return f"CMTY{case.token[:20].upper()}{which}"
