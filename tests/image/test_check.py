from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from comity.errors import ImageError
from comity.image import check, codecs, synthesise
from comity.records import Print
from tests.shared_data import shared


def grey(field: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(128 + 45 * field / (field.std() + 1e-9), 0, 255), np.uint8)


@cache
def capture() -> np.ndarray:
    return synthesise.impression(synthesise.master(3, 1, 2), 0).pixels


def page(size: int) -> np.ndarray:
    image = Image.new("L", (500, 500), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    words = ("a", "clause", "of", "the", "agreement", "names", "who", "may", "learn", "what")
    for line, y in enumerate(range(4, 500, int(size * 1.25))):
        draw.text((4, y), " ".join(words[(line * 5 + k) % len(words)] for k in range(20)), 0, font)
    return np.array(image)


def photograph() -> np.ndarray:
    """Blobs with sharp edges at every scale: a spectrum that falls as a scene's does."""
    rng = np.random.default_rng(5)
    image = Image.new("L", (400, 400), 128)
    draw = ImageDraw.Draw(image)
    for number in range(220):
        size = 160 / (1 + number / 8)
        x, y = rng.uniform(0, 400, 2)
        draw.ellipse(
            (x - size, y - size * rng.uniform(0.5, 1.5), x + size, y + size), int(rng.integers(256))
        )
    return np.array(image)


NOT_PRINTS = (
    {
        "white": np.full((300, 300), 255, np.uint8),
        "black": np.zeros((300, 300), np.uint8),
        "nearly white": np.random.default_rng(1).integers(252, 256, (300, 300), dtype=np.uint8),
        "slope": np.tile(np.linspace(0, 255, 300).astype(np.uint8), (300, 1)),
        "photograph": photograph(),
        "bars": (127 + 100 * np.sin(2 * np.pi * np.mgrid[:300, :300][1] / 9)).astype(np.uint8),
    }
    | {
        f"noise of {grain} px": grey(
            gaussian_filter(np.random.default_rng(2).standard_normal((400, 400)), grain)
        )
        for grain in (0, 0.7, 1.5, 3.0)
    }
    | {f"text of {size} px": page(size) for size in (10, 12, 16, 24, 32)}
)


@pytest.mark.parametrize("name", NOT_PRINTS)
def test_what_is_no_fingerprint_is_refused(name: str) -> None:
    with pytest.raises(ImageError) as caught:
        check.fingerprint(Print(NOT_PRINTS[name], 2))
    assert caught.value.found
    assert caught.value.next_step


def test_too_small_an_image_is_refused() -> None:
    with pytest.raises(ImageError, match="too small"):
        check.fingerprint(Print(capture()[:63, :200].copy(), 2))


@pytest.mark.parametrize("database", ["db1_b", "db3_b", "db4_b"])
def test_real_prints_pass(database: str) -> None:
    for path in sorted(shared("prints", "fvc2002", database).glob("*.png")):
        check.fingerprint(codecs.read_file(path))


def test_the_fingers_of_real_cards_pass() -> None:
    for parts in (
        ("nist-reference", "type-4-tpcard.an2"),
        ("ojbc", "0400024.eft"),
        ("jet", "sample.eft"),
    ):
        data = shared("transactions", *parts).read_bytes()
        at, seen = 0, 0
        while (at := data.find(b"\xff\xa0\xff", at)) >= 0:
            image = data[at : data.index(b"\xff\xa1", at) + 2]
            pixels = codecs.wsq_process.decode(image)
            check.fingerprint(Print(pixels, 0))
            at, seen = at + len(image), seen + 1
        assert seen >= 10


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_a_print_at_the_wrong_scale_is_told_its_scale(scale: float) -> None:
    image = Image.fromarray(capture())
    size = (int(image.width * scale), int(image.height * scale))
    scaled = np.array(image.resize(size, Image.Resampling.LANCZOS))
    with pytest.raises(ImageError, match="wrong scale") as caught:
        check.fingerprint(Print(scaled, 2))
    told = float(caught.value.found.split("about ")[1].split()[0])
    assert 0.7 < told / (500 * scale) < 1.3


@pytest.mark.parametrize("period", [7.0, 9.0, 11.5])
def test_ridge_spacing_is_measured(period: float) -> None:
    y, x = np.mgrid[:300, :300]
    rings = grey(np.sin(2 * np.pi * np.hypot(x - 150, y - 170) / period))
    assert check.measure(rings).spacing_px == pytest.approx(period, rel=0.06)
