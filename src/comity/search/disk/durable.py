"""Every write, sync, rename and removal that a gallery makes: what a crash can come between.

Each function is durable when it returns.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

WRITE_BYTES_MAX = 1 << 30  # Linux writes 2 GB at most in one call


def create(paths: Sequence[Path]) -> None:
    """Make empty files, or empty them."""
    for path in paths:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644))
    for folder in {path.parent for path in paths}:
        sync_folder(folder)


def extend(parts: Sequence[tuple[Path, int, bytes | memoryview]]) -> None:
    """Write (file, from which byte, bytes); what lay behind that byte is cut off first.

    All are written before the first is synced, so that the disk can take them together.
    """
    descriptors: list[int] = []
    try:
        for path, at, body in parts:
            descriptor = os.open(path, os.O_WRONLY)
            descriptors.append(descriptor)
            if os.fstat(descriptor).st_size != at:
                os.ftruncate(descriptor, at)
            _write(descriptor, at, memoryview(body))
        for descriptor in descriptors:
            os.fsync(descriptor)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _write(descriptor: int, at: int, body: memoryview) -> None:
    done = 0
    while done < len(body):
        done += os.pwrite(descriptor, body[done : done + WRITE_BYTES_MAX], at + done)


def replace(path: Path, body: bytes) -> None:
    """Put a whole file in another's place: a crash leaves the old one or the new one."""
    fresh = path.with_name(path.name + ".new")
    create([fresh])
    extend([(fresh, 0, body)])
    fresh.replace(path)
    sync_folder(path.parent)


def remove(paths: Iterable[Path]) -> None:
    """Take files away; one that is gone already is no matter."""
    folders = set()
    for path in paths:
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        folders.add(path.parent)
    for folder in folders:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
