from __future__ import annotations

import numpy as np
import pytest

from comity.image import kernels
from tests.reference import image_ridges


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (1, 7), (9, 5)])
def test_growth_is_the_slow_sum(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(size[0] * 10 + size[1])
    bank = rng.normal(0, 0.2, (4, 5, 5)).astype(np.float32)
    padded = rng.normal(0, 1, (size[0] + 4, size[1] + 4)).astype(np.float32)
    which = rng.integers(-1, 4, size).astype(np.int32)
    out = np.full(size, 9.0, np.float32)
    kernels.grow(padded, bank, which, 1.3, out)
    assert out == pytest.approx(image_ridges.grow(padded, bank, which, 1.3), abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(0, 0), (1, 1), (24, 30)])
def test_pressing_is_the_slow_sum(size: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    ridges = rng.uniform(-1, 1, (40, 32)).astype(np.float32)
    pores = rng.normal(0, 1, (40, 32)).astype(np.float32)
    place = np.array([0.3, 2.0, -3.0])
    skin = np.array([2.0, -1.0, 0.1, 16.0, 20.0, 5.0, 7.0, 1.2])
    contact = np.array([15.0, 21.0, 13.0, 18.0])
    outline = rng.uniform(0.9, 1.1, 6).astype(np.float32)
    coarse = rng.normal(0, 1, (2, 6, 7)).astype(np.float32)
    fine = rng.normal(0, 1, size).astype(np.float32)
    tone = np.array([0.1, 0.2, 0.3, 0.5, 0.2, 0.18, 0.5])
    out = np.full(size, 9.0, np.float32)
    kernels.press(ridges, pores, place, skin, contact, outline, coarse, 8.0, fine, tone, out)
    slow = image_ridges.press(ridges, pores, place, skin, contact, outline, coarse, 8.0, fine, tone)
    assert out == pytest.approx(slow, abs=2e-4)
    assert size != (24, 30) or 0.1 < (out > 0).mean() < 1
