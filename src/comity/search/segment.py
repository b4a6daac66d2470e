"""One segment of a gallery: fixed rows and codes for scanning, records for comparing.

NNNNNN.data   records one after another (disk/record.py)
NNNNNN.first  the codes' words that are scanned: uint64 (n, fingers, FIRST_WORDS), as they lie
NNNNNN.rest   the other words, (n, fingers, WORDS - FIRST_WORDS)
NNNNNN.rows   48 bytes a row, little-endian, as ROW below; the row acknowledges the other three

These three are written and synced before the row, so that a crash leaves at most bytes that no
row speaks of, or rows of the last write whose check is wrong: both are outside what was
acknowledged. A wrong row with a right one of a later write behind it is damage, not a crash.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity.minutiae.pack import Scalar, read_only
from comity.search import codes
from comity.search.disk import durable, kernels, record
from comity.search.disk.record import Enrolled, damaged
from comity.search.disk.tombstones import checks, only_torn, tail_of

__all__ = ["ROW", "Enrolled", "Entries", "Segment", "damaged", "paths_of"]

ROW = np.dtype(
    [
        ("identity", "<u8"),  # hash of the identity
        ("offset", "<u8"),  # of the record in the data file, bytes
        ("encounter", "<u4"),  # hash of the encounter
        ("length", "<u4"),  # of the record, bytes
        ("head", "<u4"),  # crc of the record's head, which holds the templates' own
        ("codes", "<u4"),  # of the first and the other words, as `code_checks`
        ("place", "<u4"),  # among the rows that were acknowledged together, from 0
        ("mask", "<u2"),  # bit f set where finger f + 1 is enrolled
        ("extractors", "<u2"),  # bit k set for pack.NAMES[k], bit 15 for any other
        ("minutiae", "<u2"),  # of all fingers together
        ("blank", "<u2"),
        ("check", "<u4"),  # crc of the bytes before it
    ]
)
CHECKED = ROW.itemsize - 4
SUFFIXES = ("data", "first", "rest", "rows")
VERIFIED_ROWS = 4096  # between two reports of progress


def paths_of(folder: Path, number: int) -> tuple[Path, ...]:
    """Its data, first, rest and rows."""
    return tuple(folder / f"{number:06d}.{suffix}" for suffix in SUFFIXES)


@dataclass(frozen=True, eq=False)
class Entries:
    """Rows to be written: ROW (n,) without place and sums, their codes and their records.

    bodies  records one after another, i from starts[i]; starts int64 (n + 1,)
    """

    rows: NDArray[np.void]
    first: NDArray[np.uint64]
    rest: NDArray[np.uint64]
    bodies: NDArray[np.uint8]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def body(self, index: int) -> bytes:
        """One record."""
        return self.bodies[self.starts[index] : self.starts[index + 1]].tobytes()

    def part(self, low: int, high: int) -> Entries:
        """Rows low..high - 1."""
        starts = self.starts[low : high + 1]
        bodies = self.bodies[starts[0] : starts[-1]]
        rows = slice(low, high)
        return Entries(
            self.rows[rows], self.first[rows], self.rest[rows], bodies, starts - starts[0]
        )

    def only(self, kept: NDArray[np.bool_]) -> Entries:
        """The rows that are kept."""
        lengths = np.diff(self.starts)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[kept])])
        bodies = self.bodies[np.repeat(kept, lengths)]
        return Entries(self.rows[kept], self.first[kept], self.rest[kept], bodies, starts)


@dataclass(frozen=True, eq=False)
class Segment:
    """The rows that were acknowledged when it was read. Never changes; `grown` gives the next.

    rows   ROW (n,);  masks uint16 (n,), 0 where the row is deleted
    first  uint64 (n, fingers, FIRST_WORDS);  rest uint64 (n, fingers, WORDS - FIRST_WORDS)
    data   uint8, the records
    """

    folder: Path
    number: int
    fingers: int
    rows: NDArray[np.void]
    masks: NDArray[np.uint16]
    first: NDArray[np.uint64]
    rest: NDArray[np.uint64]
    data: NDArray[np.uint8]

    @classmethod
    def empty(cls, folder: Path, number: int, fingers: int) -> Segment:
        """Before anything was read."""
        words = codes.WORDS - codes.FIRST_WORDS
        return cls(
            folder, number, fingers, np.empty(0, ROW), np.empty(0, np.uint16),
            np.empty((0, fingers, codes.FIRST_WORDS), np.uint64),
            np.empty((0, fingers, words), np.uint64), np.empty(0, np.uint8),
        )  # fmt: skip

    @classmethod
    def full(cls, folder: Path, number: int, fingers: int, rows: int) -> Segment:
        """A sealed one; `verify` checks its sums. Raises GalleryError where bytes are missing."""
        begun = cls.empty(folder, number, fingers)
        size = begun.rows_path.stat().st_size
        if size != rows * ROW.itemsize:
            raise damaged(str(begun.rows_path), f"{rows * ROW.itemsize} bytes", f"{size} bytes")
        return begun.mapped(rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def rows_path(self) -> Path:
        return paths_of(self.folder, self.number)[3]

    @property
    def data_path(self) -> Path:
        return paths_of(self.folder, self.number)[0]

    def grown(self) -> Segment:
        """With the rows that a writer has acknowledged since; itself where there are none.

        Raises GalleryError where a row that was acknowledged is no longer right, and
        FileNotFoundError where a compaction has taken the files away.
        """
        known = len(self)
        raw = tail_of(self.rows_path, known * ROW.itemsize)
        new = np.frombuffer(raw[: len(raw) // ROW.itemsize * ROW.itemsize], ROW)
        count = only_torn(new, CHECKED, str(self.rows_path), known)
        return self.mapped(known + count) if count else self

    def mapped(self, rows: int) -> Segment:
        """With its first `rows` rows, which are known to be right."""
        data, first, rest, fixed = paths_of(self.folder, self.number)
        table: NDArray[np.void] = _map(fixed, ROW, (rows,))
        width = codes.WORDS - codes.FIRST_WORDS
        words = np.dtype(np.uint64)
        known = len(self)
        masks = np.concatenate([self.masks, table["mask"][known:]])
        return replace(
            self,
            rows=table,
            masks=masks,
            first=_map(first, words, (rows, self.fingers, codes.FIRST_WORDS)),
            rest=_map(rest, words, (rows, self.fingers, width)),
            data=_map(data, np.dtype(np.uint8), (_end(table),)),
        )

    def without(self, indexes: NDArray[np.int64]) -> Segment:
        """With these rows deleted."""
        masks = self.masks.copy()
        masks[indexes] = 0
        return replace(self, masks=masks)

    def append(self, entries: Entries) -> Segment:
        """Write codes and records, then the rows that acknowledge them; durable when it returns.

        What a crash left behind the last acknowledged row is cut off first.
        """
        data, first, rest, fixed = paths_of(self.folder, self.number)
        rows, count = entries.rows.copy(), len(self)
        rows["offset"] = entries.starts[:-1] + len(self.data)
        rows["length"] = np.diff(entries.starts)
        rows["place"] = np.arange(len(rows))
        rows["codes"] = code_checks(entries.first, entries.rest)
        rows["check"] = checks(rows, CHECKED)
        durable.extend(
            [
                (data, len(self.data), _raw(entries.bodies)),
                (first, count * _row_bytes(entries.first), _raw(entries.first)),
                (rest, count * _row_bytes(entries.rest), _raw(entries.rest)),
            ]
        )
        durable.extend([(fixed, count * ROW.itemsize, rows.tobytes())])
        return self.mapped(count + len(rows))

    def trimmed(self) -> None:
        """Cut off what a crash left behind the last acknowledged row, if anything."""
        if self.torn_bytes():
            ends = self._ends()
            durable.extend([(path, end, b"") for path, end in ends])

    def torn_bytes(self) -> int:
        """Bytes behind what was acknowledged, which a crash left and the next append cuts off."""
        return sum(max(0, path.stat().st_size - end) for path, end in self._ends())

    def _ends(self) -> list[tuple[Path, int]]:
        sizes = (self.data.nbytes, self.first.nbytes, self.rest.nbytes, self.rows.nbytes)
        return list(zip(paths_of(self.folder, self.number), sizes, strict=True))

    def body(self, index: int) -> bytes:
        """A record's bytes, of which nothing has been checked."""
        start = int(self.rows[index]["offset"])
        return self.data[start : start + int(self.rows[index]["length"])].tobytes()

    def where(self, index: int) -> str:
        """The file and the byte at which a row's record begins."""
        return f"{self.data_path}, byte {int(self.rows[index]['offset'])}"

    def enrolled(self, index: int) -> Enrolled:
        """What a row's record holds. Raises GalleryError where it is damaged."""
        return record.read(self.body(index), int(self.rows[index]["head"]), self.where(index))

    def names(self, index: int) -> tuple[str, str]:
        """A row's identity and encounter. Raises GalleryError where they are damaged."""
        crc = int(self.rows[index]["head"])
        return record.read_head(self.body(index), crc, self.where(index))[:2]

    def verify(self, done: Callable[[int], None] | None = None) -> None:
        """Check every sum; `done` is told of rows as they are. Raises GalleryError."""
        for low in range(0, len(self), VERIFIED_ROWS):
            part = slice(low, low + VERIFIED_ROWS)
            rows = self.rows[part]
            for name, wanted, found in (
                ("rows", rows["check"], checks(rows, CHECKED)),
                ("first", rows["codes"], code_checks(self.first[part], self.rest[part])),
            ):
                wrong = np.flatnonzero(wanted != found)
                if len(wrong):
                    place = f"{self.rows_path.with_suffix('.' + name)}, row {low + int(wrong[0])}"
                    raise damaged(place, "a right check", "another")
            ends = rows["offset"].astype(np.int64) + rows["length"]
            if int(ends.max()) > len(self.data):
                raise damaged(str(self.data_path), f"{int(ends.max())} bytes", "fewer")
            found = kernels.wrong_record(self.data, *places(rows), rows["mask"].copy())
            if found >= 0:
                raise damaged(self.where(low + found), "a record with right checks", "another")
            if done is not None:
                done(len(rows))


def places(
    rows: NDArray[np.void],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Where records begin, their lengths and their heads' crc."""
    return (
        rows["offset"].astype(np.int64),
        rows["length"].astype(np.int64),
        rows["head"].astype(np.uint32),
    )


def code_checks(first: NDArray[np.uint64], rest: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The crc of each row's first words, xor that of its rest turned by a bit, uint32 (n,)."""
    sums = []
    for words in (first, rest):
        raw = read_only(words).view(np.uint8).reshape(len(words), -1)
        out = np.empty(len(words), np.uint32)
        kernels.crc_rows(raw, raw.shape[1], out)
        sums.append(out)
    joined: NDArray[np.uint32] = sums[0] ^ (sums[1] << np.uint32(1) | sums[1] >> np.uint32(31))
    return joined


def _row_bytes(words: NDArray[np.uint64]) -> int:
    return int(words[:1].nbytes)


def _raw(array: NDArray[np.generic]) -> memoryview:
    return read_only(array).view(np.uint8).reshape(-1).data


def _end(rows: NDArray[np.void]) -> int:
    return int(rows[-1]["offset"]) + int(rows[-1]["length"]) if len(rows) else 0


def _map(path: Path, kind: np.dtype[Scalar], shape: tuple[int, ...]) -> NDArray[Scalar]:
    """A file's beginning, mapped. Raises GalleryError where it is shorter."""
    size = kind.itemsize
    for side in shape:
        size *= side
    descriptor = os.open(path, os.O_RDONLY)
    try:
        found = os.fstat(descriptor).st_size
        if found < size:
            raise damaged(str(path), f"{size} bytes", f"{found} bytes")
        if size == 0:
            return read_only(np.empty(shape, kind))
        mapped = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
    return np.frombuffer(mapped, kind).reshape(shape)
