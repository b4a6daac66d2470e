"""A set of agreements, and where each stands at an instant as known at another.

A set never changes: a reform is another set. What is compiled from a set is kept with that set,
so no evaluation can leak into another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from comity.agreement.canonical import encoded, hash_of
from comity.agreement.terms import Agreement, Event
from comity.errors import AgreementError, CallerError

Status = Literal["dormant", "in_force", "suspended", "ended"]


@dataclass(eq=False)
class Compiled:
    """What was worked out from one set so far, kept with it so that it lives and dies with it.

    Each entry follows from the agreements in its key and from nothing else, so that a reform
    may take over those whose agreements it leaves as they are (reform.py).

    coverage  ORI -> ids of the agreements that cover it, sorted
    parts     (question, id) and plans (question, ids) of plan.py
    bodies    id -> RFC 8785 bytes of its canonical form
    """

    coverage: Callable[[str], tuple[str, ...]] | None = None
    parts: dict[tuple[str, str], Any] = field(default_factory=dict)
    plans: dict[tuple[str, tuple[str, ...]], Any] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Agreements:
    """Agreements sorted by id, whatever order they were given in; each id once."""

    all: tuple[Agreement, ...] = ()
    compiled: Compiled = field(default_factory=Compiled, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "all", tuple(sorted(self.all, key=lambda a: a.id)))
        twice = [i for i, count in Counter(a.id for a in self.all).items() if count > 1]
        if twice:
            raise AgreementError(
                "two agreements have the same id",
                expected="one file an agreement",
                found=f"`{twice[0]}` twice",
                next_step="give one of them another id",
            )

    def __iter__(self) -> Iterator[Agreement]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, agreement_id: str) -> Agreement:
        if agreement_id in self._by_id:
            return self._by_id[agreement_id]
        raise CallerError("no such agreement", found=f"`{agreement_id}`")

    @cached_property
    def _by_id(self) -> dict[str, Agreement]:
        return {agreement.id: agreement for agreement in self.all}

    @cached_property
    def policy(self) -> str:
        """The hash every decision under this set cites: `canonical.policy_hash` of it."""
        bodies = self.compiled.bodies
        for agreement in self.all:
            if agreement.id not in bodies:
                bodies[agreement.id] = encoded(agreement)
        return hash_of(bodies[agreement.id] for agreement in self.all)

    def __contains__(self, agreement_id: object) -> bool:
        return agreement_id in self._by_id

    def reformed(self, agreements: tuple[Agreement, ...]) -> Agreements:
        """Another set, which takes over what was compiled of agreements that are in both.

        In both: the same objects, which nothing can change.
        """
        after = Agreements(agreements)
        same = {a.id for a in agreements if a.id in self and self[a.id] is a}
        old, new = self.compiled, after.compiled
        # Copied first: another thread may be compiling more of this set just now.
        new.parts.update((k, v) for k, v in old.parts.copy().items() if k[1] in same)
        new.plans.update((k, v) for k, v in old.plans.copy().items() if same.issuperset(k[1]))
        new.bodies.update((k, v) for k, v in old.bodies.copy().items() if k in same)
        if [(a.id, a.scope) for a in after] == [(a.id, a.scope) for a in self]:
            new.coverage = old.coverage
        return after

    def covering(self, jurisdiction: str) -> tuple[Agreement, ...]:
        """Those whose scope holds an ORI, at whatever time."""
        return tuple(a for a in self.all if a.scope.covers(jurisdiction))


@dataclass(frozen=True)
class Standing:
    """Where an agreement stands, and the event that put it there (None: its own term)."""

    status: Status
    event: Event | None = None


def standing(agreement: Agreement, at: datetime, known_at: datetime) -> Standing:
    """Where an agreement stands at `at`, by what was recorded up to and including `known_at`.

    A term binds from its instant on, that instant included. Termination is final; of
    suspensions and resumptions the latest to take effect holds.
    """
    if agreement.recorded > known_at or agreement.term.effective > at:
        return Standing("dormant")
    happened = [e for e in agreement.events if e.recorded <= known_at and e.effective <= at]
    # Of events that take effect together the later recorded holds, then the suspension:
    # two letters of one instant must not open what either closes.
    happened.sort(key=lambda e: (e.effective, e.recorded, e.event == "suspended", e.id))
    ended = [e for e in happened if e.event == "terminated"]
    if ended:
        return Standing("ended", ended[0])
    if happened and happened[-1].event == "suspended":
        return Standing("suspended", happened[-1])
    return Standing("in_force")


def in_force(
    agreements: Agreements, jurisdiction: str, at: datetime, known_at: datetime | None = None
) -> tuple[Agreement, ...]:
    """The agreements in force for an ORI at an instant, by what was recorded at `known_at`.

    at, known_at  timezone-aware; known_at is `at` where it is None
    """
    known_at = aware(at) if known_at is None else aware(known_at)
    return tuple(
        agreement
        for agreement in agreements.covering(jurisdiction)
        if standing(agreement, aware(at), known_at).status == "in_force"
    )


def aware(at: datetime) -> datetime:
    """An instant with its offset; without one nobody can say what was in force."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise CallerError(
            "a time without an offset",
            expected="a timezone-aware time",
            found=f"`{at.isoformat()}`",
            next_step="add the offset, such as -06:00",
        )
    return at
