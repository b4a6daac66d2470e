"""One case: the durable record of one transaction, and the only way to add to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.exchange.clock import Clock
from comity.exchange.house import House
from comity.exchange.store import Entry, Event, Outgoing
from comity.ledger import entry as ledger_entry
from comity.records import Submission


@dataclass
class Step:
    """What one step is about to make durable, all together.

    entries  (kind, values) of ledger leaves;  messages refer to them by index
    """

    body: dict[str, Any]
    entries: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    messages: list[Outgoing] = field(default_factory=list)
    also: Callable[[sa.Connection], None] | None = None

    def say(self, kind: str, **values: Any) -> int:
        """Add a ledger entry; return its index among this step's entries."""
        self.entries.append((kind, values))
        return len(self.entries) - 1

    def send(
        self, entry: int, recipient: str, kind: str, name: str, data: bytes, at: datetime
    ) -> None:
        """Queue a message that leaves only after its ledger entry is durable."""
        self.messages.append(Outgoing(entry, recipient, kind, name, data, at))


@dataclass(frozen=True)
class Case:
    """A transaction inside the house; `submission` is None where its file could not be read."""

    token: str
    house: House
    clock: Clock
    submission: Submission | None
    sha256: str

    @property
    def jurisdiction(self) -> str:
        return self.submission.jurisdiction if self.submission else "unreadable"

    def event(self, step: str) -> Event | None:
        return self.house.store.event(self.token, step)

    def events(self, prefix: str = "") -> list[Event]:
        return [e for e in self.house.store.events(self.token) if e.step.startswith(prefix)]

    def once(self, step: str, work: Callable[[], Step]) -> Event:
        """Do a step the first time, and only recall it ever after (invariant I3)."""
        done = self.event(step)
        return done if done is not None else self.commit(step, work())

    def commit(self, step: str, made: Step) -> Event:
        """Write a step: ledger leaves with salted commitments, event and messages in one commit."""
        now = self.clock.now()
        salt = self.house.tokens.salts(self.token, step)
        policy = self.house.agreements().policy
        entries: list[Entry] = []
        for kind, values in made.entries:
            shared = {"case": self.token, "jurisdiction": self.jurisdiction, "at": now.isoformat()}
            data, opening = ledger_entry.make(
                kind, period=f"{now:%Y-%m}", policy=policy, values={**shared, **values}, salt=salt
            )
            entries.append(Entry(data, opening.as_json()))
        store = self.house.store
        return store.commit(self.token, step, now, made.body, entries, made.messages, made.also)

    def seconds_since_received(self) -> float:
        """Seconds from receipt to now, the latency that is published; a clock set back gives 0."""
        received = self.event("received")
        start = received.at if received else self.clock.now()
        return max(0.0, round((self.clock.now() - start).total_seconds(), 3))


@dataclass(frozen=True)
class Released:
    """One release that stands: `leaf` is its ledger entry, `at` the instant it was made."""

    recipient: str
    fields: tuple[str, ...]
    leaf: int
    at: datetime


def standing(case: Case) -> tuple[Released, ...]:
    """Every release that was neither stopped before it left nor retracted, in order."""
    made: dict[int, Released] = {}
    for event in case.events():
        for item in event.body.get("released", ()):
            leaf = event.leaves[item["entry"]]
            made[leaf] = Released(item["recipient"], tuple(item["fields"]), leaf, event.at)
        for item in event.body.get("retracted", ()):
            # An answer that said nothing can be stopped as well; it was never a release.
            made.pop(item["leaf"], None)
    return tuple(made.values())


def released(case: Case) -> dict[str, dict[str, Any]]:
    """recipient -> {fields, leaves, at} of everything that stands; `at` is the latest."""
    found: dict[str, dict[str, Any]] = {}
    for item in standing(case):
        before = found.get(item.recipient, {"fields": [], "leaves": []})
        found[item.recipient] = {
            "fields": [*before["fields"], *item.fields],
            "leaves": [*before["leaves"], item.leaf],
            "at": item.at,
        }
    return found
