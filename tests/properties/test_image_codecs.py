from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from comity.image import codecs
from comity.image.draws import stream
from comity.records import ImageRecord

SIDES = st.tuples(st.integers(64, 150), st.integers(64, 150))


def record(data: bytes, compression: str, size: tuple[int, int]) -> ImageRecord:
    return ImageRecord(data, compression, size[1], size[0], 500.0, 1, 0, 14, 1, 0)


@settings(max_examples=30, deadline=None)
@given(SIDES.flatmap(lambda size: arrays(np.uint8, size)))
def test_raw_images_come_back(pixels: np.ndarray) -> None:
    assert (codecs.decode(record(pixels.tobytes(), "NONE", pixels.shape)).pixels == pixels).all()


@settings(max_examples=30, deadline=None)
@given(SIDES, st.integers(0, 2**32 - 1))
def test_wsq_of_any_size_comes_back_at_that_size(size: tuple[int, int], seed: int) -> None:
    y, x = np.mgrid[: size[0], : size[1]]
    rng = np.random.default_rng(seed)
    turn, period = rng.uniform(0, np.pi), rng.uniform(6, 12)
    along = x * np.cos(turn) + y * np.sin(turn) + 8 * np.sin(y / 60)
    ridges = 127 + 60 * np.sin(2 * np.pi * along / period) + rng.normal(0, 5, size)
    pixels = np.clip(ridges, 0, 255).astype(np.uint8)
    found = codecs.decode(record(codecs.encode_wsq(pixels), "WSQ20", size)).pixels
    assert found.shape == size
    assert np.abs(found.astype(int) - pixels).mean() < 10


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 2**31)] * 5), min_size=2, max_size=6, unique=True))
def test_streams_of_different_keys_differ(keys: list[tuple[int, int, int, int, int]]) -> None:
    drawn = {stream(*key).integers(0, 2**63, 3).tobytes() for key in keys}
    assert len(drawn) == len(keys)
