"""History is complete: every dated event has its clause, or says why it bound nobody."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from comity.agreement.decide import decide
from comity.agreement.read import read_directory, read_file, read_text
from comity.agreement.terms import Agreement, Event, Term
from comity.cli import main
from comity.errors import AgreementError
from comity.records import Decision
from tests.scenarios.test_scenarios import HERE, PRESETS, agreements_of, cases, facts_of, sheet
from tests.shared_data import PROJECT, shared

FOLDER = PRESETS / "secure_communities"
ROWS: list[dict[str, Any]] = sheet(HERE / "timeline.yaml")["rows"]
SCENARIOS = {case.values[0]["name"]: case.values[0] for case in cases()}
PAGE = (PROJECT / "docs" / "history.md").read_text("utf-8")


def key(row: dict[str, Any]) -> str:
    return f"{row['day']} {row['actor']}"


def decided(name: str) -> Decision:
    case = SCENARIOS[name]
    known_at = case.get("known_at")
    return decide(
        agreements_of(case["agreements"]),
        case["question"],
        facts_of(case),
        at=datetime.fromisoformat(case["at"]),
        known_at=datetime.fromisoformat(known_at) if known_at else None,
    )


# --- the index ----------------------------------------------------------------------------


def test_every_row_of_the_published_timeline_is_in_history() -> None:
    text = shared("programme", "timeline.csv").read_text("utf-8")
    published = [f"{row['date']} {row['actor']}" for row in csv.DictReader(text.splitlines())]
    assert sorted(map(key, ROWS)) == sorted(published)


@pytest.mark.parametrize("row", ROWS, ids=key)
def test_an_event_has_its_clause_or_says_why_it_bound_nobody(row: dict[str, Any]) -> None:
    assert bool(row["holds"]) != bool(row.get("bound_nobody"))
    days: set[date] = set()
    for place in row["holds"]:
        name, _, clause_id = place.partition("#")
        agreement = read_file(FOLDER / name)
        assert clause_id in {clause.id for clause in agreement.clauses}, place
        days |= days_of(agreement, clause_id)
    if row["holds"]:
        assert (date.fromisoformat(row["day"]) in days) != bool(row.get("dated"))


def days_of(agreement: Agreement, clause_id: str) -> set[date]:
    """The days that a clause, or the recording of its agreement, falls on in that place."""
    days = {agreement.recorded.date()}
    for clause in agreement.clauses:
        if clause.id == clause_id and isinstance(clause, Term):
            days |= {at.date() for at in (clause.effective, clause.published) if at is not None}
        if clause.id == clause_id and isinstance(clause, Event):
            days |= {clause.given.date(), clause.effective.date()}
    return days


@pytest.mark.parametrize("row", [row for row in ROWS if "before" in row], ids=key)
def test_a_booking_before_and_after_the_event(row: dict[str, Any]) -> None:
    before, after = (SCENARIOS[row[when]]["facts"]["jurisdiction"] for when in ("before", "from"))
    assert before == after
    assert (said(decided(row["before"])) != said(decided(row["from"]))) is row["changes"]


@pytest.mark.parametrize("row", [row for row in ROWS if "before" not in row], ids=key)
def test_what_bound_nobody_left_the_same_case_as_it_was(row: dict[str, Any]) -> None:
    assert row["bound_nobody"]
    case = SCENARIOS[row["from"]]
    eve = datetime.fromisoformat(f"{row['day']}T00:00:00+00:00") - timedelta(hours=1)
    before = decide(agreements_of(case["agreements"]), case["question"], facts_of(case), at=eve)
    if row["actor"] == "Arlington County VA":
        # Since when it had been activated is not known, so before the vote nothing is permitted.
        assert before.clauses == ("default#no-agreement",)
        assert decided(row["from"]).permit
    else:
        assert said(before) == said(decided(row["from"]))


def said(decision: Decision) -> tuple[Any, ...]:
    return decision.permit, decision.timing, decision.awaits, dict(decision.fields)


# --- the page -----------------------------------------------------------------------------


def table_rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d{4}-\d\d-\d\d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", ROWS, ids=key)
def test_the_page_tells_the_event_and_its_clauses(row: dict[str, Any]) -> None:
    told = [cells for cells in table_rows() if cells[0] == row["day"] and row["actor"] in cells[1]]
    assert len(told) == 1
    _, _, event, clause, change, source = told[0]
    assert event
    assert re.search(r"\[[VSCR]\]", source), "how far to trust it"
    named = set(re.findall(r"`([a-z0-9-]+#[a-z0-9-]+)`", clause))
    held = {
        f"{read_file(FOLDER / place.partition('#')[0]).id}#{place.partition('#')[2]}"
        for place in row["holds"]
    }
    assert named == held
    assert held or clause.startswith("none")
    assert change.startswith("nothing") is not row.get("changes", False)


def test_the_page_names_every_file_and_only_those() -> None:
    named = set(re.findall(r"`([a-z0-9_]+\.yaml)`", PAGE))
    assert named == {path.name for path in FOLDER.glob("*.yaml")}


# --- the files ----------------------------------------------------------------------------


def test_the_files_are_one_set_and_each_says_how_far_to_trust_it() -> None:
    assert len(read_directory(FOLDER)) == len(list(FOLDER.glob("*.yaml")))
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert re.search(r"\[[VSR]\]", text.split("\nagreement:")[0].split("\n", 1)[1]), path.name
        dated = re.findall(r'text: "([^"]*(?:20[01]\d|20[12]\d)[^"]*)"', text)
        assert dated, path.name


def test_a_check_of_the_files_finds_what_the_page_says() -> None:
    ran = CliRunner().invoke(main, ["agreement", "check", str(FOLDER), "--json"])
    found = json.loads(ran.stdout)["findings"]
    told = {(Path(f["file"]).name, f["code"]) for f in found if f["severity"] != "note"}
    assert told == {
        ("washington_dc.yaml", "never-in-force"),
        ("mandate_northeast_2012.yaml", "overlap"),
    }
    assert {f["code"] for f in found if f["severity"] == "note"} == {"fields-to-nobody"}


def first_sunday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7)


def in_summer_time(at: datetime, standard: timedelta) -> bool:
    """Whether the United States put its clocks forward then: the law of 2005, from 2007 on."""
    begin = datetime.combine(first_sunday(at.year, 3) + timedelta(days=7), datetime.min.time())
    end = datetime.combine(first_sunday(at.year, 11), datetime.min.time())
    clock = at.astimezone(UTC).replace(tzinfo=None) + standard
    return at.year >= 2007 and begin + timedelta(hours=2) <= clock < end + timedelta(hours=1)


HOURS_FROM_UTC = {"CA": -8, "IL": -6, "TX": -6}  # every other file is of the East


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_time_has_the_offset_its_place_had_that_day(path: Path) -> None:
    agreement = read_file(path)
    own = HOURS_FROM_UTC.get(agreement.jurisdictions[0][:2], -5)
    if agreement.regime == "federal_mandate":
        own = -5
    said_by = [(own, agreement.recorded), (own, agreement.term.effective)]
    # Letters of the agency were written in Washington.
    said_by += [
        (-5 if "Immigration" in (event.by or "") else own, event.given)
        for event in agreement.events
    ]
    for hours, at in said_by:
        standard = timedelta(hours=hours)
        summer = timedelta(hours=1) if in_summer_time(at, standard) else timedelta()
        assert at.utcoffset() == standard + summer, at.isoformat()


# --- what the language refuses ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("california_santa_clara.yaml", "Santa Clara County Board of Supervisors"),
        ("california_san_francisco.yaml", "San Francisco Sheriff"),
        ("arlington_va.yaml", "Arlington County Board"),
        ("illinois.yaml", "Cook County"),
    ],
)
@pytest.mark.parametrize("event", ["terminated", "suspended"])
def test_a_county_cannot_end_what_it_did_not_sign(name: str, who: str, event: str) -> None:
    """The opt-out, written down as if it had bound somebody."""
    text = (FOLDER / name).read_text("utf-8")
    letter = (
        f"- {{id: opt-out, text: vote, event: {event}, by: {who}, given: 2011-09-28T19:00:00Z}}\n"
    )
    with pytest.raises(AgreementError) as refused:
        read_text(text.replace("events:\n", f"events:\n{letter}"))
    assert [finding.found for finding in refused.value.findings] == [who]
    assert all(party in refused.value.findings[0].expected for party in read_text(text).parties)


@pytest.mark.parametrize(
    "name", ["harris_tx.yaml", "new_york.yaml", "california_san_mateo.yaml", "arlington_va.yaml"]
)
def test_nobody_can_end_an_agreement_at_once_that_asks_for_thirty_days(name: str) -> None:
    """What was said on 5 August 2011, written down as it was said."""
    text = (FOLDER / name).read_text("utf-8")
    given = "  given: 2011-08-05T00:00:00-04:00\n"
    assert given in text
    at_once = text.replace(given, given + given.replace("given", "effective"))
    with pytest.raises(AgreementError, match="2011-09-04") as refused:
        read_text(at_once)
    assert len(refused.value.findings) == 1


def test_each_agreement_of_a_state_may_be_ended_by_both_of_its_parties() -> None:
    for agreement in read_directory(FOLDER):
        if agreement.regime == "agreement_required":
            assert agreement.notice.end_by == agreement.parties
            assert len(agreement.parties) == 2
            assert all(event.by in agreement.parties for event in agreement.events)
