"""`comity wire extract`: the bytes, the pixels, the names, and what stays where it is."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from comity.cli import main
from comity.cli._wire_pixels import pixels
from comity.image import codecs
from comity.minutiae import iso
from comity.minutiae.faults import faults
from comity.wire import binary
from comity.wire.friction import ridge_image, ridge_images
from comity.wire.read import read
from tests.shared_data import shared
from tests.wire.cards import card, with_face, wsq_image

REFERENCE = ("transactions", "nist-reference")
FINGERS = ("type-9-14-m1.an2", "type-9-14-std.an2", "type-9-4-iafis.an2")


def run(*words: object, **settings: Any) -> Result:
    return CliRunner().invoke(main, ["wire", "extract", *map(str, words)], **settings)


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def test_images_are_written_as_they_were_sent(tmp_path: Path) -> None:
    (tmp_path / "booking.eft").write_bytes(card())
    out = tmp_path / "out"
    result = run(tmp_path / "booking.eft", "--out", out)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in out.glob("*.wsq"))
    assert names[1] == "booking_t04_idc02_f02.wsq"
    assert len(names) == 14
    assert (out / names[1]).read_bytes() == wsq_image()
    entries = manifest(out)["files"]
    assert [entry["positions"] for entry in entries] == [[f] for f in range(1, 15)]
    source = (tmp_path / "booking.eft").read_bytes()
    for entry in entries:
        cut = source[entry["offset"] : entry["offset"] + entry["bytes"]]
        assert hashlib.sha256(cut).hexdigest() == entry["sha256"]


def test_png_has_the_pixels_and_the_resolution(tmp_path: Path) -> None:
    path = shared(*REFERENCE, "type-14-tpcard-nqm.an2")
    out = tmp_path / "out"
    assert run(path, "--out", out, "--format", "png").exit_code == 0
    picture = Image.open(out / "type-14-tpcard-nqm_t14_idc01_f01.png")
    assert picture.size == (804, 752)
    assert picture.info["dpi"][0] == pytest.approx(500.38, abs=0.02)
    first = next(iter(ridge_images(read(path.read_bytes()))))
    (tmp_path / "one.wsq").write_bytes(first.data)
    assert np.array_equal(np.array(picture), codecs.read_file(tmp_path / "one.wsq").pixels)


def test_raw_images_have_a_description_beside_them(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(shared(*REFERENCE, FINGERS[1]), "--out", out).exit_code == 0
    name = "type-9-14-std_t14_idc01_f08.raw"
    about = json.loads((out / f"{name}.json").read_text("utf-8"))
    assert (about["width_px"], about["height_px"], about["bits"]) == (800, 768, 8)
    assert len((out / name).read_bytes()) == 800 * 768


@pytest.mark.parametrize("standard", ["iso-2005", "iso-2011", "ansi-2004", "ansi-2009"])
def test_three_forms_become_the_same_minutiae_record(tmp_path: Path, standard: str) -> None:
    made = []
    for name in FINGERS:
        out = tmp_path / name
        assert run(shared(*REFERENCE, name), "--out", out, "--minutiae", standard).exit_code == 0
        (path,) = out.glob("*.fmr")
        record = iso.read(path.read_bytes())
        assert record.standard == standard
        assert not [fault for fault in faults(record) if fault.severity == "error"]
        (view,) = record.views
        assert (view.finger, view.impression) == (8, 3)
        made.append(view.minutiae)
    assert [len(minutiae) for minutiae in made] == [48, 48, 48]
    for other in made[1:]:
        for ours, theirs in zip(made[0], other, strict=True):
            assert abs(ours.x - theirs.x) <= 1
            assert abs(ours.y - theirs.y) <= 1
            assert min(abs(ours.angle - theirs.angle), 180 - abs(ours.angle - theirs.angle)) <= 2


def test_minutiae_as_csv_and_json(tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = shared(*REFERENCE, FINGERS[0])
    assert run(path, "--out", out, "--minutiae", "csv", "--minutiae", "json").exit_code == 0
    lines = (out / "type-9-14-m1_t09_idc01_f08_m1.csv").read_text("utf-8").splitlines()
    assert lines[0] == "number,x,y,angle_deg,kind,quality,x_px,y_px,offset"
    assert lines[1].startswith("1,432,368,280,other,100,432.0,368.0,")
    body = json.loads((out / "type-9-14-m1_t09_idc01_f08_m1.json").read_text("utf-8"))
    assert body["stated"] == len(body["minutiae"]) == len(lines) - 1


def test_minutiae_without_their_image_are_no_record_and_it_says_so(tmp_path: Path) -> None:
    path = shared("transactions", "nbis-an2kconvert", "type9-efs.an2k")
    out = tmp_path / "out"
    result = run(path, "--out", out, "--minutiae", "iso-2005", "--minutiae", "csv")
    assert result.exit_code == 4
    assert "expected an image with the minutiae's IDC" in result.stderr
    assert not list(out.glob("*.fmr"))
    assert len(list(out.glob("*.csv"))) == 8


def test_nothing_of_a_face_leaves_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.eft").write_bytes(with_face(card()))
    out = tmp_path / "out"
    result = run(tmp_path / "a.eft", "--out", out)
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert line.endswith(
        "a face, scar or tattoo image (type 10): only friction ridges are extracted"
    )
    assert not [path for path in out.iterdir() if b"FACE" in path.read_bytes()]
    assert len(manifest(out)["refused"]) == 1


def test_only_friction_ridges_of_every_kind_of_record(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(shared("transactions", "nbis-an2kconvert", "valid1.11.an2"), "--out", out)
    assert {entry["type"] for entry in manifest(out)["files"]} == {4, 13, 14, 15}
    assert len(manifest(out)["refused"]) == 4


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.eft").write_bytes(card())
    out = tmp_path / "out"
    assert run(tmp_path / "a.eft", "--out", out).exit_code == 0
    mark = out / "a_t04_idc01_f01.wsq"
    mark.write_bytes(b"mine")
    refused = run(tmp_path / "a.eft", "--out", out)
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert mark.read_bytes() == b"mine"
    assert run(tmp_path / "a.eft", "--out", out, "--overwrite").exit_code == 0
    assert mark.read_bytes() == wsq_image()


def test_files_of_one_name_do_not_fall_on_each_other(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.eft").write_bytes(card())
    out = tmp_path / "out"
    assert run(tmp_path / "one", tmp_path / "two", "--out", out).exit_code == 0
    assert len(list(out.glob("*.wsq"))) == 28
    assert (out / "a_t04_idc01_f01-2.wsq").exists()


def test_a_damaged_image_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    whole = card()
    at = read(whole).of_type(4)[3].first(9)
    assert at is not None
    broken = whole[: at.offset + 100] + bytes(200) + whole[at.offset + 300 :]
    (tmp_path / "a.eft").write_bytes(broken)
    out = tmp_path / "out"
    result = run(tmp_path / "a.eft", "--out", out, "--format", "png", "--json")
    assert result.exit_code == 4
    assert len(list(out.glob("*.png"))) == 13
    body = json.loads(result.stdout)
    assert len(body["files"]) == 13
    assert "type-4 record at byte" in body["refused"][0]["why"]


def test_a_file_that_cannot_be_read_and_standard_input(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("-", "--out", out, input=b"%PDF").exit_code == 4
    assert manifest(out)["files"] == []
    assert run("-", "--out", tmp_path / "two", input=card()).exit_code == 0
    assert (tmp_path / "two" / "stdin_t04_idc01_f01.wsq").exists()


def test_the_packed_image_is_its_grey_twin_in_black_and_white() -> None:
    """NIST's references of types 3 and 5 are one finger, grey and bi-level."""
    grey, packed = (
        pixels(next(iter(ridge_images(read(shared(*REFERENCE, name).read_bytes())))))
        for name in ("type-3.an2", "type-5.an2")
    )
    assert grey.shape == packed.shape == (376, 402)
    assert set(np.unique(packed)) == {0, 255}
    blocks = [image[:376, :400].reshape(47, 8, 50, 8).mean(axis=(1, 3)) for image in (grey, packed)]
    assert np.corrcoef(blocks[0].ravel(), blocks[1].ravel())[0, 1] > 0.9


def test_facsimile_is_read() -> None:
    drawn = np.full((64, 96), 255, np.uint8)
    drawn[10:20, 30:70] = 0
    out = io.BytesIO()
    # Pillow codes 0 as white, as T.6 has it, and says in the file that it means black.
    Image.fromarray(255 - drawn).convert("1").save(out, "TIFF", compression="group4")
    file = Image.open(io.BytesIO(out.getvalue()))
    start, size = file.tag_v2[273][0], file.tag_v2[279][0]  # type: ignore[attr-defined]
    strip = out.getvalue()[start : start + size]
    head = (1, 1, bytes([2]) + b"\xff" * 5, 0, 96, 64, 1)
    record = binary.header(6, binary.header_size(6) + len(strip), head) + strip
    first = b"1.001:45\x1d1.002:0500\x1d1.003:1\x1f1\x1e6\x1f01\x1d1.012:19.69\x1c"
    transaction = read(first + record)
    one = ridge_image(transaction, transaction.records[1])
    assert one is not None
    assert one.format == "FAX"
    assert np.array_equal(pixels(one), drawn)
