"""Benchmarks are found, run in a process of their own, and leave a row a figure."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from comity.cli import _bench_run, bench, main
from comity.cli._bench_search import SearchOptions, search_options
from tests.shared_data import PROJECT

GOOD = '''"""How fast nothing is.

More words."""
import json, sys
print(json.dumps({"data": "made up", "n": 7, "words": sys.argv[1:], "took": {"us": [1.5, 2]},
                  "right": True, "note": "text"}))
'''
BAD = '"""Always fails."""\nraise SystemExit("no data here")\n'
TALK = '"""Prints no object."""\nprint("[1]")\n'
IMPORTS = '"""Imports its neighbour."""\nfrom benchmarks import near\nprint(near.BODY)\n'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    scripts = {"bench_good": GOOD, "bench_bad": BAD, "judge_talk": TALK, "bench_near": IMPORTS}
    for name, text in scripts.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "near.py").write_text("BODY = '{}'\n")
    (folder / "fit_something.py").write_text("raise SystemExit('it would overwrite src')\n")
    monkeypatch.chdir(tmp_path)
    return folder


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["bench", *words])


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_without_a_name_they_are_listed_and_nothing_runs(checkout: Path) -> None:
    listed = json.loads(call("--json").stdout)
    assert [(one["name"], one["says"]) for one in listed] == [
        ("bench_bad", "Always fails."),
        ("bench_good", "How fast nothing is."),
        ("bench_near", "Imports its neighbour."),
        ("judge_talk", "Prints no object."),
    ]
    assert "How fast nothing is." in call().output
    assert not (checkout / "results.csv").exists()


def test_every_number_becomes_a_row(checkout: Path) -> None:
    result = call("bench_good", "--json", "--", "--size", "3")
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert body["figures"] == {"n": 7, "took.us.0": 1.5, "took.us.1": 2, "right": 1}
    found = rows(checkout)
    assert list(found[0]) == list(_bench_run.COLUMNS)
    assert [(r["metric"], r["value"]) for r in found] == [
        ("took.us.0", "1.5"), ("took.us.1", "2"), ("right", "1")
    ]  # fmt: skip
    assert {(r["data"], r["n"]) for r in found} == {("made up", "7")}
    assert float(found[0]["seconds"]) == body["seconds"]
    assert int(found[0]["peak_mib"]) == body["peak_mib"] > 0
    call("bench_good")
    assert len(rows(checkout)) == 6


def test_a_script_finds_its_neighbours(checkout: Path) -> None:
    assert call("bench_near").exit_code == 0
    assert not (checkout / "results.csv").exists(), "no figure, no row"


@pytest.mark.parametrize(
    ("name", "said"), [("bench_bad", "no data here"), ("judge_talk", "no JSON object")]
)
def test_a_script_that_fails_is_named_and_the_rest_go_on(
    checkout: Path, name: str, said: str
) -> None:
    result = call(name, "bench_good", "--json")
    assert result.exit_code == 1
    failed, good = map(json.loads, result.stdout.splitlines())
    assert said in failed["error"]
    assert good["error"] == ""
    assert {r["metric"] for r in rows(checkout)} == {"took.us.0", "took.us.1", "right"}
    assert said in call(name).output


def test_one_that_takes_too_long_is_ended(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "bench_slow.py").write_text('"""Sleeps."""\nimport time\ntime.sleep(60)\n')
    monkeypatch.setattr(_bench_run, "SECONDS_MAX", 0.2)
    result = call("bench_slow")
    assert result.exit_code == 1
    assert "exit code -9" in result.output


def test_an_unknown_name_says_which_there_are(checkout: Path) -> None:
    result = call("bench_speed")
    assert result.exit_code == 2
    assert "bench_good" in result.stderr
    assert call("fit_something").exit_code == 2


def test_outside_a_checkout_the_projects_own_are_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = {one["name"] for one in json.loads(call("--json").stdout)}
    assert {path.stem for path in (PROJECT / "benchmarks").glob("bench_*.py")} <= names


def test_what_is_quick_exists_and_make_runs_it() -> None:
    names = {script.name for script in bench._scripts(PROJECT / "benchmarks")}
    assert set(bench.QUICK) <= names
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert "$(BIN)/comity bench --quick" in makefile
    assert (PROJECT / "benchmarks" / "run.py").exists()


SEARCH = '''"""How the search was called."""
import json, os, sys
print(json.dumps({"data": "made up", "n": 7, "words": sys.argv[1:], "where": os.getcwd(),
                  "det": {"misses": [1, 2]}, "rows": {"rate": 0.5},
                  "summary": ["found half"]}))
'''


@pytest.fixture
def with_search(checkout: Path) -> Path:
    (checkout / "frifte").mkdir()
    (checkout / "frifte" / "__main__.py").write_text(SEARCH)
    return checkout


def test_search_is_given_its_options_and_adds_the_rows_it_names(with_search: Path) -> None:
    result = call(
        "search", "--fingers", "flats", "--people", "1000000", "--real", "prints", "--peers",
        "--peer-command", "python match.py", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    words = body["words"]
    given = dict(pairwise(words))
    assert (given["--fingers"], given["--people"]) == ("flats", "1000000")
    assert given["--peer-command"] == "python match.py"
    assert given["--real"] == str(with_search.parent / "prints"), "the script stands elsewhere"
    assert "--peers" in words
    assert "--folder" not in words
    assert body["where"] == str(with_search.parent)
    found = rows(with_search)
    assert [(row["metric"], row["value"], row["n"]) for row in found] == [("rate", "0.5", "7")]


def test_search_tells_a_reader_the_first_figures(with_search: Path) -> None:
    assert "found half" in call("search").output
    assert "--non-mated" in call("search", "--help").output


def test_search_is_listed_and_can_be_run_among_others(with_search: Path) -> None:
    assert "How the search was called." in call().output
    result = call("bench_near", "search", "--json")
    assert [json.loads(line)["script"] for line in result.stdout.splitlines()] == [
        "bench_near", "search"
    ]  # fmt: skip


def test_a_checkout_without_the_evaluation_says_so(checkout: Path) -> None:
    result = call("search")
    assert result.exit_code == 2
    assert "frifte" in result.stderr


def test_an_evaluation_that_fails_says_so(with_search: Path) -> None:
    (with_search / "frifte" / "__main__.py").write_text(BAD)
    result = call("search", "--json")
    assert result.exit_code == 1
    assert "exit code" in json.loads(result.stdout)["error"]


def test_options_survive_the_way_to_the_script() -> None:
    given: list[SearchOptions] = []

    @click.command()
    @search_options
    def script(**words: object) -> None:
        given.append(SearchOptions(**words))  # type: ignore[arg-type]

    script.main(["--threads", "3", "--peers", "--folder", "/a b", "--seed", "9"], "", None, False)
    script.main(given[0].as_words(), "", None, False)
    assert given[0] == given[1]
    assert given[1].folder == Path("/a b")
