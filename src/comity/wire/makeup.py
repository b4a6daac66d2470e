"""The types of transaction that each edition of EBTS knows, and which records they are made of."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

TABLES = "tables"
MANY = 1 << 30


@dataclass(frozen=True, slots=True)
class Share:
    """How many records of some types together: `4+14=1..14`."""

    types: tuple[int, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of transaction.

    group  which types are spoken of together in the tables: criminal, civil, answer, ...
    shares the records it is made of beside the one of type 1; empty where we do not know
    """

    tot: str
    name: str
    group: str
    shares: tuple[Share, ...]
    source: str


@lru_cache(maxsize=8)
def kinds(name: str) -> dict[str, Kind]:
    """Type of transaction -> what it is, in the order of the table; none in the standard."""
    path = files("comity.wire").joinpath(TABLES, name, "transactions.csv")
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {row["tot"]: _kind(row) for row in csv.DictReader(lines)}


@lru_cache(maxsize=512)
def expanded(name: str, cell: str) -> frozenset[str]:
    """The types of transaction that a cell such as `@criminal TPIS` or `*` stands for."""
    found: set[str] = set()
    for word in cell.split():
        if word == "*":
            found.update(kinds(name))
        elif word.startswith("@"):
            found.update(one.tot for one in kinds(name).values() if one.group == word[1:])
        else:
            found.add(word)
    return frozenset(found)


def _kind(row: dict[str, str]) -> Kind:
    shares = tuple(_share(word) for word in row["records"].split())
    return Kind(row["tot"], row["name"], row["group"], shares, row["source"])


def _share(word: str) -> Share:
    types, _, count = word.partition("=")
    least, _, most = count.partition("..")
    return Share(
        tuple(int(one) for one in types.split("+")),
        int(least),
        MANY if most == "*" else int(most or least),
    )
