"""Where each case of a run ended, in one word, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from comity.exchange.case import Case, released
from comity.exchange.outbox import messages
from comity.records import Decision

STATES: Mapping[str, str] = MappingProxyType(
    {
        "refused": "refused",
        "not-searched": "not asked",
        "no-match": "no match",
        "withheld": "withheld",
        "stopped": "stopped",
        "released": "released",
        "later": "released later",
        "retracted": "retracted",
    }
)

MEANS: Mapping[str, str] = MappingProxyType(
    {
        "refused": "the file broke a hard rule: an ERRT",
        "not-searched": "no agreement let the second repository be asked",
        "no-match": "asked; nobody there is like this",
        "withheld": "a match, of which nothing may leave",
        "stopped": "a release that the agreement's end overtook",
        "released": "at least one recipient got something",
        "later": "the same, after a later event",
        "retracted": "and taken back",
    }
)


@dataclass(frozen=True)
class Ending:
    """`state` is a key of STATES; `because` names clauses, or what was wrong with the file."""

    state: str
    because: tuple[str, ...]

    @property
    def name(self) -> str:
        return STATES[self.state]


def ending(case: Case) -> Ending:
    """How a case stands after everything that was recorded of it."""
    first = case.event("first response")
    if first is None or first.body["response"] == "ERRT":
        return Ending("refused", ())
    if case.event("second search") is None:
        return Ending("not-searched", _denial(case, "search").clauses)
    matched = case.event("second search")
    if matched is not None and matched.body["identity"] is None:
        return Ending("no-match", ())
    sent = [e for e in case.events("release ") if e.body["released"]]
    if not sent:
        return Ending("withheld", _denial(case, "release").clauses)
    if case.events("retract "):
        denied = case.events("decide retraction ")
        return Ending("retracted", tuple(denied[-1].body["decision"]["clauses"]))
    stopped = case.events("cancelled ")
    left = [m for m in messages(case.house, case.token) if m.state == "acknowledged"]
    if stopped and not any(m.kind == "notice" for m in left):
        return Ending("stopped", tuple(stopped[-1].body["decision"]["clauses"]))
    if sent[0].step != "release 1":
        return Ending("later", tuple(_first_denial(case)))
    return Ending("released", tuple(_permit(case).clauses) if released(case) else ())


def _decisions(case: Case, question: str) -> list[Decision]:
    return [Decision.from_json(e.body["decision"]) for e in case.events(f"decide {question} ")]


def _denial(case: Case, question: str) -> Decision:
    return [d for d in _decisions(case, question) if not d.permit][-1]


def _permit(case: Case) -> Decision:
    return [d for d in _decisions(case, "release") if d.permit][-1]


def _first_denial(case: Case) -> tuple[str, ...]:
    """The clauses that made it wait."""
    both = (*_decisions(case, "search"), *_decisions(case, "release"))
    return next((d.clauses for d in both if not d.permit), ())
