"""A decision worked out slowly, one rule after another, on plain dictionaries.

It takes an agreement in its canonical form and facts as JSON, and imports nothing of the house:
it is written from docs/spec/agreement.md, without tables, columns or spans of time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

STAGES = ["arrest", "charge", "conviction"]
RECIPIENTS = ["notified_agency", "state_bureau", "local_agency"]
FACTS = [
    "criminal", "stage", "level.2008", "level.2010", "level.2014", "minor_traffic_only", "juvenile",
    "victim_or_witness", "lawful_process_only", "citizen",
]  # fmt: skip
FIELDS = [
    "identity_number", "encounters", "name", "birth_date", "place_of_birth", "sex", "arrest_date",
    "charges", "level", "booking_agency", "custody",
]  # fmt: skip
FOUND_BY_SEARCH = ["lawful_process_only", "citizen"]


def decision(bodies: list[dict], question: str, facts: dict, at: datetime, known: datetime) -> dict:
    """permit, timing, awaits, clauses (as a set), unknown, fields, second_reviewer, agreements."""
    bodies = [b for b in bodies if covers(b, facts["jurisdiction"])]
    status = {b["agreement"]: status_of(b, at, known) for b in bodies}
    running = [b for b in bodies if status[b["agreement"]][0] == "running"]
    state, state_clauses = regime_status(bodies, status, "agreement_required")
    mandate, mandate_clauses = regime_status(bodies, status, "federal_mandate")
    said = Said(clauses=state_clauses | mandate_clauses)
    if state == "running":
        ask(said, [b for b in running if b["regime"] == "agreement_required"], RECIPIENTS,
            question, facts)  # fmt: skip
    if mandate == "running":
        governed = RECIPIENTS[:1] if state in ("running", "suspended") else RECIPIENTS
        ask(said, [b for b in running if b["regime"] == "federal_mandate"], governed,
            question, facts)  # fmt: skip
    if state == mandate == "nothing":
        said.clauses = {"default#no-agreement"}
    permit = said.search if question == "search" else any(said.fields.values())
    timing, awaits = when(said, question, permit)
    return {
        "permit": permit,
        "timing": timing,
        "awaits": awaits,
        "clauses": said.clauses,
        "unknown": [] if permit else sorted(set(said.unknown), key=FACTS.index),
        "fields": {to: sorted(f, key=FIELDS.index) for to, f in said.fields.items() if f},
        "second_reviewer": any(b["review"]["second_reviewer"] for b in running),
        "agreements": sorted(b["agreement"] for b in running),
    }


@dataclass
class Said:
    """What the regimes said so far."""

    clauses: set[str]
    search: bool = False
    stages: list[str] = field(default_factory=list)  # awaited
    hopes: list[str] = field(default_factory=list)  # unknown facts that could change the answer
    unknown: list[str] = field(default_factory=list)
    fields: dict[str, set[str]] = field(default_factory=lambda: {to: set() for to in RECIPIENTS})


def regime_status(bodies: list[dict], status: dict, regime: str) -> tuple[str, set[str]]:
    """One suspension stops a regime; what is over counts only where nothing else is left."""
    members = [b["agreement"] for b in bodies if b["regime"] == regime]
    for kind in ("suspended", "running", "over"):
        clauses = {status[m][1] for m in members if status[m][0] == kind}
        if clauses:
            return kind, clauses - {""}
    return "nothing", set()


def ask(said: Said, group: list[dict], governed: list[str], question: str, facts: dict) -> None:
    """Ask the agreements of one regime, which must all permit."""
    denials = denied_by(group, question, facts)
    if denials:
        said.clauses |= {clause for clause, _, _ in denials}
        missing = [name for _, _, names in denials for name in names]
        said.unknown += missing
        kinds = [kind for _, kind, _ in denials]
        if "never" not in kinds:
            said.hopes += missing
            stages = [kind for kind in kinds if kind in STAGES]
            said.stages += [max(stages, key=STAGES.index)] if stages else []
        return
    granting = {c for b in group for c in (name(b, b["term"]), name(b, b["trigger"]))}
    if question == "search":
        said.search = True
        said.clauses |= granting
        return
    given = given_at(group, governed, facts["stage"])
    for to in governed:
        said.fields[to] |= given[to]
    said.clauses |= {name(b, r) for b in group for r in b["release"] if r["to"] in governed}
    if "local_agency" in governed:
        said.clauses |= {name(b, b["answer"]) for b in group}
    if any(given.values()):
        said.clauses |= granting | {name(b, b["levels"]) for b in group}
        said.clauses |= {name(b, b["review"]) for b in group if b["review"]["second_reviewer"]}
    later = STAGES[STAGES.index(facts["stage"]) + 1 :]
    said.stages += [s for s in later if given_at(group, governed, s) != given][:1]


def when(said: Said, question: str, permit: bool) -> tuple[str, str | None]:
    """Now, later on what, or never."""
    stage = min(said.stages, key=STAGES.index) if said.stages else None
    if permit:
        return "now", None if question == "search" else stage
    if stage:
        return "later", stage
    if said.hopes:
        return "later", min(said.hopes, key=FACTS.index)
    return "never", None


def name(body: dict, clause: dict) -> str:
    return f"{body['agreement']}#{clause['id']}"


def covers(body: dict, jurisdiction: str) -> bool:
    for ori in body["scope"]["jurisdictions"]:
        if ori == jurisdiction:
            return True
        if ori[-1] == "*" and jurisdiction[: len(ori) - 1] == ori[:-1]:
            return True
    return False


def status_of(body: dict, at: datetime, known: datetime) -> tuple[str, str]:
    """nothing, running, suspended or over, and the clause of the event that made it so."""
    time = datetime.fromisoformat
    if time(body["recorded"]) > known or time(body["term"]["effective"]) > at:
        return "nothing", ""
    seen = [
        e for e in body["events"] if time(e["recorded"]) <= known and time(e["effective"]) <= at
    ]
    over = [e for e in seen if e["event"] == "terminated"]
    if over:
        first = min(over, key=lambda e: (time(e["effective"]), time(e["recorded"]), e["id"]))
        return "over", name(body, first)
    state, clause = "running", ""
    # Later effects last; of those together the later recorded last; then suspensions last.
    for event in sorted(
        seen,
        key=lambda e: (
            time(e["effective"]), time(e["recorded"]), e["event"] == "suspended", e["id"],
        ),
    ):  # fmt: skip
        state = "suspended" if event["event"] == "suspended" else "running"
        clause = name(body, event) if state == "suspended" else ""
    return state, clause


def denied_by(group: list[dict], question: str, facts: dict) -> list[tuple[str, str, list[str]]]:
    """Each clause that stands in the way: its name, what it awaits or never, what is unknown."""
    found = []
    if facts["criminal"] is None:
        found.append(("default#not-a-criminal-submission", "unknown", ["criminal"]))
    elif not facts["criminal"]:
        found.append(("default#not-a-criminal-submission", "never", []))
    for body in group:
        found += stage_denial(body, facts)
        if question == "release":
            found += level_denial(body, facts)
        for clause in body["exclusions"]:
            if question == "release" or clause["fact"] not in FOUND_BY_SEARCH:
                found += exclusion_denial(body, clause, facts)
    return found


def stage_denial(body: dict, facts: dict) -> list[tuple[str, str, list[str]]]:
    wanted, stage = body["trigger"]["stage"], facts["stage"]
    if stage is None:
        return [(name(body, body["trigger"]), "unknown", ["stage"])]
    if STAGES.index(stage) < STAGES.index(wanted):
        return [(name(body, body["trigger"]), wanted, [])]
    return []


def level_denial(body: dict, facts: dict) -> list[tuple[str, str, list[str]]]:
    clause = body["levels"]
    if len(set(clause["permit"])) == 4:
        return []
    level = facts["level"].get(clause["version"])
    if level is None:
        return [(name(body, clause), "unknown", ["level." + clause["version"]])]
    if level in clause["permit"]:
        return []
    may_change = clause["version"] in ("2010", "2014") and facts["stage"] != "conviction"
    return [(name(body, clause), "conviction" if may_change else "never", [])]


def exclusion_denial(body: dict, clause: dict, facts: dict) -> list[tuple[str, str, list[str]]]:
    fact, until, stage = facts[clause["fact"]], clause.get("until"), facts["stage"]
    if fact is False:
        return []
    if until and stage and STAGES.index(stage) >= STAGES.index(until):
        return []
    missing = [clause["fact"]] if fact is None else []
    missing += ["stage"] if until and stage is None else []
    if missing:
        return [(name(body, clause), "unknown", missing)]
    return [(name(body, clause), until or "never", [])]


def given_at(group: list[dict], governed: list[str], stage: str) -> dict[str, set[str]]:
    """What every agreement of a group gives each recipient at a stage."""
    given = {}
    for to in governed:
        shares = []
        for body in group:
            share: set[str] = set()
            for release in body["release"]:
                late = release.get("after") and STAGES.index(stage) < STAGES.index(release["after"])
                if release["to"] == to and not late:
                    share |= set(release["fields"])
            if to == "local_agency" and not body["answer"]["local_agency"]:
                share = set()
            shares.append(share)
        given[to] = set.intersection(*shares)
    return given
