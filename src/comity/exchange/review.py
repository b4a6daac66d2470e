"""Step 8: a person at the notified agency determines; later, what came of it is recorded.

Nothing here follows from a match by itself: there is no path from a candidate to a determination
that does not pass through `determine`, with a reason and the people who gave it.
"""

from __future__ import annotations

from comity.errors import ReleaseError
from comity.exchange.case import Case, Step, standing
from comity.exchange.facts import facts
from comity.exchange.outbox import messages
from comity.exchange.release import NOTIFIED

DETERMINATIONS = ("no_action", "action_requested", "refer")
STAGES = ("custody", "removal")


def determine(case: Case, *, reviewers: tuple[str, ...], determination: str, reason: str) -> None:
    """Record a determination.

    reviewers  tokens of the people who looked, one or two

    A case is determined once; the same determination again changes nothing.

    Raises
    ------
    ReleaseError  no notice reached the agency, or it was taken back; nobody, or too few people,
                  reviewed; no reason; the case was determined otherwise before
    """
    arrived = {m.leaf for m in messages(case.house, case.token) if m.state == "acknowledged"}
    if not any(r.recipient == NOTIFIED and r.leaf in arrived for r in standing(case)):
        raise ReleaseError("nothing is before the notified agency to review", where=case.token)
    people = sorted({name.strip().casefold() for name in reviewers} - {""})
    needed = reviewers_needed(case)
    if len(people) < needed or not reason.strip() or determination not in DETERMINATIONS:
        raise ReleaseError(
            "a determination needs its people, a word and a reason",
            where=case.token,
            expected=f"{needed} different reviewer(s), one of {DETERMINATIONS}, a reason",
            found=f"{len(people)} reviewer(s), `{determination}`, `{reason}`",
        )
    said = {"determination": determination, "reason": reason, "reviewers": [*reviewers]}

    def work() -> Step:
        step = Step(dict(said))
        step.say("determination", reviewers=len(people), determination=determination, reason=reason)
        return step

    made = case.once("determination", work).body
    if {name: made[name] for name in said} != said:
        raise ReleaseError(
            "this case was determined before",
            where=case.token,
            expected=f"`{made['determination']}`: `{made['reason']}`",
            found=f"`{determination}`: `{reason}`",
            next_step="let the subject contest it; a determination is not overwritten",
        )


def outcome(case: Case, stage: str) -> None:
    """Record that the agency reports custody or removal; refused without a determination by people.

    Raises
    ------
    ReleaseError  no determination asked for action, or the stage is unknown
    """
    determined = case.event("determination")
    if (
        stage not in STAGES
        or determined is None
        or determined.body["determination"] != "action_requested"
    ):
        raise ReleaseError(
            "an outcome needs a determination that asked for action",
            where=case.token,
            expected=f"one of {STAGES} after `action_requested`",
            found=f"`{stage}`",
        )

    def work() -> Step:
        step = Step({"stage": stage})
        step.say("outcome", stage=stage, level=dict(facts(case).level))
        return step

    case.once(f"outcome {stage}", work)


def reviewers_needed(case: Case) -> int:
    """How many different people must determine: 2 where an agreement that decided says so."""
    decided = case.events("decide release ")
    return 2 if any(e.body["decision"]["second_reviewer"] for e in decided) else 1
