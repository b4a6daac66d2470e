from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from comity.errors import CallerError, ImageError
from comity.image import codecs, synthesise, wsq_header
from comity.records import ImageRecord
from tests.shared_data import shared

PIXELS = synthesise.impression(synthesise.master(1, 1, 2), 0).pixels
HEIGHT, WIDTH = PIXELS.shape


def record(data: bytes, compression: str, **changes: object) -> ImageRecord:
    fields = {
        "data": data,
        "compression": compression,
        "width_px": WIDTH,
        "height_px": HEIGHT,
        "resolution_ppi": 500.0,
        "finger": 3,
        "impression": 1,
        "record_type": 14,
        "idc": 4,
        "offset": 1184,
    }
    return ImageRecord(**(fields | changes))  # type: ignore[arg-type]


def packed(kind: str, pixels: np.ndarray = PIXELS, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


LOSSLESS = {
    "NONE": PIXELS.tobytes(),
    "PNG": packed("PNG"),
    "JP2L": packed("JPEG2000"),
}
LOSSY = {
    "WSQ20": codecs.encode_wsq(PIXELS),
    "JPEGB": packed("JPEG", quality=90),
    "JP2": packed("JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[8]),
}


@pytest.mark.parametrize("compression", LOSSLESS)
def test_lossless_images_come_back_exactly(compression: str) -> None:
    found = codecs.decode(record(LOSSLESS[compression], compression))
    assert (found.pixels == PIXELS).all()
    assert (found.finger, found.impression) == (3, 1)


@pytest.mark.parametrize("compression", LOSSY)
def test_lossy_images_come_back_nearly(compression: str) -> None:
    found = codecs.decode(record(LOSSY[compression], compression)).pixels.astype(float)
    assert np.sqrt(((found - PIXELS) ** 2).mean()) < 25


def test_wsq_is_about_fifteen_to_one_and_the_same_each_time() -> None:
    assert codecs.encode_wsq(PIXELS) == LOSSY["WSQ20"]
    assert 6 < PIXELS.size / len(LOSSY["WSQ20"]) < 25


def test_wsq_says_its_own_size_and_resolution() -> None:
    assert wsq_header.read(LOSSY["WSQ20"]) == wsq_header.WsqHeader(WIDTH, HEIGHT, 500.0)


def test_images_that_other_encoders_wrote_are_read() -> None:
    data = shared("transactions", "ojbc", "0400024.eft").read_bytes()
    start = data.index(b"\xff\xa0\xff")
    image = data[start : data.index(b"\xff\xa1", start) + 2]
    found = codecs.decode(record(image, "WSQ20", width_px=800, height_px=750))
    assert found.pixels.shape == (750, 800)
    assert found.pixels.std() > 40


def test_1000_ppi_becomes_500() -> None:
    twice = np.kron(PIXELS, np.ones((2, 2), np.uint8))
    large = record(
        twice.tobytes(), "NONE", width_px=2 * WIDTH, height_px=2 * HEIGHT, resolution_ppi=1000.0
    )
    found = codecs.decode(large).pixels
    assert found.shape == PIXELS.shape
    assert np.sqrt((found.astype(float) - PIXELS) ** 2).mean() < 12


@pytest.mark.parametrize("ppi", [495.0, 499.999, 500.126, 505.0])
def test_within_one_per_cent_nothing_is_resampled(ppi: float) -> None:
    assert (
        codecs.decode(record(LOSSLESS["NONE"], "NONE", resolution_ppi=ppi)).pixels == PIXELS
    ).all()


@pytest.mark.parametrize(
    "ppi", [0.0, -500.0, 72.0, 250.0, 489.0, 1011.0, float("nan"), float("inf")]
)
def test_a_resolution_no_print_is_taken_at_is_refused(ppi: float) -> None:
    with pytest.raises(ImageError) as caught:
        codecs.decode(record(LOSSLESS["NONE"], "NONE", resolution_ppi=ppi))
    assert caught.value.where == "type-14 record at byte 1184"
    assert "ppi" in caught.value.found
    assert caught.value.next_step


@pytest.mark.parametrize("compression", [*LOSSLESS, *LOSSY])
def test_a_size_that_is_not_the_records_is_refused(compression: str) -> None:
    data = (LOSSLESS | LOSSY)[compression]
    with pytest.raises(ImageError):
        codecs.decode(record(data, compression, width_px=WIDTH + 1))


def test_an_unknown_compression_is_named() -> None:
    with pytest.raises(ImageError, match="WSQ10"):
        codecs.decode(record(b"", "WSQ10"))


@pytest.mark.parametrize("mode", ["1", "LA", "RGB", "P", "I;16"])
def test_every_kind_of_pixel_becomes_grey(mode: str) -> None:
    grey = Image.fromarray(PIXELS)
    image = (
        Image.fromarray(PIXELS.astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    )
    stream = io.BytesIO()
    image.save(stream, "PNG")
    found = codecs.decode(record(stream.getvalue(), "PNG")).pixels
    tolerance = 130 if mode == "1" else 3
    assert np.abs(found.astype(int) - PIXELS).mean() < tolerance / 3


def test_wsq_of_too_small_an_image_is_refused() -> None:
    with pytest.raises(ImageError):
        codecs.encode_wsq(np.zeros((63, 400), np.uint8))


# --- loose files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "PNG"), ("a.bmp", "BMP"), ("a.tif", "TIFF"), ("a.jp2", "JPEG2000")],
)
def test_a_loose_file_is_read_at_500_where_it_says_nothing(
    tmp_path: Path, name: str, kind: str
) -> None:
    (tmp_path / name).write_bytes(packed(kind))
    found = codecs.read_file(tmp_path / name, 7, resolution_ppi=500 if kind == "BMP" else None)
    assert (found.pixels == PIXELS).all()
    assert found.finger == 7


def test_a_loose_wsq_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.wsq").write_bytes(LOSSY["WSQ20"])
    assert codecs.read_file(tmp_path / "a.wsq").pixels.shape == PIXELS.shape


def test_a_loose_file_is_scaled_by_what_it_states(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(
        packed("PNG", np.kron(PIXELS, np.ones((2, 2), np.uint8)), dpi=(1000, 1000))
    )
    assert codecs.read_file(tmp_path / "a.png").pixels.shape == PIXELS.shape


def test_a_screens_resolution_is_refused_and_can_be_overridden(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(packed("PNG", dpi=(96, 96)))
    with pytest.raises(ImageError, match="96"):
        codecs.read_file(tmp_path / "a.png")
    assert codecs.read_file(tmp_path / "a.png", resolution_ppi=500).pixels.shape == PIXELS.shape


def test_oblong_pixels_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(packed("PNG", dpi=(500, 1000)))
    with pytest.raises(ImageError, match="square"):
        codecs.read_file(tmp_path / "a.png")


def test_a_missing_file_is_the_callers_error(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match=r"absent\.png"):
        codecs.read_file(tmp_path / "absent.png")
    with pytest.raises(CallerError):
        codecs.read_file(tmp_path)


@pytest.mark.parametrize("data", [b"", b"not an image", b"\x89PNG\r\n\x1a\n", b"\xff\xa0", b"BM"])
def test_a_file_that_is_no_image_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(ImageError) as caught:
        codecs.read_file(tmp_path / "bad")
    assert "bad" in caught.value.where
