"""`comity agreement explain`, `decide` and the rest, run as a reader would."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.agreement.canonical import from_canonical
from comity.cli import agreement as commands
from comity.errors import AgreementError, CallerError
from comity.records import Decision

PROJECT = Path(__file__).parents[2]
PRESET = PROJECT / "src/comity/programme/presets/three_states"
REFORM = PROJECT / "docs/spec/reform.yaml"
FACTS = PROJECT / "docs/spec/facts.json"
EXAMPLES = [
    line.strip()
    for command in commands.group.commands.values()
    for line in command.epilog.split("Example:")[1].replace("\\\n", " ").splitlines()
    if line.strip()
]


def run(*words: str):
    return CliRunner().invoke(commands.group, list(words))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_in_the_help_run(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    words = shlex.split(example)
    assert words[:2] == ["comity", "agreement"]
    fine = {1} if words[2] == "diff" else {0}  # like diff(1): the two that it compares differ
    if "--out" in words:
        place = words.index("--out") + 1
        words[place] = str(tmp_path / words[place])
        assert run(*words[2:]).exit_code in fine
        assert Path(words[place]).stat().st_size > 1000
        return
    result = run(*words[2:])
    assert result.exit_code in fine, result.output
    as_json = run(*words[2:], "--json")
    assert as_json.exit_code in fine
    assert json.loads(as_json.output)


def test_explain_gives_the_canonical_form() -> None:
    body = json.loads(run("explain", str(PRESET / "elm.yaml"), "--json").output)
    assert from_canonical(body).id == "elm-2010"


def test_decide_answers_by_what_was_known() -> None:
    words = ["decide", str(PRESET), "--facts", str(FACTS), "--question", "search", "--json"]
    said = run(*words, "--at", "2011-01-01T00:00:00-06:00")
    assert Decision.from_json(json.loads(said.output)).permit
    before = run(
        *words, "--at", "2011-01-01T00:00:00-06:00", "--known-at", "2010-11-01T00:00:00-06:00"
    )
    assert json.loads(before.output)["clauses"] == ["default#no-agreement"]


@pytest.mark.parametrize(
    "facts",
    ["", "[]", '"x"', '{"stage": "arrest"}', '{"jurisdiction": "XN0010000", "stage": "booked"}',
     '{"jurisdiction": "XN0010000", "criminal": "yes"}', '{"jurisdiction": 7}',
     '{"jurisdiction": "XN0010000", "level": {"2010": "9"}}',
     '{"jurisdiction": "XN0010000", "level": [1]}', '{"jurisdiction": "XN0010000", "age": 3}',
     '{"jurisdiction": "XN0010000", "juvenile": []}'],
)  # fmt: skip
def test_facts_that_mean_nothing_are_the_callers_mistake(facts: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(facts)
    result = run("decide", str(PRESET), "--facts", str(path), "--question", "search",
                 "--at", "2011-03-01T00:00:00Z")  # fmt: skip
    assert isinstance(result.exception, CallerError)


@pytest.mark.parametrize("at", ["yesterday", "2011-03-01T00:00:00", "2011-03-01"])
def test_a_time_needs_an_offset(at: str) -> None:
    result = run("decide", str(PRESET), "--facts", str(FACTS), "--question", "search", "--at", at)
    assert isinstance(result.exception, CallerError)


def test_no_files(tmp_path: Path) -> None:
    assert isinstance(run("check", str(tmp_path)).exception, CallerError)
    assert isinstance(run("check", str(tmp_path / "none.yaml")).exception, CallerError)


def test_diff_of_a_set_with_itself_is_nothing_and_exits_with_zero() -> None:
    result = run("diff", str(PRESET), str(PRESET), "--at", "2011-03-01T00:00:00Z")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "No case is answered differently."


def test_diff_counts_a_population_that_is_drawn() -> None:
    words = ["diff", str(PRESET / "alder.yaml"), str(PRESET / "birch.yaml"), "--terms-only",
             "--population", "2000", "--json"]  # fmt: skip
    first, again = (json.loads(run(*words).output) for _ in range(2))
    assert first == again
    for told in first["cases"]:
        assert told["cases"] == 2000
        assert 0 < told["changed"] == sum(group["count"] for group in told["groups"]) < 2000


def test_diff_counts_the_decisions_of_a_recorded_history(tmp_path: Path) -> None:
    none = run("diff", str(PRESET), str(PRESET), "--history", str(tmp_path))
    assert isinstance(none.exception, CallerError)
    assert "no ledger" in none.exception.message


def test_timeline_draws_or_refuses_by_the_name_of_the_file(tmp_path: Path) -> None:
    picture, page = tmp_path / "t.svg", tmp_path / "t.html"
    for out in (picture, page):
        assert run("timeline", str(PRESET), "--out", str(out)).exit_code == 0
    assert picture.read_text("utf-8").startswith("<svg")
    assert "elm-2010#termination" in picture.read_text("utf-8")
    assert "<script" not in page.read_text("utf-8")
    assert "http" not in page.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    wrong = run("timeline", str(PRESET), "--out", str(tmp_path / "t.gif"))
    assert isinstance(wrong.exception, CallerError)
    early = run("timeline", str(PRESET), "--known-at", "2000-01-01T00:00:00Z", "--out",
                str(picture))  # fmt: skip
    assert isinstance(early.exception, CallerError)


def test_diff_under_a_reform_changes_what_the_reform_names(tmp_path: Path) -> None:
    body = json.loads(run("diff", str(PRESET), "--reform", str(REFORM), "--json").output)
    changed = {a["agreement"]: [c["clause"] for c in a["clauses"]] for a in body["agreements"]}
    assert {name: clauses for name, clauses in changed.items() if clauses} == {
        "alder-2011": ["trigger", "no-citizens"], "birch-2011": ["to-county"],
    }  # fmt: skip
    groups = [group for one in body["cases"] for group in one["groups"]]
    assert any(group["shares_less"] for group in groups)
    assert not any(group["shares_more"] for group in groups)


@pytest.mark.parametrize("words", [[], [str(PRESET), "--reform", str(REFORM)]])
def test_diff_wants_another_side_or_a_reform(words: list[str]) -> None:
    result = run("diff", str(PRESET), *words)
    assert isinstance(result.exception, CallerError)
    assert "AFTER, or --reform" in result.exception.expected


def test_a_reform_with_a_mistake_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reform.yaml"
    path.write_text("- {agreement: alder-2011, clause: triger, set: stage, to: conviction}\n")
    error = run("diff", str(PRESET), "--reform", str(path)).exception
    assert isinstance(error, AgreementError)
    assert "trigger" in f"{error.expected} {error.found} {error.next_step} {error.findings}"
