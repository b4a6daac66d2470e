"""Commands are found by their module, and every error of the tree ends in one message."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import comity.cli
from comity import __version__
from comity.cli import main

STUCK = '''
import click
from comity.errors import CallerError, WireError

@click.command("ignored")
@click.option("--json", "as_json", is_flag=True)
@click.option("--caller", is_flag=True)
def command(as_json, caller):
    """Always fails."""
    if caller:
        raise CallerError("two galleries were named", expected="one gallery")
    raise WireError(
        "record `9` ends early", offset=17, field="9.012",
        expected="`52` minutiae", found="`51`", next_step="ask its sender to write it again",
    )
'''


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules count as modules of `comity.cli` while the test runs."""
    monkeypatch.setattr(comity.cli, "__path__", [str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("comity.cli."):
            del sys.modules[name]
            monkeypatch.delattr(comity.cli, name.rpartition(".")[2], raising=False)


def test_a_module_with_a_command_is_a_command_and_another_is_not(planted: Path) -> None:
    (planted / "get_stuck.py").write_text(STUCK)
    (planted / "tables.py").write_text("rows = 3\n")
    (planted / "_private.py").write_text(STUCK)
    shown = CliRunner().invoke(main, ["--help"]).output
    assert "get-stuck  Always fails." in shown
    assert "tables" not in shown
    assert "private" not in shown
    refused = CliRunner().invoke(main, ["tables"])
    assert refused.exit_code == 2
    assert "No such command 'tables'" in refused.stderr


def test_a_command_is_loaded_only_when_called(planted: Path) -> None:
    (planted / "get_stuck.py").write_text(STUCK)
    (planted / "broken.py").write_text("raise SystemExit('loaded')\n")
    result = CliRunner().invoke(main, ["get-stuck"])
    assert result.exit_code == 1
    assert "ends early" in result.stderr


def test_an_error_says_where_what_and_what_next(planted: Path) -> None:
    (planted / "get_stuck.py").write_text(STUCK)
    result = CliRunner().invoke(main, ["get-stuck"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "comity: byte 17, field 9.012: record `9` ends early",
        "  expected `52` minutiae",
        "  found    `51`",
        "  next     ask its sender to write it again",
    ]


def test_an_error_is_json_where_json_was_asked_for(planted: Path) -> None:
    (planted / "get_stuck.py").write_text(STUCK)
    result = CliRunner().invoke(main, ["get-stuck", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stderr) == {
        "code": "wire",
        "message": "record `9` ends early",
        "where": "byte 17, field 9.012",
        "expected": "`52` minutiae",
        "found": "`51`",
        "next_step": "ask its sender to write it again",
    }


def test_the_callers_mistake_exits_2(planted: Path) -> None:
    (planted / "get_stuck.py").write_text(STUCK)
    assert CliRunner().invoke(main, ["get-stuck", "--caller"]).exit_code == 2
    assert CliRunner().invoke(main, ["get-stuck", "--nonsense"]).exit_code == 2


def test_the_installed_command_is_this_one() -> None:
    command = Path(sys.executable).parent / "comity"
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"comity, version {__version__}\n"
