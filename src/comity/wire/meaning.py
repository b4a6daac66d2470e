"""What a tag, a mnemonic or a finding's code stands for, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from comity.errors import CallerError
from comity.wire.codes import CODES
from comity.wire.fields import CLASS_NAMES, UNLIMITED, Rule, rules
from comity.wire.findings import shown


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
    if name == rule.mnemonic:
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
        yield "  in bytes, at a fixed place of the record"
    else:
        yield f"  {CLASS_NAMES[rule.chars]}; {_size(rule)}; {_count(rule)}"
    if rule.codes:
        yield "  one of " + " ".join(sorted(rule.codes))
    if rule.mandatory:
        yield "  must be in: " + ", ".join(_profiles(rule.mandatory))
    if rule.optional:
        yield "  may be in: " + ", ".join(_profiles(rule.optional))


def _size(rule: Rule) -> str:
    if rule.most >= UNLIMITED:
        return f"{rule.least} characters or more"
    if rule.least == rule.most:
        return f"{rule.least} characters"
    return f"{rule.least} to {rule.most} characters"


def _count(rule: Rule) -> str:
    if rule.occurs >= UNLIMITED:
        return "any number of values"
    return "one value" if rule.occurs == 1 else f"at most {rule.occurs} values"


def _profiles(names: frozenset[str]) -> list[str]:
    return [("every transaction" if name == "base" else name) for name in sorted(names)]
