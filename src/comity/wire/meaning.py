"""What a tag, a mnemonic, a type of transaction or a finding's code stands for, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from textwrap import wrap
from typing import Any, NoReturn

from comity.errors import CallerError
from comity.wire import words
from comity.wire.advice import ADVICE
from comity.wire.codes import CODES
from comity.wire.fields import EBTS_9_1, EBTS_10_0, rules
from comity.wire.findings import shown
from comity.wire.makeup import MANY, Kind, kinds
from comity.wire.rule import BASE, CLASS_NAMES, UNLIMITED, Rule

WIDTH = 96  # columns of a line
LISTED_MAX = 6  # fields of one mnemonic that are explained at once; more are listed


def tag(name: str) -> list[str]:
    """What a tag such as `2.022`, a mnemonic such as `DOB`, a type of transaction such as `CAR`
    or a finding's code stands for.

    A line a fact. A mnemonic of many fields gives a line a field. Raises CallerError where no
    table has it.
    """
    asked = name.strip()
    if asked.lower() in CODES:
        return list(_code(asked.lower()))
    lines = _transaction(asked.upper())
    found = _found(asked) if lines else _found(asked) or _unknown(asked)
    fields = {rule.tag: rule for rule in reversed(found)}
    if "." not in asked and len(fields) > LISTED_MAX:
        lines += [f"{asked.upper()} stands in {len(fields)} places; explain one by its tag"]
        return lines + [f"  {one.tag:<9} {one.name}" for one in reversed(fields.values())]
    return lines + [line for rule in found for line in _facts(rule)]


def as_json(name: str) -> list[dict[str, Any]]:
    """The same as plain data: an object a rule, a finding's code or a type of transaction."""
    asked = name.strip()
    code = asked.lower()
    if code in CODES:
        advice = ADVICE.get(code)
        return [
            {"finding": code, "meaning": CODES[code]}
            | ({"cause": advice.cause, "action": advice.action} if advice else {})
        ]
    lines = _transaction(asked.upper())
    found = _found(asked) if lines else _found(asked) or _unknown(asked)
    kind: list[dict[str, Any]] = [{"transaction": asked.upper(), "lines": lines}] if lines else []
    return kind + [_plain(rule) for rule in found]


def _plain(rule: Rule) -> dict[str, Any]:
    return {
        "tag": rule.tag,
        "mnemonic": rule.mnemonic,
        "name": rule.name,
        "characters": CLASS_NAMES[rule.chars],
        "least": rule.least,
        "most": None if rule.most >= UNLIMITED else rule.most,
        "occurs": None if rule.occurs >= UNLIMITED else rule.occurs,
        "codes": {code: words.word(rule.mnemonic, code) for code in rule.codes_told},
        "mandatory": in_order(rule.mandatory),
        "optional": in_order(rule.optional),
        "when": rule.when,
        "example": words.example(rule.tag, rule.chars),
        "also_called": sorted(rule.older),
        "source": rule.source,
    }


def _found(asked: str) -> list[Rule]:
    return [rule for rule in rules() if _matches(rule, asked.upper())]


def _unknown(asked: str) -> NoReturn:
    raise CallerError(
        "no table has such a tag, mnemonic or code",
        expected="a tag such as `2.022`, a mnemonic such as `DOB`, a code such as `date-order`",
        found=f"`{shown(asked)}`",
        next_step=_next_step(asked),
    )


def _code(code: str) -> Iterator[str]:
    yield f"{code}: {CODES[code]}"
    advice = ADVICE.get(code)
    if advice is not None:
        yield f"  usual cause: {advice.cause}"
        yield f"  what to do: {advice.action}"


def _transaction(tot: str) -> list[str]:
    """Name and make-up of a type of transaction; nothing where no profile knows it."""
    for profile in (EBTS_9_1, EBTS_10_0):
        kind = kinds(profile).get(tot)
        if kind is not None:
            return [f"{tot}: {kind.name}", *_made_of(kind), f"  {profile}, {kind.source}"]
    return []


def _made_of(kind: Kind) -> list[str]:
    parts = []
    for share in kind.shares:
        most = "or more" if share.most >= MANY else f"to {share.most}"
        count = str(share.least) if share.least == share.most else f"{share.least} {most}"
        parts.append(f"{count} of type {' and '.join(map(str, share.types))}")
    return _listed("made of one record of type 1,", parts)


def _next_step(asked: str) -> str:
    """What was perhaps meant; else where a field that no table has is described."""
    meant = get_close_matches(asked.lower(), CODES, n=1) or get_close_matches(
        asked.upper(), sorted({rule.mnemonic for rule in rules()})
    )
    if meant and "." not in asked:
        return f"did you mean {' or '.join(f'`{one}`' for one in meant)}?"
    return "a state's own fields (2.200 and above) are in that state's handbook"


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
    elif not rule.binds:
        yield "  known by name only: nothing is asked of it"
    else:
        yield "  " + "; ".join((CLASS_NAMES[rule.chars], rule.size_told, count(rule)))
    if rule.codes:
        yield from _codes(rule)
    example = words.example(rule.tag, rule.chars)
    if example:
        yield f"  such as {example}"
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


def _codes(rule: Rule) -> Iterator[str]:
    """A line a code whose meaning we know, then the others together."""
    told = {code: words.word(rule.mnemonic, code) for code in rule.codes_told}
    known = {code: text for code, text in told.items() if text}
    if known:
        width = max(map(len, known))
        yield "  one of"
        yield from (f"    {code:<{width}}  {text}" for code, text in known.items())
    others = [code for code in told if code not in known]
    yield from _listed("or" if known else "one of", others, " ")


def _listed(label: str, words: list[str], joined: str = ", ") -> list[str]:
    if not words:
        return []
    return wrap(f"{label} {joined.join(words)}", WIDTH, initial_indent="  ",
                subsequent_indent="    ", break_on_hyphens=False)  # fmt: skip


def count(rule: Rule) -> str:
    """`at most 5 values`."""
    if rule.occurs >= UNLIMITED:
        return "any number of values"
    return "one value" if rule.occurs == 1 else f"at most {rule.occurs} values"


def in_order(tots: frozenset[str]) -> list[str]:
    """Types of transaction as the table of EBTS 9.1 has them, criminal ones first."""
    if BASE in tots:
        return ["every transaction"]
    known = [tot for tot in kinds(EBTS_9_1) if tot in tots]
    return known + sorted(tots - set(known))
