"""A disk under a gallery that can stop before any effect, and forget what was not synced.

The real files are written; this watches what the code syncs. At a stop, `as_killed` copies the
files as they lie, which is what `kill -9` leaves, and `as_after_power_loss` makes one of the
states that a file system may be in: of what was written or renamed since the last sync, any part
is there. Names and contents are forgotten separately, as a journal does.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from comity.search.disk import durable

CONTENTS_KEPT = 0.3  # of the files with unsynced writes, the share that is back at its last sync
ZEROS = 0.3  # of the rest, the share whose last bytes are zeros


class NoSync:
    """The system, but for waiting for a real disk."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        return None


class Disk:
    """Calls `stopped` before each effect, and again where a write has begun."""

    def __init__(self, folder: Path, seed: int, stopped: Callable[[Disk], None]) -> None:
        self.folder, self.stopped = folder, stopped
        self.rng = random.Random(seed)
        self.names: dict[str, int] = {}  # durable: name to inode
        self.contents: dict[int, bytes] = {}  # durable: inode to bytes
        self.gone: dict[int, bytes] = {}  # of inodes that lost their name
        self.held: list[int] = []  # open, so that the system does not use their inodes again

    # --- what the code calls in place of the system ---------------------------------------

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            self.stopped(self)
        return os.open(path, flags, mode)

    def ftruncate(self, descriptor: int, size: int) -> None:
        self.stopped(self)
        os.ftruncate(descriptor, size)

    def pwrite(self, descriptor: int, body: memoryview, at: int) -> int:
        self.stopped(self)
        os.pwrite(descriptor, body[: self.rng.randrange(len(body))], at)
        self.stopped(self)
        return os.pwrite(descriptor, body, at)

    def fsync(self, descriptor: int) -> None:
        self.stopped(self)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            self.names = self.now()
        else:
            self.contents[path.stat().st_ino] = path.read_bytes()

    def now(self) -> dict[str, int]:
        return {p.name: p.stat().st_ino for p in self.folder.iterdir() if p.name != "lock"}

    def losing(self, path: Path) -> None:
        """Before a name is taken from its file."""
        self.stopped(self)
        if path.exists():
            self.held.append(os.open(path, os.O_RDONLY))
            self.gone[path.stat().st_ino] = path.read_bytes()

    @contextmanager
    def watching(self) -> Iterator[None]:
        replace, unlink = Path.replace, Path.unlink

        def replacing(path: Path, target: Path) -> Path:
            self.losing(target)
            return replace(path, target)

        def unlinking(path: Path, missing_ok: bool = False) -> None:
            self.losing(path)
            unlink(path, missing_ok)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(durable, "os", self)
            patch.setattr(Path, "replace", replacing)
            patch.setattr(Path, "unlink", unlinking)
            try:
                yield
            finally:
                for descriptor in self.held:
                    os.close(descriptor)

    # --- what is left -----------------------------------------------------------------------

    def as_killed(self, to: Path) -> Path:
        return Path(shutil.copytree(self.folder, to))

    def as_after_power_loss(self, to: Path) -> Path:
        to.mkdir()
        now = self.now()
        written = {p.stat().st_ino: p.read_bytes() for p in self.folder.iterdir()} | self.gone
        for name in sorted(set(now) | set(self.names)):
            inode = self.rng.choice([now.get(name), self.names.get(name)])
            if inode is not None:
                synced = self.contents.get(inode, b"")
                (to / name).write_bytes(self.some(synced, written.get(inode, synced)))
        return to

    def some(self, synced: bytes, written: bytes) -> bytes:
        """A state of a file between its last sync and its last write."""
        if synced == written or self.rng.random() < CONTENTS_KEPT:
            return synced
        pairs = zip(synced, written, strict=False)
        same = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(synced), len(written)))
        cut = self.rng.randint(same, len(written))
        zeros = len(written) - cut if self.rng.random() < ZEROS else 0
        return written[:cut] + bytes(zeros)
