"""Each step of a case in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from comity.agreement.explain import cited, verdict
from comity.exchange.case import Case
from comity.exchange.store import Event
from comity.records import Decision

CLOCK = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Step:
    """One line of the story; `tone` colours it: go, hold, back or nothing."""

    at: str
    title: str
    text: str
    tone: str = ""
    clauses: Sequence[dict[str, str]] = ()
    leaves: Sequence[int] = ()


def told(case: Case, event: Event) -> Step | None:
    """A step as a line of the story; None for one that has nothing to tell."""
    if "decision" in event.body:
        return _decision(case, event)
    words = _words(case, event)
    if words is None:
        return None
    title, text, tone = words
    return Step(event.at.strftime(CLOCK), title, text, tone, (), event.leaves)


def _decision(case: Case, event: Event) -> Step:
    decision = Decision.from_json(event.body["decision"])
    if event.step.startswith("decide retraction"):
        title = "Would that release have been allowed?"
    elif decision.question == "search":
        title = "May the second repository be asked?"
    else:
        title = "What may leave?"
    if event.body["because"] not in ("submission", "delivery"):
        title += f" Asked again: a {event.body['because']}"
    agreements = case.house.agreements()
    clauses = [{"id": c, "words": cited(c, agreements)} for c in decision.clauses]
    unknown = f" Not known: {', '.join(decision.unknown)}." if decision.unknown else ""
    return Step(
        at=event.at.strftime(CLOCK),
        title=title,
        text=verdict(decision) + unknown,
        tone="go" if decision.permit else "hold",
        clauses=() if decision.permit else clauses,
        leaves=event.leaves,
    )


def _words(  # noqa: C901, PLR0911 (one case a kind of step)
    case: Case, event: Event
) -> tuple[str, str, str] | None:
    """Title, text and tone."""
    body = event.body
    match event.step.split():
        case ["received"]:
            images = len(case.submission.images) if case.submission else 0
            return "The booking arrives", f"{body['name']}, {images} images, kept as it came.", ""
        case ["criminal", "search"]:
            found = "known" if body["identified"] else "not known, now enrolled"
            return "The criminal repository is searched", f"The person is {found} there.", ""
        case ["first", "response"]:
            return "First response", f"{body['response']} to the contributor.", ""
        case ["second", "search"]:
            return "The second repository is searched", _found(case, body["identity"]), ""
        case ["second", "response"]:
            return "Second response", f"Closed as {body['response']}.", ""
        case ["release", _]:
            parts = [f"{i['recipient']}: {', '.join(i['fields'])}" for i in body["released"]]
            return "Release", "; ".join(parts).replace("_", " ") + ".", "go"
        case ["acknowledged", _]:
            what = f"{body['recipient']} holds the {body['kind']}".replace("_", " ")
            return "Acknowledged", f"{what} of entry {body['leaf']}.", ""
        case ["correction", _]:
            said = "yes" if body["value"] else "no"
            source = body["source"].replace("-", " ")
            return "A person corrects a fact", f"{body['fact']}: {said} ({source}).", ""
        case ["disposition", _]:
            return "A court disposes", f"{body['result']} ({body['ncic']}).", ""
        case ["determination"]:
            who = " and ".join(body["reviewers"])
            text = f"{body['determination']}: {body['reason']}, by {who}."
            return "People review and determine", text.replace("_", " ").replace("-", " "), ""
        case ["retract", *_]:
            recipient = body["retracted"][0]["recipient"].replace("_", " ")
            return "Retraction", f"The {recipient} is told to destroy every copy.", "back"
        case ["contested", _]:
            return "The subject contests", "A person has to answer.", ""
        case ["subject", "access", _]:
            return "The subject asks", "Every use of the record is shown.", ""
    return None


def _found(case: Case, identity: str | None) -> str:
    if identity is None:
        return "No match. Nothing is enrolled there."
    met = ", ".join(f"{e.reason} {e.on}" for e in case.house.second.encounters(identity))
    return f"One identity, known for: {met}. That is what happened once, not what the person is."
