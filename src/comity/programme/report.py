"""The report of a run: one self-contained page, without script and without network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comity import __version__
from comity.agreement.explain import cited
from comity.exchange.case import Case
from comity.exchange.house import House
from comity.exchange.invariants import Check
from comity.ledger.checkpoint import Checkpoint
from comity.programme import page
from comity.programme.ending import MEANS, STATES, ending
from comity.programme.plan import Plan
from comity.programme.run import Outcome
from comity.programme.story import Story
from comity.statistics.table import Row, Table

HERE = Path(__file__).parent
DATE = "%-d %B %Y"
CLOCK = "%Y-%m-%d %H:%M"

# What the page shows of the published table; the CSV beside it has every column.
COLUMNS: dict[str, dict[str, str]] = {
    "Checked": {
        "submissions": "received",
        "rejected": "refused",
        "missing_charge": "no charge",
        "not_searched": "not searched",
        "searched": "searched",
    },
    "Matches": {
        "matches": "all",
        "matches_1": "L1",
        "matches_2": "L2",
        "matches_3": "L3",
        "matches_non-criminal": "non-criminal",
        "matches_unknown": "n.k.",
        "matches_persons": "persons",
    },
    "Of the matches": {
        "lawful_process_only": "lawful only",
        "citizen": "citizen",
        "withheld": "withheld",
        "released": "released",
        "released_later": "later",
        "retracted": "retracted",
    },
    "Then": {"reviewed": "reviewed", "custody": "custody", "removed": "removed"},
}
RATES = {
    "match_per_submission": "Matches per submission",
    "match_per_search": "Matches per search made",
    "not_searched_per_submission": "Not searched, per submission",
    "withheld_per_match": "Withheld per match",
    "lawful_process_only_per_match": "Known only for a lawful process, per match",
    "custody_per_match": "Custody per match",
    "non_criminal_per_custody": "Non-criminal per custody",
}


@dataclass(frozen=True)
class Material:
    """Everything the page is made of."""

    plan: Plan
    seed: int
    house: House
    outcome: Outcome
    table: Table
    head: Checkpoint
    checks: Sequence[Check]
    story: Story


def write(material: Material, path: Path) -> None:
    """Render the page; the same material gives the same bytes."""
    path.write_text(page.render(HERE / "report.html", **context(material)), encoding="utf-8")


def context(material: Material) -> dict[str, Any]:
    """The page's variables."""
    plan, outcome = material.plan, material.outcome
    numbered = _numbered(material)
    instants = [plan.instant(b.at) for b in plan.bookings]
    return {
        "plan": plan,
        "css": (HERE / "report.css").read_text(),
        "version": __version__,
        "seed": material.seed,
        "head": material.head,
        "folder": "out/demo",
        "totals": material.table.total.counts,
        "first_day": min(instants).strftime(DATE),
        "last_day": max(instants).strftime(DATE),
        "figures": _figures(material.table.total),
        "states": [{"key": key, "name": name, "means": MEANS[key]} for key, name in STATES.items()],
        "waffle": _waffle(plan, numbered),
        "columns": [
            {"name": group, "columns": [{"key": k, "name": n} for k, n in columns.items()]}
            for group, columns in COLUMNS.items()
        ],
        "rows": [
            *(_row(plan, row) for row in material.table.rows),
            _row(plan, material.table.total),
        ],
        "rates": _rates(material.table.total),
        "clauses": _clauses(material),
        "story": material.story,
        "cases": numbered,
        "checks": material.checks,
        "uses": outcome.uses,
    }


def _figures(total: Row) -> list[dict[str, Any]]:
    counts = total.counts
    told = [
        ("submissions", "submissions", "", "files received"),
        ("rejected", "refused", "bad", "an ERRT says where and why"),
        ("not_searched", "not searched", "hold", "no agreement allowed it"),
        ("matches", "matches", "", f"{counts['matches_persons']} different persons"),
        ("withheld", "withheld", "hold", "found, and nothing left"),
        ("released", "released", "go", f"{counts['released_later']} of them only later"),
        ("retracted", "retracted", "back", "taken back from all who had it"),
    ]
    return [
        {"key": key, "name": name, "value": counts[key], "tone": tone, "note": note}
        for key, name, tone, note in told
    ]


def _numbered(material: Material) -> list[dict[str, Any]]:
    """Every case in order of time, numbered from 1 as its file is."""
    plan, outcome = material.plan, material.outcome
    rows = [
        _case(plan, index + 1, plan.instant(plan.bookings[index].at).strftime(CLOCK), case)
        for index, (case, _) in outcome.answered.items()
    ]
    breaks = {b.how: (n, b) for n, b in enumerate(plan.broken, start=len(plan.bookings) + 1)}
    for how, case, findings in outcome.refused:
        number, broken = breaks[how]
        row = _case(plan, number, plan.instant(broken.at).strftime(CLOCK), case)
        worst = next((f for f in findings if f.severity == "error"), findings[0])
        field = " ".join(part for part in (worst.tag, worst.mnemonic) if part)
        found = f"{how}: {worst.code}{f', field {field}' if field else ''}"
        rows.append(row | {"because": found, "ori": broken.county})
    return sorted(rows, key=lambda row: (row["at"], row["number"]))


def _case(plan: Plan, number: int, at: str, case: Case) -> dict[str, Any]:
    end = ending(case)
    second = case.event("second search")
    first = case.event("first response")
    charges = case.submission.charges if case.submission else ()
    county = next((c.name for c in plan.counties if c.ori == case.jurisdiction), "unreadable file")
    return {
        "number": number,
        "at": at,
        "ori": case.jurisdiction,
        "county": county,
        "charge": ", ".join(c.text for c in charges),
        "first": _first(case, first.body["response"] if first else ""),
        "second": "not asked"
        if second is None
        else "match"
        if second.body["identity"]
        else "no match",
        "state": end.state,
        "state_name": end.name,
        "because": ", ".join(c for c in end.because if not _granting(c)),
    }


def _first(case: Case, response: str) -> str:
    search = case.event("criminal search")
    if response != "SRE" or search is None:
        return response
    return "SRE, identified" if search.body["identified"] else "SRE, not identified"


def _granting(clause: str) -> bool:
    """Clauses that only say who may have what: not a reason for withholding."""
    return clause.partition("#")[2].startswith("to-")


def _waffle(plan: Plan, numbered: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {s.code: s.name for s in plan.states}
    rows = []
    for county in plan.counties:
        mine = [row for row in numbered if row["ori"] == county.ori]
        counts = Counter(row["state_name"] for row in mine)
        order = [name for name in STATES.values() if counts[name]]
        rows.append(
            {
                "county": county,
                "state": names[county.state],
                "cases": sorted(mine, key=lambda row: list(STATES).index(row["state"])),
                "counts": [(name, counts[name]) for name in order],
            }
        )
    return rows


def _row(plan: Plan, row: Row) -> dict[str, Any]:
    ori = row.key[0] if row.key else ""
    name = next((c.name for c in plan.counties if c.ori == ori), "unreadable file")
    cells = {key: row.counts.get(key, 0) for group in COLUMNS.values() for key in group}
    return {
        "key": ori or "total",
        "name": name if ori else "All",
        "total": not ori,
        "cells": {key: value or "·" for key, value in cells.items()},
    }


def _rates(total: Row) -> list[dict[str, Any]]:
    told = []
    for key, name in RATES.items():
        rate = total.rates[key]
        if rate.estimate is None or rate.low is None or rate.high is None:
            continue
        told.append(
            {
                "name": name,
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "percent": f"{100 * rate.estimate:.1f}",
                "low": f"{100 * rate.low:.1f}",
                "high": f"{100 * rate.high:.1f}",
                "width": f"{100 * (rate.high - rate.low):.1f}",
            }
        )
    return told


def _clauses(material: Material) -> list[dict[str, Any]]:
    """Every clause that bore on a last denial, by the table's own columns."""
    agreements = material.house.agreements()
    found: dict[str, Counter[str]] = {}
    for column, count in material.table.total.counts.items():
        measure, bracket, rest = column.partition("[")
        if bracket:
            found.setdefault(rest.removesuffix("]"), Counter())[measure] += count
    rows = []
    for clause, counts in sorted(found.items()):
        words, _, text = cited(clause, agreements).rpartition(" (")
        rows.append(
            {
                "id": clause,
                "words": words or text,
                "text": text.removesuffix(")") if words else "",
                "search": counts["not_searched"],
                "release": counts["withheld"],
            }
        )
    return rows
