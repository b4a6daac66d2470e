"""Tables for CRC-32 of eight bytes a step.

Source: Kounavis and Berry, "Novel table lookup-based algorithms for high-performance CRC
generation", IEEE Transactions on Computers 57(11), 2008 (slicing-by-8).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0xEDB88320  # of ISO 3309, reflected: zlib's


def tables() -> NDArray[np.uint32]:
    """The CRC of a byte with 0 to 7 zero bytes behind it, uint32 (8, 256)."""
    table: NDArray[np.uint32] = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> np.uint32(1)) ^ np.uint32(POLYNOMIAL) * (table & np.uint32(1))
    rows = [table]
    for _ in range(7):
        rows.append((rows[-1] >> np.uint32(8)) ^ table[rows[-1] & 255])
    return np.array(rows, np.uint32)


TABLES = tables()
