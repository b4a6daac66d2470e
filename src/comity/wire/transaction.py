"""A transaction as its file has it: records, fields, subfields, items; every byte kept.

    file      = record FS record FS ...          binary records (types 3 to 8) carry no FS
    record    = field GS field GS ... field
    field     = tag ":" subfield RS subfield ...
    subfield  = item US item ...

Invariant: joining `Field.encoded` over all fields of all records gives the file back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from comity.records import Finding

FS, GS, RS, US = b"\x1c", b"\x1d", b"\x1e", b"\x1f"

# Subfields and items looked at in one field. Real files stay below 10,000 (minutiae of a palm);
# a field of separators only would cost 100 bytes of memory a byte. What is past stays one item.
ITEMS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Item:
    """The smallest value; `offset` in bytes from the file's start."""

    value: bytes
    offset: int

    @property
    def text(self) -> str:
        return text_of(self.value)


@dataclass(frozen=True, slots=True)
class Field:
    """One field as written.

    number  0 where the bytes carry no readable tag
    label   the tag as written, `1.01` or `1.001`; empty in a binary record
    value   bytes between the tag and the separator
    end     the separator that closed it: GS, FS, or nothing
    offset  of the value, bytes from the file's start
    """

    record_type: int
    number: int
    label: bytes
    value: bytes
    end: bytes
    offset: int

    @property
    def tag(self) -> str:
        return f"{self.record_type}.{self.number:03d}"

    @property
    def binary(self) -> bool:
        """A part of a record with a fixed header: the value is a big-endian number or an image."""
        return not self.label and self.number > 0

    @property
    def encoded(self) -> bytes:
        return self.label + b":" + self.value + self.end if self.label else self.value + self.end

    @property
    def text(self) -> str:
        """The value in characters; of a binary number its decimal digits."""
        if self.binary:
            return str(int.from_bytes(self.value, "big")) if len(self.value) <= 4 else ""
        return text_of(self.value)

    @property
    def subfields(self) -> tuple[tuple[Item, ...], ...]:
        """Subfields of items, split anew at every call; at most ITEMS_MAX of each."""
        if RS not in self.value and US not in self.value:
            return ((Item(self.value, self.offset),),)
        return _split(self.value.split(RS, ITEMS_MAX), self.offset)

    def first_subfields(self, most: int) -> tuple[tuple[Item, ...], ...]:
        """`subfields[:most]`, at the cost of those alone."""
        return _split(self.value.split(RS, most)[:most], self.offset)


def _split(parts: Sequence[bytes], at: int) -> tuple[tuple[Item, ...], ...]:
    """Items of subfields that stand one after the other from byte `at` on."""
    out: list[tuple[Item, ...]] = []
    left = ITEMS_MAX
    for part in parts:
        items = []
        for value in part.split(US, max(left, 0)):
            items.append(Item(value, at))
            at += len(value) + 1
            left -= 1
        out.append(tuple(items))
    return tuple(out)


@dataclass(frozen=True)
class Record:
    """One logical record.

    form  tagged (fields by number), binary (fixed header), raw (bytes we could not place)
    """

    type: int
    form: Literal["tagged", "binary", "raw"]
    fields: tuple[Field, ...]
    offset: int

    @cached_property
    def _numbered(self) -> Mapping[int, Field]:
        found: dict[int, Field] = {}
        for one in self.fields:
            if one.number and one.record_type == self.type:
                found.setdefault(one.number, one)
        return MappingProxyType(found)

    def first(self, number: int) -> Field | None:
        """The first field of that number."""
        return self._numbered.get(number)

    def text(self, number: int) -> str:
        """Its value in characters; empty where it is absent."""
        one = self._numbered.get(number)
        return one.text if one is not None else ""

    def number(self, number: int) -> int | None:
        """Its value as a whole number of at most nine digits, or None."""
        return whole(self.text(number))

    @property
    def idc(self) -> int | None:
        return None if self.type == 1 or self.form == "raw" else self.number(2)

    @property
    def name(self) -> str:
        return f"Type-{self.type}" if self.type else "bytes"

    @cached_property
    def size(self) -> int:
        return sum(len(one.encoded) for one in self.fields)


@dataclass(frozen=True)
class Transaction:
    """A whole file.

    records  in the order of the file; the first is of type 1
    damage   what the reader had to work round, in order of offset
    """

    records: tuple[Record, ...]
    damage: tuple[Finding, ...] = ()

    @property
    def head(self) -> Record:
        return self.records[0]

    def of_type(self, record_type: int) -> tuple[Record, ...]:
        return tuple(r for r in self.records if r.type == record_type and r.form != "raw")

    def text(self, record_type: int, number: int) -> str:
        """A value of the first record of that type; empty where it is absent."""
        for record in self.records:
            if record.type == record_type and record.form != "raw":
                return record.text(number)
        return ""

    @property
    def tot(self) -> str:
        return self.text(1, 4).strip()


def text_of(value: bytes) -> str:
    """UTF-8, else Latin-1: never fails, and ASCII reads the same in both."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def length_with(others: int) -> int:
    """LEN of a tagged record whose other bytes are `others`: its own digits count."""
    total = others + len(str(others))
    return others + len(str(total))  # one digit more may carry over, never two


def whole(text: str) -> int | None:
    """A whole number of one to nine ASCII digits, or None."""
    trimmed = text.strip()
    if 0 < len(trimmed) <= 9 and trimmed.isascii() and trimmed.isdigit():
        return int(trimmed)
    return None
