"""A gallery on disk: append-only, checksummed, memory-mapped.

    manifest.json   format, version, the name of the codes' parameters, the sealed segments
    000001.rows     fixed rows for the scan;  000001.data  the records (segment.py)
    lock            held while something is appended

Readers need no lock: they see the rows that were acknowledged when they last looked.
"""

from __future__ import annotations

import fcntl
import hashlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import GalleryError
from comity.search import codes, manifest
from comity.search.segment import (
    ROW,
    Enrolled,
    Segment,
    damaged,
    read_record,
    row_check,
    write_record,
)

SEGMENT_ROWS_MAX = 65_536  # 45 MB of rows: what a writer checks when it opens
RECENT_MAX = 4_096  # people whose templates stay unpacked, about 20 KB each


class Gallery:
    """Prints enrolled under identities. `create` makes the folder, `open` opens it.

    A row is one encounter: an identity enrolled twice under different encounters has two.
    Rows are numbered in the order of enrolment and never change.
    """

    def __init__(self, folder: Path, sealed: Sequence[dict[str, Any]]) -> None:
        self.folder = folder
        self._sealed = list(sealed)
        self._segments = [Segment(folder, s["number"], sealed=True) for s in self._sealed]
        for segment, entry in zip(self._segments, self._sealed, strict=True):
            if len(segment) != entry["rows"]:
                raise damaged(
                    str(segment.rows_path), f"{entry['rows']} rows", f"{len(segment)} rows"
                )
        self._segments.append(Segment(folder, len(self._sealed) + 1))
        self._lock = threading.RLock()
        self._by_key: dict[int, int] = {}
        self._by_identity: dict[int, list[int]] = {}
        self._indexed = 0
        self._recent: OrderedDict[int, Enrolled] = OrderedDict()

    @classmethod
    def create(cls, folder: Path | str) -> Gallery:
        """Make an empty gallery. Raises GalleryError where the folder holds anything."""
        path = Path(folder)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise GalleryError(
                "the gallery's folder is not empty",
                where=str(path),
                expected="a folder that does not exist or is empty",
                next_step="name another folder, or add to the gallery that is there",
            )
        path.mkdir(parents=True, exist_ok=True)
        manifest.write(path, [])
        return cls.open(path)

    @classmethod
    def open(cls, folder: Path | str) -> Gallery:
        """Open a gallery. Raises GalleryError where it is missing, damaged or of another kind."""
        path = Path(folder)
        return cls(path, manifest.read(path))

    def __len__(self) -> int:
        return sum(len(segment) for segment in self._segments)

    def append(
        self, identity: str, templates: Sequence[records.Template], encounter: str = ""
    ) -> bool:
        """Enrol templates of fingers 1..10, any missing; durable when it returns.

        Of two templates of one finger the first stays. Returns False, and changes nothing,
        where the same was enrolled before under this identity and encounter.

        Raises
        ------
        GalleryError   other templates were enrolled under this identity and encounter; a
                       finger outside 1..10; no template at all
        TemplateError  a template does not fit the packed form
        """
        return self.extend([(identity, templates, encounter)]) == 1

    def extend(self, people: Sequence[tuple[str, Sequence[records.Template], str]]) -> int:
        """Enrol many at the cost of one sync: all of them, or none where one is refused.

        Takes (identity, templates, encounter); returns how many were new.
        """
        with self._writing():
            rows, bodies, keys = [], [], set()
            for identity, templates, encounter in people:
                chosen = _one_a_finger(identity, templates)
                body = write_record(identity, encounter, chosen)
                key = _hash(f"{identity}\0{encounter}")
                if key in keys or self._holds(key, body, identity):
                    continue
                row = np.zeros((), ROW)
                row["codes"], row["mask"] = codes.encode_hand(chosen)
                row["identity"], row["key"] = _hash(identity), key
                rows.append(row)
                bodies.append(body)
                keys.add(key)
            for first in range(0, len(rows), SEGMENT_ROWS_MAX):
                self._append(rows[first : first + SEGMENT_ROWS_MAX], bodies[first:])
        return len(rows)

    def find(self, identity: str) -> int | None:
        """The first row enrolled under an identity, or None."""
        rows = self._rows_of(identity)
        return rows[0] if rows else None

    def person(self, row: int) -> Enrolled:
        """What was enrolled in a row, 0..len-1. Raises GalleryError where it is damaged."""
        with self._lock:
            known = self._recent.get(row)
            if known is None:
                segment, index = self._place(row)
                known = read_record(segment.body(index), f"{segment.data_path}, row {index}")
                self._recent[row] = known
                if len(self._recent) > RECENT_MAX:
                    self._recent.popitem(last=False)
            else:
                self._recent.move_to_end(row)
            return known

    def templates(self, identity: str, finger: int | None = None) -> tuple[records.Template, ...]:
        """An identity's templates, of one finger or of all, in order of enrolment and finger."""
        enrolled = [self.person(row).templates for row in self._rows_of(identity)]
        return tuple(
            hand[f] for hand in enrolled for f in sorted(hand) if finger is None or f == finger
        )

    def encounters(self, identity: str) -> tuple[str, ...]:
        """The encounters enrolled under an identity, in order; empty where there is none."""
        return tuple(self.person(row).encounter for row in self._rows_of(identity))

    def identities(self) -> Iterator[str]:
        """Every row's identity, in order of enrolment."""
        for row in range(len(self)):
            yield self.person(row).identity

    def blocks(self) -> Iterator[NDArray[np.uint64]]:
        """The rows for `kernels.scan_codes`, uint64 (n, 86) a segment, in order."""
        for segment in self._segments:
            if len(segment):
                yield segment.words

    def refresh(self) -> int:
        """Take in what others have appended; returns how many rows are new."""
        with self._lock:
            before = len(self)
            if self._segments[-1].refresh() and len(self._segments[-1]) >= SEGMENT_ROWS_MAX:
                self._follow()
            return len(self) - before

    def digest(self) -> str:
        """sha256 over all rows and records in order: equal where the contents are."""
        hasher = hashlib.sha256()
        for segment in self._segments:
            hasher.update(segment.rows.tobytes())
            for index in range(len(segment)):
                hasher.update(segment.body(index))
        return hasher.hexdigest()

    def verify(self) -> int:
        """Read everything and check every sum; returns the rows. Raises GalleryError."""
        for segment in self._segments:
            for index in range(len(segment)):
                if row_check(segment.rows[index]) != segment.rows[index]["check"]:
                    raise damaged(str(segment.rows_path), f"a right check in row {index}", "wrong")
                read_record(segment.body(index), f"{segment.data_path}, row {index}")
        return len(self)

    def torn_bytes(self) -> int:
        """Bytes that a crash left behind what was acknowledged; no reader sees them."""
        return self._segments[-1].torn_bytes()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._follow()
            self._segments[-1].refresh()
            yield

    def _follow(self) -> None:
        """Open the segments that another writer has sealed or begun."""
        for entry in manifest.read(self.folder)[len(self._sealed) :]:
            self._segments[-1].refresh()
            self._sealed.append(entry)
            self._segments[-1].sealed = True
            self._segments.append(Segment(self.folder, entry["number"] + 1))

    def _append(self, rows: Sequence[NDArray[np.void]], bodies: Sequence[bytes]) -> None:
        while rows:
            room = SEGMENT_ROWS_MAX - len(self._segments[-1])
            self._segments[-1].append(np.array(rows[:room], ROW), bodies[: len(rows[:room])])
            rows, bodies = rows[room:], bodies[room:]
            if len(self._segments[-1]) >= SEGMENT_ROWS_MAX:
                self._seal()

    def _seal(self) -> None:
        segment = self._segments[-1]
        entry = {
            "number": segment.number,
            "rows": len(segment),
            "rows_crc": zlib.crc32(segment.rows_path.read_bytes()),
            "data_crc": zlib.crc32(segment.data_path.read_bytes()),
        }
        manifest.write(self.folder, [*self._sealed, entry])
        self._follow()

    def _holds(self, key: int, body: bytes, identity: str) -> bool:
        self._index()
        row = self._by_key.get(key)
        if row is None:
            return False
        segment, index = self._place(row)
        if segment.body(index) == body:
            return True
        raise GalleryError(
            f"`{identity}` is enrolled with other prints under this encounter",
            where=str(self.folder),
            expected="the same templates, or another encounter",
            next_step="give the new prints an encounter of their own",
        )

    def _rows_of(self, identity: str) -> list[int]:
        with self._lock:
            self._index()
            rows = self._by_identity.get(_hash(identity), [])
            return [row for row in rows if self.person(row).identity == identity]

    def _index(self) -> None:
        """Bring the look-up by hash up to the last row."""
        first = 0
        for segment in self._segments:
            if first + len(segment) > self._indexed:
                new = segment.rows[max(0, self._indexed - first) :]
                pairs = zip(new["key"].tolist(), new["identity"].tolist(), strict=True)
                for row, (key, identity) in enumerate(pairs, max(first, self._indexed)):
                    self._by_key[key] = row
                    self._by_identity.setdefault(identity, []).append(row)
                self._indexed = first + len(segment)
            first += len(segment)

    def _place(self, row: int) -> tuple[Segment, int]:
        index = row
        for segment in self._segments:
            if 0 <= index < len(segment):
                return segment, index
            index -= len(segment)
        raise GalleryError(
            "the gallery has no such row",
            where=str(self.folder),
            expected=f"0..{len(self) - 1}",
            found=str(row),
            next_step="take rows from `find` or a search of this gallery",
        )


def _one_a_finger(
    identity: str, templates: Sequence[records.Template]
) -> tuple[records.Template, ...]:
    chosen: dict[int, records.Template] = {}
    for template in templates:
        if template.finger not in records.FINGERS:
            raise GalleryError(
                f"a print of `{identity}` is of no known finger",
                expected="finger 1..10",
                found=str(template.finger),
                next_step="state which finger it is of",
            )
        chosen.setdefault(template.finger, template)
    if not chosen:
        raise GalleryError(
            f"`{identity}` has no prints to enrol",
            expected="at least one template",
            next_step="leave this identity out, or find its images",
        )
    return tuple(chosen[finger] for finger in sorted(chosen))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
