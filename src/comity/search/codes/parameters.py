"""The numbers that make codes: how wide they are, and the fitted projection."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

BITS = 512  # dimensions of a finger's point
WORDS = 16  # of a code: signs of all dimensions, then their magnitudes
FIRST_WORDS = 4  # of it, read for everyone: the signs of the most telling half
FINGERS = 10
BINS = 12
DISTANCE_MAX_PX = 300.0


@lru_cache(maxsize=1)
def projection() -> tuple[NDArray[np.float32], NDArray[np.float32], str]:
    """The projection (1728, 512), where it takes the mean histogram (512,), and its name.

    Made by benchmarks/fit_codes.py. Codes of different parameters cannot be compared.
    """
    raw = resources.files("comity.search.codes").joinpath("codes.npz").read_bytes()
    with np.load(io.BytesIO(raw)) as stored:
        matrix = stored["matrix"].astype(np.float32) * stored["scale"]
        offset = stored["offset"].astype(np.float32)
    return matrix, offset, hashlib.sha256(raw).hexdigest()[:16]
