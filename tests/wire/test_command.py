from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from comity.cli import wire
from comity.errors import CallerError
from comity.wire.read import read
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
    assert "notes.txt" not in out


def test_one_cause_is_one_row(tmp_path: Path) -> None:
    from comity.wire.build import car
    from tests.wire.cards import booking, print_of

    images = tuple(print_of(f, 14, resolution_ppi=508.0) for f in range(1, 11))
    (tmp_path / "x.eft").write_bytes(car(booking(images=images), checked=False))
    out = run("check", str(tmp_path)).stdout
    assert out.count("resolution") == 1
    assert "10 times" in out


def test_a_field_missing_in_fourteen_records_is_one_line_with_their_idcs(tmp_path: Path) -> None:
    data = card(record_type=14)
    for position in range(1, 15):
        data = data.replace(b"\x1d14.013:%d\x1d" % position, b"\x1d14.913:%d\x1d" % position)
    (tmp_path / "x.eft").write_bytes(data)
    out = run("check", str(tmp_path)).stdout
    (line,) = [line for line in out.splitlines() if "[field-missing]" in line]
    assert "14.013 FGP" in line
    assert "14 times: Type-14, IDC 1-14, first at byte" in line


def test_one_wrong_length_a_record_is_one_cause(tmp_path: Path) -> None:
    data = card(record_type=14)
    for record in read(data).of_type(14)[1:]:
        right = b"14.001:%d\x1d14.002:%02d" % (record.size, record.idc or 0)
        data = data.replace(right, right.replace(b"%d" % record.size, b"%d" % (record.size + 7)))
    (tmp_path / "x.eft").write_bytes(data)
    body = json.loads(run("check", "--json", str(tmp_path)).stdout)
    (cause,) = [cause for cause in body["causes"] if cause["code"] == "length"]
    assert cause["times"] == 13


def test_many_files_are_summed_up(folder: Path) -> None:
    lines = run("check", str(folder)).stdout.splitlines()
    at = lines.index("3 files: 1 with errors, 1 with warnings, 0 with notes, 1 without findings")
    assert lines[at + 1].split()[0] == "error"
    assert "broken.EFT: 1 error" in lines[at + 1]
    assert any("1 file       1 times  2.024 SEX [code]" in line for line in lines[at:])
    short = run("check", "--summary", str(folder)).stdout.splitlines()
    assert [line for line in short if line] == lines[at:]


def test_one_file_has_no_sum(folder: Path) -> None:
    assert "files:" not in run("check", str(folder / "odd.an2")).stdout


def test_quiet_answers_by_the_exit_code_alone(folder: Path) -> None:
    for words in (["--quiet"], ["-q", "--json"], ["-q", "--summary"]):
        result = run("check", str(folder), *words)
        assert (result.exit_code, result.stdout) == (4, "")


def test_a_profile_can_be_named(folder: Path) -> None:
    assert run("check", "--profile", "ebts-9.1", str(folder / "sound.eft")).exit_code == 0
    assert run("check", "--profile", "ebts-3", str(folder / "sound.eft")).exit_code == 2


def test_it_says_by_which_rules_it_judged(folder: Path) -> None:
    sound = str(folder / "sound.eft")
    assert "no findings  by EBTS 9.1" in run("check", sound).stdout
    base = run("check", "--profile", "ansi-nist-itl-2011", "--json", sound).stdout
    assert json.loads(base)["profile"] == "ansi-nist-itl-2011"


def test_a_repair_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.eft").write_bytes(card().replace(b"1.001:2", b"1.001:3", 1))
    out = run("check", str(tmp_path / "x.eft")).stdout
    assert "[length]" in out
    assert "repair: " in out


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


def test_a_file_named_twice_is_read_once_and_patterns_are_files(folder: Path) -> None:
    out = run("check", str(folder / "*.eft"), str(folder / "sound.eft")).stdout
    assert out.count("sound.eft") == 1
    assert "odd" not in out


def test_a_file_that_cannot_be_opened_is_named_and_the_others_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def refuse(path: Path, *args: Any, **rest: Any) -> Any:
        if path.name == "odd.an2":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **rest)

    monkeypatch.setattr(Path, "open", refuse)
    result = run("check", str(folder / "odd.an2"), str(folder / "sound.eft"))
    assert result.exit_code == 4
    assert "odd.an2: cannot be read: Permission denied" in result.stderr
    assert "sound.eft: no findings" in result.stdout


def test_a_folder_without_transactions_is_said_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not looked at")
    result = run("check", str(tmp_path))
    assert isinstance(result.exception, CallerError)
    assert "no transaction file" in str(result.exception)


def test_a_missing_file_is_the_callers_mistake() -> None:
    result = run("check", "no-such-file.eft")
    assert isinstance(result.exception, CallerError)


@pytest.mark.parametrize("name", ["show", "check", "explain"])
def test_help_ends_with_an_example(name: str) -> None:
    assert f"comity wire {name}" in run(name, "--help").stdout.split("Example:")[1]
