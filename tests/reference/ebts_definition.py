"""EBTS 9.1's Type-2 fields by type of transaction, read from the definition file that others made.

A field's definition begins with a head such as `[O, CAR, CNA, LFS M]`: the need of all types
named, except where M or O follows one. Then tag, name, class, size, occurrences. Items have two
points in their tag. Imports nothing of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEAD = re.compile(r"^\[([^\]]+)\]\s*$", re.MULTILINE)
_FIELD = re.compile(r"^\s*(2\.\d{3,4}):?\s+T2_(\w+)\s+(\w+)\s+(\S+)\s+(\S+)")
# A slip of the definition file: no other place knows EHHR.
_SLIPS = {"EHHR": "EHRR"}


@dataclass(frozen=True)
class Told:
    """What the file says of one field in one type of transaction; `need` M or O."""

    mnemonic: str
    need: str
    chars: str
    size: str
    occurs: str


def fields(text: str) -> dict[str, dict[str, Told]]:
    """Type of transaction -> tag -> what is told."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    bare = re.sub(r"\\\s*\n\s*", " ", bare)
    parts = _HEAD.split(bare[bare.index("2.001") :])
    told: dict[str, dict[str, Told]] = {}
    for head, body in zip(parts[1::2], parts[2::2], strict=True):
        found = _FIELD.match(body)
        if found is None:
            continue
        for tot, need in needs(head).items():
            told.setdefault(tot, {})[found[1]] = Told(found[2], need, found[3], found[4], found[5])
    return told


def needs(head: str) -> dict[str, str]:
    """Type of transaction -> M or O."""
    words = re.split(r"[,\s]+", head.strip())
    default, found, last = words[0], dict[str, str](), ""
    for word in words[1:]:
        if word in ("M", "O"):
            found[last] = word
        elif word:
            last = _SLIPS.get(word, word)
            found[last] = default
    return found


def makeup(text: str) -> dict[str, dict[str, tuple[int, int]]]:
    """Type of transaction -> record types (`414` is 4 or 14) -> least and most."""
    part = text[text.index('TRANSACTIONS "') : text.index("\nFIELDS")]
    told: dict[str, dict[str, tuple[int, int]]] = {}
    waiting: list[str] = []
    for line in part.splitlines():
        name = re.match(r"\s+([A-Z]{3,5})\s+\"", line)
        if name is not None:
            waiting.append(name[1])
        elif re.match(r"\s+\d+:\d", line):
            counts = {}
            for word in line.strip().rstrip(";").split():
                types, _, count = word.partition(":")
                least, _, most = count.partition("-")
                counts[types] = (int(least), int(most or least))
            told.update(dict.fromkeys(waiting, counts))
            waiting = []
    return told
