"""Step 9: dispositions and corrections, and taking back what should no longer be out."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from comity.agreement.decide import decide as ask
from comity.errors import CallerError
from comity.exchange.case import Case, Step, released
from comity.exchange.decide import recorded
from comity.exchange.facts import CORRECTABLE, facts, found_in_second

RESULTS = ("charged", "convicted", "dismissed", "acquitted")


def disposition(case: Case, number: int, *, ncic: str, result: str) -> None:
    """Record what a court did with one charge; `journey.pursue` then re-opens the case.

    Raises
    ------
    CallerError  `result` is not one of RESULTS
    """
    if result not in RESULTS:
        raise CallerError("no such disposition", expected=", ".join(RESULTS), found=f"`{result}`")

    def work() -> Step:
        step = Step({"ncic": ncic, "result": result})
        stage = {"charged": "charge", "convicted": "conviction"}.get(result, result)
        step.say("disposition", stage=stage, level=dict(facts(case).level))
        return step

    case.once(f"disposition {number}", work)


def correction(case: Case, number: int, *, fact: str, value: bool, source: str) -> None:
    """Record that a person found a fact to be otherwise; the ledger says that, not who.

    Raises
    ------
    CallerError  `fact` is not one that can be corrected
    """
    if fact not in CORRECTABLE:
        raise CallerError("no such fact", expected=", ".join(CORRECTABLE), found=f"`{fact}`")

    def work() -> Step:
        step = Step({"fact": fact, "value": value, "source": source})
        step.say("correction", fact=fact, value=value)
        return step

    case.once(f"correction {number}", work)


def retract(case: Case, number: int, because: str) -> None:
    """Take back, from everyone who has it, what would not have left had this been known.

    The question is asked for the instant of the release with the facts as known now: an agreement
    that ended since does not make an earlier, permitted release wrong.
    """
    if because == "submission":
        return
    for recipient, item in sorted(released(case).items()):
        case_facts = facts(case, found_in_second(case))
        then = ask(case.house.agreements(), "release", case_facts, at=item["at"])
        if set(item["fields"]) <= set(then.fields.get(recipient, ())):
            continue
        deciding = partial(recorded, case_facts.as_json(), then, number, because)
        case.once(f"decide retraction {number} {recipient}", deciding)
        retracting = partial(_retraction, case, recipient, item, because)
        case.once(f"retract {number} {recipient}", retracting)


def _retraction(case: Case, recipient: str, item: dict[str, Any], because: str) -> Step:
    now = case.clock.now()
    step = Step({"retracted": [{"recipient": recipient}], "because": because})
    for leaf in item["leaves"]:
        entry = step.say("retraction", recipient=recipient, release_leaf=leaf, because=because)
        text = {
            "case": case.token,
            "retracts": leaf,
            "because": because,
            "do": "destroy every copy and acknowledge",
        }
        data = json.dumps(text, indent=1, sort_keys=True).encode()
        step.send(entry, recipient, "retraction", f"{case.token[:8]}-retraction.json", data, now)
    return step
