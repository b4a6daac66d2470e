"""Steps 4 and 6: ask the agreements, and write the question, facts and answer to the ledger."""

from __future__ import annotations

from comity.agreement.decide import decide as ask
from comity.exchange.case import Case, Step
from comity.exchange.facts import facts, found_in_second
from comity.records import Decision, Question


def decide(case: Case, question: Question, number: int, because: str) -> Decision:
    """Decide once for this round; the same round always returns the decision it made first."""

    def work() -> Step:
        known = facts(case, found_in_second(case) if question == "release" else None)
        decision = ask(case.house.agreements(), question, known, at=case.clock.now())
        return recorded(known.as_json(), decision, number, because)

    return Decision.from_json(case.once(f"decide {question} {number}", work).body["decision"])


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
    known = facts(case, found_in_second(case) if question == "release" else None)
    return ask(case.house.agreements(), question, known, at=case.clock.now())
