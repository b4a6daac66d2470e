"""A synthetic population of cases, drawn by stated shares: facts only, no people behind them.

    fact,value,share,source
    stage,arrest,0.5,ours: ...

Facts are drawn apart from each other, so that what belongs together in life (a juvenile and a
minor offence, say) does not here. It shows what a clause does to many cases; it predicts nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from comity.agreement.columns import FACT_NAMES, LEVEL_CODES, STAGE_CODES, Columns, of_arrays
from comity.errors import CallerError
from comity.programme.plan import PRESETS

SHARES = PRESETS / "shares.csv"
SUM_TOLERANCE = 1e-6
_TRUTHS: Mapping[str, int] = {"unknown": 0, "no": 1, "yes": 2}
_UNKNOWN = {"unknown": 0}


@dataclass(frozen=True)
class Share:
    """How often a fact has a value: `code` of agreement.columns, share 0..1."""

    fact: str
    code: int
    share: float
    source: str


def read_shares(path: Path = SHARES) -> tuple[Share, ...]:
    """The shares of a CSV file with the columns fact, value, share and source.

    Raises CallerError, by row, for an unknown fact or value, a share that is none, and facts
    whose shares do not add up to 1.
    """
    try:
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CallerError("shares that cannot be read", where=str(path), found=str(error)) from None
    found = tuple(_share(row, f"{path}, row {number}") for number, row in enumerate(rows, start=2))
    for fact in dict.fromkeys(one.fact for one in found):
        total = sum(one.share for one in found if one.fact == fact)
        if abs(total - 1) > SUM_TOLERANCE:
            raise CallerError(
                "the shares of a fact do not add up",
                where=f"{path}, `{fact}`",
                expected="1",
                found=f"{total:g}",
            )
    return found


def _share(row: Mapping[str, str | None], place: str) -> Share:
    fact, value, share = (row.get(name) or "" for name in ("fact", "value", "share"))
    if fact not in FACT_NAMES:
        raise CallerError(
            "no such fact", where=place, expected=", ".join(FACT_NAMES), found=f"`{fact}`"
        )
    codes = _codes(fact)
    if value not in codes:
        raise CallerError(
            "no such value of this fact", where=place, expected=", ".join(codes), found=f"`{value}`"
        )
    try:
        number = float(share)
    except ValueError:
        number = float("nan")
    if not 0 <= number <= 1:
        raise CallerError(
            "not a share", where=place, expected="a number from 0 to 1", found=f"`{share}`"
        )
    return Share(fact, codes[value], number, row.get("source") or "")


def _codes(fact: str) -> Mapping[str, int]:
    if fact == "stage":
        return _UNKNOWN | {name: code for name, code in STAGE_CODES.items() if name}
    if fact.startswith("level."):
        return _UNKNOWN | {name: code for name, code in LEVEL_CODES.items() if name}
    return _TRUTHS


def cases(shares: Sequence[Share], places: tuple[str, ...], count: int, seed: int) -> Columns:
    """`count` cases, spread evenly over the places; a fact without shares is unknown in all.

    The same shares, places, count and seed give the same cases on every machine.
    """
    facts = {}
    for name, drawn in _by_fact(shares):
        # A stream a fact, so that a fact added to the file leaves the others as they were.
        key = [seed, FACT_NAMES.index(name)]
        number = np.random.Generator(np.random.Philox(key=key)).random(count)
        edges = np.cumsum([one.share for one in drawn])[:-1]
        codes = np.array([one.code for one in drawn], dtype=np.uint8)
        facts[name] = codes[np.searchsorted(edges, number, side="right")]
    where = (np.arange(count) % len(places)).astype(np.int32)
    return of_arrays(places, where, facts)


def _by_fact(shares: Sequence[Share]) -> Iterator[tuple[str, list[Share]]]:
    for name in dict.fromkeys(one.fact for one in shares):
        yield name, [one for one in shares if one.fact == name]
