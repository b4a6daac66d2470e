"""Kill the house at every point of a short life, and go on from the files as they lie.

The files are copied after each durable effect, with nothing rolled back or tidied, as `kill -9`
leaves them; another process's worth of objects goes on from the copy. What lies there before an
effect is what lay there after the last one.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from comity.exchange import respond
from comity.exchange.case import Case
from comity.exchange.clock import SimulatedClock
from comity.exchange.store import OUTBOX, Entry, Event, Outgoing, Store, _row
from comity.records import Template
from tests.house import HOUSES, NUMBERS, SECONDS, Town, opened, settle
from tests.partner import MemoryPartner
from tests.simulation.crash import Crash
from tests.simulation.life import check, explained, live, state
from tests.simulation.script import Planned, play, short_life


@cache
def short() -> dict[str, Any]:
    return state(live(short_life(), [])[0])


def test_a_life_without_a_stop_is_sound() -> None:
    town, _ = live(short_life(), [])
    check(town, short())
    kinds = {e.kind for e in town.said()}
    assert {"release", "retraction", "cancellation", "determination", "subject_access"} <= kinds


@dataclass(frozen=True)
class Killed:
    """What is left of a house and its world when its process ends at one point."""

    name: str
    folder: Path
    now: datetime
    partner: MemoryPartner
    left: list[Planned]


@dataclass
class Camera(Crash):
    """Stops nothing, and keeps what would be left after each `each`-th effect from the `first`."""

    town: Town = field(kw_only=True)
    left: list[Planned] = field(kw_only=True)
    first: int = field(kw_only=True)
    each: int = field(kw_only=True)
    taken: list[Killed] = field(default_factory=list)

    def point(self, name: str) -> None:
        super().point(name)
        number = len([name for name in self.passed if name.startswith("after")])
        if not name.startswith("after") or number % self.each != self.first:
            return
        folder = HOUSES / f"killed-{next(NUMBERS)}"
        shutil.copytree(self.town.house.folder, folder)
        partner = MemoryPartner(
            inbox=copy.deepcopy(self.town.partner.inbox), kinds=dict(self.town.partner.kinds)
        )
        self.taken.append(
            Killed(f"{number}: {name}", folder, self.town.clock.now(), partner, list(self.left))
        )


def killed_at(first: int, each: int) -> list[Killed]:
    town, left = settle(), short_life()
    camera = Camera(town=town, left=left, first=first, each=each)
    town.partner.before, town.partner.after = camera.before_delivery, camera.after_delivery
    with camera.in_the_house():
        play(town, left)
    return camera.taken


def go_on(killed: Killed) -> None:
    clock = SimulatedClock(killed.now, SECONDS)
    town = Town(opened(killed.folder), clock, killed.partner)
    try:
        play(town, list(killed.left))
        check(town, short())
    finally:
        town.house.close()
        shutil.rmtree(killed.folder)


PARTS = 4  # so that a failure stops one part only


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_short_life_killed_at_every_point(part: int) -> None:
    points = killed_at(part, PARTS)
    assert len(points) > 20
    for killed in points:
        with explained(f"killed at point {killed.name}", short_life()):
            go_on(killed)


# --- what the simulation would see --------------------------------------------------------------

COMMIT, SEARCH = Store.commit, respond.search_criminal


def messages_after_the_step(
    store: Store, case: str, step: str, at: datetime, body: Any,
    entries: Sequence[Entry] = (), outgoing: Sequence[Outgoing] = (), also: Any = None,
) -> Event:  # fmt: skip
    """As with a message broker: the step commits first, its messages in a second transaction."""
    known = store.event(case, step)
    made = COMMIT(store, case, step, at, body, entries, (), also)
    if known is None and outgoing:
        numbers = list(made.leaves)
        with store.writing() as connection:
            for message in outgoing:
                connection.execute(sa.insert(OUTBOX).values(**_row(case, message, numbers)))
    return made


def enrolled_the_first_time_only(case: Case, probe: Sequence[Template]) -> dict[str, Any]:
    """A stop between the step and the enrolment loses the print for good."""
    known = case.event("criminal search")
    return SEARCH(case, probe) if known is None else known.body


MUTATIONS: list[tuple[Any, str, Callable[..., Any]]] = [
    (Store, "commit", messages_after_the_step),
    (respond, "search_criminal", enrolled_the_first_time_only),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[m[2].__name__ for m in MUTATIONS])
def test_wrong_code_does_not_get_through(
    mutation: tuple[Any, str, Callable[..., Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual mistakes, put in on purpose: one of the first points shows each of them."""
    short()
    monkeypatch.setattr(*mutation)
    town, left = settle(), short_life()
    play(town, left)
    check(town, short())  # not stopped, it looks right
    assert any(breaks(killed) for killed in killed_at(0, 1)[2:20])


def breaks(killed: Killed) -> bool:
    try:
        go_on(killed)
    except AssertionError:
        return True
    return False
