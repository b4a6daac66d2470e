"""Where messages go: another agency, as this house sees it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Protocol

from comity.exchange.store import Message


class Partner(Protocol):
    """Takes a message and acknowledges it; taking the same message twice changes nothing."""

    def deliver(self, message: Message) -> str:
        """Return the sha256 of the bytes now held; raise OSError when it cannot be reached."""
        ...


class FolderPartner:
    """An agency whose inbox is a folder: one file a message, complete or not there at all."""

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox

    def deliver(self, message: Message) -> str:
        folder = self._inbox / message.recipient
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{message.leaf:06d}-{message.name}"
        # The fence keeps two workers' half-written files apart, if one was too slow for its lease.
        partial = target.with_suffix(f"{target.suffix}.{message.fence}.partial")
        with partial.open("wb") as file:
            file.write(message.data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        _sync(folder)  # or a power cut could take back what is about to be acknowledged
        return hashlib.sha256(target.read_bytes()).hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
