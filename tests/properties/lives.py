"""Drawn lives, and a witness who was there: what the laws I1 to I10 are held against.

The witness stands where the house meets the world: before each search of the second repository
and before each delivery it notes the instant, the facts and what the ledger held just then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import pytest

from comity.agreement.canonical import canonical
from comity.exchange import respond
from comity.exchange.case import Case
from comity.exchange.facts import facts, found_in_second
from comity.exchange.store import Message
from comity.ledger.entry import OpenedEntry
from comity.records import Decision, Template
from tests.house import Town, settle
from tests.reference import agreement_oracle
from tests.simulation.script import play, random_life

SEEDS = range(100, 124)
ASKED = ("notice", "second_response")  # messages that need a permit at the instant they leave


@dataclass(frozen=True)
class Left:
    """One delivery as the witness saw it; `leaf` is what the ledger held at its number then."""

    message: Message
    at: datetime
    facts: dict[str, Any]
    agreements: list[dict[str, Any]]
    leaf: bytes | None


@dataclass(frozen=True)
class Asked:
    """One search of the second repository."""

    case: str
    at: datetime
    facts: dict[str, Any]
    agreements: list[dict[str, Any]]


@dataclass
class Life:
    """A life that was lived, with everything that was seen of it."""

    seed: int
    town: Town
    left: list[Left] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    before: str = ""  # the second repository's digest at the beginning

    @cached_property
    def said(self) -> list[OpenedEntry]:
        """The whole ledger, opened; for after the life."""
        return self.town.said()

    def bodies(self) -> list[dict[str, Any]]:
        return [canonical(agreement) for agreement in self.town.house.agreements()]

    def permits(self, seen: Left | Asked, question: str) -> dict[str, Any]:
        """What the slow oracle says of what was seen, at that instant."""
        return agreement_oracle.decision(seen.agreements, question, seen.facts, seen.at, seen.at)

    def cases(self) -> list[Case]:
        tokens = [e.case for e in self.town.house.store.events() if e.step == "received"]
        return [self.town.case(token) for token in tokens]


@cache
def lives() -> tuple[Life, ...]:
    """Every life of SEEDS, lived once for all tests."""
    return tuple(lived(seed) for seed in SEEDS)


def lived(seed: int) -> Life:
    life = Life(seed, settle())
    life.before = life.town.house.second.digest()
    with watched(life):
        play(life.town, random_life(seed))
    return life


@contextmanager
def watched(life: Life) -> Iterator[None]:
    town, search = life.town, respond.search_second

    def leaving(message: Message) -> None:
        case = town.case(message.case)
        leaves = town.house.store.leaves()
        leaf = leaves[message.leaf] if message.leaf < len(leaves) else None
        known = facts(case, found_in_second(case)).as_json()
        life.left.append(Left(message, town.clock.now(), known, life.bodies(), leaf))

    def asking(case: Case, probe: Sequence[Template], permit: Decision) -> dict[str, Any]:
        if case.event("second search") is None:
            now, known = case.clock.now(), facts(case).as_json()
            life.asked.append(Asked(case.token, now, known, life.bodies()))
        return search(case, probe, permit)

    town.partner.before = leaving
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(respond, "search_second", asking)
        yield
