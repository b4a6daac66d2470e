from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import wire
from comity.errors import CallerError
from tests.wire.cards import card


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sound.eft").write_bytes(card())
    (tmp_path / "odd.an2").write_bytes(card().replace(b"1.002:0400", b"1.002:0999"))
    (tmp_path / "broken.EFT").write_bytes(card().replace(b"2.024:M", b"2.024:Q"))
    (tmp_path / "notes.txt").write_text("not looked at")
    return tmp_path


def run(*args: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(wire.group, list(args), input=given)


def test_exit_code_is_the_worst_finding(folder: Path) -> None:
    assert run("check", str(folder / "sound.eft")).exit_code == 0
    assert run("check", str(folder / "odd.an2")).exit_code == 3
    assert run("check", str(folder / "broken.EFT")).exit_code == 4
    assert run("check", str(folder)).exit_code == 4
    assert run("check", "-", given=b"%PDF").exit_code == 4


def test_check_says_field_and_value(folder: Path) -> None:
    out = run("check", str(folder)).stdout
    assert "2.024 SEX" in out
    assert "found Q" in out
    assert "sound.eft: no findings" in out
    assert "notes" not in out


def test_one_cause_is_one_row(tmp_path: Path) -> None:
    from comity.wire.build import car
    from tests.wire.cards import booking, print_of

    images = tuple(print_of(f, 14, resolution_ppi=508.0) for f in range(1, 11))
    (tmp_path / "x.eft").write_bytes(car(booking(images=images), checked=False))
    out = run("check", str(tmp_path)).stdout
    assert out.count("resolution") == 1
    assert "10 times" in out


def test_json_is_a_line_a_file(folder: Path) -> None:
    result = run("check", "--json", str(folder))
    bodies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [body["worst"] for body in bodies] == ["error", "warning", ""]
    (fault,) = bodies[0]["findings"]
    assert (fault["tag"], fault["code"], fault["found"]) == ("2.024", "code", "Q")


def test_show_goes_on_after_a_file_it_cannot_read(folder: Path) -> None:
    (folder / "a.eft").write_bytes(b"")
    result = run("show", str(folder))
    assert result.exit_code == 4
    assert "the file is empty" in result.stderr
    assert result.stdout.count("2.018 NAM") == 3


def test_show_as_json(folder: Path) -> None:
    body = json.loads(run("show", "--json", str(folder / "sound.eft")).stdout)
    assert len(body["records"]) == 16


def test_explain() -> None:
    assert "date of birth" in run("explain", "DOB").stdout


def test_a_missing_file_is_the_callers_mistake() -> None:
    result = run("check", "no-such-file.eft")
    assert isinstance(result.exception, CallerError)


@pytest.mark.parametrize("name", ["show", "check", "explain"])
def test_help_ends_with_an_example(name: str) -> None:
    assert f"comity wire {name}" in run(name, "--help").stdout.split("Example:")[1]
