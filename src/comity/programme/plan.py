"""A programme's script: who exists, who is booked when and where, and what happens afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec

from comity.errors import CallerError

PRESETS = Path(__file__).parent / "presets"


class County(msgspec.Struct, frozen=True):
    """A jurisdiction: its ORI, its state and its agreement in a few words."""

    ori: str
    name: str
    state: str
    terms: str


class State(msgspec.Struct, frozen=True):
    """A synthetic state and its two-letter code."""

    code: str
    name: str


class Person(msgspec.Struct, frozen=True):
    """One member of the cast; `held` lines read `REASON DATE`."""

    held: tuple[str, ...] = ()
    citizen: bool | None = None
    convicted: tuple[str, ...] = ()
    born: date | None = None


class Booking(msgspec.Struct, frozen=True, rename={"county": "in"}):
    """One booking and what was recorded of it later."""

    at: str
    county: str
    who: int
    charge: tuple[str, ...]
    declared: dict[str, bool] = {}
    then: tuple[str, ...] = ()


class Broken(msgspec.Struct, frozen=True, rename={"county": "in", "how": "as"}):
    """A file that breaks a rule, and how."""

    at: str
    county: str
    who: int
    how: str


class Unreachable(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """While a recipient cannot be reached."""

    recipient: str
    start: str
    end: str


class SubjectAccess(msgspec.Struct, frozen=True):
    """Who asks to see their record, by the number of their booking from 1."""

    at: str
    booking: int
    contest: bool


class Plan(msgspec.Struct, frozen=True):
    """A whole script as its YAML file has it."""

    title: str
    origin: str
    zone: str
    level_version: str
    states: tuple[State, ...]
    counties: tuple[County, ...]
    cast: dict[int, Person]
    bookings: tuple[Booking, ...]
    broken: tuple[Broken, ...]
    unreachable: tuple[Unreachable, ...]
    subject_access: SubjectAccess

    def instant(self, text: str) -> datetime:
        """A local date or time of the script as an instant; a bare date is noon."""
        return datetime.fromisoformat(f"{text if ' ' in text else f'{text} 12:00'}{self.zone}")

    def county(self, ori: str) -> County:
        return next(c for c in self.counties if c.ori == ori)


@dataclass(frozen=True)
class Happening:
    """One thing recorded after a booking: `words` without its date."""

    at: datetime
    booking: int  # index into Plan.bookings
    kind: str  # review, outcome, disposition, correction
    words: tuple[str, ...]


def load(name: str) -> Plan:
    """Read a shipped programme.

    Raises
    ------
    CallerError  no such programme, or its file has a mistake (with where and what was expected)
    """
    path = PRESETS / f"{name}.yaml"
    known = sorted(p.stem for p in PRESETS.glob("*.yaml"))
    if name not in known:
        raise CallerError("no such programme", expected=", ".join(known), found=f"`{name}`")
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Plan, strict=True)
    except msgspec.ValidationError as error:
        raise CallerError(
            "the programme has a mistake", where=path.name, found=str(error)
        ) from error


def happenings(plan: Plan) -> Iterator[Happening]:
    """Everything that follows the bookings, in the order of the script."""
    for index, booking in enumerate(plan.bookings):
        for line in booking.then:
            kind, day, *words = line.split()
            yield Happening(plan.instant(day), index, kind, tuple(words))
