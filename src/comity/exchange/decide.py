"""Steps 4 and 6: ask the agreements, and write the question, facts and answer to the ledger."""

from __future__ import annotations

from comity.agreement.decide import decide as ask
from comity.exchange.case import Case, Step, released
from comity.exchange.facts import facts, found_in_second
from comity.exchange.store import Event
from comity.records import Decision, Facts, Question


def decide(case: Case, question: Question, number: int, because: str) -> Decision:
    """Decide once for this round; the same round always returns the decision it made first.

    But a permit that was not used yet, because the run stopped before it was, is asked for again:
    the agreements may have changed since (invariant I2). If so, that is one more decision.
    """
    asked = _decisions(case, question, number)
    if asked:
        made = _decision(asked[-1])
        if not made.permit or _used(case, made, number):
            return made
        now = decide_again(case, question)
        if now.permit and now.fields == made.fields:
            return made
    step = f"decide {question} {number}" + (f" again {len(asked)}" if asked else "")
    return _decision(case.once(step, lambda: _asked(case, question, number, because)))


def decided(case: Case, question: Question, number: int) -> Event | None:
    """The event of the decision that holds for a round, or None where none was made."""
    return next(reversed(_decisions(case, question, number)), None)


def _decisions(case: Case, question: Question, number: int) -> list[Event]:
    return [e for e in case.events(f"decide {question} ") if e.step.split()[2] == str(number)]


def _decision(event: Event) -> Decision:
    return Decision.from_json(event.body["decision"])


def _asked(case: Case, question: Question, number: int, because: str) -> Step:
    known, decision = _ask(case, question)
    return recorded(known.as_json(), decision, number, because)


def _ask(case: Case, question: Question) -> tuple[Facts, Decision]:
    known = facts(case, found_in_second(case) if question == "release" else None)
    return known, ask(case.house.agreements(), question, known, at=case.clock.now())


def _used(case: Case, decision: Decision, number: int) -> bool:
    """Whether what a permit is for was done, or left nothing to do."""
    if decision.question == "search":
        return case.event("second search") is not None
    has = {to: set(known["fields"]) for to, known in released(case).items()}
    nothing_new = all(set(names) <= has.get(to, set()) for to, names in decision.fields.items())
    return nothing_new or case.event(f"release {number}") is not None


def recorded(facts_json: dict[str, object], decision: Decision, number: int, because: str) -> Step:
    """The step that makes a decision durable, with all that is needed to make it again (I10)."""
    step = Step({"decision": decision.as_json(), "facts": facts_json, "because": because})
    step.say(
        "decision",
        question=decision.question,
        facts=facts_json,
        decision=decision.as_json(),
        number=number,
        because=because,
    )
    return step


def decide_again(case: Case, question: Question) -> Decision:
    """What the agreements say at this instant, with the facts as they are now; writes nothing."""
    return _ask(case, question)[1]


def refused_at_delivery(case: Case, question: Question, number: int) -> Step:
    """The step that begins a cancellation: the question asked again, facts and answer together."""
    return _asked(case, question, number, "delivery")
