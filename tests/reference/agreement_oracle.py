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
    if question == "hold":
        said = hold(bodies, status, facts)
    else:
        said = opening(bodies, status, running, question, facts)
    permit = any(said.fields.values()) if question == "release" else said.allowed
    timing, awaits = when(said, question, permit)
    return {
        "permit": permit,
        "timing": timing,
        "awaits": awaits,
        "clauses": said.clauses,
        "unknown": [] if permit else sorted(set(said.unknown), key=FACTS.index),
        "fields": {to: sorted(f, key=FIELDS.index) for to, f in said.fields.items() if f},
        "second_reviewer": any(
            b["review"]["second_reviewer"] for b in running if b["regime"] != "local_limit"
        ),
        "agreements": sorted(b["agreement"] for b in running),
    }


def opening(
    bodies: list[dict], status: dict, running: list[dict], question: str, facts: dict
) -> Said:
    """A search or a release: what either regime lets through, cut by local limits."""
    state, state_clauses = regime_status(bodies, status, "agreement_required")
    mandate, mandate_clauses = regime_status(bodies, status, "federal_mandate")
    said = Said(clauses=state_clauses | mandate_clauses)
    limits = [b for b in running if b["regime"] == "local_limit" and "answer" in b]
    if state == "running":
        ask(said, [b for b in running if b["regime"] == "agreement_required"], RECIPIENTS,
            question, facts, limits)  # fmt: skip
    if mandate == "running":
        governed = RECIPIENTS[:1] if state in ("running", "suspended") else RECIPIENTS
        ask(said, [b for b in running if b["regime"] == "federal_mandate"], governed,
            question, facts, limits)  # fmt: skip
    if state == mandate == "nothing":
        said.clauses = {"default#no-agreement"}
    return said


def hold(bodies: list[dict], status: dict, facts: dict) -> Said:
    """Whether the local agency may honour a request to hold: rules 5 and 6."""
    said = Said(clauses=set())
    willing = []
    for regime in ("agreement_required", "federal_mandate", "local_limit"):
        members = [b for b in bodies if b["regime"] == regime]
        kind, closing = regime_status(bodies, status, regime)
        if kind == "running":
            willing += [
                b for b in members
                if status[b["agreement"]][0] == "running" and b.get("hold", {}).get("honoured")
            ]  # fmt: skip
        elif any("hold" in b for b in members if status[b["agreement"]][0] != "nothing"):
            said.clauses |= closing
    asked = [b for b in bodies if status[b["agreement"]][0] in ("running", "suspended")]
    refused = {name(b, b["hold"]) for b in asked if "hold" in b and not b["hold"]["honoured"]}
    if not willing:
        said.clauses |= refused
        said.clauses = said.clauses or {"default#no-hold-clause"}
        return said
    denials = denied_by(asked, "hold", facts) + [(clause, "never", []) for clause in refused]
    if denials:
        note_denials(said, denials)
        return said
    said.allowed = True
    for body in willing:
        said.clauses |= {name(body, body[c]) for c in ("term", "trigger", "levels", "hold")}
    return said


@dataclass
class Said:
    """What the regimes said so far."""

    clauses: set[str]
    allowed: bool = False
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


def note_denials(said: Said, denials: list[tuple[str, str, list[str]]]) -> None:
    """Clauses that denied together: what they are called, lack, and wait for."""
    said.clauses |= {clause for clause, _, _ in denials}
    missing = [fact for _, _, names in denials for fact in names]
    said.unknown += missing
    kinds = [kind for _, kind, _ in denials]
    if "never" not in kinds:
        said.hopes += missing
        stages = [kind for kind in kinds if kind in STAGES]
        said.stages += [max(stages, key=STAGES.index)] if stages else []


def ask(
    said: Said, group: list[dict], governed: list[str], question: str, facts: dict,
    limits: list[dict],
) -> None:  # fmt: skip
    """Ask the agreements of one regime, which must all permit."""
    denials = denied_by(group, question, facts)
    if denials:
        note_denials(said, denials)
        return
    granting = {c for b in group for c in (name(b, b["term"]), name(b, b["trigger"]))}
    if question == "search":
        said.allowed = True
        said.clauses |= granting
        return
    stage = facts["stage"]
    on_paper = {s: given_at(group, governed, s) for s in STAGES}
    if limits and "local_agency" in governed and on_paper["conviction"]["local_agency"]:
        limit(said, on_paper, limits, facts)
    given = on_paper[stage]
    for to in governed:
        said.fields[to] |= given[to]
    said.clauses |= giving(group, governed)
    if any(given.values()):
        said.clauses |= granting | {name(b, b["levels"]) for b in group}
        said.clauses |= {name(b, b["review"]) for b in group if b["review"]["second_reviewer"]}
    later = STAGES[STAGES.index(stage) + 1 :]
    said.stages += [s for s in later if on_paper[s] != given][:1]


def limit(said: Said, on_paper: dict, limits: list[dict], facts: dict) -> None:
    """Cut what a regime gives the local agency, at every stage, to what its limits give."""
    for s, given in on_paper.items():
        given["local_agency"] &= given_at(limits, ["local_agency"], s)["local_agency"]
    if on_paper["conviction"]["local_agency"]:
        # All were asked already whether the submission is criminal.
        denials = [d for d in denied_by(limits, "release", facts) if d[0][:8] != "default#"]
        if denials:
            note_denials(said, denials)
            for given in on_paper.values():
                given["local_agency"] = set()
            return
    said.clauses |= giving(limits, ["local_agency"])


def giving(group: list[dict], governed: list[str]) -> set[str]:
    """The releases to some recipients, and the answers where the local agency is one."""
    named = {name(b, r) for b in group for r in b["release"] if r["to"] in governed}
    if "local_agency" in governed:
        named |= {name(b, b["answer"]) for b in group}
    return named


def when(said: Said, question: str, permit: bool) -> tuple[str, str | None]:
    """Now, later on what, or never."""
    stage = min(said.stages, key=STAGES.index) if said.stages else None
    if permit:
        return "now", stage if question == "release" else None
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
        if question != "search":
            found += level_denial(body, facts)
        for clause in body["exclusions"]:
            if question != "search" or clause["fact"] not in FOUND_BY_SEARCH:
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
