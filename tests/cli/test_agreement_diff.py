"""`comity agreement diff --history`: a reform counted over the decisions of a real ledger."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from tests.service import small


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.published(tmp_path_factory.mktemp("run"))


def diff(*words: object) -> Result:
    return CliRunner().invoke(main, ["agreement", "diff", *map(str, words)])


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    path = tmp_path / "oak.yaml"
    path.write_text(small.TERMS, "utf-8")
    return path


def test_nothing_changes_under_the_agreements_it_was_decided_under(
    run: Path, baseline: Path
) -> None:
    result = diff(baseline, baseline, "--history", run, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)["cases"]
    assert sum(one["cases"] for one in told) == 4
    assert [one["changed"] for one in told] == [0, 0]


def test_a_later_trigger_withholds_what_was_searched_and_released(
    run: Path, baseline: Path, tmp_path: Path
) -> None:
    reform = tmp_path / "reform.yaml"
    reform.write_text(small.TERMS.replace("stage: arrest", "stage: conviction"), "utf-8")
    result = diff(baseline, reform, "--history", run, "--json")
    assert result.exit_code == 1
    body = json.loads(result.output)
    (changed,) = body["agreements"][0]["clauses"]
    assert changed["clause"] == "trigger"
    groups = [group for one in body["cases"] for group in one["groups"]]
    assert {g["before"]["question"] for g in groups} == {"search", "release"}
    assert not any(group["shares_more"] for group in groups)
    assert all(group["after"]["awaits"] == "conviction" for group in groups)
    said = diff(baseline, reform, "--history", run).output
    for group in groups:
        assert len(group["entries"]) == group["count"]
        assert f"entries {', '.join(map(str, group['entries']))}" in said


def test_a_ledger_without_openings_has_no_facts(run: Path, baseline: Path, tmp_path: Path) -> None:
    shutil.copytree(run / "ledger", tmp_path / "alone" / "ledger")
    result = diff(baseline, baseline, "--history", tmp_path / "alone", "--json")
    assert result.exit_code == 2
    assert "openings" in json.loads(result.stderr)["message"]
