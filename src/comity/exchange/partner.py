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
        partial = target.with_suffix(target.suffix + ".partial")
        with partial.open("wb") as file:
            file.write(message.data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        return hashlib.sha256(target.read_bytes()).hexdigest()
