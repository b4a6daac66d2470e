"""The published counts by plain loops: for each column, walk all entries of each case again.

Entries are dicts {index, kind, period, values}; imports nothing of ours.
"""

from __future__ import annotations

LEVELS = ["1", "2", "3", "non-criminal", "unknown"]


def table(entries, version, with_month):
    """{key: {column: count}}, with the total under the key ()."""
    entries = sorted(entries, key=lambda e: e["index"])
    cases = []
    for entry in entries:
        if entry["kind"] == "received":
            own = [e for e in entries if e["values"].get("case") == entry["values"]["case"]]
            cases.append(own)
    keys = {()}
    for case in cases:
        keys.add(key_of(case, with_month))
    answer = {}
    for key in keys:
        members = [c for c in cases if not key or key_of(c, with_month) == key]
        answer[key] = row(members, version)
    return answer


def key_of(case, with_month):
    received = of_kind(case, "received")[0]
    if with_month:
        return (received["values"]["jurisdiction"], received["period"])
    return (received["values"]["jurisdiction"],)


def of_kind(case, kind):
    return [e for e in case if e["kind"] == kind]


def row(cases, version):
    out = {}
    count_submissions(cases, out)
    count_clauses(cases, out)
    count_levels(cases, version, out)
    count_persons(cases, out)
    count_what_followed(cases, out)
    return out


def count_submissions(cases, out):
    for name in ("submissions", "rejected", "missing_charge", "searched", "decided_again"):
        out[name] = 0
    for case in cases:
        received = of_kind(case, "received")[0]["values"]
        out["submissions"] += 1
        answers = [r["values"]["response"] for r in of_kind(case, "first_response")]
        out["rejected"] += received["accepted"] is False or "ERRT" in answers
        out["missing_charge"] += received["missing_charge"] is True
        out["searched"] += len(of_kind(case, "search")) > 0
        numbers = [d["values"]["number"] for d in of_kind(case, "decision")]
        out["decided_again"] += max([0, *numbers]) > 1


def count_clauses(cases, out):
    out["not_searched"] = 0
    out["withheld"] = 0
    for case in cases:
        if not of_kind(case, "search"):
            add_denial(last_decision(case, "search"), "not_searched", out)
        if matched(case) and not left(case):
            add_denial(last_decision(case, "release"), "withheld", out)


def add_denial(decision, name, out):
    if decision is not None and decision["permit"] is False:
        out[name] += 1
        for clause in set(decision["clauses"]):
            column = name + "[" + clause + "]"
            out[column] = out.get(column, 0) + 1


def count_levels(cases, version, out):
    names = ["lawful_process_only", "lawful_process_unknown", "citizen", "citizen_unknown"]
    for name in ("matches", "custody", "removed"):
        names += [name] + [name + "_" + level for level in LEVELS]
    for name in names:
        out[name] = 0
    for case in cases:
        if matched(case):
            first = matched(case)[0]
            out["matches"] += 1
            out["matches_" + level_name(first["level"], version)] += 1
            out["lawful_process_only"] += first["lawful_process_only"] is True
            out["lawful_process_unknown"] += first["lawful_process_only"] is None
            out["citizen"] += first["citizen"] is True
            out["citizen_unknown"] += first["citizen"] is None
        for stage, name in (("custody", "custody"), ("removal", "removed")):
            levels = outcomes(case, stage)
            if levels:
                out[name] += 1
                out[name + "_" + level_name(levels[0], version)] += 1


def count_persons(cases, out):
    people = {"submissions": [], "matches": [], "released": [], "custody": [], "removed": []}
    for number, case in enumerate(cases):
        who = person(case) or number
        people["submissions"].append(who)
        if matched(case):
            people["matches"].append(who)
        if left(case):
            people["released"].append(who)
        if outcomes(case, "custody"):
            people["custody"].append(who)
        if outcomes(case, "removal"):
            people["removed"].append(who)
    for name, members in people.items():
        out[name + "_persons"] = len(set(members))


def count_what_followed(cases, out):
    for name in (
        "released",
        "released_later",
        "stopped",
        "retracted",
        "retractions_acknowledged",
        "reviewed",
        "action_requested",
        "subject_access",
        "contested",
    ):
        out[name] = 0
    for case in cases:
        out["released"] += len(left(case)) > 0
        out["released_later"] += True in [r["values"]["late"] for r in left(case)]
        out["stopped"] += len(of_kind(case, "release")) > len(left(case))
        retractions = of_kind(case, "retraction")
        answered = [a["values"]["of_leaf"] for a in of_kind(case, "acknowledgement")]
        out["retracted"] += len(retractions) > 0
        if retractions and all(r["index"] in answered for r in retractions):
            out["retractions_acknowledged"] += 1
        reviews = [d["values"]["determination"] for d in of_kind(case, "determination")]
        out["reviewed"] += len(reviews) > 0
        out["action_requested"] += reviews[-1:] == ["action_requested"]
        accesses = [a["values"]["contested"] for a in of_kind(case, "subject_access")]
        out["subject_access"] += len(accesses) > 0
        out["contested"] += True in accesses


def matched(case):
    return [s["values"] for s in of_kind(case, "search") if s["values"]["matched"]]


def left(case):
    stopped = [c["values"]["of_leaf"] for c in of_kind(case, "cancellation")]
    return [r for r in of_kind(case, "release") if r["index"] not in stopped]


def outcomes(case, stage):
    found = [o["values"] for o in of_kind(case, "outcome")]
    return [o["level"] for o in found if o["stage"] == stage]


def person(case):
    """The first pseudonym told, by a first response or by the first match."""
    seen_match = False
    for entry in case:
        told = None
        if entry["kind"] == "first_response":
            told = entry["values"]["person"]
        if entry["kind"] == "search" and entry["values"]["matched"] and not seen_match:
            seen_match = True
            told = entry["values"]["person"]
        if told:
            return told
    return None


def last_decision(case, question):
    decisions = [d["values"] for d in of_kind(case, "decision")]
    decisions = [d["decision"] for d in decisions if d["question"] == question]
    return decisions[-1] if decisions else None


def level_name(levels, version):
    level = levels.get(version)
    return level if level in LEVELS else "unknown"
