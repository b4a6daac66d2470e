"""A gallery on disk: append-only, checksummed, memory-mapped.

    manifest.json     format, version, the name of the codes' parameters, fingers, segments
    000001.rows ...   the segments' files (segment.py); all but the last are sealed
    000001.deleted    the rows deleted since the last compaction (disk/tombstones.py)
    lock              held while something is written

Readers need no lock: they see what was acknowledged when they last looked.
"""

from __future__ import annotations

import fcntl
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import GalleryError
from comity.minutiae.batch import Batch
from comity.search import compact, manifest
from comity.search.disk import durable, tombstones
from comity.search.disk.index import Index
from comity.search.enrol import entries_of, entries_of_batch, hashes_of, unknown
from comity.search.follow import follow
from comity.search.manifest import ALL_FINGERS, Manifest
from comity.search.reading import Block, Reading, Totals
from comity.search.segment import Enrolled, Entries, damaged

__all__ = ["Block", "Gallery", "Reading", "Totals"]

SEGMENT_ROWS_MAX = 262_144  # of ten fingers: 84 MB to scan a segment; 19 of them hold 5 M people
RECENT_MAX = 4_096  # people whose templates stay unpacked, about 20 KB each


class Gallery:
    """Prints enrolled under identities. `create` makes the folder, `open` opens it.

    A row is one encounter: an identity enrolled twice under different encounters has two.
    Rows are numbered in the order of enrolment; only a compaction changes the numbers, so
    whoever keeps some while others write takes a `reading` and asks that.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._held = follow(folder, None)
        self._index = Index()
        self._indexed = self._held.manifest.generation
        self._recent: OrderedDict[tuple[int, int], Enrolled] = OrderedDict()

    @classmethod
    def create(cls, folder: Path | str, fingers: Sequence[int] = ALL_FINGERS) -> Gallery:
        """Make an empty gallery that takes these fingers: each takes its codes' room in each row.

        Raises GalleryError where the folder holds anything, or a finger is none of 1..10.
        """
        path, held = Path(folder), tuple(sorted(set(fingers)))
        if path.exists() and not (path.is_dir() and compact.is_left_over(path)):
            raise GalleryError(
                "the gallery's folder is not empty",
                where=str(path),
                expected="a folder that does not exist or is empty",
                next_step="name another folder, or add to the gallery that is there",
            )
        if not held or not set(held) <= set(ALL_FINGERS):
            raise GalleryError(
                "a gallery cannot be of these fingers",
                where=str(path),
                expected="one or more of 1..10",
                found=str(list(fingers)),
                next_step="name fingers by their numbers of ANSI/NIST-ITL",
            )
        path.mkdir(parents=True, exist_ok=True)
        made = Manifest(held)
        compact.begin(path, made.open, len(held))
        durable.create([tombstones.path_of(path, made.generation)])
        manifest.write(path, made)
        return cls(path)

    @classmethod
    def open(cls, folder: Path | str) -> Gallery:
        """Open a gallery. Raises GalleryError where it is missing, damaged or of another kind."""
        return cls(Path(folder))

    # --- what it holds ----------------------------------------------------------------------

    @property
    def reading(self) -> Reading:
        """What is held now, and stays so whatever is written."""
        return self._held.reading

    @property
    def fingers(self) -> tuple[int, ...]:
        """The fingers that it takes."""
        return self.reading.fingers

    @property
    def codes(self) -> str:
        """The name of the codes' parameters."""
        return self._held.manifest.codes

    def __len__(self) -> int:
        return len(self.reading)

    @property
    def live(self) -> int:
        """Rows that are not deleted."""
        return self.reading.live

    def blocks(self) -> Iterator[Block]:
        """The rows for the scan, a segment at a time, in order."""
        return self.reading.blocks()

    def minutiae(
        self, rows: NDArray[np.int64], finger: int
    ) -> tuple[NDArray[np.int16], NDArray[np.int64], list[str]]:
        """One finger's minutiae of many rows: `Reading.minutiae`."""
        return self.reading.minutiae(rows, finger)

    def identities(self) -> Iterator[str]:
        """The identity of every row that is not deleted, in order of enrolment."""
        return self.reading.identities()

    def digest(self) -> str:
        """sha256 over codes and records that are not deleted, in order: equal where they are."""
        return self.reading.digest()

    def totals(self) -> Totals:
        """Counts from the rows alone."""
        return self.reading.totals()

    def person(self, row: int) -> Enrolled:
        """What was enrolled in a row, 0..len-1. Raises GalleryError: deleted, damaged, no such."""
        reading = self.reading
        segment, index = reading.place(row)
        with self._lock:
            known = self._recent.get((segment.number, index)) if segment.masks[index] else None
            if known is None:
                known = reading.person(row)
                self._recent[segment.number, index] = known
                if len(self._recent) > RECENT_MAX:
                    self._recent.popitem(last=False)
            else:
                self._recent.move_to_end((segment.number, index))
            return known

    def find(self, identity: str) -> int | None:
        """The first row enrolled under an identity, or None."""
        rows = self._rows_of(identity)
        return rows[0] if rows else None

    def templates(self, identity: str, finger: int | None = None) -> tuple[records.Template, ...]:
        """An identity's templates, of one finger or of all, in order of enrolment and finger."""
        return tuple(
            hand[f]
            for hand in self.hands(identity)
            for f in sorted(hand)
            if finger is None or f == finger
        )

    def hands(self, identity: str) -> tuple[Mapping[int, records.Template], ...]:
        """An identity's templates by finger, an encounter each, in order of enrolment."""
        with self._lock:
            return tuple(self.person(row).templates for row in self._rows_of(identity))

    def encounters(self, identity: str) -> tuple[str, ...]:
        """The encounters enrolled under an identity, in order; empty where there is none."""
        with self._lock:
            placed = [self.reading.place(row) for row in self._rows_of(identity)]
        return tuple(segment.names(index)[1] for segment, index in placed)

    def verify(self, done: Callable[[int], None] | None = None) -> int:
        """Read everything and check every sum; returns the rows. Raises GalleryError.

        done  is told how many more rows were checked
        """
        held = self._held
        for entry, segment in zip(held.manifest.sealed, held.reading.segments, strict=False):
            if compact.sealed_as(segment) != entry:
                raise damaged(str(segment.rows_path), "the file that was sealed", "another")
        held.reading.verify(done)
        return len(held.reading)

    def torn_bytes(self) -> int:
        """Bytes that a crash left behind what was acknowledged; no reader sees them."""
        return self.reading.segments[-1].torn_bytes()

    def refresh(self) -> int:
        """Take in what others have written; returns by how many rows there are more, or fewer."""
        with self._lock:
            before = len(self)
            self._follow()
            return len(self) - before

    # --- what changes it --------------------------------------------------------------------

    def append(
        self, identity: str, templates: Sequence[records.Template], encounter: str = ""
    ) -> bool:
        """Enrol templates of fingers 1..10, any missing; durable when it returns.

        Of two templates of one finger the first stays. Returns False, and changes nothing,
        where the same was enrolled before under this identity and encounter.

        Raises
        ------
        GalleryError   other templates were enrolled under this identity and encounter; a
                       finger that the gallery does not take; no template at all
        TemplateError  a template does not fit the packed form
        """
        return self.extend([(identity, templates, encounter)]) == 1

    def extend(self, people: Sequence[tuple[str, Sequence[records.Template], str]]) -> int:
        """Enrol many at the cost of one: all of them, or none where one is refused.

        Takes (identity, templates, encounter); returns how many were new.
        """
        return self._enrol(entries_of(people, self.fingers)) if people else 0

    def extend_batch(
        self,
        identities: Sequence[str],
        batch: Batch,
        encounter: str = "",
        *,
        codes: NDArray[np.uint64] | None = None,
    ) -> int:
        """`extend` for templates in arrays: identities[i] is the i-th person of the batch.

        codes  what `codes.encode_batch` gives for it, where that is known already

        Raises as `append`; also where the number of identities is another than of persons, or
        a person's fingers do not rise.
        """
        if not (identities or len(batch)):
            return 0
        return self._enrol(entries_of_batch(identities, batch, encounter, self.fingers, codes))

    def delete(self, identity: str) -> int:
        """Delete an identity's rows; returns how many, 0 where there are none (any more).

        From then on nobody finds them. Their bytes stay in the files until `compact`.
        """
        with self._writing():
            rows = np.array(self._rows_of(identity), np.int64)
            if len(rows):
                path = tombstones.path_of(self.folder, self._held.manifest.generation)
                tombstones.append(path, len(self._held.deleted), rows)
                self._follow()
            return len(rows)

    def compact(self) -> int:
        """Write the gallery anew without deleted rows; returns how many are gone.

        Rows get new numbers, in the same order. Readers go on with the old files and follow at
        their next `refresh`. Needs as much free disk as the rows that stay.
        """
        with self._writing():
            before = len(self)
            compact.compact(self.reading, self._held.manifest, SEGMENT_ROWS_MAX)
            self._follow()
            return before - len(self)

    def _enrol(self, entries: Entries) -> int:
        with self._writing():
            self._bring_index_up()
            new = unknown(entries, self.reading, self._index)
            at = 0
            while True:
                segment = self.reading.segments[-1]
                room = SEGMENT_ROWS_MAX - len(segment)
                if room <= 0:
                    compact.seal(self.folder, self._held.manifest, segment)
                elif at < len(new):
                    segment.append(new.part(at, min(at + room, len(new))))
                    at += room
                else:
                    return len(new)
                self._follow()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._follow()
            compact.tidy(self.folder, self._held.manifest)
            yield

    def _follow(self) -> None:
        self._held = follow(self.folder, self._held)

    def _bring_index_up(self) -> None:
        reading = self.reading
        if self._indexed != reading.generation:
            self._index, self._indexed = Index(), reading.generation
        self._index.add(reading.hashes(len(self._index)))

    def _rows_of(self, identity: str) -> list[int]:
        """The rows of an identity that are not deleted, in order."""
        with self._lock:
            self._bring_index_up()
            _, rows = self._index.find(hashes_of([identity]))
            placed = [(row, *self.reading.place(row)) for row in rows.tolist()]
            return [
                row
                for row, segment, index in placed
                if segment.masks[index] and segment.names(index)[0] == identity
            ]
