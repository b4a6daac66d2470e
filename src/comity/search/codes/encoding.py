"""From minutiae to codes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.minutiae.batch import Batch
from comity.search.codes import kernels
from comity.search.codes.parameters import (
    BITS,
    FINGERS,
    SHARES,
    WORDS,
    geometry,
    parameters,
    tiles,
)


def shares(minutiae: NDArray[np.int16], first: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Roots of the shares of minutia pairs in each bin, uint8 (n, 960), before projection.

    minutiae, first  as in `Batch`
    """
    out = np.zeros((len(first) - 1, SHARES), np.uint8)
    kernels.all_shares(np.ascontiguousarray(minutiae), first, *geometry(), out)
    return out


def encode(template: records.Template) -> NDArray[np.uint64]:
    """The finger's code, uint64 (16,): 512 signs, then 504 magnitudes and the count of minutiae."""
    return encode_with_values(template)[0]


def encode_with_values(
    template: records.Template,
) -> tuple[NDArray[np.uint64], NDArray[np.int8]]:
    """The finger's code, and the point that it is cut from, int8 (512,), 32 a mean magnitude."""
    first = np.array([0, len(template)], np.int64)
    codes, values = _encoded(template.minutiae, first, template.extractor, BITS)
    return codes[0], values[0]


def encode_batch(batch: Batch) -> NDArray[np.uint64]:
    """The codes of many fingers, uint64 (n, 16): row by row what `encode` gives.

    Releases the GIL. Cost: benchmarks/bench_codes.py.
    """
    return _encoded(batch.minutiae, batch.first, batch.extractor, 0)[0]


def encode_hand(
    templates: Iterable[records.Template],
) -> tuple[NDArray[np.uint64], np.uint64]:
    """Codes uint64 (10, 16) by finger 1..10, and a mask: bit f set for finger f + 1."""
    codes = np.zeros((FINGERS, WORDS), np.uint64)
    mask = 0
    for template in templates:
        codes[template.finger - 1] = encode(template)
        mask |= 1 << (template.finger - 1)
    return codes, np.uint64(mask)


def _encoded(
    minutiae: NDArray[np.int16], first: NDArray[np.int64], extractor: str, values: int
) -> tuple[NDArray[np.uint64], NDArray[np.int8]]:
    fitted = parameters()
    offset = fitted.offsets.get(extractor, fitted.offsets[""])
    codes = np.empty((len(first) - 1, WORDS), np.uint64)
    points = np.empty((len(codes), values), np.int8)
    kernels.encode(
        np.ascontiguousarray(minutiae), first, *geometry(), tiles(), offset, codes, points
    )
    return codes, points
