"""The demonstration, run whole: twice for its bytes, then read as its readers would."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from comity.exchange.publish import opened
from comity.ledger import audit
from comity.ledger.vocabulary import KINDS
from comity.programme.plan import PRESETS, happenings, load
from comity.wire.read import read
from comity.wire.validate import validate

PEOPLE = "60"
# What may differ between two runs of one seed, and why.
NOT_COMPARED = {
    "house/store.sqlite",  # pages are laid out by SQLite; what they hold is in the ledger
    "house/store.sqlite-wal",
    "house/store.sqlite-shm",
}


def start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "comity", "demo", "--out", str(folder), "--people", PEOPLE]
    environment = {**os.environ, "PYTHONHASHSEED": str(len(folder.name))}
    return subprocess.Popen(
        [*command, "--json"], stdout=subprocess.PIPE, text=True, env=environment
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict, Path]:
    """Two runs of the same seed, in two processes with different hash seeds."""
    first, again = (tmp_path_factory.mktemp(name) / "demo" for name in ("first", "again-twice"))
    processes = [start(first), start(again)]
    printed = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    return first, json.loads(printed[0]), again


def contents(folder: Path) -> dict[str, bytes]:
    files = (p for p in folder.rglob("*") if p.is_file())
    named = {str(p.relative_to(folder)): p for p in files}
    return {name: p.read_bytes() for name, p in named.items() if name not in NOT_COMPARED}


def test_the_same_seed_gives_the_same_bytes(runs):
    first, _, again = runs
    one, two = contents(first), contents(again)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert len(one) > 150


def test_every_invariant_was_looked_at_and_held(runs):
    _, said, _ = runs
    assert [c["name"] for c in said["checks"]] == [f"I{n}" for n in range(1, 11)]
    assert all(c["checked"] > 0 for c in said["checks"])
    assert [c for c in said["checks"] if c["violations"]] == []


def test_every_county_shows_what_its_agreement_does(runs):
    _, said, _ = runs
    ended = {
        row["county"]: Counter({k: int(v) for k, v in row.items() if v.isdigit()})
        for row in said["ended"]
    }
    assert all(ended["Alder County"][how] > 0 for how in ("released", "released later"))
    assert ended["Birch County"]["released later"] > 0
    assert ended["Birch County"]["released"] == 0
    assert set(ended["Cedar County"]) <= {"refused", "not asked"}
    assert set(ended["Dogwood County"]) <= {"refused", "not asked"}
    assert all(ended["Elm County"][how] > 0 for how in ("stopped", "retracted"))
    assert ended["Fir County"]["not asked"] == 0
    assert ended["Fir County"]["released"] > 0
    assert sum(row["refused"] for row in ended.values()) == len(load("three_states").broken)


def test_the_script_is_played_whole():
    plan = load("three_states")
    assert len(plan.bookings) + len(plan.broken) >= 40
    assert len(plan.cast) >= 24
    assert len({b.how for b in plan.broken}) >= 3
    assert {h.kind for h in happenings(plan)} == {"review", "outcome", "disposition", "correction"}
    assert len(list((PRESETS / "three_states").glob("*.yaml"))) == 5


def test_good_files_break_no_rule_and_each_broken_one_is_answered(runs):
    first, _, _ = runs
    plan = load("three_states")
    files = sorted((first / "submissions").iterdir())
    good = files[: len(plan.bookings)]
    for path in good:
        assert validate(read(path.read_bytes())) == ()
    answers = list((first / "responses" / "contributor").iterdir())
    kinds = Counter(path.name.rsplit("-", 1)[-1] for path in answers)
    assert kinds == {"sre.eft": len(plan.bookings), "errt.eft": len(plan.broken)}
    refusals = [read(p.read_bytes()).text(2, 60) for p in answers if "errt" in p.name]
    assert any("2.022" in text for text in refusals)  # the missing date of birth
    for text in refusals:
        told = text.split("\x1e")
        placed = [one for one in told if one.startswith("PLACEHOLDERS")]
        for message in set(told) - set(placed):  # each names field, value, rule and place
            assert all(f" {word} " in message for word in ("found", "expected", "Rule:", "Where:"))
            assert "byte " in message


def test_every_answer_breaks_no_rule(runs):
    first, _, _ = runs
    for path in (first / "responses").rglob("*.eft"):
        assert validate(read(path.read_bytes())) == (), path.name


def test_outsiders_verify_the_ledger_and_open_it(runs):
    first, said, _ = runs
    key = (first / "ledger" / "ledger.vkey").read_text().strip()
    report = audit.verify_directory(first / "ledger", [key])
    assert report.head.size == said["ledger"]["size"]
    assert report.head.root.hex() == said["ledger"]["root"]
    rows = opened(first / "ledger", report.head.size, first / "auditors" / "openings.json")
    assert {row.kind for row in rows} == set(KINDS)


def test_no_name_of_anyone_is_in_what_is_published(runs):
    first, _, _ = runs
    for folder in ("ledger", "statistics"):
        for path in (first / folder).rglob("*"):
            if path.is_file():
                assert b"SPECIMEN" not in path.read_bytes(), path


# --- the page ---------------------------------------------------------------------------------


def test_the_page_shows_the_published_numbers(runs, page):
    first, said, _ = runs
    page.goto((first / "report.html").as_uri())
    with (first / "statistics" / "by-jurisdiction.csv").open(newline="") as file:
        rows = {row["jurisdiction"]: row for row in csv.DictReader(file)}
    for ori, row in rows.items():
        for cell in page.locator(f'td[data-row="{ori}"]').all():
            shown = cell.inner_text().replace("·", "0")
            assert shown == row[cell.get_attribute("data-column")], (
                ori,
                cell.get_attribute("data-column"),
            )
    assert page.locator('[data-figure="released"]').inner_text() == rows["total"]["released"]
    assert page.locator('[data-figure="root"]').inner_text() == said["ledger"]["root"]
    assert page.locator("tr[data-check]").count() == 10
    assert page.locator('tr[data-check][data-violations="0"]').count() == 10


def test_the_page_tells_one_booking_with_its_print_and_its_match(runs, page):
    first, _, _ = runs
    page.goto((first / "report.html").as_uri())
    image = page.locator("#story figure img")
    assert image.evaluate("i => i.complete && i.naturalWidth") == 400
    pairs = page.locator("#story svg line")
    assert pairs.count() > 8
    steps = page.locator("#story .steps li").all_inner_texts()
    assert any("Not known: citizen" in step for step in steps)
    assert any(step.count("Retraction") for step in steps)
    assert "c2sp.org/tlog-proof@v1" in page.locator("#story pre").all_inner_texts()[1]


def test_the_page_is_readable_without_scrolling_sideways(runs, page):
    first, _, _ = runs
    page.goto((first / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (
        page.locator(".sq.stopped")
        .first.evaluate("e => getComputedStyle(e).backgroundImage")
        .startswith("linear-gradient")
    )
