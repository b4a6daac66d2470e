"""Deletions: a file that only grows, 16 bytes a deleted row.

NNNNNN.deleted  u64 row | u32 place among those deleted together, from 0 | u32 crc of these 12

The number is the generation's: a compaction drops the rows, and begins an empty file. What the
last write left unfinished is not seen and cut off by the next; a wrong entry with a right one of
a later write behind it is damage.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity.search.disk import durable, kernels
from comity.search.disk.record import damaged

ENTRY = np.dtype([("row", "<u8"), ("place", "<u4"), ("check", "<u4")])


def path_of(folder: Path, generation: int) -> Path:
    """The file of a generation."""
    return folder / f"{generation:06d}.deleted"


def read(path: Path, known: int) -> NDArray[np.int64]:
    """The rows deleted since the first `known`. Raises GalleryError, FileNotFoundError."""
    raw = tail_of(path, known * ENTRY.itemsize)
    entries = np.frombuffer(raw[: len(raw) // ENTRY.itemsize * ENTRY.itemsize], ENTRY)
    good = only_torn(entries, 12, f"{path}", known)
    rows: NDArray[np.int64] = entries["row"][:good].astype(np.int64)
    return rows


def append(path: Path, known: int, rows: NDArray[np.int64]) -> None:
    """Delete rows behind the first `known` entries; durable when it returns."""
    entries = np.zeros(len(rows), ENTRY)
    entries["row"], entries["place"] = rows, np.arange(len(rows))
    entries["check"] = checks(entries, 12)
    durable.extend([(path, known * ENTRY.itemsize, entries.tobytes())])


def tail_of(path: Path, at: int) -> bytes:
    """A file's bytes from a place on, by reading: another writer may cut a torn tail off."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, size - at, at) if size > at else b""
    finally:
        os.close(descriptor)


def checks(entries: NDArray[np.void], columns: int) -> NDArray[np.uint32]:
    """The crc of the first `columns` bytes of each entry, uint32 (n,)."""
    raw = np.frombuffer(entries.tobytes(), np.uint8).reshape(len(entries), -1)
    out = np.empty(len(entries), np.uint32)
    kernels.crc_rows(raw, columns, out)
    return out


def only_torn(entries: NDArray[np.void], columns: int, where: str, before: int) -> int:
    """How many entries from the first are right, if the wrong ones are of the last write.

    before  entries of the file that stand before these
    Raises GalleryError where a right one of a later write stands behind a wrong one.
    """
    if not len(entries):
        return 0
    right = checks(entries, columns) == entries["check"]
    if right.all():
        return len(entries)
    wrong = int(np.argmin(right))
    begun = np.arange(len(entries)) - entries["place"].astype(np.int64)
    if (right & (begun > wrong)).any():
        at = (before + wrong) * entries.dtype.itemsize
        raise damaged(f"{where}, byte {at}", "a row with a right check", "one that was changed")
    return wrong
