"""What each field is and what a profile asks of it; all of it from `fields.csv`.

The table holds what the programme's transactions need, stated in our own words from
ANSI/NIST-ITL 1-2007 and 1-2011 (base) and from EBTS 9.1, appendices B, C and D (the rest).
Columns: `min`, `max` characters (`*` no limit) and `occurs` subfields at most; `chars` the
character class; `special` what that class lets in besides; `mandatory` and `optional` the
profiles: `base`, or types of transaction. A tag with two rows has one for `base` and one that
replaces it for the types named.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

BASE = "base"
PROFILE_TOTS = frozenset({"CAR", "CNA", "CPDR", "CPNU", "SRE", "ERRT"})
UNLIMITED = 1 << 30

# What each class lets through, as the inside of a bracket expression.
_CLASSES = {
    "N": "0-9",
    "DATE": "0-9",
    "NS": "0-9",
    "A": "A-Za-z",
    "AS": "A-Za-z",
    "AN": "A-Za-z0-9",
    "ANS": " -~",
    "ANST": " -~\t\r\n",
}
CLASS_NAMES = {
    "N": "digits",
    "DATE": "a date CCYYMMDD",
    "NS": "digits and a point",
    "A": "letters",
    "AS": "letters, hyphen, comma, space",
    "AN": "letters and digits",
    "ANS": "printable ASCII",
    "ANST": "printable ASCII, tab and line ends",
    "B": "bytes",
}


@dataclass(frozen=True)
class Rule:
    """One row: what one field is, and what the profiles named ask of it."""

    tag: str
    mnemonic: str
    name: str
    least: int
    most: int
    occurs: int
    chars: str
    special: str
    codes: frozenset[str]
    mandatory: frozenset[str]
    optional: frozenset[str]

    @property
    def record_type(self) -> int:
        return int(self.tag.split(".")[0])

    @property
    def number(self) -> int:
        return int(self.tag.split(".")[1])

    @property
    def item(self) -> int:
        """1-based place within a subfield; 0 for the whole field."""
        parts = self.tag.split(".")
        return int(parts[2]) if len(parts) == 3 else 0

    def admits(self, text: str) -> bool:
        """Are all characters of the field's class?"""
        return self.chars == "B" or _pattern(self.chars, self.special).fullmatch(text) is not None


@lru_cache(maxsize=64)
def _pattern(chars: str, special: str) -> re.Pattern[str]:
    return re.compile(f"[{_CLASSES[chars]}{re.escape(special)}]*")


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The whole table, in the order of the file."""
    text = files("comity.wire").joinpath("fields.csv").read_text(encoding="utf-8")
    return tuple(_rule(row) for row in csv.DictReader(text.splitlines()))


def _rule(row: dict[str, str]) -> Rule:
    return Rule(
        tag=row["tag"],
        mnemonic=row["mnemonic"],
        name=row["name"],
        least=int(row["min"] or 0),
        most=_limit(row["max"]),
        occurs=_limit(row["occurs"]),
        chars=row["chars"],
        special=row["special"],
        codes=frozenset(row["codes"].split()),
        mandatory=frozenset(row["mandatory"].split()),
        optional=frozenset(row["optional"].split()),
    )


def _limit(cell: str) -> int:
    return UNLIMITED if cell in ("", "*") else int(cell)


@lru_cache(maxsize=16)
def profile(tot: str) -> dict[str, Rule]:
    """Tag -> the rule that binds in a transaction of this type; base rules for other types."""
    chosen: dict[str, Rule] = {}
    for rule in rules():
        where = rule.mandatory | rule.optional
        if tot in where or (BASE in where and rule.tag not in chosen):
            chosen[rule.tag] = rule
    return chosen


@lru_cache(maxsize=256)
def fields_of(tot: str, record_type: int) -> tuple[Rule, ...]:
    """The rules of that profile about whole fields of one record type."""
    return tuple(r for r in profile(tot).values() if r.record_type == record_type and not r.item)


@lru_cache(maxsize=512)
def items_of(tot: str, tag: str) -> tuple[Rule, ...]:
    """The rules of that profile about the items of one field, in their order."""
    found: list[Rule] = []
    while (rule := profile(tot).get(f"{tag}.{len(found) + 1}")) is not None:
        found.append(rule)
    return tuple(found)


@lru_cache(maxsize=1)
def _by_tag() -> dict[str, Rule]:
    return {rule.tag: rule for rule in reversed(rules())}


def known(tag: str) -> Rule | None:
    """The first row about a tag such as `2.022` or `2.047.1`."""
    return _by_tag().get(tag)


def mnemonic(record_type: int, number: int) -> str:
    """`DOB` for 2, 22; LEN and IDC in every type; empty where the table does not know."""
    rule = known(f"{record_type}.{number:03d}")
    if rule is not None:
        return rule.mnemonic
    return {1: "LEN", 2: "IDC"}.get(number, "")


def tags_by_mnemonic(record_type: int) -> dict[str, str]:
    """Mnemonic -> tag of the fields of one record type, without their items."""
    return {r.mnemonic: r.tag for r in rules() if r.record_type == record_type and r.item == 0}
