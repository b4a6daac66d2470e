"""Step 10: the subject, or counsel with the booking's receipt, sees every use and contests it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.exchange import intake
from comity.exchange.case import Case, Step
from comity.exchange.clock import Clock
from comity.exchange.house import House
from comity.exchange.outbox import messages


@dataclass(frozen=True)
class Use:
    """One thing that was done with the record, and the ledger leaves that prove it."""

    at: datetime
    what: str
    detail: str
    leaves: tuple[int, ...]


def receipt(case: Case) -> str:
    """What the subject is handed at booking: the case token, which names nobody."""
    return case.token


def uses(house: House, clock: Clock, given: str, *, number: int | None = None) -> list[Use]:
    """Every use of one record, oldest first; the request itself becomes an entry.

    number  of this request, for who may repeat it after a crash; without it, it is a new one

    Raises
    ------
    CallerError  no case has this receipt
    """
    case = intake.reopen(given, house, clock)
    _ask(case, "subject access", number, contested=False)
    sent = {m.leaf: m for m in messages(house, given)}
    listed = []
    for event in house.store.events(given):
        what, detail = _describe(event.step, event.body)
        names = [f"{sent[n].recipient} ({sent[n].state})" for n in event.leaves if n in sent]
        listed.append(Use(event.at, what, "; ".join([detail, *names]).strip("; "), event.leaves))
    return listed


def contest(house: House, clock: Clock, given: str, *, number: int | None = None) -> None:
    """Record that the subject contests; a person then has to answer it with a correction or not.

    Raises
    ------
    CallerError  no case has this receipt
    """
    _ask(intake.reopen(given, house, clock), "contested", number, contested=True)


def _ask(case: Case, what: str, number: int | None, *, contested: bool) -> None:
    def work() -> Step:
        step = Step({"contested": contested})
        step.say("subject_access", contested=contested)
        return step

    if number is None:
        number = len(case.events(f"{what} ")) + 1
    case.once(f"{what} {number}", work)


def _describe(step: str, body: dict[str, Any]) -> tuple[str, str]:
    if "decision" in body:
        decision = body["decision"]
        answer = "permitted" if decision["permit"] else f"denied ({decision['timing']})"
        return f"decision: {decision['question']}", f"{answer} by {', '.join(decision['clauses'])}"
    if "released" in body:
        parts = [f"{i['recipient']}: {', '.join(i['fields'])}" for i in body["released"]]
        return "release", "; ".join(parts)
    if step == "second search":
        return "search of the second repository", "match" if body["identity"] else "no match"
    if step == "criminal search":
        return "search of the criminal repository", "match" if body["identified"] else "no match"
    return step, str(body.get("response") or body.get("result") or body.get("determination") or "")
