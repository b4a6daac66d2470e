"""Step 7: what leaves, to whom, under which clause; and the answer that says only that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from comity.agreement.plan import OPENING
from comity.agreement.register import standing
from comity.errors import ReleaseError, WireError
from comity.exchange.case import Case, Step, released
from comity.exchange.decide import decided
from comity.exchange.facts import facts, found_in_second
from comity.records import Decision
from comity.wire import build

NOTIFIED = "notified_agency"
LOCAL = "local_agency"
GOVERNING = ("in_force", "suspended")


def minimise(content: Mapping[str, Any], decision: Decision, recipient: str) -> dict[str, Any]:
    """Keep of `content` only what this decision lets this recipient have.

    Raises
    ------
    ReleaseError  the decision is a denial, is for another question, or names nothing for it
    """
    names = decision.fields.get(recipient, ())
    if decision.question != "release" or not decision.permit or not names:
        raise ReleaseError(
            "nothing may leave under this decision",
            where=recipient,
            expected="a decision for `release` that permits fields to this recipient",
            found=f"permit `{decision.permit}`, fields `{list(names)}`",
        )
    return {name: content[name] for name in names if name in content}


def content(case: Case) -> dict[str, Any]:
    """Every field that any agreement could release, as known now."""
    found = found_in_second(case)
    submission = case.submission
    if found is None or submission is None:
        return {}
    known = facts(case, found)
    subject = submission.subject
    record = found["record"]
    return {
        "identity_number": found["identity"],
        "encounters": [f"{e.reason} {e.on.isoformat()}" for e in found["encounters"]],
        "name": subject.get("NAM", ""),
        "birth_date": subject.get("DOB", ""),
        "place_of_birth": record.get("place_of_birth", subject.get("POB", "")),
        "sex": subject.get("SEX", ""),
        "arrest_date": submission.arrest_date.isoformat() if submission.arrest_date else "",
        "charges": [c.text for c in submission.charges],
        "level": {version: level for version, level in known.level.items() if level},
        "booking_agency": submission.jurisdiction,
        "custody": "Y",
    }


def release(case: Case, decision: Decision, number: int, because: str) -> None:
    """Queue whatever this decision lets out and has not left already. At most once a round."""
    if not decision.permit:
        return
    standing = released(case)
    due = {
        to: new
        for to, names in decision.fields.items()
        if (new := [n for n in names if n not in standing.get(to, {}).get("fields", ())])
    }
    if due:
        case.once(f"release {number}", lambda: _release(case, decision, due, number, because))


def _release(
    case: Case, decision: Decision, due: Mapping[str, Sequence[str]], number: int, because: str
) -> Step:
    made = decided(case, "release", number)
    if made is None:
        raise ReleaseError("a release needs its decision in the ledger first", where=case.token)
    now = case.clock.now()
    everything = content(case)
    step = Step({"released": []})
    for recipient in sorted(due):
        allowed = minimise(everything, decision, recipient)
        fields = {name: allowed[name] for name in due[recipient] if name in allowed}
        data, kind, suffix = _message(case, recipient, fields, number)
        entry = step.say(
            "release",
            recipient=recipient,
            fields=sorted(fields),
            decision_leaf=made.leaves[0],
            digest=hashlib.sha256(data).hexdigest(),
            late=because != "submission",
        )
        step.body["released"].append(
            {"recipient": recipient, "fields": sorted(fields), "entry": entry}
        )
        step.send(entry, recipient, kind, f"{case.token[:8]}-{number}-{suffix}", data, now)
    return step


def _message(
    case: Case, recipient: str, fields: Mapping[str, Any], number: int
) -> tuple[bytes, str, str]:
    submission = case.submission
    if submission is None:
        raise ReleaseError("a case without a submission releases nothing", where=case.token)
    if recipient == NOTIFIED:
        notice = {"case": case.token, "fields": dict(fields), "iaq": _iaq(case, fields)}
        return json.dumps(notice, indent=1, sort_keys=True).encode(), "notice", "notice.json"
    data = build.second_response(
        submission,
        kind="match",
        fields={name: _text(value) for name, value in fields.items()},
        now=case.clock.now(),
        tcn=f"CMTY{case.token[:18].upper()}2{recipient[0].upper()}{number}",
    )
    return data, "second_response", f"{recipient}.eft"


def _iaq(case: Case, fields: Mapping[str, Any]) -> str | None:
    """The Immigration Alien Query, where what may be released fills all that it must hold."""
    submission = case.submission
    # The query names the agency that asks: that too must be among what may be released.
    needed = ("name", "birth_date", "sex", "place_of_birth", "custody", "booking_agency")
    if submission is None or not all(fields.get(name) for name in needed):
        return None
    charges = [c.ncic for c in submission.charges if c.ncic]
    parts = {
        "ORI": submission.jurisdiction,
        "PUR": "C",
        "ATN": "AUTOMATIC QUERY",
        "PHN": "0000000000",
        "NAM": str(fields["name"]),
        "DOB": str(fields["birth_date"]),
        "SEX": str(fields["sex"]),
        "POB": str(fields["place_of_birth"]),
        "CUS": str(fields["custody"]),
        "OFF": charges[0] if charges and "charges" in fields else "",
    }
    try:
        return build.iaq(parts)
    except WireError:
        return None  # a value as booked does not fit the query; the notice goes without one


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{k}: {v}" for k, v in sorted(value.items()))
    return str(value)


def second_response(case: Case, matched: bool, decision: Decision | None) -> None:
    """Close the second response, once a case; where nothing may be said, say that alike.

    The local agency, where it is answered, gets the same bytes but for their numbers for no match
    at all, a match that may not be released, and a match released to others only: neither the
    answer nor its absence discloses anything.
    """

    def work() -> Step:
        case.clock.spent("respond")
        now = case.clock.now()
        fields = decision.fields if decision is not None else {}
        response = "match" if matched and fields else "withheld" if matched else "no-match"
        step = Step({"response": response})
        entry = step.say(
            "second_response", response=response, seconds=case.seconds_since_received()
        )
        silent = LOCAL not in fields and answers_locally(case)
        if silent and case.submission is not None:
            data = build.second_response(
                case.submission,
                kind="nothing-to-release",
                fields={},
                now=now,
                tcn=f"CMTY{case.token[:18].upper()}2N0",
            )
            name = f"{case.token[:8]}-second.eft"
            step.send(entry, LOCAL, "second_response", name, data, now)
        return step

    case.once("second response", work)


def answers_locally(case: Case) -> bool:
    """Whether the agreements that govern answers to the local agency, at this instant, give any.

    The state's own agreements govern where one is in force or suspended, else a mandate
    (decision 0201); all of them must be in force and answer, and so must every local limit in
    force that speaks of answers (decision 0220).
    """
    now = case.clock.now()
    covering = case.house.agreements().covering(case.jurisdiction)
    where = [(agreement, standing(agreement, now, now).status) for agreement in covering]
    limits = [a for a, s in where if a.regime == "local_limit" and s == "in_force" and a.answer]
    if not all(limit.answers_locally for limit in limits):
        return False
    for regime in OPENING:
        governing = [(a, s) for a, s in where if a.regime == regime and s in GOVERNING]
        if governing:
            return all(s == "in_force" and a.answers_locally for a, s in governing)
    return False
