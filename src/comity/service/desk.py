"""The writing side: submissions and what subjects ask, one at a time, each published after it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

from comity import journey
from comity.exchange import access
from comity.exchange.case import Case
from comity.exchange.clock import Clock
from comity.exchange.house import House
from comity.exchange.outbox import deliver, messages
from comity.exchange.partner import FolderPartner
from comity.exchange.publish import publish
from comity.records import Finding
from comity.service.failures import missing

RECEIPT = re.compile(r"[0-9a-f]{24}")
NAME_MAX = 200  # characters of a file's name that are kept


class Desk:
    """Everything that changes the house goes through here, under one lock.

    The store queues writers by itself; the lock also keeps two journeys from enrolling the same
    person twice, and a publication from racing another.
    """

    def __init__(self, house: House, clock: Clock, ledger: Path) -> None:
        self._house = house
        self._clock = clock
        self._ledger = ledger
        self._lock = Lock()

    def submit(self, data: bytes, name: str, declared: Mapping[str, bool]) -> dict[str, Any]:
        """Take one file through the journey; a refusal (ERRT) is an answer like any other."""
        with self._lock:
            case, findings = journey.answer(data, plain(name), self._house, self._clock, declared)
            self._send()
            return answer_of(case, findings)

    def uses(self, receipt: str) -> list[dict[str, Any]]:
        """Every use of one record; each look is itself an entry."""
        with self._lock:
            self._known(receipt)
            listed = access.uses(self._house, self._clock, receipt)
            self._send()
        return [
            {"at": u.at.isoformat(), "what": u.what, "detail": u.detail, "entries": list(u.leaves)}
            for u in listed
        ]

    def contest(self, receipt: str) -> None:
        """Record that the subject contests what the record says."""
        with self._lock:
            self._known(receipt)
            access.contest(self._house, self._clock, receipt)
            self._send()

    def publish(self) -> None:
        """Bring the public ledger up to date."""
        with self._lock:
            publish(self._house, self._ledger)

    def _send(self) -> None:
        deliver(self._house, self._clock, FolderPartner(self._house.folder / "outbox"))
        publish(self._house, self._ledger)

    def _known(self, receipt: str) -> None:
        """Refuse a receipt that no case has: malformed and unknown ones take the same way out."""
        # The form is asked for as well, because other things than cases have events.
        events = self._house.store.events(receipt)
        if not RECEIPT.fullmatch(receipt) or not any(e.step == "received" for e in events):
            raise missing(
                "receipt",
                "the receipt handed out at booking, 24 letters and digits",
                "check the receipt for a slip of the pen",
            )


def answer_of(case: Case, findings: Sequence[Finding]) -> dict[str, Any]:
    """What the sender of a file is told: the first response, and what was found in the file.

    Nothing of the second repository is in it: who may learn of that is for the agreements, and
    what they allow arrives as a message.
    """
    first = case.event("first response")
    search = case.event("criminal search")
    sent = [m for m in messages(case.house, case.token) if m.kind == "first_response"]
    submission = case.submission
    return {
        "receipt": access.receipt(case),
        "response": first.body["response"] if first else None,
        "tcn": submission.tcn if submission else None,
        "tot": submission.tot if submission else None,
        "identified": search.body["identified"] if search else None,
        "findings": [asdict(f) for f in findings],
        "answer": {
            "name": sent[0].name,
            "sha256": hashlib.sha256(sent[0].data).hexdigest(),
            "base64": base64.b64encode(sent[0].data).decode(),
        }
        if sent
        else None,
    }


def plain(name: str) -> str:
    """The last part of a file's name as its sender calls it, without control characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(c if c.isprintable() else "?" for c in last)[:NAME_MAX] or "unnamed"
