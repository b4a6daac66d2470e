"""One row of the tables: what a field or an item is, and what is asked of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

BASE = "base"  # stands in `mandatory` and `optional` for every type of transaction
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
    "U": "\t\r\n -\U0010ffff",
    "GMT": "0-9Z",
}
CLASS_NAMES = {
    "N": "digits",
    "DATE": "a date CCYYMMDD",
    "GMT": "date and time CCYYMMDDhhmmssZ",
    "NS": "digits and a point",
    "A": "letters",
    "AS": "letters, hyphen, comma, space",
    "AN": "letters and digits",
    "ANS": "printable ASCII",
    "ANST": "printable ASCII, tab and line ends",
    "U": "any letters, tab and line ends",
    "B": "bytes",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row.

    tag        `2.047`, or `2.047.1` for the first item of each of its values
    least..most characters; of a field with items, with the separators between them
    occurs     values (subfields) at most
    special    characters let in beside those of the class
    codes      the values allowed; empty where they are not listed
    mandatory, optional
               types of transaction whose rule this is, or `base`; of an item, whether it must
               stand in each value of its field. In neither: the field is named, nothing is asked
    when       what makes a field mandatory: `with 14.999`, `without 14.018`, else in words
    source     document, clause and table
    older      mnemonics of other editions
    open       the values may hold more items than are listed
    """

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
    when: str
    source: str
    older: frozenset[str]
    open: bool

    @property
    def record_type(self) -> int:
        return int(self.tag.split(".", 1)[0])

    @property
    def number(self) -> int:
        return int(self.tag.split(".", 2)[1])

    @property
    def item(self) -> int:
        """1-based place within a value; 0 for the whole field."""
        parts = self.tag.split(".")
        return int(parts[2]) if len(parts) == 3 else 0

    @property
    def binds(self) -> frozenset[str]:
        """The types of transaction that may hold it."""
        return self.mandatory | self.optional

    def admits(self, text: str) -> bool:
        """Are all characters of the field's class?"""
        return self.chars == "B" or _pattern(self.chars, self.special).fullmatch(text) is not None

    def has_code(self, text: str) -> bool:
        """Is it one of the codes, or are none listed? `01` is the number 1 where both fit."""
        if not self.codes or text in self.codes:
            return True
        return self.chars == "N" and text.isdecimal() and str(int(text)) in self.codes


@lru_cache(maxsize=64)
def _pattern(chars: str, special: str) -> re.Pattern[str]:
    return re.compile(f"[{_CLASSES[chars]}{re.escape(special)}]*")
