import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.search.gallery import Gallery
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
    assert body["extractors"] == ["mindtct"]
    assert body["bytes_torn"] == 0
    assert body["digest"] == Gallery.open(gallery).digest()
    assert "right index" in run("gallery", "info", gallery).output


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
