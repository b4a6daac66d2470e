"""`comity wire show`: the tree, the JSON, and the page that stands alone."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from playwright.sync_api import Browser

from comity.cli import main
from comity.wire.read import read
from tests.shared_data import shared
from tests.wire.cards import card, with_face

REFERENCE = ("transactions", "nist-reference")


def run(*words: object, **settings: Any) -> Result:
    return CliRunner().invoke(main, ["wire", "show", *map(str, words)], **settings)


def page_of(data: bytes, folder: Path, name: str = "a.eft") -> str:
    (folder / name).write_bytes(data)
    out = folder / "page.html"
    assert run(folder / name, "--html", out).exit_code == 0
    return out.read_text("utf-8")


def with_segments(data: bytes, boxes: bytes) -> bytes:
    """The card with 14.021 put into its right slap, and LEN to match."""
    (record,) = [r for r in read(data).of_type(14) if r.text(13) == "13"]
    image = record.first(999)
    assert image is not None
    at = image.offset - len(b"14.999:")
    added = b"14.021:" + boxes + b"\x1d"
    body = data[record.offset : at] + added + data[at : record.offset + record.size]
    body = body.replace(b"%d" % record.size, b"%d" % (record.size + len(added)), 1)
    return data[: record.offset] + body + data[record.offset + record.size :]


# --- the tree -----------------------------------------------------------------------------


def test_a_field_says_byte_tag_mnemonic_name_and_value() -> None:
    result = run("-", input=card())
    (line,) = [line for line in result.stdout.splitlines() if "2.022 DOB" in line]
    assert re.fullmatch(r" +\d+  2\.022 DOB +date of birth +19800102", line)
    assert card()[int(line.split()[0]) :].startswith(b"19800102")


def test_subfields_are_lines_and_long_fields_are_cut_unless_full() -> None:
    path = shared(*REFERENCE, "type-9-14-m1.an2")
    short = run(path).stdout.splitlines()
    at = next(k for k, line in enumerate(short) if "9.137 FMD" in line)
    assert short[at + 1].split() == ["002,", "423,", "368,", "138,", "0,", "100"]
    assert short[at + 12].strip() == "and 36 more"
    full = run("--full", path).stdout
    assert "and 36 more" not in full
    assert "048, " in full


def test_json_is_complete_and_tells_images_by_digest() -> None:
    path = shared(*REFERENCE, "type-9-14-m1.an2")
    body = json.loads(run("--json", path).stdout)
    minutiae, image = body["records"][2], body["records"][3]
    fields = {field["tag"]: field for field in minutiae["fields"]}
    assert len(fields["9.137"]["subfields"]) == 48
    assert fields["9.137"]["name"]
    data = read(path.read_bytes()).records[3].first(999)
    assert data is not None
    assert image["fields"][-1]["sha256"] == hashlib.sha256(data.value).hexdigest()


# --- the page -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(with_face(card()), tmp_path_factory.mktemp("face"))


def test_the_page_has_no_script_and_asks_nobody(face: str) -> None:
    assert "default-src 'none'" in face
    assert "<script" not in face
    assert set(re.findall(r'(?:src|href)="([a-z]+:)', face)) == {"data:"}
    assert not re.findall(r"https?://", face)


def test_the_page_shows_prints_and_never_a_face(face: str) -> None:
    assert face.count("data:image/jpeg") == 14
    assert "FACE-" not in face
    assert "Holds no friction ridges" in face
    assert not re.findall(r"10\.0(?:03|04|20|27)", face)


def test_pictures_are_the_prints_in_small(tmp_path: Path) -> None:
    page = page_of(shared(*REFERENCE, "type-14-tpcard-nqm.an2").read_bytes(), tmp_path)
    coded = re.findall(r"data:image/jpeg;base64,([^\"]+)", page)
    assert len(coded) == 14
    sizes = [Image.open(io.BytesIO(base64.b64decode(one))).size for one in coded]
    assert sizes[0] == (420, 393)
    assert max(max(size) for size in sizes) <= 760
    drawn = ET.fromstring(re.findall(r"<svg.*?</svg>", page, re.DOTALL)[0])
    assert drawn.get("viewBox") == "0 0 804 752"


def test_findings_stand_beside_their_fields_and_lead_to_them(tmp_path: Path) -> None:
    page = page_of(card().replace(b"2.024:M", b"2.024:Q"), tmp_path)
    assert "It would be refused" in page
    row = page.index("<th>2.024 SEX</th>")
    assert page.index('<tr class="said error">', row) < page.index("<th>2.025", row)
    (anchor,) = re.findall(r'<a href="#(f1r\d+)">2.024 SEX</a>', page)
    assert f'id="{anchor}" open' in page


def test_a_damaged_image_is_a_box_with_the_reason(tmp_path: Path) -> None:
    whole = card()
    data = read(whole).of_type(4)[3].first(9)
    assert data is not None
    broken = whole[: data.offset + 100] + bytes(200) + whole[data.offset + 300 :]
    page = page_of(broken, tmp_path)
    assert page.count("data:image/jpeg") == 13
    (box,) = re.findall(r'<div class="lost">(.*?)</div>', page)
    assert "expected" in box
    assert "found" in box


def test_other_people_s_words_are_escaped(tmp_path: Path) -> None:
    assert b"DOE,JOHN QUINCY" in card()
    page = page_of(card().replace(b"DOE,JOHN QUINCY", b"DOE,<B>&JOHN IN"), tmp_path, "<i>&.eft")
    assert "DOE,&lt;B&gt;&amp;JOHN IN" in page
    assert "<B>" not in page
    assert "&lt;i&gt;&amp;.eft" in page


def test_segment_boxes_lie_on_the_slap(tmp_path: Path) -> None:
    boxes = b"2\x1f1\x1f40\x1f5\x1f30\x1e3\x1f42\x1f90\x1f4\x1f60"
    page = page_of(with_segments(card(record_type=14), boxes), tmp_path)
    assert '<rect x="1" y="5" width="39" height="25"/>' in page
    assert "right index</text>" in page
    assert "segments that 14.021 states" in page


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("type-9-14-m1.an2", "ANSI 378 form"),
        ("type-9-14-std.an2", "standard form"),
        ("type-9-4-iafis.an2", "IAFIS form"),
    ],
)
def test_minutiae_lie_on_their_image(tmp_path: Path, name: str, form: str) -> None:
    page = page_of(shared(*REFERENCE, name).read_bytes(), tmp_path, name)
    assert f"48 minutiae, {form}" in page
    drawn = re.findall(r'<g class="pt other"><line x1="([\d.]+)" y1="([\d.]+)"', page)
    assert len(drawn) == 48
    assert abs(float(drawn[0][0]) - 432) < 0.6
    assert abs(float(drawn[0][1]) - 368) < 0.6
    assert page.count("data:image/jpeg") == 2  # the print, and the print under its minutiae


def test_minutiae_without_an_image_are_drawn_on_a_sheet(tmp_path: Path) -> None:
    data = shared("transactions", "nbis-an2kconvert", "type9-efs.an2k").read_bytes()
    page = page_of(data, tmp_path)
    assert page.count("its image is not in the file") == 8
    assert '<g class="pt bifurcation">' in page


def test_a_folder_is_one_page_with_its_files_listed(tmp_path: Path) -> None:
    (tmp_path / "a.eft").write_bytes(card())
    (tmp_path / "b.eft").write_bytes(b"%PDF")
    out = tmp_path / "out" / "page.html"
    result = run(tmp_path, "--html", out, "--json")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["files"] == 2
    page = out.read_text("utf-8")
    assert '<a href="#f2">' in page
    assert "not-a-transaction" in page


def test_too_many_files_and_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    for number in range(101):
        (tmp_path / f"{number}.eft").write_bytes(b"")
    many = run(tmp_path, "--html", tmp_path / "page.html")
    assert many.exit_code == 2
    assert "too many files for one page" in many.stderr
    (tmp_path / "here").write_text("a file")
    wrong = run(tmp_path / "1.eft", "--html", tmp_path / "here" / "page.html")
    assert wrong.exit_code == 2


def test_the_page_is_drawn_in_a_browser_without_a_request(tmp_path: Path, browser: Browser) -> None:
    page_of(with_face(card()), tmp_path)
    asked: list[str] = []
    view = browser.new_page(viewport={"width": 1280, "height": 900})
    view.on("request", lambda request: asked.append(request.url))
    view.goto((tmp_path / "page.html").as_uri())
    assert view.locator("figure").count() == 14
    assert view.locator("details.record").count() == 17
    drawn = view.locator("figure svg").first.bounding_box()
    assert drawn is not None
    assert drawn["width"] > 150
    assert drawn["height"] > 50
    view.set_viewport_size({"width": 400, "height": 800})
    assert view.evaluate("document.documentElement.scrollWidth") <= 400
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    view.close()
