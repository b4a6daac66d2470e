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
    record_type, number, item
               the parts of the tag; `item` 0 for the whole field
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
    record_type: int
    number: int
    item: int
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
    def binds(self) -> frozenset[str]:
        """The types of transaction that may hold it."""
        return self.mandatory | self.optional

    @property
    def condition(self) -> tuple[bool, int] | None:
        """(True, 999) where it is mandatory with field 999, (False, 18) where without field 18."""
        word, _, tag = self.when.partition(" ")
        if word not in ("with", "without") or not tag.startswith(f"{self.record_type}."):
            return None
        return word == "with", int(tag.partition(".")[2])

    @property
    def size_told(self) -> str:
        """`3 to 30 characters`."""
        if self.most >= UNLIMITED:
            return f"{self.least} or more characters"
        if self.least == self.most:
            return "1 character" if self.most == 1 else f"{self.least} characters"
        return f"{self.least} to {self.most} characters"

    @property
    def codes_told(self) -> list[str]:
        """Its codes: numbers by their value, letters by the alphabet."""
        return sorted(self.codes, key=lambda one: (int(one) if one.isdecimal() else 0, one))

    def admits(self, text: str) -> bool:
        """Are all characters of the field's class?"""
        return self.chars == "B" or _pattern(self.chars, self.special).fullmatch(text) is not None

    def sound(self, value: bytes) -> bool:
        """Is it plainly right: class, length and code? False where a closer look is needed."""
        if self.codes:
            return value.decode("latin-1") in self.codes and bool(self.least)
        whole = _whole(self.chars, self.special, self.least, self.most)
        return whole.fullmatch(value) is not None and not value.isspace()

    def has_code(self, text: str) -> bool:
        """Is it one of the codes, or are none listed? `01` is the number 1 where both fit."""
        if not self.codes or text in self.codes:
            return True
        return self.chars == "N" and text.isdecimal() and str(int(text)) in self.codes


@lru_cache(maxsize=64)
def _pattern(chars: str, special: str) -> re.Pattern[str]:
    return re.compile(f"[{_CLASSES[chars]}{re.escape(special)}]*")


@lru_cache(maxsize=1024)
def _whole(chars: str, special: str, least: int, most: int) -> re.Pattern[bytes]:
    """ASCII values of the class and length; a date must be looked at elsewhere, so passes."""
    if chars in ("B", "DATE"):
        return re.compile(rb".+", re.DOTALL)
    inside = "\\t\\r\\n -~" if chars == "U" else _CLASSES[chars] + re.escape(special)
    upper = "" if most >= UNLIMITED else str(most)
    return re.compile(f"[{inside}]{{{least},{upper}}}".encode("ascii"))
