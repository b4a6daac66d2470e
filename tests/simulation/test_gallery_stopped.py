"""A gallery's writer, stopped at every durable effect of a short life.

What was acknowledged is there, whatever the disk forgot; what was not is there in part, in order,
or not at all; and to do the same again ends in the same gallery.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comity.errors import ComityError
from comity.minutiae.batch import Batch
from comity.records import Template
from comity.search import codes as finger_codes
from comity.search import compact, manifest
from comity.search import gallery as gallery_module
from comity.search.disk import durable, tombstones
from comity.search.gallery import Gallery
from tests.search.prints import scattered
from tests.simulation.disk import Disk, NoSync

ROWS_MAX = 3
SEED = 0


def code_of(template: Template) -> np.ndarray:
    """Any function of the template would do, and this one is quick."""
    rng = np.random.default_rng(int(template.minutiae.sum()))
    return rng.integers(0, 2**63, finger_codes.WORDS).astype(np.uint64)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", ROWS_MAX)
    monkeypatch.setattr(durable, "os", NoSync())
    monkeypatch.setattr(finger_codes, "encode", code_of)
    batch = lambda b: np.array([code_of(b.template(i)) for i in range(len(b))])  # noqa: E731
    monkeypatch.setattr(finger_codes, "encode_batch", batch)


def of(name: str) -> list[Template]:
    return [scattered(ord(name), 4 + ord(name) % 3, finger=finger) for finger in (2, 7)]


def batch_of(names: str) -> Batch:
    hands = [template for name in names for template in of(name)]
    counts = [len(template) for template in hands]
    return Batch(
        np.concatenate([t.minutiae for t in hands]),
        np.concatenate([t.reliability for t in hands]),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array([t.finger for t in hands], np.uint8),
        np.repeat(np.arange(len(names)), 2),
        300,
        300,
        "mindtct",
    )


Step = tuple[str, Callable[[Gallery], object], str]  # name, call, who is there afterwards

LIFE: list[Step] = [
    ("append", lambda g: g.append("a", of("a")), "a"),
    ("extend", lambda g: g.extend([(n, of(n), "") for n in "bcde"]), "abcde"),
    ("batch", lambda g: g.extend_batch("fgh", batch_of("fgh")), "abcdefgh"),
    ("delete", lambda g: g.delete("b"), "acdefgh"),
    ("more", lambda g: g.append("i", of("i")), "acdefghi"),
    ("delete two", lambda g: (g.delete("a"), g.delete("h")), "cdefgi"),
    ("compact", lambda g: g.compact(), "cdefgi"),
    ("again", lambda g: g.append("b", of("b")), "cdefgib"),
    ("delete", lambda g: g.delete("g"), "cdefib"),
    ("compact", lambda g: g.compact(), "cdefib"),
    ("last", lambda g: g.append("j", of("j")), "cdefibj"),
]


@dataclass(frozen=True)
class Left:
    """A folder after a stop, and how many steps had been acknowledged, creation first."""

    folder: Path
    done: int


def live(folder: Path, stopped: Callable[[Disk], None], reached: list[int], seed: int) -> str:
    """The whole life; `reached` grows with each step that was acknowledged."""
    folder.mkdir()
    with Disk(folder, seed, stopped).watching():
        gallery = Gallery.create(folder, (2, 7))
        reached.append(0)
        for _, call, _ in LIFE:
            call(gallery)
            reached.append(len(reached))
    return gallery.digest()


def stops(tmp_path: Path, seed: int, copy: Callable[[Disk, Path], Path]) -> list[Left]:
    """What is left at each stop of the life."""
    left: list[Left] = []
    reached: list[int] = []

    def stopped(disk: Disk) -> None:
        left.append(Left(copy(disk, tmp_path / f"left-{len(left)}"), len(reached)))

    live(tmp_path / "whole", stopped, reached, seed)
    assert len(left) > 100
    return left


def between(before: str, after: str) -> list[str]:
    """What may be there when a step was not acknowledged: it grows or shrinks in order."""
    if set(before) <= set(after):
        return [after[:n] for n in range(len(before), len(after) + 1)]
    gone = [name for name in before if name not in after]
    return ["".join(n for n in before if n not in gone[:k]) for k in range(len(gone) + 1)]


def go_on(folder: Path, done: int, wanted: str) -> None:
    """Open what is left, look at it, and do again what was not acknowledged."""
    if done == 0 and not (folder / "manifest.json").exists():
        gallery = Gallery.create(folder, (2, 7))
    else:
        gallery = Gallery.open(folder)
    step = max(done - 1, 0)
    before = "" if step == 0 else LIFE[step - 1][2]
    found = "".join(gallery.identities())
    assert found in between(before, LIFE[step][2] if step < len(LIFE) else before)
    gallery.verify()
    for name in found:
        assert [t.minutiae.tolist() for t in gallery.templates(name)] == [
            t.minutiae.tolist() for t in of(name)
        ]
    for _, call, there in LIFE[step:]:
        call(gallery)
        assert "".join(gallery.identities()) == there
    assert gallery.digest() == Gallery.open(folder).digest() == wanted
    assert Gallery.open(folder).verify() == len(LIFE[-1][2])
    names = {path.name for path in folder.iterdir()} - {"lock", "manifest.json"}
    assert len(names) == 4 * 3 + 1, "files of a dead compaction are left"


@pytest.fixture
def wanted(tmp_path: Path) -> str:
    return live(tmp_path / "wanted", lambda disk: None, [], 0)


def test_killed_at_every_effect(tmp_path: Path, wanted: str) -> None:
    for left in stops(tmp_path, SEED, Disk.as_killed):
        go_on(left.folder, left.done, wanted)


def test_power_lost_at_every_effect(tmp_path: Path, wanted: str) -> None:
    for left in stops(tmp_path, SEED, Disk.as_after_power_loss):
        go_on(left.folder, left.done, wanted)


# --- what the simulation would see ----------------------------------------------------------


def without_a_sync(real: Callable[..., None]) -> Callable[..., None]:
    """Rows and records are written, and reach the disk in any order."""

    def extend(parts: Sequence[tuple[Path, int, bytes]]) -> None:
        for path, at, body in parts:
            with path.open("r+b") as file:
                file.truncate(at)
                file.seek(at)
                file.write(body)

    return extend


def taking_the_old_away_first(real: Callable[..., None]) -> Callable[..., None]:
    """A compaction that removes the old files before the manifest names the new."""

    def write(folder: Path, body: manifest.Manifest) -> None:
        if body.generation > 1:
            compact.tidy(folder, body)
        real(folder, body)

    return write


def deleting_in_memory(real: Callable[..., None]) -> Callable[..., None]:
    """A deletion that is acknowledged before it is written."""
    return lambda path, known, rows: None


MUTATIONS = [
    (durable, "extend", without_a_sync),
    (manifest, "write", taking_the_old_away_first),
    (tombstones, "append", deleting_in_memory),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[m[2].__name__ for m in MUTATIONS])
def test_wrong_code_does_not_get_through(
    mutation: tuple[Any, str, Callable[..., Any]],
    tmp_path: Path,
    wanted: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The usual mistakes, put in on purpose: one of the stops shows each of them."""
    where, name, wrong = mutation
    monkeypatch.setattr(where, name, wrong(getattr(where, name)))
    assert any(breaks(left, wanted) for left in stops(tmp_path, SEED, Disk.as_after_power_loss))


def breaks(left: Left, wanted: str) -> bool:
    try:
        go_on(left.folder, left.done, wanted)
    except (AssertionError, ComityError):
        return True
    return False
