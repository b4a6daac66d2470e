"""One agreement, in its canonical form, as policies of Cedar: another engine's reading of it.

    search   Action::"search"
    release  Action::"release", principal Recipient::"notified_agency", resource Field::"name"
    context  facts that are known, and no others; `at` and `known` in seconds since 1970

A fact that is unknown is an attribute that is missing, and a policy that reads it errs. Cedar
skips a policy that errs, also a `forbid`: whoever asks must count any error as a denial.
"""

from __future__ import annotations

from datetime import datetime

STAGES = {"arrest": 1, "charge": 2, "conviction": 3}
FOUND_BY_SEARCH = ("lawful_process_only", "citizen")


def policies(body: dict) -> str:
    """The policies of one agreement on its own."""
    scope = " || ".join(
        f'context.jurisdiction like "{ori}"' for ori in body["scope"]["jurisdictions"]
    )
    begun = happened({"recorded": body["recorded"], "effective": body["term"]["effective"]})
    stage = f"context.stage >= {STAGES[body['trigger']['stage']]}"
    in_force = f"({scope}) && {begun} && {stage}"
    lines = [
        f'permit(principal, action == Action::"search", resource) when {{ {in_force} }};',
        "forbid(principal, action, resource) unless { context.criminal };",
    ]
    for release in body["release"]:
        fields = ", ".join(f'Field::"{name}"' for name in release["fields"])
        after = f" && context.stage >= {STAGES[release['after']]}" if "after" in release else ""
        lines.append(
            f'permit(principal == Recipient::"{release["to"]}", action == Action::"release", '
            f"resource) when {{ {in_force} && [{fields}].contains(resource){after} }};"
        )
    if not body["answer"]["local_agency"]:
        lines.append('forbid(principal == Recipient::"local_agency", action, resource);')
    levels = body["levels"]
    if len(levels["permit"]) < 4:
        permitted = ", ".join(f'"{level}"' for level in levels["permit"])
        lines.append(
            'forbid(principal, action == Action::"release", resource) '
            f"unless {{ [{permitted}].contains(context.level_{levels['version']}) }};"
        )
    for exclusion in body["exclusions"]:
        action = ' == Action::"release"' if exclusion["fact"] in FOUND_BY_SEARCH else ""
        until = f"context.stage < {STAGES[exclusion['until']]} && " if "until" in exclusion else ""
        lines.append(
            f"forbid(principal, action{action}, resource) "
            f"when {{ {until}context.{exclusion['fact']} }};"
        )
    return "\n".join([*lines, *halts(body["events"])])


def halts(events: list[dict]) -> list[str]:
    """A termination forbids for good; a suspension until something later that is known of."""
    order = sorted(
        events,
        key=lambda e: (
            datetime.fromisoformat(e["effective"]), datetime.fromisoformat(e["recorded"]),
            e["event"] == "suspended", e["id"],
        ),
    )  # fmt: skip
    lines = []
    for i, event in enumerate(order):
        when = happened(event)
        if event["event"] == "suspended":
            # Of two suspensions the later one forbids by itself, so any later event may lift.
            when += "".join(
                f" && !({happened(later)})"
                for later in order[i + 1 :]
                if later["event"] != "terminated"
            )
        if event["event"] != "resumed":
            lines.append(f"forbid(principal, action, resource) when {{ {when} }};")
    return lines


def happened(event: dict) -> str:
    known, at = seconds(event["recorded"]), seconds(event["effective"])
    return f"context.known >= {known} && context.at >= {at}"


def request(facts: dict, at: datetime, known: datetime, to: str = "", field: str = "") -> dict:
    """One question to Cedar; without a field it asks for the search."""
    context: dict[str, object] = {
        "at": int(at.timestamp()),
        "known": int(known.timestamp()),
        "jurisdiction": facts["jurisdiction"],
    }
    context |= {name: value for name, value in facts.items() if isinstance(value, bool)}
    if facts["stage"] is not None:
        context["stage"] = STAGES[facts["stage"]]
    for version, level in facts["level"].items():
        if level is not None:
            context[f"level_{version}"] = level
    return {
        "principal": f'Recipient::"{to or "nobody"}"',
        "action": f'Action::"{"release" if field else "search"}"',
        "resource": f'Field::"{field or "nothing"}"',
        "context": context,
    }


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
