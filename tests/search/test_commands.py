import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from comity.cli import _enrol, main
from comity.cli._prints import Impression
from comity.minutiae import iso
from comity.records import Template
from comity.search.gallery import Gallery
from tests.search.prints import capture, hand, scattered
from tests.shared_data import shared


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two impressions of three fingers."""
    folder = tmp_path_factory.mktemp("images") / "db1_b"
    folder.mkdir()
    for finger in (101, 103, 105):
        for impression in (1, 2):
            name = f"{finger}_{impression}.png"
            shutil.copy(shared("prints", "fvc2002", "db1_b", name), folder)
    return folder


@pytest.fixture(scope="module")
def gallery(images: Path) -> Path:
    folder = images.parent / "gallery"
    result = run("gallery", "build", folder, "--first-impressions", images)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip().startswith("3 prints enrolled, 0 were there already, 0 could not")
    return folder


def test_identities_come_from_folder_and_name(gallery: Path) -> None:
    assert list(Gallery.open(gallery).identities()) == ["db1_b/101", "db1_b/103", "db1_b/105"]


def test_enrolled_firsts_are_found_by_seconds(gallery: Path, images: Path) -> None:
    result = run("identify", gallery, images, "--evaluate", "--json")
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert (body["searched"], body["mated"], body["rank_1"]) == (3, 3, 3)
    assert (body["missed"], body["false_candidates"]) == ([], [])
    assert 0 <= body["fnir"] <= 1
    assert [s["candidates"][0]["identity"] for s in body["searches"]] == [
        "db1_b/101",
        "db1_b/103",
        "db1_b/105",
    ]
    shown = run("identify", gallery, images, "--evaluate")
    assert "rank-1 rate  100.0%  (3 of 3)" in shown.output


def test_a_bad_image_is_named_and_the_rest_goes_on(gallery: Path, images: Path) -> None:
    letter, missing = images.parent / "letter_1.png", images / "none_1.png"
    letter.write_text("no image")
    good = images / "101_2.png"
    result = run("identify", gallery, letter, good, missing, "--json")
    assert result.exit_code == 1
    searches = json.loads(result.stdout)["searches"]
    assert [("error" in s) for s in searches] == [True, False, True]
    assert "letter_1.png" in searches[0]["error"]["where"]
    assert searches[1]["identified"] == ["db1_b/101"]
    text = run("identify", gallery, letter)
    assert (text.exit_code, "not searched" in text.output) == (1, True)


def test_adding_twice_changes_nothing_and_names_can_be_given(
    gallery: Path, images: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "gallery"
    shutil.copytree(gallery, copy)
    before = Gallery.open(copy).digest()
    again = run("gallery", "add", copy, "--first-impressions", images)
    assert again.stdout.strip().startswith("0 prints enrolled, 3 were there already")
    assert Gallery.open(copy).digest() == before
    named = run("gallery", "add", copy, images / "101_2.png", "--identity", "ann")
    assert named.exit_code == 0
    assert Gallery.open(copy).find("ann") == 3


def test_info_counts_what_is_there(gallery: Path) -> None:
    body = json.loads(run("gallery", "info", gallery, "--json").stdout)
    assert (body["identities"], body["encounters"], body["prints"]) == (3, 3, 3)
    assert (body["deleted"], body["segments"], body["slots"]) == (0, 1, list(range(1, 11)))
    assert body["extractors"] == ["leader"]
    assert body["bytes_torn"] == 0
    assert body["bytes_a_print"] == round(body["bytes"] / 3, 1)
    shown = run("gallery", "info", gallery).output
    assert "right index" in shown
    assert body["codes"] in shown


def test_verify_says_the_digest_and_names_what_is_damaged(gallery: Path, tmp_path: Path) -> None:
    body = json.loads(run("gallery", "verify", gallery, "--json").stdout)
    assert body["digest"] == Gallery.open(gallery).digest()
    assert (body["rows"], body["deleted"]) == (3, 0)
    copy = tmp_path / "gallery"
    shutil.copytree(gallery, copy)
    data = bytearray((copy / "000001.data").read_bytes())
    data[-1] ^= 1
    (copy / "000001.data").write_bytes(data)
    result = run("gallery", "verify", copy)
    assert result.exit_code == 1
    assert "000001.data, byte" in result.output


def test_deleted_is_not_found_and_compacted_is_gone(
    gallery: Path, images: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "gallery"
    shutil.copytree(gallery, copy)
    result = run("gallery", "delete", copy, "db1_b/101", "--json")
    assert (result.exit_code, json.loads(result.stdout)["deleted"]) == (0, {"db1_b/101": 1})
    again = run("gallery", "delete", copy, "db1_b/101")
    assert (again.exit_code, again.stdout) == (1, "db1_b/101: not in the gallery\n")
    searched = json.loads(run("identify", copy, images / "101_2.png", "--json").stdout)
    assert "db1_b/101" not in [c["identity"] for c in searched["searches"][0]["candidates"]]
    info = json.loads(run("gallery", "info", copy, "--json").stdout)
    assert (info["encounters"], info["deleted"]) == (2, 1)
    assert "1 deleted encounters removed, 2 kept" in run("gallery", "compact", copy).stdout
    assert json.loads(run("gallery", "compact", copy, "--json").stdout)["removed"] == 0
    assert list(Gallery.open(copy).identities()) == ["db1_b/103", "db1_b/105"]


def test_an_interrupted_build_goes_on_and_does_not_read_again(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, read, real = tmp_path / "g", [], _enrol.templates_of
    monkeypatch.setattr(_enrol, "BATCH", 2)

    def stopping(file: Impression, *rest: Any) -> list[Template]:
        if len(read) == 3:
            raise KeyboardInterrupt
        read.append(file.path.name)
        return real(file, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(_enrol, "templates_of", stopping)
        assert run("gallery", "build", folder, images, "--resume").exit_code == 1
    assert len(Gallery.open(folder)) == 2
    refused = run("gallery", "build", folder, images)
    assert (refused.exit_code, "not empty" in refused.output) == (1, True)
    other = run("gallery", "build", folder, images, "--resume", "--fingers", "2,7")
    assert (other.exit_code, "--fingers 1,2" in other.output) == (2, True)
    read.clear()

    def noting(file: Impression, *rest: Any) -> list[Template]:
        read.append(file.path.name)
        return real(file, *rest)

    monkeypatch.setattr(_enrol, "templates_of", noting)
    result = run("gallery", "build", folder, images, "--resume", "--json")
    body = json.loads(result.stdout)
    assert (body["enrolled"], body["already_there"], body["refused"]) == (4, 2, [])
    assert len(read) == 4
    whole = tmp_path / "whole"
    run("gallery", "build", whole, images)
    assert Gallery.open(folder).digest() == Gallery.open(whole).digest()


def test_several_processes_enrol_what_one_does(images: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(32):
        shutil.copy(images / f"{101 + number % 3 * 2}_1.png", many / f"p{number:02}_1.png")
    (many / "p07_1.png").write_text("no image")
    bodies = []
    for workers in (1, 2):
        result = run(
            "gallery", "build", tmp_path / str(workers), many, "--workers", workers, "--json"
        )
        assert result.exit_code == 1
        bodies.append(json.loads(result.stdout))
        assert bodies[-1]["enrolled"] == 31
        assert "p07_1.png" in bodies[-1]["refused"][0]["where"]
    assert bodies[0] == bodies[1]
    one, two = (Gallery.open(tmp_path / name) for name in "12")
    assert one.digest() == two.digest()


def test_minutiae_records_are_enrolled_by_the_fingers_that_they_state(tmp_path: Path) -> None:
    prints = tmp_path / "prints"
    prints.mkdir()
    for person in range(3):
        record = iso.from_templates(hand(person, (2, 3, 7)))
        (prints / f"{person}_1.fmr").write_bytes(iso.write(record))
    strange = [replace(capture(9, 2), finger=0), replace(capture(9, 3), finger=0)]
    (prints / "odd.tpl").write_bytes(iso.write(iso.from_templates(strange[:1])))
    (prints / "few.iso").write_bytes(iso.write(iso.from_templates([scattered(1, 7)])))
    (prints / "cut.ansi").write_bytes((prints / "0_1.fmr").read_bytes()[:40])
    shutil.copy(prints / "1_1.fmr", tmp_path / "named.bin")
    result = run(
        "gallery", "build", tmp_path / "g", prints, "--fingers", "2,7", "--finger", 7, "--json"
    )
    assert result.exit_code == 1
    body = json.loads(result.stdout)
    assert (body["enrolled"], body["already_there"]) == (4, 0)
    assert sorted(Path(e["where"].split(",")[0]).name for e in body["refused"]) == [
        "cut.ansi",
        "few.iso",
    ]
    made = Gallery.open(tmp_path / "g")
    assert made.fingers == (2, 7)
    assert [t.finger for t in made.templates("prints/1")] == [2, 7]
    assert [t.finger for t in made.templates("prints/odd")] == [7]
    assert run("gallery", "add", tmp_path / "g", tmp_path / "named.bin").exit_code == 0
    lone = tmp_path / "ring_1.fmr"
    lone.write_bytes(iso.write(iso.from_templates(hand(1, (3,)))))
    refused = run("gallery", "add", tmp_path / "g", lone)
    assert (refused.exit_code, "does not take" in refused.output) == (1, True)


@pytest.mark.parametrize("text", ["", "2,", "two", "-2", "2.5"])
def test_fingers_that_are_no_numbers_are_refused(text: str, images: Path, tmp_path: Path) -> None:
    result = run("gallery", "build", tmp_path / "g", images, "--fingers", text)
    assert result.exit_code == 2
    assert not (tmp_path / "g").exists()


def test_other_prints_of_the_same_name_are_refused_and_the_rest_goes_on(
    gallery: Path, images: Path, tmp_path: Path
) -> None:
    copy, other = tmp_path / "gallery", tmp_path / "db1_b"
    shutil.copytree(gallery, copy)
    other.mkdir()
    shutil.copy(images / "103_1.png", other / "101_1.png")
    shutil.copy(images / "105_2.png", other / "105_2.png")
    result = run("gallery", "add", copy, other, "--json")
    body = json.loads(result.stdout)
    assert (result.exit_code, body["enrolled"], body["already_there"]) == (1, 1, 0)
    assert "`db1_b/101` is enrolled with other prints" in body["refused"][0]["message"]


def test_no_gallery_and_no_images_are_said(images: Path, tmp_path: Path) -> None:
    for arguments in (
        ("identify", tmp_path / "none", images),
        ("gallery", "info", tmp_path / "none"),
        ("gallery", "build", images, images),
        ("gallery", "build", tmp_path / "new", tmp_path),
    ):
        result = run(*arguments)
        assert result.exit_code in (1, 2)
        assert "next" in result.output


@pytest.mark.parametrize("words", [("identify",), ("gallery",), ("gallery", "build")])
def test_help_ends_with_an_example(words: tuple[str, ...]) -> None:
    assert "comity gallery build out/fvc" in run(*words, "--help").output
