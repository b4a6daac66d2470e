"""Every case that some agreements can tell apart: all their facts' values, at all their places.

A set of agreements asks about few facts, and each has two to five values, so that what an
agreement does can be shown over all cases instead of over examples.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from comity.agreement.columns import FACT_INDEX, FACT_NAMES, NO, STAGE, YES, Columns
from comity.agreement.terms import Agreement
from comity.errors import CallerError
from comity.records import LEVELS

CASES_MAX = 5_000_000
CRIMINAL = FACT_INDEX["criminal"]
# An ORI has nine characters; the rest of a beginning such as `XN*` may be any of these.
ORI_CHARS, FILLERS = 9, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def asked_facts(agreements: Iterable[Agreement]) -> tuple[str, ...]:
    """The facts that any clause looks at, besides the stage, in the order of FACT_NAMES."""
    asked: set[str] = set()
    for agreement in agreements:
        if set(agreement.levels.permit) != set(LEVELS):
            asked.add(f"level.{agreement.levels.version}")
        asked |= {exclusion.fact for exclusion in agreement.exclusions}
    return tuple(name for name in FACT_NAMES if name in asked)


def places(agreements: Iterable[Agreement]) -> tuple[str, ...]:
    """One ORI for each ORI or beginning of ORIs that any scope names, sorted.

    That of a beginning falls under no narrower scope, where some such ORI can be found, so that
    places which only the wider scope covers are not passed over.
    """
    named = {ori for agreement in agreements for ori in agreement.jurisdictions}
    return tuple(sorted({_place(ori, named) for ori in named}))


def _place(ori: str, named: set[str]) -> str:
    if not ori.endswith("*"):
        return ori
    beginning = ori.removesuffix("*")
    narrower = tuple(
        other.rstrip("*") for other in named if len(other.rstrip("*")) > len(beginning)
    )
    tried = [beginning.ljust(ORI_CHARS, filler) for filler in FILLERS]
    return next((place for place in tried if not place.startswith(narrower)), tried[0])


def every_case(agreements: Iterable[Agreement]) -> Columns:
    """Each place with each value of each fact that is asked; what is not asked is no.

    Every case is a criminal submission, at a known stage or an unknown one.
    Raises CallerError for more than 5,000,000 cases.
    """
    some = tuple(agreements)
    facts, where = asked_facts(some), places(some)
    values = [range(4), *(range(5 if name.startswith("level.") else 3) for name in facts)]
    sizes = [len(where), *(len(each) for each in values)]
    count = int(np.prod(sizes, dtype=np.int64))
    if count > CASES_MAX:
        raise CallerError(
            "these agreements can tell too many cases apart to go through all",
            expected=f"at most {CASES_MAX}",
            found=str(count),
            next_step="compare fewer files at a time, or cases of a recorded history",
        )
    index = np.indices(sizes, dtype=np.int32).reshape(len(sizes), -1)
    codes = np.full((len(FACT_NAMES), count), NO, dtype=np.uint8)
    codes[CRIMINAL] = YES
    codes[STAGE] = index[1]
    for row, name in enumerate(facts, start=2):
        codes[FACT_INDEX[name]] = index[row]
    return Columns(codes, where, np.ascontiguousarray(index[0]))
