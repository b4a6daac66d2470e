"""A gallery's files written anew without what was deleted.

The new segments have numbers that no file had before; nobody knows of them until the manifest
names them, and then nobody needs the old ones. A crash before that leaves the old gallery and
some files too many, one after it the new gallery and some too many: the next writer takes those
away.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from comity.search import manifest
from comity.search.disk import durable, tombstones
from comity.search.manifest import Manifest, Sealed
from comity.search.reading import Reading, span, stretches
from comity.search.segment import Entries, Segment, paths_of

COPIED_ROWS = 4096  # at a time: 13 MB of ten fingers
_OURS = re.compile(r"[0-9]{6}\.(data|first|rest|rows|deleted)|manifest\.json\.new")


def begin(folder: Path, number: int, fingers: int) -> Segment:
    """A new segment's empty files."""
    durable.create(paths_of(folder, number))
    return Segment.empty(folder, number, fingers)


def seal(folder: Path, known: Manifest, segment: Segment) -> None:
    """Make the segment that grows a sealed one, and begin the next."""
    segment.trimmed()
    following = begin(folder, segment.number + 1, segment.fingers).number
    sealed = (*known.sealed, sealed_as(segment))
    manifest.write(folder, replace(known, sealed=sealed, open=following))


def sealed_as(segment: Segment) -> Sealed:
    """What the manifest says of a full segment."""
    rows_crc = zlib.crc32(segment.rows.tobytes())
    return Sealed(segment.number, len(segment), len(segment.data), rows_crc)


def compact(reading: Reading, known: Manifest, rows_max: int) -> Manifest:
    """Write what is not deleted into segments of a new generation, and make it the gallery."""
    folder, slots = reading.folder, len(reading.fingers)
    sealed: list[Sealed] = []
    current = begin(folder, known.open + 1, slots)
    for segment in reading.segments:
        for low, high in stretches(segment.masks != 0):
            at = low
            while at < high:
                count = min(high - at, COPIED_ROWS, rows_max - len(current))
                current = current.append(copied(segment, at, at + count))
                at += count
                if len(current) >= rows_max:
                    sealed.append(sealed_as(current))
                    current = begin(folder, current.number + 1, slots)
    generation = known.generation + 1
    durable.create([tombstones.path_of(folder, generation)])
    made = Manifest(known.fingers, generation, tuple(sealed), current.number, known.codes)
    manifest.write(folder, made)
    tidy(folder, made)
    return made


def copied(segment: Segment, low: int, high: int) -> Entries:
    """Rows low..high - 1 as they were written."""
    begins, ends = span(segment, low, high)
    rows = np.array(segment.rows[low:high])
    starts = np.concatenate([rows["offset"].astype(np.int64), [ends]]) - begins
    rows["offset"] = 0
    return Entries(
        rows, segment.first[low:high], segment.rest[low:high], segment.data[begins:ends], starts
    )


def is_left_over(folder: Path) -> bool:
    """Whether a folder holds no more than what a crash left of making an empty gallery."""
    found = list(folder.iterdir())
    return all(
        _OURS.fullmatch(path.name) and (path.stat().st_size == 0 or path.suffix == ".new")
        for path in found
    )


def tidy(folder: Path, known: Manifest) -> None:
    """Take away files of the gallery's names that its manifest does not speak of."""
    numbers = [entry.number for entry in known.sealed] + [known.open]
    kept = {path for number in numbers for path in paths_of(folder, number)}
    kept.add(tombstones.path_of(folder, known.generation))
    found = {path for path in folder.iterdir() if _OURS.fullmatch(path.name)}
    durable.remove(sorted(found - kept))
