"""An agreement and a decision in plain words: one sentence a clause, each with its source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from comity.agreement.groups import NO_AGREEMENT
from comity.agreement.register import Agreements
from comity.agreement.terms import (
    Agreement,
    Answer,
    Clause,
    Event,
    Exclusion,
    Hold,
    Levels,
    Notice,
    Release,
    Retention,
    Review,
    Scope,
    Term,
    Trigger,
)  # fmt: skip
from comity.records import LEVELS, Decision

RECIPIENT_WORDS = {
    "notified_agency": "the notified agency",
    "state_bureau": "the state bureau",
    "local_agency": "the local agency",
}
FIELD_WORDS = {
    "identity_number": "identity number",
    "encounters": "encounters",
    "name": "name",
    "birth_date": "date of birth",
    "place_of_birth": "place of birth",
    "sex": "sex",
    "arrest_date": "date of arrest",
    "charges": "charges",
    "level": "offence level",
    "booking_agency": "booking agency",
    "custody": "whether in custody",
}
EXCLUSION_WORDS = {
    "minor_traffic_only": "whose only offences are minor traffic offences",
    "juvenile": "of a juvenile",
    "victim_or_witness": "of a victim or witness",
    "lawful_process_only": "of someone met only when asking for what the law offers",
    "citizen": "with evidence of citizenship",
}
REGIME_WORDS = {
    "agreement_required": "It holds because its parties agreed to it.",
    "federal_mandate": "It is a federal mandate and needs no agreement of the state.",
    "local_limit": "It is a local rule: it only narrows what the local agency is told or may do.",
}
STAGE_WORDS = {"arrest": "an arrest", "charge": "a charge", "conviction": "a conviction"}
FACT_WORDS = {
    "criminal": "whether it is a criminal submission",
    "stage": "whether there was an arrest, a charge or a conviction",
    "minor_traffic_only": "whether every offence is a minor traffic offence",
    "juvenile": "whether the person is a juvenile",
    "victim_or_witness": "whether the person is a victim or witness",
    "lawful_process_only": "whether every encounter was a lawful process",
    "citizen": "whether there is evidence of citizenship",
} | {f"level.{v}": f"which offence level the {v} rules give" for v in ("2008", "2010", "2014")}
DEFAULT_WORDS = {
    NO_AGREEMENT: "No agreement was in force for this place at that time.",
    "default#not-a-criminal-submission": "Only criminal ten-print submissions are considered.",
    "default#no-hold-clause": "Nothing in force for this place lets a request to hold be honoured.",
}


def sheet(agreement: Agreement) -> str:
    """One page about an agreement, for whoever is asked to sign it."""
    lines = [
        agreement.title,
        "=" * len(agreement.title),
        f"{agreement.id}, between {listed(agreement.parties)}. {REGIME_WORDS[agreement.regime]}",
        f"Recorded {moment(agreement.recorded)}.",
        "",
    ]
    width = max(len(clause.id) for clause in agreement.clauses)
    lines += [
        f"  {clause.id:{width}}  {sentence(clause)} ({clause.text})" for clause in agreement.clauses
    ]
    return "\n".join(lines) + "\n"


def account(decision: Decision, agreements: Agreements) -> str:
    """Why a decision came out as it did: the answer first, then a sentence a clause."""
    lines = [verdict(decision)]
    if decision.permit and decision.question == "release":
        lines += [
            f"  to {RECIPIENT_WORDS[to]}: {listed([FIELD_WORDS[name] for name in names])}"
            for to, names in decision.fields.items()
        ]
        lines += ["  More may leave on conviction."] if decision.awaits == "conviction" else []
    lines += [f"  {full_id}: {cited(full_id, agreements)}" for full_id in decision.clauses]
    lines += [f"  Not known: {FACT_WORDS[name]}." for name in decision.unknown]
    lines.append(f"  Decided for {moment(decision.at)} under policy {decision.policy[:16]}.")
    return "\n".join(lines) + "\n"


def verdict(decision: Decision) -> str:
    """A decision's answer in one sentence."""
    if decision.question == "search":
        asked = "The second repository may"
        yes, no = f"{asked} be searched.", f"{asked} not be searched"
    elif decision.question == "hold":
        asked = "A request to hold may"
        yes, no = f"{asked} be honoured.", f"{asked} not be honoured"
    else:
        yes, no = "Some fields may leave now.", "Nothing may leave"
    if decision.permit:
        return yes
    if decision.timing == "never" or decision.awaits is None:
        return f"{no}."
    if decision.awaits in STAGE_WORDS:
        return f"{no} before {STAGE_WORDS[decision.awaits]}."
    return f"{no} while it is not known {FACT_WORDS[decision.awaits]}."


def cited(full_id: str, agreements: Agreements) -> str:
    """The sentence of a clause named in a decision, with its place in the agreement's text."""
    if full_id in DEFAULT_WORDS:
        return DEFAULT_WORDS[full_id]
    agreement_id, _, clause_id = full_id.partition("#")
    for clause in agreements[agreement_id].clauses:
        if clause.id == clause_id:
            return f"{sentence(clause)} ({clause.text})"
    return "No such clause in this agreement."


def sentence(clause: Clause) -> str:
    """A clause in one plain sentence."""
    match clause:
        case Scope():
            said = f"It covers bookings of {listed(clause.jurisdictions)}."
        case Term():
            said = _term(clause)
        case Notice():
            said = _notice(clause)
        case Trigger():
            said = f"Nothing is done under it before {STAGE_WORDS[clause.stage]}."
        case Levels():
            said = _levels(clause)
        case Exclusion():
            until = f" before {STAGE_WORDS[clause.until]}" if clause.until else ""
            said = f"The case {EXCLUSION_WORDS[clause.fact]} is left out{until}."
        case Release():
            after = f", after {STAGE_WORDS[clause.after]}" if clause.after else ""
            fields = [FIELD_WORDS[name] for name in clause.fields] or ["nothing"]
            said = f"To {RECIPIENT_WORDS[clause.to]}{after}: {listed(fields)}."
        case Answer() | Hold() | Review() | Retention():
            said = _duty(clause)
        case Event():
            said = _event(clause)
        case _:
            said = "It says nothing that is evaluated."
    return said


def _term(clause: Term) -> str:
    published = f", published {moment(clause.published)}" if clause.published else ""
    told = f", told to the chief law officer {moment(clause.told)}" if clause.told else ""
    return f"It takes effect on {moment(clause.effective)}{published}{told}."


def _notice(clause: Notice) -> str:
    ends = f" Only {listed(clause.end_by)} may suspend or end it." if clause.end_by else ""
    return (
        f"Publication comes {_days(clause.activate_days)} before it begins, "
        f"notice {_days(clause.terminate_days)} before it ends.{ends}"
    )


def _duty(clause: Answer | Hold | Review | Retention) -> str:
    match clause:
        case Answer():
            return f"The local agency is {'answered' if clause.local_agency else 'told nothing'}."
        case Hold(honoured=False):
            return "A request to hold somebody is not honoured."
        case Hold():
            return f"A request to hold somebody may be honoured for {clause.hours} hours, once."
        case Review():
            return f"{'Two people' if clause.second_reviewer else 'One person'} must determine."
        case Retention():
            return f"What was released may be kept {_days(clause.days)}."


def _event(clause: Event) -> str:
    by = f" by {clause.by}" if clause.by else ""
    return (
        f"It is {clause.event} from {moment(clause.effective)} "
        f"(given {moment(clause.given)}{by}, recorded {moment(clause.recorded)})."
    )


def _levels(clause: Levels) -> str:
    if set(clause.permit) == set(LEVELS):
        return "Every offence level is included."
    many = "levels" if len(clause.permit) > 1 else "level"
    return f"Only offence {many} {listed(clause.permit)} under the {clause.version} rules."


def _days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def moment(at: datetime) -> str:
    """A day, with the time where it is not midnight, and the offset it was written with."""
    clock = "" if (at.hour, at.minute, at.second) == (0, 0, 0) else f" {at:%H:%M:%S}"
    return f"{at.day} {at:%B %Y}{clock} (UTC{at:%z})"
