from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import wire
from comity.errors import CallerError
from comity.wire.read import read
from tests.wire.cards import card

BROKEN = card().replace(b"1.003:1\x1f15", b"1.003:1\x1f16") + b"\x00\x00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "sound.eft").write_bytes(card())
    (inside / "broken.an2").write_bytes(BROKEN)
    (inside / "notes.txt").write_text("not looked at")
    return inside


def run(*args: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(wire.group, [str(one) for one in args], input=given)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- repair -------------------------------------------------------------------------------


def test_repair_writes_a_copy_and_says_every_change(folder: Path) -> None:
    result = run("repair", folder)
    assert result.exit_code == 0
    assert (folder / "broken.repaired.an2").read_bytes() == card()
    assert (folder / "broken.an2").read_bytes() == BROKEN
    assert not (folder / "sound.repaired.eft").exists()
    for said in ("1.003 CNT", "write CNT 1.003 anew", "`<00><00>` goes", "sound.eft: nothing"):
        assert said in result.stdout


def test_repair_tells_what_is_left_in_its_exit_code(folder: Path) -> None:
    (folder / "broken.an2").write_bytes(BROKEN.replace(b"2.024:M", b"2.024:Q"))
    result = run("repair", folder / "broken.an2", "--dry-run")
    assert result.exit_code == 4
    assert "left for a person: 1 error" in result.stdout
    (folder / "broken.an2").write_bytes(BROKEN.replace(b"1.002:0400", b"1.002:0999"))
    assert run("repair", folder / "broken.an2", "--dry-run").exit_code == 3


def test_repair_with_dry_run_writes_nothing(folder: Path) -> None:
    before = names(folder)
    assert "2 changes" in run("repair", folder, "--dry-run").stdout
    assert names(folder) == before


def test_repair_in_place_keeps_the_original(folder: Path) -> None:
    assert run("repair", folder, "--in-place").exit_code == 0
    assert (folder / "broken.an2").read_bytes() == card()
    assert (folder / "broken.an2.original").read_bytes() == BROKEN
    assert names(folder) == ["broken.an2", "broken.an2.original", "notes.txt", "sound.eft"]
    (folder / "broken.an2").write_bytes(BROKEN)
    second = run("repair", folder, "--in-place")
    assert isinstance(second.exception, CallerError)
    assert (folder / "broken.an2").read_bytes() == BROKEN


def test_repair_into_a_folder_brings_every_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("repair", folder, "--out", out).exit_code == 0
    assert names(out) == ["broken.an2", "sound.eft"]
    assert (out / "broken.an2").read_bytes() == (out / "sound.eft").read_bytes() == card()


@pytest.mark.parametrize("command", ["repair", "redact", "convert"])
def test_nothing_is_written_over(folder: Path, tmp_path: Path, command: str) -> None:
    out = tmp_path / "out"
    run(command, folder, "--out", out)
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    (folder / "broken.an2").write_bytes(card(fingers=[1]))
    second = run(command, folder, "--out", out)
    assert isinstance(second.exception, CallerError)
    assert "--resume" in second.exception.next_step
    (folder / "later.eft").write_bytes(card())
    third = run(command, folder, "--out", out, "--resume")
    assert third.exit_code == 0
    assert "2 files were there already" in third.stderr
    assert len(names(out)) == 3
    for name, data in first.items():
        assert (out / name).read_bytes() == data


@pytest.mark.parametrize("command", ["repair", "redact", "convert"])
def test_two_files_of_one_name_are_refused_before_anything_is_written(
    folder: Path, tmp_path: Path, command: str
) -> None:
    (folder / "deeper").mkdir()
    (folder / "deeper" / "sound.eft").write_bytes(card())
    result = run(command, folder, "--out", tmp_path / "out")
    assert isinstance(result.exception, CallerError)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["repair", "redact", "convert"])
def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    folder: Path, tmp_path: Path, command: str
) -> None:
    (folder / "a.eft").write_bytes(b"%PDF-1.4 ZEBRAFISH" * 9)
    result = run(command, folder, "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "a.eft" in result.stderr
    assert "ZEBRAFISH" not in result.output
    assert len(names(tmp_path / "out")) == 2


def test_repair_of_standard_input(tmp_path: Path) -> None:
    result = run("repair", "-", given=BROKEN)
    assert result.stdout_bytes == card()
    assert "2 changes" in result.stderr
    assert isinstance(run("repair", "-", "--in-place", given=BROKEN).exception, CallerError)
    assert isinstance(run("repair", "-", "--json", given=BROKEN).exception, CallerError)
    run("repair", "-", "--out", tmp_path / "out", given=BROKEN)
    assert names(tmp_path / "out") == ["standard-input.eft"]


def test_repair_as_json(folder: Path) -> None:
    result = run("repair", "--json", "--dry-run", folder)
    bodies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [len(body["changes"]) for body in bodies] == [2, 0]
    assert bodies[0]["changes"][0]["tag"] == "1.003"
    assert bodies[0]["worst"] == ""


def test_out_and_in_place_exclude_each_other(folder: Path) -> None:
    result = run("repair", folder, "--in-place", "--out", folder / "x")
    assert isinstance(result.exception, CallerError)


# --- redact -------------------------------------------------------------------------------


def test_redact_says_what_it_took_out_and_no_value(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("redact", folder, "--out", out, "--keep", "ORI")
    assert result.exit_code == 0
    for said in ("14 images", "Type-2: ", "NAM", "DOB"):
        assert said in result.stdout
    for hidden in ("DOE", "19800102", "SYNTHETIC"):
        assert hidden not in result.output
    for name in names(out):
        data = (out / name).read_bytes()
        assert b"DOE" not in data
        assert b"XA0000000" in data
        assert len(data) == len((folder / name).read_bytes())


def test_redact_names_findings_that_do_not_show(folder: Path, tmp_path: Path) -> None:
    name = b"DOE\x00\x00\x00\x00\x00\x00\x00\x00\x00HN Q"
    data = card().replace(b"DOE,JOHN QUINCY", name.ljust(15)[:15])
    (folder / "sound.eft").write_bytes(data)
    result = run("redact", folder / "sound.eft", "--out", tmp_path / "out")
    assert "no longer found: characters 2.018 NAM" in result.stdout
    body = json.loads(
        run("redact", "--json", folder / "sound.eft", "--out", tmp_path / "two").stdout
    )
    assert [one["code"] for one in body["lost"]] == ["characters"]
    assert "DOE" not in json.dumps(body)


def test_redact_needs_a_folder(folder: Path) -> None:
    assert run("redact", folder).exit_code == 2


# --- convert ------------------------------------------------------------------------------


def test_convert_there_and_back(folder: Path, tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    assert run("convert", folder, "--out", there).exit_code == 0
    assert names(there) == ["broken.an2.json", "sound.eft.json"]
    assert run("convert", there, "--to", "an2", "--out", back).exit_code == 0
    assert names(back) == ["broken.an2", "sound.eft"]
    for name in names(back):
        assert (back / name).read_bytes() == (folder / name).read_bytes()


def test_convert_to_standard_output(folder: Path) -> None:
    text = run("convert", folder / "broken.an2").stdout_bytes
    assert run("convert", "-", "--to", "an2", given=text).stdout_bytes == BROKEN
    assert isinstance(run("convert", folder).exception, CallerError)


def test_convert_of_json_by_hand(tmp_path: Path) -> None:
    (tmp_path / "made.json").write_text(
        '{"comity-wire-json": 1, "records": [{"type": 1, "fields": ['
        '{"tag": "1.002", "value": "0400"}, {"tag": "1.004", "value": "AMN"}]}]}'
    )
    assert run("convert", tmp_path, "--to", "an2", "--out", tmp_path / "out").exit_code == 0
    assert read((tmp_path / "out" / "made.an2").read_bytes()).tot == "AMN"


def test_convert_tells_a_mistake_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "made.json").write_text('{"comity-wire-json": 1, "records": [{"type": "1"}]}')
    result = run("convert", tmp_path / "made.json", "--to", "an2")
    assert result.exit_code == 4
    assert "$.records[0].type" in result.stderr


def test_a_folder_without_json_is_the_callers_mistake(folder: Path) -> None:
    result = run("convert", folder, "--to", "an2", "--out", folder / "x")
    assert isinstance(result.exception, CallerError)


@pytest.mark.parametrize("name", ["repair", "redact", "convert"])
def test_help_ends_with_an_example(name: str) -> None:
    assert f"comity wire {name}" in run(name, "--help").stdout.split("Example:")[1]
