"""Step 9: dispositions and corrections, and taking back what should no longer be out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from comity.agreement.decide import decide as ask
from comity.errors import CallerError
from comity.exchange.case import Case, Released, Step, standing
from comity.exchange.decide import recorded
from comity.exchange.facts import CORRECTABLE, REPLACES, facts, found_in_second
from comity.exchange.outbox import messages, take_back
from comity.exchange.store import Event

RESULTS = tuple(REPLACES)


def disposition(case: Case, number: int, *, ncic: str, result: str) -> None:
    """Record what a court did with one charge; `journey.pursue` then re-opens the case.

    number  of this disposition of the case, from 1: the same one again changes nothing

    Raises
    ------
    CallerError  `result` is not one of RESULTS, or the number was used for another disposition
    """
    if result not in RESULTS:
        raise CallerError("no such disposition", expected=", ".join(RESULTS), found=f"`{result}`")
    said = {"ncic": ncic, "result": result}

    def work() -> Step:
        step = Step(dict(said))
        stage = {"charged": "charge", "convicted": "conviction"}.get(result, result)
        step.say("disposition", stage=stage, level=dict(facts(case).level))
        return step

    _same(case.once(f"disposition {number}", work), said)


def correction(case: Case, number: int, *, fact: str, value: bool, source: str) -> None:
    """Record that a person found a fact to be otherwise; the ledger says that, not who.

    number  of this correction of the case, from 1: the same one again changes nothing

    Raises
    ------
    CallerError  `fact` is not one that can be corrected, its value is neither yes nor no, or the
                 number was used for another correction
    """
    if fact not in CORRECTABLE:
        raise CallerError("no such fact", expected=", ".join(CORRECTABLE), found=f"`{fact}`")
    if not isinstance(value, bool):
        raise CallerError("a fact is true or false", where=fact, found=f"`{value!r}`")
    said = {"fact": fact, "value": value, "source": source}

    def work() -> Step:
        step = Step(dict(said))
        step.say("correction", fact=fact, value=value)
        return step

    _same(case.once(f"correction {number}", work), said)


def _same(recorded_as: Event, said: Mapping[str, Any]) -> None:
    """A change under a number already used would be lost without a word."""
    before = {name: recorded_as.body[name] for name in said}
    if before != said:
        raise CallerError(
            "this number was used for another change",
            where=f"{recorded_as.case} {recorded_as.step}",
            expected=f"{before}",
            found=f"{dict(said)}",
            next_step="give the new change the next number",
        )


def retract(case: Case, number: int, because: str) -> None:
    """Take back, from everyone who may have it, what would not have left had this been known.

    The question is asked for the instant of each release with the facts as known now: an agreement
    that ended since does not make an earlier, permitted release wrong (decision 0602). What was
    never handed over is not taken back: delivery asks the agreements again, and stops it.
    """
    if because == "submission":
        return
    out = {message.leaf for message in messages(case.house, case.token) if message.may_be_held}
    known = facts(case, found_in_second(case))
    for item in standing(case):
        then = ask(case.house.agreements(), "release", known, at=item.at)
        if item.leaf not in out or set(item.fields) <= set(then.fields.get(item.recipient, ())):
            continue
        step = f"{number} {item.recipient} {item.leaf}"
        deciding = partial(recorded, known.as_json(), then, number, because)
        case.once(f"decide retraction {step}", deciding)
        case.once(f"retract {step}", partial(_retraction, case, item, because))


def _retraction(case: Case, item: Released, because: str) -> Step:
    step = Step({"retracted": [{"recipient": item.recipient, "leaf": item.leaf}]})
    step.body["because"] = because
    take_back(case, step, item.recipient, item.leaf, because)
    return step
