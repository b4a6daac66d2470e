import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from comity.cli import main
from comity.image import codecs, synthesise
from comity.minutiae import iso
from comity.search.gallery import Gallery
from comity.search.stages import MEASURED
from comity.wire.build import car
from tests.search.prints import hand
from tests.wire.cards import booking, print_of


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)])


def body(*arguments: object) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two impressions of a synthetic finger, one of another; a record; a gallery."""
    folder = tmp_path_factory.mktemp("explain")
    ann, bob = (synthesise.master(3, person, 2) for person in (1, 2))
    for name, finger, event in (("ann_1", ann, 0), ("ann_2", ann, 1), ("bob_1", bob, 1)):
        pixels = synthesise.impression(finger, event).pixels
        Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / "ann_2.wsq").write_bytes(codecs.encode_wsq(pixels_of(folder / "ann_2.png")))
    record = iso.from_templates(hand(4, (2, 3, 7)), "iso-2005")
    (folder / "hand.fmr").write_bytes(iso.write(record))
    gallery = Gallery.create(folder / "gallery")
    gallery.append("a:b", hand(4, (2, 3, 8), 1), "old")
    gallery.append("a:b", hand(5, (2, 3, 8), 1), "someone else's, by mistake")
    gallery.append("carl", hand(6, (2, 3), 1))
    return folder


def pixels_of(path: Path) -> Any:
    return codecs.read_file(path).pixels


def test_two_images_of_one_finger_are_told_and_drawn(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "why.png"
    result = run(folder / "ann_1.png", folder / "ann_2.png", "--finger", 2, "--out", out)
    assert result.exit_code == 0, result.output
    for words in ("right index", "Code, first plane", "as mates give", "not a status", str(out)):
        assert words in result.stdout
    with Image.open(out) as picture:
        assert picture.width == 1280
        assert "examiner" in picture.info["Description"]


def test_different_fingers_are_explained_too_with_exit_code_0(folder: Path) -> None:
    found = body(folder / "ann_1.png", folder / "bob_1.png", "--gallery-size", 1000)
    (finger,) = found["fingers"]
    assert found["score"] == finger["llr"] < 0
    assert (found["gallery_size"], found["fpir"]["estimate"]) == (1000, pytest.approx(1, abs=0.01))
    assert finger["name"] == "unknown finger"
    assert finger["stages"]["similarity"]["reading"] == "different fingers"
    assert set(finger["stages"]) == {*MEASURED, "llr"}
    assert sum(finger["against"]) > 2 * len(finger["pairs"])


def test_wsq_is_read_and_json_tells_every_pair(folder: Path) -> None:
    found = body(folder / "ann_1.png", folder / "ann_2.wsq")
    (finger,) = found["fingers"]
    assert finger["stages"]["similarity"]["reading"] != "different fingers"
    shares = [pair["share"] for pair in finger["pairs"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(finger["similarity"])
    by_hand = finger["stages"]["relaxed"]["value"] * math.prod(finger["covered"])
    assert finger["similarity"] ** 3 == pytest.approx(by_hand)
    assert all(len(pair[side]) == 4 for pair in finger["pairs"] for side in ("probe", "candidate"))
    assert abs(finger["pose"]["turn_deg"]) < 40


def test_a_record_is_compared_with_the_encounter_most_like_it(folder: Path) -> None:
    found = body(folder / "hand.fmr", f"{folder / 'gallery'}:a:b")
    assert {f["finger"] for f in found["fingers"]} == {2, 3}
    assert (found["probe_only"], found["candidate_only"]) == ([7], [8])
    assert found["score"] > 10  # the old encounter's, not that of the mistake
    assert found["gallery_size"] == 3
    stranger = body(folder / "hand.fmr", f"{folder / 'gallery'}:carl")
    assert stranger["score"] < 0


def test_fingers_out_of_order_are_found_and_can_be_stated(folder: Path, tmp_path: Path) -> None:
    swapped = [replace(t, finger=(t.finger + 4) % 10 + 1) for t in hand(4, (2, 3, 8))]
    path = tmp_path / "swapped.fmr"
    path.write_bytes(iso.write(iso.from_templates(swapped, "iso-2005")))
    enrolled = f"{folder / 'gallery'}:a:b"
    found = body(path, enrolled)
    assert found["sequence"] == "hands swapped"
    pairs = {(f["finger"], f["enrolled"]) for f in found["fingers"]}
    assert pairs == {(7, 2), (8, 3), (3, 8)}
    assert body(path, enrolled, "--sequence", "hands swapped")["score"] == found["score"]
    assert body(path, enrolled, "--sequence", "as stated")["score"] < 0
    told = run(path, enrolled, "--out", tmp_path / "why.html").stdout
    assert "read with hands swapped: its right middle with the candidate's left middle" in told
    page = (tmp_path / "why.html").read_text("utf-8")
    assert "Left index (the candidate&#39;s right index)" in page
    assert "Out of sequence: the probe is read with hands swapped" in page
    assert run(path, enrolled, "--sequence", "upside down").exit_code == 2


def test_a_print_of_an_unknown_finger_needs_it_stated_against_several(folder: Path) -> None:
    refused = run(folder / "ann_1.png", folder / "hand.fmr")
    assert refused.exit_code == 2
    assert "--finger" in refused.stderr
    found = body(folder / "ann_1.png", folder / "hand.fmr", "--finger", 3)
    assert [f["finger"] for f in found["fingers"]] == [3]
    alone = iso.from_templates([replace(hand(4, (7,))[0], finger=7)], "iso-2005")
    (folder / "one.fmr").write_bytes(iso.write(alone))
    assert body(folder / "one.fmr", folder / "ann_1.png")["fingers"][0]["finger"] == 7


@pytest.fixture(scope="module")
def page(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("page")
    odd = place / "<b>&.png"
    odd.write_bytes((folder / "ann_1.png").read_bytes())
    out = place / "why.html"
    assert run(odd, folder / "ann_2.png", "--out", out).exit_code == 0
    return out.read_text("utf-8")


def test_the_page_has_no_script_and_asks_nobody(page: str) -> None:
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert set(re.findall(r'(?:src|href)="([a-z]+:)', page)) == {"data:"}
    assert set(re.findall(r"https?://[^\"' ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "&lt;b&gt;&amp;.png" in page
    assert "<b>&" not in page


def test_the_page_tells_what_the_table_tells(page: str) -> None:
    assert len(re.findall(r'class="stage"', page)) == 7
    for words in ("speaks against", "How rare this is", "An examiner must look at the prints."):
        assert words in page
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ET.fromstring(drawing)


def test_svg_is_one_document(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "why.svg"
    assert run(folder / "ann_1.png", folder / "ann_2.png", "--out", out).exit_code == 0
    root = ET.fromstring(out.read_text("utf-8"))
    assert root.get("viewBox", "").startswith("0 0 1280 ")


@pytest.fixture
def wrong(folder: Path, tmp_path: Path) -> dict[str, tuple[Any, ...]]:
    (tmp_path / "letter.png").write_text("no image")
    (tmp_path / "torn.fmr").write_bytes((folder / "hand.fmr").read_bytes()[:60])
    Image.new("L", (300, 300), 255).save(tmp_path / "blank.png")
    (tmp_path / "card.an2").write_bytes(car(booking([13, 14])))
    good = folder / "ann_1.png"
    return {
        "nothing": (tmp_path / "none.png", good),
        "folder": (folder, good),
        "nobody": (f"{folder / 'gallery'}:dora", good),
        "no gallery": (f"{tmp_path}:dora", good),
        "no image": (tmp_path / "letter.png", good),
        "blank": (tmp_path / "blank.png", good),
        "torn": (tmp_path / "torn.fmr", good),
        "no finger": (tmp_path / "card.an2", good),
        "other kind": (good, good, "--out", tmp_path / "why.gif"),
        "no place": (good, good, "--out", tmp_path / "letter.png" / "why.png"),
    }


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("nothing", 2), ("folder", 2), ("nobody", 2), ("no gallery", 1), ("no image", 1),
        ("blank", 1), ("torn", 1), ("no finger", 1), ("other kind", 2), ("no place", 2),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(
    wrong: dict[str, tuple[Any, ...]], case: str, code: int
) -> None:
    result = run(*wrong[case], "--json")
    assert result.exit_code == code, result.output
    error = json.loads(result.stderr)
    assert error["where"]
    assert error["message"]
    assert error["code"] != "error"


def test_a_transaction_brings_its_single_fingers_and_names_what_is_unusable(
    folder: Path, tmp_path: Path
) -> None:
    pixels = pixels_of(folder / "ann_2.png")
    tall, wide = pixels.shape
    data = codecs.encode_wsq(pixels)
    good = print_of(2, data=data, width_px=wide, height_px=tall)
    # A plain thumb counts as a thumb, but 96 x 64 px of stripes are no print; a slap is left out.
    images = (print_of(11), good, replace(print_of(13), impression=0))
    path = tmp_path / "card.an2"
    path.write_bytes(car(booking(images=images)))
    found = body(path, folder / "ann_1.png")
    assert [f["finger"] for f in found["fingers"]] == [2]
    assert found["score"] > 0
    (unused,) = found["unused"]
    assert str(path) in unused
