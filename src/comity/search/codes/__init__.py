"""A fixed-length code of a finger: 512 bits from its minutiae, for the first pass over everyone.

Every pair of minutiae within 12 to 300 px gives three numbers that neither shift nor turn
changes: the distance, and each minutia's direction against the line between them. Their
12 x 12 x 12 histogram, square-rooted, less its mean and projected, is a point; the signs of its
512 coordinates are the code. Two codes of one finger differ in fewer bits than those of two.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.minutiae.batch import Batch
from comity.search.codes import kernels

BITS = 512
WORDS = BITS // 64  # of a code
FIRST_WORDS = 4  # of it, read for everyone; the rest for those that these leave
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


def histogram(template: records.Template) -> NDArray[np.float32]:
    """Square root of the shares of minutia pairs by distance and two relative angles, (1728,)."""
    counts = np.zeros(BINS**3)
    x = template.minutiae[:, 0].astype(np.float64)
    y = -template.minutiae[:, 1].astype(np.float64)
    kernels.pair_histogram(
        x, y, template.minutiae[:, 2].astype(np.float64), DISTANCE_MAX_PX, counts
    )
    total = counts.sum()
    shares = counts / total if total else counts
    return np.sqrt(shares).astype(np.float32)


def encode(template: records.Template) -> NDArray[np.uint64]:
    """The finger's code, uint64 (8,). Cost O(m^2), and 1728 x 512 products."""
    matrix, offset, _ = projection()
    code = np.empty(WORDS, np.uint64)
    kernels.code_bits(histogram(template), matrix, offset, code)
    return code


def encode_batch(batch: Batch) -> NDArray[np.uint64]:
    """The codes of many fingers, uint64 (n, WORDS): row by row what `encode` gives."""
    return np.array([encode(batch.template(row)) for row in range(len(batch))], np.uint64).reshape(
        -1, WORDS
    )


def encode_hand(
    templates: Iterable[records.Template],
) -> tuple[NDArray[np.uint64], np.uint64]:
    """Codes uint64 (10, 8) by finger 1..10, and a mask whose bit f is set for finger f + 1."""
    codes = np.zeros((FINGERS, WORDS), np.uint64)
    mask = 0
    for template in templates:
        codes[template.finger - 1] = encode(template)
        mask |= 1 << (template.finger - 1)
    return codes, np.uint64(mask)
