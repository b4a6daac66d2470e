"""What a gallery held at one moment: whoever searches it sees the same rows to the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.errors import GalleryError
from comity.minutiae import pack
from comity.minutiae.pack import kernels as packed
from comity.search.disk import kernels
from comity.search.disk.index import different
from comity.search.segment import Enrolled, Segment, damaged, places

OTHER_EXTRACTOR = 15  # bit of a row's `extractors` for names that `pack.NAMES` does not hold


@dataclass(frozen=True, eq=False)
class Block:
    """A stretch of rows for the scan, mapped from disk.

    row      number of the first row
    first    uint64 (n, len(fingers), codes.FIRST_WORDS), contiguous
    rest     uint64 (n, len(fingers), codes.WORDS - codes.FIRST_WORDS)
    masks    uint16 (n,), bit f set where finger f + 1 is enrolled; 0 where the row is deleted
    fingers  which finger each slot of `first` and `rest` is of
    """

    row: int
    first: NDArray[np.uint64]
    rest: NDArray[np.uint64]
    masks: NDArray[np.uint16]
    fingers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.masks)


@dataclass(frozen=True)
class Totals:
    """Counts over a gallery. `rows` and `deleted` count encounters; the rest what is not deleted.

    prints      by finger;  bytes_by_kind  of the files, by suffix
    """

    rows: int
    deleted: int
    identities: int
    prints: dict[int, int]
    minutiae: int
    extractors: tuple[str, ...]
    segments: int
    bytes_by_kind: dict[str, int]


@dataclass(frozen=True, eq=False)
class Reading:
    """Rows 0..len-1 of a gallery as they were; later enrolments and deletions do not change it.

    A compaction numbers rows anew, so row numbers are good in the reading that gave them.
    """

    folder: Path
    generation: int
    fingers: tuple[int, ...]
    segments: tuple[Segment, ...]
    starts: NDArray[np.int64]  # first row of each segment, and the number of rows

    @classmethod
    def of(
        cls,
        folder: Path,
        generation: int,
        fingers: tuple[int, ...],
        segments: Sequence[Segment],
    ) -> Reading:
        """The reading that consists of these segments."""
        starts = np.concatenate([[0], np.cumsum([len(s) for s in segments])]).astype(np.int64)
        return cls(folder, generation, fingers, tuple(segments), starts)

    def __len__(self) -> int:
        return int(self.starts[-1])

    @property
    def live(self) -> int:
        """Rows that are not deleted."""
        return sum(int(np.count_nonzero(segment.masks)) for segment in self.segments)

    def blocks(self) -> Iterator[Block]:
        """The rows for the scan, a segment at a time, in order."""
        for start, segment in zip(self.starts.tolist(), self.segments, strict=False):
            if len(segment):
                yield Block(start, segment.first, segment.rest, segment.masks, self.fingers)

    def masks(self, rows: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Which fingers are enrolled in rows, uint16 (k,); 0 where the row is deleted."""
        out = np.empty(len(rows), np.uint16)
        for segment, asked, within in self._placed(rows):
            out[asked] = segment.masks[within]
        return out

    def minutiae(
        self, rows: NDArray[np.int64], finger: int
    ) -> tuple[NDArray[np.int16], NDArray[np.int64], list[str]]:
        """One finger's minutiae of many rows, read from the mapped files.

        Returns
        -------
        minutiae    int16 (M, 4), as `Template.minutiae`
        first       int64 (k + 1,); those of rows[i] are minutiae[first[i]:first[i + 1]], none
                    where the row lacks the finger or is deleted
        extractors  name of what made each, empty where there is none

        Raises GalleryError where a row is not there or one that is read is damaged, with file and
        byte. Cost about 1 us a row once its page is in memory; the sum of each is checked.
        """
        found = []
        counts = np.zeros(len(rows), np.int64)
        extractors = [""] * len(rows)
        for segment, every, where in self._placed(rows):
            has = (segment.masks[where] >> np.uint16(finger - 1) & np.uint16(1)).astype(bool)
            asked, within = every[has], where[has]
            at, ends, count, names = _located(segment, within, finger)
            counts[asked] = count
            for place, code in zip(asked.tolist(), names.tolist(), strict=True):
                extractors[place] = pack.name_at(segment.data, code)
            found.append((segment, within, at, ends, asked))
        first = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(counts, out=first[1:])
        minutiae = np.empty((int(first[-1]), 4), np.int16)
        for segment, within, at, ends, asked in found:
            wrong = packed.read_many(segment.data, at, ends, first[asked], minutiae)
            _all_right(segment, within, wrong)
        return minutiae, first, extractors

    def person(self, row: int) -> Enrolled:
        """What was enrolled in a row. Raises GalleryError where it is deleted or damaged."""
        segment, index = self.place(row)
        if not segment.masks[index]:
            raise GalleryError(
                "the row was deleted",
                where=str(self.folder),
                expected="a row that `find` or a search gives",
                found=str(row),
                next_step="look the identity up again",
            )
        return segment.enrolled(index)

    def identities(self) -> Iterator[str]:
        """The identity of every row that is not deleted, in order of enrolment."""
        for segment in self.segments:
            for index in np.flatnonzero(segment.masks).tolist():
                yield segment.names(index)[0]

    def hashes(self, first: int) -> NDArray[np.uint64]:
        """The hash of each row's identity from row `first` on, uint64 (n,)."""
        parts = [
            segment.rows["identity"][max(0, first - start) :]
            for start, segment in zip(self.starts.tolist(), self.segments, strict=False)
        ]
        return np.concatenate(parts)

    def place(self, row: int) -> tuple[Segment, int]:
        """The segment that has a row, and its index there. Raises GalleryError."""
        ((segment, _, within),) = self._placed(np.array([row], np.int64))
        return segment, int(within[0])

    def _placed(
        self, rows: NDArray[np.int64]
    ) -> list[tuple[Segment, NDArray[np.int64], NDArray[np.int64]]]:
        """By segment: places in `rows`, and the rows' indexes in the segment."""
        rows = np.asarray(rows, np.int64)
        if len(rows) and (int(rows.min()) < 0 or int(rows.max()) >= len(self)):
            outside = rows[(rows < 0) | (rows >= len(self))]
            raise GalleryError(
                "the gallery has no such row",
                where=str(self.folder),
                expected=f"0..{len(self) - 1}",
                found=str(int(outside[0])),
                next_step="take rows from `find` or a search of this gallery",
            )
        number = np.searchsorted(self.starts, rows, "right") - 1
        return [
            (self.segments[n], np.flatnonzero(number == n), rows[number == n] - self.starts[n])
            for n in np.unique(number).tolist()
        ]

    def digest(self) -> str:
        """sha256 over codes and records that are not deleted, in order: equal where they are."""
        streams = [hashlib.sha256(), hashlib.sha256(), hashlib.sha256()]
        for segment in self.segments:
            for low, high in stretches(segment.masks != 0):
                streams[0].update(segment.first[low:high].data)
                streams[1].update(segment.rest[low:high].data)
                streams[2].update(segment.data[slice(*span(segment, low, high))].data)
        return hashlib.sha256(b"".join(s.digest() for s in streams)).hexdigest()

    def verify(self, done: Callable[[int], None] | None = None) -> None:
        """Read everything and check every sum; `done` is told of rows. Raises GalleryError."""
        for segment in self.segments:
            segment.verify(done)

    def totals(self) -> Totals:
        """Counts from the rows alone: some 50 ms a million."""
        masks = np.concatenate([s.masks for s in self.segments])
        live = masks != 0

        def column(name: str) -> NDArray[Any]:
            every = np.concatenate([s.rows[name] for s in self.segments])
            kept: NDArray[Any] = every[live]
            return kept

        made = int(np.bitwise_or.reduce(column("extractors"), initial=0))
        names = [name for bit, name in enumerate(pack.NAMES) if made >> bit & 1]
        prints = {f: int(np.count_nonzero(masks >> np.uint16(f - 1) & 1)) for f in self.fingers}
        sizes: dict[str, int] = {}
        for path in self.folder.iterdir():
            sizes[path.suffix[1:]] = sizes.get(path.suffix[1:], 0) + path.stat().st_size
        return Totals(
            rows=len(self),
            deleted=int(len(live) - np.count_nonzero(live)),
            identities=different(column("identity")),
            prints={finger: count for finger, count in prints.items() if count},
            minutiae=int(column("minutiae").sum(dtype=np.int64)),
            extractors=tuple(names + ["other"] * (made >> OTHER_EXTRACTOR)),
            segments=len(self.segments),
            bytes_by_kind=sizes,
        )


def stretches(kept: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The stretches of true, as (from, behind)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def span(segment: Segment, low: int, high: int) -> tuple[int, int]:
    """The bytes of the records of rows low..high - 1, which lie one behind another."""
    last = segment.rows[high - 1]
    return int(segment.rows[low]["offset"]), int(last["offset"]) + int(last["length"])


def _located(
    segment: Segment, within: NDArray[np.int64], finger: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where templates lie and end, their counts of minutiae, and the extractors' codes."""
    starts, lengths, crcs = places(segment.rows[within])
    beyond = np.flatnonzero(starts + lengths > len(segment.data))
    _all_right(segment, within, int(beyond[0]) if len(beyond) else -1)
    at, ends, counts, names = np.empty((4, len(within)), np.int64)
    wrong = kernels.locate(segment.data, starts, lengths, crcs, finger, at, ends)
    _all_right(segment, within, wrong)
    _all_right(segment, within, packed.heads(segment.data, at, ends, finger, counts, names))
    return at, ends, counts, names


def _all_right(segment: Segment, within: NDArray[np.int64], wrong: int) -> None:
    if wrong >= 0:
        where = segment.where(int(within[wrong]))
        raise damaged(where, "a record with right checks", "one that was changed")
