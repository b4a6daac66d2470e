"""Charges and convictions -> offence level under the rules of 2008, 2010 or 2014.

    2008  a list of kinds of crime; being charged is enough
    2010  by punishment (memorandum of 30 June 2010): convictions only
    2014  by priority (memorandum of 20 November 2014): convictions only
    `non-criminal` from 2010 on means no conviction, whatever the charge

`offenses.csv` is our own arrangement of NCIC offence codes into classes. No official table from
NCIC code to level was found, and a code cannot say how a state punishes the act: docs/spec/
agreement.md lists what follows from that. A code outside the table has no class: unknown.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pkgutil import get_data

from comity.agreement.terms import LEVEL_VERSIONS
from comity.errors import CallerError

# Memorandum of 30 June 2010: two felonies make level 1, three lesser crimes level 2.
# Memorandum of 20 November 2014: three misdemeanours, minor traffic apart, make priority 2.
FELONIES_FOR_LEVEL_1 = 2
MISDEMEANOURS_FOR_LEVEL_2 = 3


@dataclass(frozen=True)
class Offense:
    """One range of NCIC codes, both ends included.

    kind         felony, misdemeanour or minor_traffic
    list_2008    on the 2008 list of level 1 crimes
    aggravated   an aggravated felony by its kind alone, 8 USC 1101(a)(43)
    significant  a significant misdemeanour of 2014
    """

    first: str
    last: str
    kind: str
    list_2008: bool
    aggravated: bool
    significant: bool


@lru_cache(maxsize=1)
def table() -> tuple[Offense, ...]:
    """The ranges of offenses.csv, in order and without overlap."""
    # The table is part of the code, and is loaded as code is, not as a file of the user's.
    text = (get_data("comity.agreement", "offenses.csv") or b"").decode("utf-8")
    return tuple(
        Offense(
            row["first"], row["last"], row["class"],
            row["list_2008"] == "yes", row["aggravated"] == "yes", row["significant"] == "yes",
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def offense(ncic: str | None) -> Offense | None:
    """The class of an NCIC code; None where the code is missing or has no class here."""
    if ncic is None:
        return None
    ranges = table()
    index = bisect_right(ranges, ncic, key=lambda o: o.first) - 1
    if index < 0 or len(ncic) != 4 or not ncic.isdigit() or ncic > ranges[index].last:
        return None
    return ranges[index]


def level_of(
    charges: Sequence[str | None], convictions: Sequence[str | None] | None, version: str
) -> str | None:
    """The offence level of a case, or None where it cannot be told.

    charges      NCIC code of each charge, None where the charge has no code
    convictions  NCIC code of each conviction on record; an empty list is a record without one;
                 None is a disposition nobody knows
    version      "2008", "2010" or "2014"

    A code that is unknown leaves the level unknown unless the known ones already make it "1".
    """
    if version == "2008":
        if not charges and convictions is None:
            return None
        return _level_2008([*charges, *(convictions or ())])
    if version not in LEVEL_VERSIONS:
        raise CallerError(
            "no such level version", expected=f"one of {LEVEL_VERSIONS}", found=f"`{version}`"
        )
    if convictions is None:
        return None
    if not convictions:
        return "non-criminal"
    return _level_2010(convictions) if version == "2010" else _level_2014(convictions)


def minor_traffic_only(charges: Sequence[str | None]) -> bool | None:
    """Whether every charge is a minor traffic offence; None where one that is not known decides.

    No charge at all is unknown: a booking without charges is a record with something missing.
    """
    found = [offense(code) for code in charges]
    if any(o is not None and o.kind != "minor_traffic" for o in found):
        return False
    return None if None in found or not found else True


def _level_2008(codes: Sequence[str | None]) -> str | None:
    found = [offense(code) for code in codes]
    known = [o for o in found if o is not None]
    if any(o.list_2008 for o in known):
        return "1"
    if len(known) < len(found):
        return None
    if not known:
        return "non-criminal"
    return "2" if any(o.kind == "felony" for o in known) else "3"


def _level_2010(codes: Sequence[str | None]) -> str | None:
    found = [offense(code) for code in codes]
    known = [o for o in found if o is not None]
    felonies = sum(o.kind == "felony" for o in known)
    if any(o.aggravated for o in known) or felonies >= FELONIES_FOR_LEVEL_1:
        return "1"
    if len(known) < len(found):
        return None
    return "2" if felonies or len(known) >= MISDEMEANOURS_FOR_LEVEL_2 else "3"


def _level_2014(codes: Sequence[str | None]) -> str | None:
    found = [offense(code) for code in codes]
    known = [o for o in found if o is not None]
    if any(o.kind == "felony" for o in known):
        return "1"
    if len(known) < len(found):
        return None
    misdemeanours = sum(o.kind == "misdemeanour" for o in known)
    if misdemeanours >= MISDEMEANOURS_FOR_LEVEL_2 or any(o.significant for o in known):
        return "2"
    # Convicted, but of nothing the memorandum makes a priority.
    return "3"
