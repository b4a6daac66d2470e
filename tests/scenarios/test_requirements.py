"""The table of requirements is whole, and what it names exists."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.agreement.read import read_text
from comity.agreement.words import HOLD_HOURS_MAX, REGIMES
from comity.errors import AgreementError
from tests.scenarios.test_scenarios import HERE, sheet
from tests.shared_data import PROJECT

PAGE = (PROJECT / "docs" / "requirements.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d+ \|", line)
]
COUNT = 28  # 27, and the critic's note
NAMES = (
    "TRAFFIC", "LOWLEVEL", "CONVICTION", "VICTIM", "DISCRETION", "GOALS", "TRANSPARENCY", "CHARGE",
    "STATMON", "COMPLAINT", "NOTICE", "USC", "CORRECT", "LOCALCONSENT", "ACTIVATION-NOTICE",
    "NODUP", "NO-DUP-WORK", "RESPTIME", "AUDITLOG", "RETENTION", "DQ", "SECRECY",
    "DETAINER-EXPIRY", "SUSPEND", "PLAN", "DOJ-OVERSIGHT", "TRAINING", "LOCALVIEW",
)  # fmt: skip


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_requirement_is_kept_or_says_why_not() -> None:
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, COUNT + 1)]
    assert [re.match(r"R-([A-Z-]+):", row[1]).group(1) for row in ROWS] == list(NAMES)  # type: ignore[union-attr]
    for number, _, source, part, kept, shown in ROWS:
        assert source, number
        answer = re.match(r"(yes|in part|no)\b", kept)
        assert answer, number
        if answer.group() != "yes":
            assert len(kept) > len("in part: ") + 20, f"{number} does not say what is missing"
        assert (answer.group() == "no") == (shown == ""), number
        assert (answer.group() == "no") == (part == "none"), number


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_proves_it_exists(row: list[str]) -> None:
    named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", row[5])
    assert row[5].count("::") == len(named)
    for path, name in named:
        assert (PROJECT / path).exists(), path
        assert name in functions_in(PROJECT / path), f"{path}::{name}"


def test_the_scenarios_and_the_table_point_at_each_other() -> None:
    cases = sheet(HERE / "requirements.yaml")["cases"]
    in_scenarios = {re.match(r"(\d+): ", case["name"]).group(1) for case in cases}  # type: ignore[union-attr]
    in_table = {row[0] for row in ROWS if f"requirements.yaml {row[0]}" in row[5]}
    assert in_scenarios == in_table


def properties(schema: Any) -> Iterator[str]:
    """Every key that a file may have, at whatever depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else ():
        yield from properties(part)


def test_the_clauses_that_it_names_are_clauses() -> None:
    schema = json.loads((PROJECT / "docs" / "spec" / "agreement.schema.json").read_text("utf-8"))
    known = set(properties(schema))
    named = {word for row in ROWS for word in re.findall(r"`([a-z_]+)`", row[3])}
    facts_and_columns = {
        "minor_traffic_only", "victim_or_witness", "lawful_process_only", "citizen", "conviction",
        "citizen_unknown", "missing_charge", "statistics", "docs", *REGIMES,
    }  # fmt: skip
    assert named <= known | facts_and_columns
    assert {"trigger", "levels", "exclusions", "events", "hold", "told", "answer"} <= named


# --- two that a file keeps by not loading ---------------------------------------------------


def told() -> str:
    return (HERE / "agreements" / "requirements" / "told.yaml").read_text("utf-8")


@pytest.mark.parametrize("name", ["told", "published"])
def test_an_activation_told_too_late_is_refused(name: str) -> None:
    before = read_text(told()).term
    assert before.told is not None
    late = re.sub(rf"(  {name}): .*", r"\1: 2011-03-02T00:00:00.000001-06:00", told())
    with pytest.raises(AgreementError, match="2011-0") as refused:
        read_text(late)
    assert len(refused.value.findings) == 1
    # To the microsecond: sixty days before it takes effect is in time.
    in_time = re.sub(rf"(  {name}): .*", r"\1: 2011-03-02T00:00:00-06:00", told())
    assert read_text(in_time).term.effective == before.effective


def test_an_activation_that_was_never_published_is_refused() -> None:
    with pytest.raises(AgreementError, match="published"):
        read_text(re.sub(r"  published: .*\n", "", told()))


@pytest.mark.parametrize("hours", ["", ", hours: 0", f", hours: {HOLD_HOURS_MAX + 1}"])
def test_no_hold_is_without_end(hours: str) -> None:
    honoured = f'hold: {{id: hold, text: "6a", honoured: yes{hours}}}\nreview:'
    with pytest.raises(AgreementError) as refused:
        read_text(told().replace("review:", honoured))
    assert len(refused.value.findings) == 1
