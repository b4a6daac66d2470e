import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image as Picture

from comity.cli import main
from comity.minutiae import iso
from comity.minutiae.record import STANDARDS, MinutiaRecord, Quality, View
from comity.minutiae.record import Image as PrintImage
from tests.shared_data import shared

SAMPLE = "iso19794p2v2011-sample.dat"


def run(*words: object, **settings: Any) -> Result:
    return CliRunner().invoke(main, ["template", *map(str, words)], **settings)


def sample(name: str) -> Path:
    return shared("templates", name)


def fvc(impression: int) -> Path:
    return shared("prints", "fvc2002", "db1_b", f"101_{impression}.png")


def test_show_says_every_part_in_words() -> None:
    result = run("show", sample(SAMPLE))
    assert result.exit_code == 0
    for part in (
        "ISO/IEC 19794-2:2011",
        "view 1 of the right index, live-scan plain, at byte 216",
        "taken: 2005-12-15 17:35:20.000",
        "device: 00b5 of vendor abcd, technology unknown",
        "512 x 512 px at 197 x 197 px/cm (500 x 500 ppi)",
        "quality: 70 by vendor abcd, algorithm 0123",
        "block of type 0221, 6 bytes: 0144bc362143",
        "ending         100     14  112.5 deg  90",
    ):
        assert part in result.output


def test_show_gives_a_json_object_a_file_and_names_the_one_it_cannot_read(tmp_path: Path) -> None:
    torn = tmp_path / "torn.fmr"
    torn.write_bytes(sample(SAMPLE).read_bytes()[:99])
    result = run("show", sample(SAMPLE), torn, sample("ansi378v2004-sample.dat"), "--json")
    assert result.exit_code == 4
    good, bad, early = (json.loads(line) for line in result.output.splitlines())
    assert good["views"][0]["capture"]["moment"]["year"] == 2005
    assert good["views"][1]["extended"]["other"] == [{"type": 545, "data": "0144bc362143"}]
    assert good["views"][0]["minutiae"][0]["angle_deg"] == 112.5
    assert bad["file"] == str(torn)
    assert bad["error"]["code"] == "template"
    assert bad["error"]["where"] == "byte 99"
    assert early["views"][1]["extended"]["ridge_counts"]["edges"] == [[68, 188, 54]]


def test_show_draws_a_view_a_file(tmp_path: Path) -> None:
    out = tmp_path / "drawn" / "print.svg"
    result = run("show", sample(SAMPLE), "--svg", out)
    assert result.exit_code == 0
    drawn = sorted(path.name for path in out.parent.iterdir())
    assert drawn == ["print-1.svg", "print-2.svg"]
    assert (out.parent / "print-1.svg").read_text().startswith("<svg ")


def test_show_takes_standard_input_and_says_what_a_template_would_change() -> None:
    view = View(13, 0, 0, (Quality(50),), ())
    record = MinutiaRecord("iso-2005", (view,), PrintImage(800, 800, 394, 394))
    result = run("show", "-", input=iso.write(record))
    assert result.exit_code == 0
    assert "rescaled from 394 x 394 px/cm to 197 (500 ppi)" in result.output
    assert "taken as unknown finger" in result.output


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ansi378v2009am1-sample.dat", 0),
        ("iso19794p2v2005-sample.dat", 0),  # a note
        ("ansi378v2009-sample.dat", 3),
        ("ansi378v2004-sample.dat", 4),
    ],
)
def test_check_answers_by_the_gravest_fault(name: str, code: int) -> None:
    result = run("check", sample(name))
    assert result.exit_code == code
    assert ("nothing wrong" in result.output) == (name == "ansi378v2009am1-sample.dat")


def test_check_says_where_a_file_stops_being_a_record(tmp_path: Path) -> None:
    torn = tmp_path / "torn.fmr"
    torn.write_bytes(sample(SAMPLE).read_bytes()[:200])
    result = run("check", torn, sample("ansi378v2009am1-sample.dat"), "--json")
    assert result.exit_code == 4
    first, second = (json.loads(line) for line in result.output.splitlines())
    assert (first["standard"], first["worst"]) == (None, "error")
    assert first["faults"][0]["offset"] == 200
    assert "2011" in first["faults"][0]["message"]
    assert (second["standard"], second["worst"], second["faults"]) == ("ansi-2009-am1", "", [])


@pytest.mark.parametrize("to", STANDARDS)
def test_convert_writes_what_the_other_standard_reads(to: str, tmp_path: Path) -> None:
    out = tmp_path / "out.fmr"
    result = run("convert", sample(SAMPLE), "--to", to, "--out", out)
    assert result.exit_code == 0
    assert iso.read(out.read_bytes()).standard == to
    assert ("lost  finger 2, view 1: time of capture" in result.output) == (to != "iso-2011")


def test_convert_of_several_fills_a_folder_and_goes_on_after_a_fault(tmp_path: Path) -> None:
    names = ("ansi378v2004-sample.dat", SAMPLE)  # the first has angles beyond the circle
    result = run(
        "convert", *map(sample, names), "--to", "iso-2005", "--out", tmp_path / "all", "--json"
    )
    assert result.exit_code == 4
    bad, good = (json.loads(line) for line in result.output.splitlines())
    assert bad["error"]["found"] == "213"
    assert [path.name for path in (tmp_path / "all").iterdir()] == [Path(good["out"]).name]


def test_convert_never_writes_two_files_to_one_place(tmp_path: Path) -> None:
    other = tmp_path / SAMPLE
    other.write_bytes(sample(SAMPLE).read_bytes())
    result = run("convert", other, sample(SAMPLE), "--to", "iso-2005", "--out", tmp_path / "all")
    assert result.exit_code == 2
    assert not (tmp_path / "all").exists()


@pytest.mark.parametrize("to", STANDARDS)
def test_extract_writes_a_view_an_image(to: str, tmp_path: Path) -> None:
    out = tmp_path / "print.fmr"
    result = run("extract", fvc(1), fvc(2), "--to", to, "--out", out, "--finger", 7, "--json")
    assert result.exit_code == 0
    body = json.loads(result.output)
    templates = iso.to_templates(iso.read(out.read_bytes()))
    assert [len(template) for template in templates] == body["minutiae"]
    assert [template.finger for template in templates] == [7, 7]
    assert body["bytes"] == out.stat().st_size


def test_extract_refuses_what_is_no_fingerprint_and_writes_nothing(tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Picture.new("L", (300, 300), 255).save(blank)
    result = run("extract", blank, "--out", tmp_path / "print.fmr")
    assert result.exit_code == 1
    assert str(blank) in result.stderr
    assert not (tmp_path / "print.fmr").exists()


def test_a_file_that_is_not_there_is_the_callers_to_mend(tmp_path: Path) -> None:
    for command in ("show", "check"):
        result = run(command, tmp_path / "none.fmr")
        assert result.exit_code == 2
        assert "none.fmr" in result.stderr
    result = run("convert", sample(SAMPLE), "--to", "iso-2005", "--out", "/proc/none/x.fmr")
    assert result.exit_code == 2
