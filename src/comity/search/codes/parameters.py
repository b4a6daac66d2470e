"""The numbers that make codes: widths, tables by geometry, and what was fitted."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from comity.search.codes.kernels import REACH_PX, TURN

BITS = 512  # dimensions of a finger's point
WORDS = 16  # of a code: signs of all dimensions, then their magnitudes
FIRST_WORDS = 4  # of it, read for everyone: the signs of the most telling half
FINGERS = 10
DISTANCES, DIRECTIONS = 7, 16  # bins of a pair of minutiae
SHARES = 960  # bins of a finger, 136 * 7 and 8 empty ones: 136 pairs of directions, unordered


@dataclass(frozen=True, eq=False)
class Parameters:
    """What benchmarks/fit_codes.py found.

    matrix   int8 (960, 512), from shares to dimensions
    offsets  int32 (512,) by extractor, where a mean finger's shares fall; "" for any other
    scan     int64 (256, 2), by minutiae of the probe: what a differing bit of the first plane
             takes off and what a finger begins with, 1/256 of a natural logarithm's unit
    lines    float64 (256, 2), by the fewer minutiae of two fingers: slope and base of the
             log-likelihood ratio by the cosine of their points
    name     of the file, by its contents: codes of two names cannot be compared
    """

    matrix: NDArray[np.int8]
    offsets: dict[str, NDArray[np.int32]]
    scan: NDArray[np.int64]
    lines: NDArray[np.float64]
    name: str


@lru_cache(maxsize=1)
def parameters() -> Parameters:
    """The fitted parameters, read once."""
    raw = resources.files("comity.search.codes").joinpath("codes.npz").read_bytes()
    with np.load(io.BytesIO(raw)) as stored:
        offsets = dict(zip(stored["extractors"].tolist(), stored["offsets"], strict=True))
        return Parameters(
            stored["matrix"],
            offsets,
            stored["scan"],
            stored["lines"],
            hashlib.sha256(raw).hexdigest()[:16],
        )


def projection() -> tuple[NDArray[np.int8], NDArray[np.int32], str]:
    """The projection (960, 512), where it takes a mean finger (512,), and its name."""
    fitted = parameters()
    return fitted.matrix, fitted.offsets[""], fitted.name


@lru_cache(maxsize=1)
def tiles() -> NDArray[np.int8]:
    """The projection as `kernels_vectors.tile` takes it, int8 (16, 240, 32, 4)."""
    return tiled(parameters().matrix)


def tiled(matrix: NDArray[np.int8]) -> NDArray[np.int8]:
    """A projection (960, 512) with four rows of a column side by side, in tiles of 32 columns."""
    parts = matrix.reshape(SHARES // 4, 4, BITS // 32, 32)
    return np.ascontiguousarray(parts.transpose(2, 0, 3, 1))


@lru_cache(maxsize=1)
def geometry() -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Tables of `kernels.pair_shares`: by displacement (28680,), and of directions (256,).

    No place of the table is within 1e-7 of where its rounding turns, so it is alike everywhere.
    """
    dy, dx = np.mgrid[0:REACH_PX, 1 - REACH_PX : REACH_PX]
    distance = np.hypot(dx, dy)
    bearing = np.rint(np.arctan2(dy, dx) * (TURN / (2 * np.pi)))
    place = np.clip(distance / REACH_PX * DISTANCES - 0.5, 0, DISTANCES - 1)
    low = np.minimum(np.floor(place), DISTANCES - 2)
    table = bearing + low * 2**10 + np.rint((place - low) * 8) * 2**13
    table[(distance == 0) | (distance >= REACH_PX)] = -1
    half = DIRECTIONS // 2
    p, q = np.divmod(np.arange(DIRECTIONS**2), DIRECTIONS)
    # Seen from the other minutia the bearing is half a turn on, and the two change places.
    other = (q + half) % DIRECTIONS * DIRECTIONS + (p + half) % DIRECTIONS
    _, fold = np.unique(np.minimum(p * DIRECTIONS + q, other), return_inverse=True)
    return table.ravel().astype(np.int32), (fold * DISTANCES).astype(np.uint64)
