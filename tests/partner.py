"""A partner agency in memory that any test can cut off or corrupt."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from comity.exchange.store import Message


@dataclass
class MemoryPartner:
    """Every recipient of a town at once. It keeps what it takes, by leaf, as an agency would.

    away    recipients that cannot be reached
    lies    the digest it claims to hold instead of the true one
    before, after  called with each message, before it is taken and after
    calls   every delivery, repeated ones too;  rejected  those that came again in other bytes
    """

    away: set[str] = field(default_factory=set)
    lies: str = ""
    before: Callable[[Message], None] | None = None
    after: Callable[[Message], None] | None = None
    inbox: dict[str, dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))
    kinds: dict[int, str] = field(default_factory=dict)
    calls: list[tuple[str, int, str]] = field(default_factory=list)
    rejected: list[Message] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def deliver(self, message: Message) -> str:
        if self.before is not None:
            self.before(message)
        if message.recipient in self.away:
            raise ConnectionRefusedError(f"{message.recipient} cannot be reached")
        with self._lock:
            held = self.inbox[message.recipient].setdefault(message.leaf, message.data)
            if held != message.data:
                self.rejected.append(message)
            self.kinds[message.leaf] = message.kind
            self.calls.append((message.recipient, message.leaf, message.kind))
        if self.after is not None:
            self.after(message)
        return self.lies or hashlib.sha256(held).hexdigest()

    def holds(self, recipient: str, kind: str = "") -> list[bytes]:
        """What a recipient took, oldest first; of one kind where it is named."""
        return [
            data
            for leaf, data in sorted(self.inbox[recipient].items())
            if not kind or self.kinds[leaf] == kind
        ]
