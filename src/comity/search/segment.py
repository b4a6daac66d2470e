"""One segment of a gallery: a file of fixed rows for scanning, a file of records for comparing.

NNNNNN.data  records one after another, each
    u16 length and UTF-8 identity | the same of the encounter | u8 count of templates
    count times u16 length and a packed template (minutiae/pack.py)
NNNNNN.rows  688 bytes a row, little-endian, as ROW below; the row acknowledges the record

A record is written and synced before its row, so that a crash leaves at most bytes that no
row speaks of, or rows of the last write whose check is wrong: both are outside what was
acknowledged. A wrong row with a right one of a later write behind it is damage, not a crash.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import GalleryError, TemplateError
from comity.minutiae import pack
from comity.search import codes

ROW = np.dtype(
    [
        ("codes", "<u8", (codes.FINGERS, codes.WORDS)),
        ("identity", "<u8"),  # hash of the identity
        ("key", "<u8"),  # hash of identity and encounter
        ("offset", "<u8"),  # of the record in the data file, bytes
        ("length", "<u4"),
        ("crc", "<u4"),  # of the record
        ("check", "<u4"),  # crc of this row with check 0
        ("place", "<u4"),  # among the rows that were acknowledged together, from 0
        ("mask", "<u8"),  # bit f set where finger f + 1 is enrolled
    ]
)
ROW_WORDS = ROW.itemsize // 8


@dataclass(frozen=True)
class Enrolled:
    """What was enrolled in one encounter: templates by finger 1..10."""

    identity: str
    encounter: str
    templates: dict[int, records.Template]


def write_record(identity: str, encounter: str, templates: Sequence[records.Template]) -> bytes:
    """The record's bytes. Raises TemplateError where a template does not fit."""
    parts = [_text(identity), _text(encounter), bytes([len(templates)])]
    for template in templates:
        packed = pack.pack(template)
        parts += [struct.pack("<H", len(packed)), packed]
    return b"".join(parts)


def read_record(data: bytes, where: str) -> Enrolled:
    """What `write_record` wrote. Raises GalleryError where it is damaged."""
    try:
        identity, at = _read_text(data, 0)
        encounter, at = _read_text(data, at)
        count, at = data[at], at + 1
        templates: dict[int, records.Template] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", data, at)
            template = pack.unpack(data[at + 2 : at + 2 + length])
            templates[template.finger] = template
            at += 2 + length
    except (struct.error, IndexError, UnicodeDecodeError, TemplateError) as error:
        raise damaged(where, "an enrolment record", str(error)) from error
    return Enrolled(identity, encounter, templates)


def damaged(where: str, expected: str, found: str) -> GalleryError:
    """The error for bytes that are not those that were written."""
    return GalleryError(
        "the gallery is damaged",
        where=where,
        expected=expected,
        found=found,
        next_step="restore the folder from a copy; nothing in it was changed",
    )


def row_check(row: NDArray[np.void]) -> int:
    """The check that a row of shape () or (1,) must carry."""
    blank = row.copy()
    blank["check"] = 0
    return zlib.crc32(blank.tobytes())


class Segment:
    """The rows that were acknowledged in one pair of files; grows by `append` and `refresh`."""

    def __init__(self, folder: Path, number: int, *, sealed: bool = False) -> None:
        self.rows_path = folder / f"{number:06d}.rows"
        self.data_path = folder / f"{number:06d}.data"
        self.number = number
        self.sealed = sealed
        self.rows: NDArray[np.void] = np.empty(0, ROW)
        self.refresh()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def words(self) -> NDArray[np.uint64]:
        """The rows as uint64 (n, 86), for the scan."""
        return self.rows.view(np.uint64).reshape(-1, ROW_WORDS)

    def refresh(self) -> int:
        """Take in rows that a writer has acknowledged since; returns how many.

        Raises GalleryError where a row that was acknowledged is no longer right.
        """
        size = self.rows_path.stat().st_size if self.rows_path.exists() else 0
        count = size // ROW.itemsize
        known = len(self.rows)
        if count <= known:
            return 0
        mapped = np.memmap(self.rows_path, ROW, "r", shape=(count,))
        good = count if self.sealed else known
        while good < count and row_check(mapped[good]) == mapped[good]["check"]:
            good += 1
        if not self.sealed:
            self._only_torn(mapped, good)
        self.rows = mapped[:good]
        return good - known

    def _only_torn(self, mapped: NDArray[np.void], wrong: int) -> None:
        for later in range(wrong + 1, len(mapped)):
            row = mapped[later]
            if later - int(row["place"]) > wrong and row_check(row) == row["check"]:
                where = f"{self.rows_path}, byte {wrong * ROW.itemsize}"
                raise damaged(where, "a row with a right check", "one that was changed")

    def append(self, rows: NDArray[np.void], bodies: Sequence[bytes]) -> None:
        """Write records, then the rows that acknowledge them; durable when it returns.

        What a crash left behind the last acknowledged row is cut off first.
        """
        end = int(self.rows[-1]["offset"]) + int(self.rows[-1]["length"]) if len(self) else 0
        for place, (row, body) in enumerate(zip(rows, bodies, strict=True)):
            row["place"] = place
            row["offset"], row["length"], row["crc"] = end, len(body), zlib.crc32(body)
            row["check"] = row_check(row)
            end += len(body)
        _extend(self.data_path, int(rows[0]["offset"]), b"".join(bodies))
        _extend(self.rows_path, len(self) * ROW.itemsize, rows.tobytes())
        self.refresh()

    def body(self, index: int) -> bytes:
        """A record's bytes. Raises GalleryError where they are not those that were written."""
        row = self.rows[index]
        with self.data_path.open("rb") as file:
            file.seek(int(row["offset"]))
            body = file.read(int(row["length"]))
        if zlib.crc32(body) != int(row["crc"]):
            where = f"{self.data_path}, byte {int(row['offset'])}"
            raise damaged(where, f"crc {int(row['crc']):08x}", f"{zlib.crc32(body):08x}")
        return body

    def torn_bytes(self) -> int:
        """Bytes behind what was acknowledged, which a crash left and the next append cuts off."""
        rows_size = self.rows_path.stat().st_size if self.rows_path.exists() else 0
        data_size = self.data_path.stat().st_size if self.data_path.exists() else 0
        end = int(self.rows[-1]["offset"]) + int(self.rows[-1]["length"]) if len(self) else 0
        return rows_size - len(self) * ROW.itemsize + data_size - end


def _extend(path: Path, at: int, body: bytes) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(at)
        file.seek(at)
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<H", len(raw)) + raw


def _read_text(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<H", data, at)
    raw = data[at + 2 : at + 2 + length]
    if len(raw) != length:
        raise IndexError("the record ends inside a text")
    return raw.decode(), at + 2 + length
