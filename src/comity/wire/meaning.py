"""What a tag, a mnemonic or a finding's code stands for, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from comity.errors import CallerError
from comity.wire.codes import CODES
from comity.wire.fields import EBTS_9_1, rules
from comity.wire.findings import shown
from comity.wire.makeup import kinds
from comity.wire.rule import BASE, CLASS_NAMES, UNLIMITED, Rule

WIDTH = 96  # columns of a line


def tag(name: str) -> list[str]:
    """What a tag such as `2.022`, a mnemonic such as `DOB` or a finding's code stands for.

    A line a fact. Raises CallerError where no table has it.
    """
    code = name.strip().lower()
    if code in CODES:
        return [f"{code}: {CODES[code]}"]
    found = [rule for rule in rules() if _matches(rule, name.strip().upper())]
    if not found:
        raise CallerError(
            "no table has such a tag, mnemonic or code",
            expected="a tag such as `2.022`, a mnemonic such as `DOB`, a code such as `date-order`",
            found=f"`{shown(name)}`",
            next_step="a state's own fields (2.200 and above) are in that state's handbook",
        )
    return [line for rule in found for line in _facts(rule)]


def _matches(rule: Rule, name: str) -> bool:
    if name == rule.mnemonic or name in rule.older:
        return True
    parts = name.split(".")
    if not 2 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() for p in parts):
        return False
    asked = tuple(int(part[:9]) for part in parts)
    own = tuple(int(part) for part in rule.tag.split("."))
    return own[: len(asked)] == asked


def _facts(rule: Rule) -> Iterator[str]:
    yield f"{rule.tag} {rule.mnemonic}: {rule.name}"
    if rule.chars == "B":
        yield "  in bytes"
    elif rule.binds:
        yield "  " + "; ".join((CLASS_NAMES[rule.chars], size(rule), count(rule)))
    if rule.codes:
        yield from _listed("one of", coded(rule), " ")
    if rule.when:
        yield f"  mandatory {rule.when}"
    if rule.item:
        yield "  must stand in each value" if rule.mandatory else "  may be left out of a value"
    else:
        yield from _listed("must be in:", in_order(rule.mandatory))
        yield from _listed("may be in:", in_order(rule.optional))
    if rule.older:
        yield "  also called " + ", ".join(sorted(rule.older))
    yield f"  {rule.source}"


def _listed(label: str, words: list[str], joined: str = ", ") -> list[str]:
    if not words:
        return []
    return wrap(f"{label} {joined.join(words)}", WIDTH, initial_indent="  ",
                subsequent_indent="    ", break_on_hyphens=False)  # fmt: skip


def size(rule: Rule) -> str:
    """`3 to 30 characters`."""
    if rule.most >= UNLIMITED:
        return f"{rule.least} characters or more"
    if rule.least == rule.most:
        return "1 character" if rule.most == 1 else f"{rule.least} characters"
    return f"{rule.least} to {rule.most} characters"


def count(rule: Rule) -> str:
    """`at most 5 values`."""
    if rule.occurs >= UNLIMITED:
        return "any number of values"
    return "one value" if rule.occurs == 1 else f"at most {rule.occurs} values"


def coded(rule: Rule) -> list[str]:
    """Its codes: numbers by their value, letters by the alphabet."""
    return sorted(rule.codes, key=lambda code: (int(code) if code.isdecimal() else 0, code))


def in_order(tots: frozenset[str]) -> list[str]:
    """Types of transaction as the table of EBTS 9.1 has them, criminal ones first."""
    if BASE in tots:
        return ["every transaction"]
    known = [tot for tot in kinds(EBTS_9_1) if tot in tots]
    return known + sorted(tots - set(known))
