"""Synthetic people: plainly made-up names, and why two repositories know them.

Every draw is keyed by seed and person (image/draws.py), so that adding a person leaves everybody
else as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from comity.image.draws import stream
from comity.programme.plan import Plan
from comity.records import Encounter, Reason

SYLLABLES = tuple(c + v for c in "BDFGKLMNPRSTVZ" for v in "AEIOU")
BIOGRAPHY = 900  # purpose of the streams drawn here; prints use small numbers
FAMILY = "SPECIMEN"  # nobody's family name, so that no synthetic record can pass for a real one

# Shares of the background population in each repository, and of each reason among the known. The
# real repository's mix was never published by reason; these only have to show every reason.
CRIMINAL_SHARE, IMMIGRATION_SHARE = 0.55, 0.60
REASON_SHARES: dict[Reason, float] = {
    "visa": 0.42,
    "border": 0.22,
    "benefit": 0.20,
    "naturalisation": 0.09,
    "background_check": 0.07,
}
OFFENSES = ("2399", "3599", "5404", "1399", "2299", "2699", "5499", "1299")


@dataclass(frozen=True)
class Someone:
    """One synthetic person. `number` keys their prints; `cast` is their part in the script or 0."""

    number: int
    cast: int
    name: str
    born: date
    sex: str
    convicted: tuple[str, ...] | None  # None: the criminal repository does not know them
    encounters: tuple[Encounter, ...]  # () : the immigration repository does not know them
    citizen: bool | None

    @property
    def alien_number(self) -> str:
        """Their number in the immigration repository."""
        return f"I{self.number:08d}"

    @property
    def criminal_number(self) -> str:
        """Their number in the criminal repository."""
        return f"C{self.number:08d}"


def people(plan: Plan, seed: int, count: int) -> list[Someone]:
    """The script's cast first, then a background population, `count` in all."""
    cast = [_from_script(plan, seed, number) for number in plan.cast]
    return cast + [_background(seed, number) for number in range(len(cast) + 1, count + 1)]


def _from_script(plan: Plan, seed: int, number: int) -> Someone:
    said = plan.cast[number]
    rng = stream(seed, number, purpose=BIOGRAPHY)
    name, born, sex = _name(rng), _born(rng), _sex(rng)
    encounters = tuple(
        Encounter(f"I{number:08d}", line.split()[0], date.fromisoformat(line.split()[1]))  # type: ignore[arg-type]
        for line in said.held
    )
    return Someone(
        number=number,
        cast=number,
        name=name,
        born=said.born or born,
        sex=sex,
        convicted=said.convicted or None,
        encounters=encounters,
        citizen=said.citizen,
    )


def _background(seed: int, number: int) -> Someone:
    rng = stream(seed, number, purpose=BIOGRAPHY)
    name, born, sex = _name(rng), _born(rng), _sex(rng)
    convicted: tuple[str, ...] | None = None
    encounters: tuple[Encounter, ...] = ()
    citizen: bool | None = None
    if rng.random() < CRIMINAL_SHARE:
        convicted = tuple(rng.choice(OFFENSES, rng.integers(0, 3)).tolist())
    if rng.random() < IMMIGRATION_SHARE:
        reason: Reason = rng.choice(list(REASON_SHARES), p=list(REASON_SHARES.values())).item()
        encounters = (Encounter(f"I{number:08d}", reason, _day(rng, 1998, 2010)),)
        citizen = True if reason == "naturalisation" else bool(rng.random() < 0.1) or None
    return Someone(number, 0, name, born, sex, convicted, encounters, citizen)


def _name(rng: np.random.Generator) -> str:
    return f"{FAMILY},{''.join(rng.choice(SYLLABLES, 3))} {''.join(rng.choice(SYLLABLES, 2))}"


def _born(rng: np.random.Generator) -> date:
    return _day(rng, 1950, 1991)


def _sex(rng: np.random.Generator) -> str:
    return "M" if rng.random() < 0.75 else "F"  # about the share of men among arrests


def _day(rng: np.random.Generator, first: int, last: int) -> date:
    start = date(first, 1, 1)
    return start + timedelta(days=int(rng.integers(0, (date(last + 1, 1, 1) - start).days)))
