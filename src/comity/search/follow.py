"""A reader's way after the writers: what of a gallery's files is known, brought up to date."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity.search import manifest
from comity.search.disk import tombstones
from comity.search.disk.record import damaged
from comity.search.manifest import Manifest
from comity.search.reading import Reading
from comity.search.segment import Segment

ATTEMPTS_MAX = 100  # to open files before a compaction takes them away


@dataclass(frozen=True, eq=False)
class Held:
    """What was read of the files.

    stamp    of the manifest when it was read
    deleted  rows in the order of their deletion
    """

    stamp: tuple[int, int, int]
    manifest: Manifest
    reading: Reading
    deleted: NDArray[np.int64]


def follow(folder: Path, held: Held | None) -> Held:
    """What the files hold now; `held` itself where nothing is new.

    Raises GalleryError where they are missing or damaged.
    """
    for _ in range(ATTEMPTS_MAX):
        stamp = manifest.stamp(folder)
        same = held is not None and held.stamp == stamp
        known = held.manifest if held is not None and same else manifest.read(folder)
        try:
            return _read(folder, stamp, known, held)
        except FileNotFoundError as error:
            missing = str(error.filename)
            if manifest.stamp(folder) == stamp:
                break
    raise damaged(str(folder), "the files that its manifest names", f"no `{missing}`")


def _read(folder: Path, stamp: tuple[int, int, int], known: Manifest, held: Held | None) -> Held:
    slots = len(known.fingers)
    if held is not None and held.manifest.generation != known.generation:
        held = None
    earlier = {s.number: s for s in held.reading.segments} if held is not None else {}
    segments = []
    for entry in known.sealed:
        have = earlier.get(entry.number)
        whole = have is not None and len(have) == entry.rows
        segments.append(
            have if have is not None and whole
            else Segment.full(folder, entry.number, slots, entry.rows)
        )  # fmt: skip
    begun = earlier.get(known.open) or Segment.empty(folder, known.open, slots)
    segments.append(begun.grown())
    # Rows before deletions: a deletion of a row that is not known yet waits for the row.
    before = held.deleted if held is not None else np.empty(0, np.int64)
    new = tombstones.read(tombstones.path_of(folder, known.generation), len(before))
    deleted = np.concatenate([before, new])
    start = 0
    for place, segment in enumerate(segments):
        rows = new if segment is earlier.get(segment.number) else deleted
        here = rows[(rows >= start) & (rows < start + len(segment))] - start
        if len(here):
            segments[place] = segment.without(here)
        start += len(segment)
    if held is not None and stamp == held.stamp and tuple(segments) == held.reading.segments:
        return held
    return Held(
        stamp, known, Reading.of(folder, known.generation, known.fingers, segments), deleted
    )
