"""Playing a life with stops, and what must be true at its end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from comity.exchange.store import ENCOUNTER, RECORD
from tests.house import Town, settle
from tests.simulation.crash import Crash, SimulatedCrash
from tests.simulation.script import Planned, play

TIMED = {"at", "seconds", "leaves", "leaf", "fence", "digest"}


def live(script: list[Planned], stops: list[int]) -> tuple[Town, list[int]]:
    """Play a script; at each point of `stops`, counted from the last start, stop and open again.

    Returns the town at its end, and the number of points passed between stops.
    """
    town, left, passed = settle(), list(script), []
    for at in [*stops, None]:
        crash = Crash(at)
        town.partner.before, town.partner.after = crash.before_delivery, crash.after_delivery
        written = town.house.store.leaves()
        try:
            with crash.in_the_house():
                play(town, left)
        except SimulatedCrash:
            assert at is not None
            leaves = town.house.store.leaves()
            assert leaves[: len(written)] == written
            town = town.reopened()
        passed.append(len(crash.passed))
        if not left:
            break
    return town, passed


def state(town: Town) -> dict[str, Any]:
    """Everything durable and everything delivered, without times and what follows from them."""
    store = town.house.store
    cases: dict[str, list[str]] = {}
    for event in store.events():
        cases.setdefault(event.case, []).append(f"{unnumbered(event.step)} {timeless(event.body)}")
    with store.reading() as connection:
        rows = {
            table.name: sorted(map(str, connection.execute(sa.select(table))))
            for table in (ENCOUNTER, RECORD)
        }
    return {
        "cases": {case: sorted(steps) for case, steps in cases.items()},
        "ledger": Counter((e.kind, str(e.values.get("case"))) for e in town.said()),
        "messages": sorted((m.case, m.recipient, m.kind, m.name, m.state) for m in town.messages()),
        "inboxes": Counter(
            (to, town.partner.kinds[leaf])
            for to, inbox in town.partner.inbox.items()
            for leaf in inbox
        ),
        "repositories": (rows, town.house.criminal.gallery.digest(), town.house.second.digest()),
    }


def unnumbered(step: str) -> str:
    """A step's name without the leaf number that a retraction's name ends with."""
    return re.sub(r"^((decide retraction|retract) \d+ \w+) \d+$", r"\1", step)


def timeless(body: Any) -> Any:
    if isinstance(body, dict):
        return {k: timeless(v) for k, v in sorted(body.items()) if k not in TIMED}
    return [timeless(v) for v in body] if isinstance(body, list) else body


def check(town: Town, expected: dict[str, Any]) -> None:
    assert town.violations() == {}
    case_of = {m.leaf: m.case for m in town.messages() if m.kind == "first_response"}
    answered = Counter(case_of[leaf] for leaf in town.partner.inbox["contributor"])
    received = [e.case for e in town.house.store.events() if e.step == "received"]
    assert answered == Counter(received)  # each exactly once
    assert town.partner.rejected == []  # what came twice came in the same bytes
    assert state(town) == expected


@contextmanager
def explained(what: str, script: list[Planned]) -> Iterator[None]:
    """Print what is needed to repeat a failure."""
    try:
        yield
    except BaseException:
        print(f"{what}; the script:", *(p.name for p in script), sep="\n  ")
        raise
