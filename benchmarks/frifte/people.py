"""Who is enrolled and who is searched: synthetic people by the million, hands of real fingers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

import numpy as np

from benchmarks.fvc import DATABASES, FINGERS, IMPRESSIONS, Impression, load
from comity.errors import CallerError
from comity.minutiae import population
from comity.minutiae.batch import Batch
from comity.records import Template

# The sets of fingers that FRIF TE searches: class A one and two index fingers, class B the
# identification flats of both hands (four fingers each), class C all ten.
FINGERS_OF: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "1": (2,),
        "2": (2, 7),
        "flats": (2, 3, 4, 5, 7, 8, 9, 10),
        "10": tuple(range(1, 11)),
    }
)
# Fitted to FVC2002 DB1, an optical sensor and easy, and DB3, a capacitive one and hard.
CAPTURES: Mapping[str, population.Capture] = MappingProxyType(
    {"easy": population.DB1, "hard": population.DB3}
)
ENROLLED, SEARCHED = 0, 1  # impressions of a synthetic finger
STRANGERS = 1  # added to the seed: people of another seed are nobody's mates


@dataclass(frozen=True)
class Population:
    """The synthetic people of one seed; person n is the same whoever asks. `capture`: CAPTURES."""

    seed: int
    fingers: tuple[int, ...]
    capture: str

    def enrolled(self, persons: range) -> Batch:
        return self._captured(persons, ENROLLED)

    def mated(self, persons: range) -> list[list[Template]]:
        """Another impression of people who may be enrolled, a list of templates each."""
        batch = self._captured(persons, SEARCHED)
        size = len(self.fingers)
        return [
            [batch.template(row) for row in range(n * size, (n + 1) * size)]
            for n in range(len(persons))
        ]

    def non_mated(self, persons: range) -> list[list[Template]]:
        """People who are in no gallery of this seed, captured as mates are."""
        return replace(self, seed=self.seed + STRANGERS).mated(persons)

    def _captured(self, persons: range, impression: int) -> Batch:
        return population.hands(
            self.seed, persons, impression, self.fingers, CAPTURES[self.capture]
        )


def identity(person: int) -> str:
    return f"synthetic-{person}"


# --- hands made of real fingers -----------------------------------------------------------


@dataclass(frozen=True)
class Hand:
    """A person put together from real fingers of one database, or of all (`mixed`).

    fingers  names such as `db1_b/104`, in the order of the positions they are given
    """

    database: str
    fingers: tuple[str, ...]

    @property
    def identity(self) -> str:
        return "real:" + ",".join(self.fingers)


@dataclass(frozen=True)
class Probe:
    """One search with real prints, and whom it should find."""

    hand: Hand
    templates: tuple[Template, ...]


class RealPrints:
    """FVC2002 DB1, DB3 and DB4 set B: 30 fingers with 8 impressions each."""

    def __init__(self, folder: Path, extractor: str, positions: Sequence[int]) -> None:
        if not (folder / DATABASES[0]).is_dir():
            raise CallerError(
                "there are no real prints here",
                where=str(folder),
                expected=f"folders {', '.join(DATABASES)} with prints named 101_1.png and so on",
                next_step="give the folder of FVC2002 set B, or leave `--real` out",
            )
        self._prints: dict[Impression, Template] = load(folder, extractor)
        self.positions = tuple(positions)

    def hands(self) -> list[Hand]:
        """Every finger, every pair of a database, or as many disjoint sets as its fingers give.

        Of eight or ten fingers a database gives one person; a second set, each finger of which
        comes from the next database in turn, gives three more.
        """
        size = len(self.positions)
        found = [
            Hand(database, tuple(f"{database}/{finger}" for finger in fingers))
            for database in DATABASES
            for fingers in (combinations(FINGERS, size) if size <= 2 else [tuple(FINGERS)[:size]])
        ]
        if size > 2:
            found += [
                Hand(
                    "mixed",
                    tuple(
                        f"{DATABASES[(turn + n) % len(DATABASES)]}/{finger}"
                        for n, finger in enumerate(tuple(FINGERS)[:size])
                    ),
                )
                for turn in range(len(DATABASES))
            ]
        return found

    def enrolled(self, hand: Hand) -> tuple[Template, ...]:
        """Each finger's first impression."""
        return self._templates(hand, [1] * len(hand.fingers))

    def probes(self, count: int, rng: np.random.Generator) -> list[Probe]:
        """Searches by other impressions; of many fingers each in an impression drawn for itself."""
        later = tuple(IMPRESSIONS)[1:]
        hands = self.hands()
        if len(self.positions) <= 2:
            every = [(hand, [i] * len(hand.fingers)) for hand in hands for i in later]
            chosen = sorted(rng.permutation(len(every))[:count].tolist())
            drawn = [every[place] for place in chosen]
        else:
            turns = [hands[n % len(hands)] for n in range(count)]
            drawn = [(hand, rng.choice(later, len(hand.fingers)).tolist()) for hand in turns]
        return [Probe(hand, self._templates(hand, numbers)) for hand, numbers in drawn]

    def _templates(self, hand: Hand, impressions: Sequence[int]) -> tuple[Template, ...]:
        found = []
        for position, name, number in zip(self.positions, hand.fingers, impressions, strict=True):
            database, _, finger = name.partition("/")
            found.append(replace(self._prints[database, int(finger), number], finger=position))
        return tuple(found)
