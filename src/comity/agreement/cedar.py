"""Agreements as policies of Cedar, with their schema: for readers and engines that speak it.

    search, hold  principal House::"house", resource Case::"case"
    release       principal Recipient::"notified_agency", resource Field::"name"
    context       the place, both instants in microseconds since 1970, and the facts that are known

What is permitted is permitted here too, and nothing else. Everything else is lost: Cedar answers
yes or no, so why, later on what, which fact was unknown and the second reviewer stay with us.

Cedar passes over a policy that errs, also a `forbid`, so that an exclusion whose fact is missing
would vanish. Here a fact is only read behind `has`, which the schema's validation insists on;
what an agreement denies is a condition of what permits, and the one `forbid` cannot err.

Source  Cedar policy language reference 4 (operators, validation). Nothing of the evaluator is
imported: this is another reading of the same terms, which tests hold against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from comity.agreement.terms import BEFORE_SEARCH, EXCLUSIONS, LEVEL_VERSIONS, Agreement, Event
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES, Facts, Question

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL = "local_agency"

Says = Callable[[Agreement], str]


def policies(agreements: Iterable[Agreement]) -> str:
    """The whole set as one set of policies."""
    found = [
        "forbid(principal, action, resource) unless { context has criminal && context.criminal };"
    ]
    every = tuple(agreements)
    state = [a for a in every if a.regime == "agreement_required"]
    mandate = [a for a in every if a.regime == "federal_mandate"]
    limits = [a for a in every if a.regime == "local_limit"]
    for regime in (state, mandate):
        if not regime:
            continue
        passes = _all([_live(regime), _each(regime, _running, partial(_passes, question="search"))])
        found.append(_permit("search", "", passes))
        for to in RECIPIENTS:
            given = [_live(regime), _each(regime, _running, partial(_gives, to=to))]
            if regime is mandate and to != RECIPIENTS[0]:
                given.append(_not(_any([_standing(a) for a in state])))
            if to == LOCAL:
                cutting = [limit for limit in limits if limit.answer]
                given.append(_each(cutting, _running, partial(_gives, to=LOCAL)))
            found.append(_permit("release", to, _all(given)))
    willing = [
        _all([_running(a), *([] if regime is limits else [_live(regime)])])
        for regime in (state, mandate, limits)
        for a in regime
        if a.hold and a.hold.honoured
    ]
    if willing:
        found.append(_permit("hold", "", _all([_any(willing), _each(every, _standing, _holds)])))
    return "\n".join(found) + "\n"


def schema() -> str:
    """What a request may hold, in Cedar's schema language; the same for every set."""
    facts = [
        "at_us: Long", "known_us: Long", "jurisdiction: String", "criminal?: Bool", "stage?: Long",
        *(f"level_{version}?: String" for version in LEVEL_VERSIONS),
        *(f"{name}?: Bool" for name in EXCLUSIONS),
    ]  # fmt: skip

    def of(kind: str, names: Iterable[str]) -> str:
        return f"entity {kind} enum [{_quoted('', names)}];"

    def action(names: str, principal: str, resource: str) -> str:
        return (
            f"action {names} appliesTo {{ principal: {principal}, resource: {resource}, "
            "context: Known };"
        )

    return "\n".join([
        of("House", ["house"]), of("Case", ["case"]), of("Recipient", RECIPIENTS),
        of("Field", RELEASE_FIELDS), f"type Known = {{ {', '.join(facts)} }};",
        action("search, hold", "House", "Case"), action("release", "Recipient", "Field"), "",
    ])  # fmt: skip


def request(
    question: Question,
    facts: Facts,
    at: datetime,
    known_at: datetime,
    to: str = "",
    field: str = "",
) -> dict[str, Any]:
    """One question to Cedar; a release asks of one recipient and one field."""
    context: dict[str, Any] = {
        "at_us": _us(at), "known_us": _us(known_at), "jurisdiction": facts.jurisdiction,
    }  # fmt: skip
    for name in ("criminal", *EXCLUSIONS):
        if getattr(facts, name) is not None:
            context[name] = getattr(facts, name)
    if facts.stage is not None:
        context["stage"] = STAGES.index(facts.stage)
    for version, level in facts.level.items():
        if level is not None:
            context[f"level_{version}"] = level
    release = question == "release"
    return {
        "principal": f'Recipient::"{to}"' if release else 'House::"house"',
        "action": f'Action::"{question}"',
        "resource": f'Field::"{field}"' if release else 'Case::"case"',
        "context": context,
    }


# --- what is permitted --------------------------------------------------------------------


def _permit(question: Question, to: str, condition: str) -> str:
    principal = f'principal == Recipient::"{to}"' if to else "principal"
    return (
        f'permit({principal}, action == Action::"{question}", resource) when {{\n  {condition}\n}};'
    )


def _each(agreements: Iterable[Agreement], asked: Says, says: Says) -> str:
    """Of every agreement: it is not asked, or it says yes."""
    return _all([_any([_not(asked(a)), says(a)]) for a in agreements])


def _live(regime: Iterable[Agreement]) -> str:
    """One agreement is in force, and none is suspended."""
    some = tuple(regime)
    return _all([
        _any([_running(a) for a in some]),
        _not(_any([_all([_standing(a), _suspended(a)]) for a in some])),
    ])  # fmt: skip


def _passes(agreement: Agreement, question: Question) -> str:
    """No clause denies. What is unknown fails the test that would show it."""
    found = [_reached(agreement.trigger.stage)]
    limit = agreement.levels
    if question != "search" and set(limit.permit) != set(LEVELS):
        permitted = _quoted("", limit.permit)
        name = f"level_{limit.version}"
        found.append(f"(context has {name} && [{permitted}].contains(context.{name}))")
    for exclusion in agreement.exclusions:
        if question != "search" or exclusion.fact in BEFORE_SEARCH:
            passed = [f"(context has {exclusion.fact} && !context.{exclusion.fact})"]
            passed += [_reached(exclusion.until)] if exclusion.until else []
            found.append(_any(passed))
    return _all(found)


def _gives(agreement: Agreement, to: str) -> str:
    """The agreement passes, and releases this field to this recipient at this stage."""
    given = []
    for release in agreement.release:
        if release.to == to and release.fields and (to != LOCAL or agreement.answers_locally):
            listed = f"[{_quoted('Field::', release.fields)}].contains(resource)"
            given.append(_all([listed, *([_reached(release.after)] if release.after else [])]))
    return _all([_passes(agreement, "release"), _any(given)])


def _holds(agreement: Agreement) -> str:
    refused = agreement.hold is not None and not agreement.hold.honoured
    return "false" if refused else _passes(agreement, "hold")


def _reached(stage: str) -> str:
    return f"(context has stage && context.stage >= {STAGES.index(stage)})"


# --- what is in force ---------------------------------------------------------------------


def _standing(agreement: Agreement) -> str:
    """It covers the place, has begun and has not ended: in force or suspended."""
    covers = [f'context.jurisdiction like "{ori}"' for ori in agreement.jurisdictions]
    ends = [_happened(e) for e in agreement.events if e.event == "terminated"]
    begins = _by(agreement.recorded, agreement.effective)
    return _all([_any(covers), begins, _not(_any(ends))])


def _running(agreement: Agreement) -> str:
    return _all([_standing(agreement), _not(_suspended(agreement))])


def _suspended(agreement: Agreement) -> str:
    """Of suspensions and resumptions that have happened the last is a suspension."""
    order = sorted(
        (e for e in agreement.events if e.event != "terminated"),
        key=lambda e: (e.effective, e.recorded, e.event == "suspended", e.id),
    )
    return _any([
        _all([_happened(event), _not(_any([_happened(later) for later in order[number + 1 :]]))])
        for number, event in enumerate(order)
        if event.event == "suspended"
    ])  # fmt: skip


def _happened(event: Event) -> str:
    return _by(event.recorded, event.effective)


def _by(recorded: datetime, effective: datetime) -> str:
    return f"(context.known_us >= {_us(recorded)} && context.at_us >= {_us(effective)})"


def _us(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


# --- words --------------------------------------------------------------------------------


def _all(conditions: Iterable[str]) -> str:
    some = [c for c in conditions if c != "true"]
    if "false" in some:
        return "false"
    return f"({' && '.join(some)})" if len(some) > 1 else some[0] if some else "true"


def _any(conditions: Iterable[str]) -> str:
    some = [c for c in conditions if c != "false"]
    if "true" in some:
        return "true"
    return f"({' || '.join(some)})" if len(some) > 1 else some[0] if some else "false"


def _not(condition: str) -> str:
    return {"true": "false", "false": "true"}.get(condition, f"!{condition}")


def _quoted(before: str, names: Iterable[str]) -> str:
    return ", ".join(f'{before}"{name}"' for name in names)
