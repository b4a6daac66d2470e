"""A real process that enrols, deletes and compacts is killed, while another one reads."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from comity.search.gallery import Gallery
from tests.simulation.gallery_writer import GROUP, templates_of

ROUNDS = 3
PROJECT = Path(__file__).resolve().parents[2]


def test_kill_9_loses_nothing_acknowledged_and_no_reader_sees_damage(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    reader = Gallery.create(folder, (2, 7))
    there: set[str] = set()
    gone: set[str] = set()
    first, rng = 0, random.Random(3)
    for _ in range(ROUNDS):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.gallery_writer", folder, str(first)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert writer.stdout is not None
        try:
            for said in range(1, rng.randrange(30, 80)):
                line = writer.stdout.readline().strip()
                assert line, "the writer stopped by itself"
                note(line, there, gone)
                if said % 5 == 0:
                    look(reader, there)
        finally:
            writer.send_signal(signal.SIGKILL)
        for line in writer.stdout.read().splitlines():
            note(line, there, gone)
        writer.wait()
        writer.stdout.close()
        look(reader, there)
        opened = Gallery.open(folder)
        opened.verify()
        found = list(opened.identities())
        assert len(found) == len(set(found))
        # At most one step was not acknowledged: a few more people, or one deletion.
        assert len(there - set(found)) <= 1
        assert len(set(found) - there) <= GROUP
        assert not gone & set(found)
        there = set(found)
        first = 1 + max(int(name[1:]) for name in there | gone)
        first += -first % GROUP
    assert len(there) > 60
    before = Gallery.open(folder).digest()
    Gallery.open(folder).compact()
    assert Gallery.open(folder).digest() == before


def note(line: str, there: set[str], gone: set[str]) -> None:
    (there if line[0] == "+" else gone).add(line[1:])
    if line[0] == "-":
        there.discard(line[1:])


def look(reader: Gallery, there: set[str]) -> None:
    """What the reader sees is whole, whatever is written meanwhile."""
    reader.refresh()
    reading = reader.reading
    rows = np.concatenate(
        [np.flatnonzero(block.masks) + block.row for block in reading.blocks()] or [np.empty(0)]
    ).astype(np.int64)
    minutiae, first, _ = reading.minutiae(rows, 7)
    names = list(reading.identities())
    for n in range(0, len(rows), 7):
        wanted = templates_of(int(names[n][1:]))[1].minutiae
        assert np.array_equal(minutiae[first[n] : first[n + 1]], wanted)
    # A deletion may be written before it is said.
    assert len(there - set(names)) <= 40
