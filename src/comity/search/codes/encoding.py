"""From minutiae to codes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.minutiae.batch import Batch
from comity.search.codes import kernels
from comity.search.codes.parameters import BINS, BITS, DISTANCE_MAX_PX, FINGERS, WORDS, projection


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


def point(template: records.Template) -> NDArray[np.float32]:
    """The finger's point, float32 (512,), before it is cut to bits."""
    matrix, offset, _ = projection()
    sums = np.empty(BITS, np.float32)
    kernels.code_point(histogram(template), matrix, offset, sums)
    return sums


def encode(template: records.Template) -> NDArray[np.uint64]:
    """The finger's code, uint64 (16,): 512 signs, then 504 magnitudes and the count of minutiae."""
    code = np.empty(WORDS, np.uint64)
    kernels.planes(point(template), min(len(template), 255), code)
    return code


def encode_batch(batch: Batch) -> NDArray[np.uint64]:
    """The codes of many fingers, uint64 (n, WORDS): row by row what `encode` gives."""
    return np.array([encode(batch.template(row)) for row in range(len(batch))], np.uint64).reshape(
        -1, WORDS
    )


def encode_hand(
    templates: Iterable[records.Template],
) -> tuple[NDArray[np.uint64], np.uint64]:
    """Codes uint64 (10, WORDS) by finger 1..10, and a mask: bit f set for finger f + 1."""
    codes = np.zeros((FINGERS, WORDS), np.uint64)
    mask = 0
    for template in templates:
        codes[template.finger - 1] = encode(template)
        mask |= 1 << (template.finger - 1)
    return codes, np.uint64(mask)
