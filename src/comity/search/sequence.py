"""Fingers out of their order: hands swapped, sequences reversed, single fingers exchanged.

A card whose hands were swapped finds nobody, and nobody notices. So a probe is read in several
ways at once, and of a candidate that was found the fingers that disagree are tried against
the candidate's other fingers. Both are reported; neither changes what the submission says.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from comity.records import FINGERS

AS_STATED = "as stated"
# What each stated finger 1..10 is taken for (ANSI/NIST-ITL 1-2011 table 8).
READINGS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        AS_STATED: tuple(FINGERS),
        "hands swapped": (6, 7, 8, 9, 10, 1, 2, 3, 4, 5),
        "each hand reversed": (5, 4, 3, 2, 1, 10, 9, 8, 7, 6),
        "hands swapped and reversed": (10, 9, 8, 7, 6, 5, 4, 3, 2, 1),
    }
)
# Weighted Bonferroni: errors of all readings together stay at the operating point, and the
# stated one pays a tenth of it.
WEIGHT_AS_STATED = 0.9


def weight(reading: str, count: int) -> float:
    """The share of the operating point that one of `count` readings may use."""
    if count == 1:
        return 1.0
    return WEIGHT_AS_STATED if reading == AS_STATED else (1 - WEIGHT_AS_STATED) / (count - 1)


def applicable(fingers: frozenset[int], enrolled: frozenset[int]) -> dict[str, tuple[int, ...]]:
    """The readings under which the probe has a finger that the gallery can hold.

    One finger alone has one reading: it says too little to guess at more.
    """
    if len(fingers) == 1:
        return {AS_STATED: READINGS[AS_STATED]}
    return {
        name: order
        for name, order in READINGS.items()
        if name == AS_STATED or len({order[f - 1] for f in fingers} & enrolled) > 1
    }


def moved(order: tuple[int, ...], fingers: frozenset[int]) -> tuple[tuple[int, int], ...]:
    """(stated, enrolled) of the fingers that an order takes for another."""
    return tuple((f, order[f - 1]) for f in sorted(fingers) if order[f - 1] != f)


def exchanged(
    known: Mapping[int, int], found: Mapping[tuple[int, int], float]
) -> tuple[tuple[int, int], ...]:
    """The moved fingers `known` (stated to enrolled), and those that were found to be another.

    found  log-likelihood ratio of (stated, enrolled); best first, none is used twice
    """
    every, taken, asked = dict(known), set[int](), set[int]()
    for (stated, other), _ in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if other not in taken and stated not in asked:
            every[stated] = other
            taken.add(other)
            asked.add(stated)
    return tuple((f, every[f]) for f in sorted(every) if every[f] != f)
