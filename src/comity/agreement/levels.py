"""Charges and convictions -> offence level under the rules of 2008, 2010 or 2014.

    2008  a list of kinds of crime; being charged is enough
    2010  by punishment (memorandum of 30 June 2010): convictions only
    2014  by priority (memorandum of 20 November 2014): convictions only
    `non-criminal` from 2010 on means no conviction, whatever the charge

Both tables are data with their sources. `offenses.csv` is our own arrangement of NCIC offence
codes into classes: no official table from NCIC code to level was found, and a code cannot say
how a state punishes the act (docs/spec/agreement.md lists what follows from that). A code
outside the table, or of class `none`, is unknown. `level_rules.csv` has the rules of each
version in the order in which they are tried.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pkgutil import get_data

from comity.agreement.terms import LEVEL_VERSIONS
from comity.errors import CallerError

NON_CRIMINAL = "non-criminal"
MARKS = ("list_2008", "aggravated", "significant")
# What became of a charge. `unknown` is a value of its own: never an acquittal, nor a conviction.
DISPOSITIONS = ("pending", "convicted", "acquitted", "dismissed", "unknown")


@dataclass(frozen=True)
class Offense:
    """One range of NCIC codes, both ends included.

    kind         felony, misdemeanour or minor_traffic; `none` where `series` says why
    list_2008    on the 2008 list of level 1 crimes
    aggravated   an aggravated felony by its kind alone, 8 USC 1101(a)(43)
    significant  a significant misdemeanour of 2014
    source       of the marks; the kind is ours in every row
    """

    first: str
    last: str
    kind: str
    list_2008: bool
    aggravated: bool
    significant: bool
    series: str
    source: str

    def has(self, mark: str) -> bool:
        """Whether a rule that counts this mark counts this offence."""
        return mark in ("any", self.kind) or (mark in MARKS and bool(getattr(self, mark)))


@dataclass(frozen=True)
class Rule:
    """`at_least` offences with a mark, among what is counted, make a level."""

    version: str
    counts: str  # charged: charges and convictions; convicted: convictions only
    mark: str
    at_least: int
    level: str
    source: str


@lru_cache(maxsize=1)
def table() -> tuple[Offense, ...]:
    """The ranges of offenses.csv, in order and without overlap."""
    return tuple(
        Offense(
            row["first"], row["last"], row["class"],
            row["list_2008"] == "yes", row["aggravated"] == "yes", row["significant"] == "yes",
            row["series"], row["source"],
        )
        for row in _rows("offenses.csv")
    )  # fmt: skip


@lru_cache(maxsize=len(LEVEL_VERSIONS))
def rules(version: str) -> tuple[Rule, ...]:
    """The rules of one version in the order in which they are tried.

    Raises CallerError for a version nobody wrote.
    """
    if version not in LEVEL_VERSIONS:
        raise CallerError(
            "no such level version", expected=f"one of {LEVEL_VERSIONS}", found=f"`{version}`"
        )
    return tuple(
        Rule(version, row["counts"], row["mark"], int(row["at_least"]), row["level"], row["source"])
        for row in _rows("level_rules.csv")
        if row["version"] == version
    )


def offense(ncic: str | None) -> Offense | None:
    """The class of an NCIC code; None where the code is missing or has no class here."""
    found = _row_of(ncic)
    return None if found is None or found.kind == "none" else found


def why_no_class(ncic: str) -> str | None:
    """The stated reason why a code of the table has no class; None for every other code."""
    found = _row_of(ncic)
    return found.series if found is not None and found.kind == "none" else None


def level_of(
    charges: Sequence[str | None],
    convictions: Sequence[str | None] | None,
    version: str,
    *,
    unsettled: Sequence[str | None] = (),
) -> str | None:
    """The offence level of a case, or None where it cannot be told.

    charges      NCIC code of each charge, None where the charge has no code
    convictions  NCIC code of each conviction on record; an empty list is a record without one;
                 None is a record nobody knows
    version      "2008", "2010" or "2014"
    unsettled    codes of charges whose disposition nobody knows: the level is told only where
                 it is the same whether or not they became convictions

    A code that is unknown leaves the level unknown unless the known ones already make it "1".
    """
    tried = rules(version)
    if tried[0].counts == "charged":
        if not charges and convictions is None:
            return None
        return _level([*charges, *(convictions or ()), *unsettled], tried)
    if convictions is None:
        return None
    # More convictions never make a level less grave, so what lies between these two is equal
    # where they are.
    level = _level(convictions, tried)
    return level if not unsettled or _level([*convictions, *unsettled], tried) == level else None


def levels_of(charged: Iterable[tuple[str | None, str]]) -> dict[str, str | None]:
    """The level under every version of charges with their dispositions.

    charged  (NCIC code or None, one of DISPOSITIONS) for each charge
    Raises   CallerError for another disposition
    """
    charged = tuple(charged)
    for _, disposition in charged:
        if disposition not in DISPOSITIONS:
            raise CallerError(
                "no such disposition",
                expected=f"one of {', '.join(DISPOSITIONS)}",
                found=f"`{disposition}`",
            )
    return {
        version: level_of(
            [code for code, _ in charged],
            [code for code, disposition in charged if disposition == "convicted"],
            version,
            unsettled=[code for code, disposition in charged if disposition == "unknown"],
        )
        for version in LEVEL_VERSIONS
    }


def minor_traffic_only(charges: Sequence[str | None]) -> bool | None:
    """Whether every charge is a minor traffic offence; None where one that is not known decides.

    No charge at all is unknown: a booking without charges is a record with something missing.
    """
    found = [offense(code) for code in charges]
    if any(o is not None and o.kind != "minor_traffic" for o in found):
        return False
    return None if None in found or not found else True


def _level(codes: Sequence[str | None], tried: Iterable[Rule]) -> str | None:
    found = [offense(code) for code in codes]
    known = [o for o in found if o is not None]
    level = next(
        (rule.level for rule in tried if sum(o.has(rule.mark) for o in known) >= rule.at_least),
        NON_CRIMINAL,
    )
    # What is not known could be of the gravest kind: only "1" stands whatever it is.
    return level if level == "1" or len(known) == len(found) else None


def _row_of(ncic: str | None) -> Offense | None:
    if ncic is None:
        return None
    ranges = table()
    index = bisect_right(ranges, ncic, key=lambda o: o.first) - 1
    if index < 0 or len(ncic) != 4 or not ncic.isdigit() or ncic > ranges[index].last:
        return None
    return ranges[index]


def _rows(name: str) -> Iterable[dict[str, str]]:
    # The tables are part of the code, and are loaded as code is, not as files of the user's.
    text = (get_data("comity.agreement", name) or b"").decode("utf-8")
    return csv.DictReader(text.splitlines())
