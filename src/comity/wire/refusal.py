"""Findings -> the messages of an ERRT, MSG 2.060: at most 11 of at most 300 characters.

    2.022 DOB (date of birth): found 20490101, expected no later than DAT 1.005 20100506.
    A date before or after what it must follow or precede. Rule: date-order, EBTS 9.1 appendix C.
    Where: Type-2, byte 212. To do: correct the value at its source ...

Each names the field, the value found and the rule. Where that is too long, what helps goes first
(what to do, what the rule means), then the value and what was expected are shortened; the field and
the rule never are lost. One cause in many records is one message with the number of times.
"""

from __future__ import annotations

from collections.abc import Sequence

from comity.records import Finding
from comity.wire.advice import ADVICE
from comity.wire.causes import Cause, causes
from comity.wire.codes import CODES
from comity.wire.fields import known
from comity.wire.findings import to_ascii

MESSAGES_MAX, CHARS_MAX = 11, 300  # MSG 2.060, EBTS 9.1 appendix C
# Of the parts that always stay; with 20 of the value and 30 of what was expected below CHARS_MAX.
FIELD_MAX, NAME_MAX, SOURCE_MAX, PLACE_MAX = 20, 40, 56, 36
# What is let go of, in turn: characters of value and expectation, is the rule explained, is help
# given.
_SHAPES = (
    (100, 160, True, True), (100, 160, True, False), (60, 100, True, False),
    (60, 100, False, False), (40, 80, False, False), (20, 30, False, False),
)  # fmt: skip


def messages(findings: Sequence[Finding], placed: Sequence[str] = ()) -> list[str]:
    """The messages of a refusal: errors only where there are any, the gravest first.

    placed  placeholders that the answer holds for what could not be read; told last
    The last message but that says how many findings are not told. At least one message.
    """
    told = [one for one in findings if one.severity == "error"] or findings
    found = causes(told)
    tail = [_cut(f"PLACEHOLDERS FOR WHAT COULD NOT BE READ: {', '.join(placed)}", CHARS_MAX)]
    room = MESSAGES_MAX - bool(placed)
    texts = [message(one) for one in found]
    if len(texts) > room:
        left = sum(len(one.findings) for one in found[room - 1 :])
        texts = [*texts[: room - 1], f"{left} MORE FAULTS ARE NOT LISTED"]
    if placed:
        return texts + tail
    return texts or ["REFUSED WITHOUT A FINDING"]


def message(cause: Cause) -> str:
    """One cause in printable ASCII, at most CHARS_MAX characters."""
    texts = (_shaped(cause, *shape) for shape in _SHAPES)
    return next((text for text in texts if len(text) <= CHARS_MAX), "") or _shaped(
        cause, *_SHAPES[-1]
    )


def _shaped(cause: Cause, value_max: int, needed_max: int, explained: bool, helped: bool) -> str:
    first = cause.first
    rule = known(first.tag) if first.tag else None
    plain = rule.name.partition(";")[0] if rule is not None else ""
    name = f" ({_cut(plain, NAME_MAX)})" if plain else ""
    field = f"{_cut(_printable(cause.what), FIELD_MAX)}{name}"
    # The field's name stands there already.
    expected = first.expected.removesuffix(f" ({rule.name})" if rule is not None else "")
    needed = _cut(_printable(expected), needed_max)
    parts = [
        f"{field}: found {_found(cause, value_max)}, expected {needed}.",
        _sentence(CODES.get(first.code, "").partition(";")[0]) if explained else "",
        f"Rule: {_cut(first.code, FIELD_MAX)}, {_cut(_printable(first.source), SOURCE_MAX)}.",
        f"Where: {_place(cause)}.",
        _sentence("to do: " + ADVICE[first.code].action) if helped and first.code in ADVICE else "",
    ]
    return " ".join(part for part in parts if part)


def _place(cause: Cause) -> str:
    """The records and the first byte; where that is long the byte stays and IDCs go."""
    whole = _printable(cause.where)
    if len(whole) <= PLACE_MAX:
        return whole
    records, _, byte = whole.rpartition(", ")
    return f"{_cut(records, PLACE_MAX - len(byte) - 2)}, {byte}"


def _found(cause: Cause, most: int) -> str:
    """The value, cut anywhere since it is no sentence; how often, where more than once."""
    text = _printable(cause.first.found).strip() or "nothing"
    told = text if len(text) <= most else f"{text[:most]}..."
    others = len({one.found for one in cause.findings}) - 1
    if others:
        told += f" and {others} other value{'s' if others > 1 else ''}"
    return f"{told} ({cause.times})" if len(cause.findings) > 1 else told


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{_printable(text[1:])}." if text else ""


def _cut(text: str, most: int) -> str:
    """Cut before a word, with three points."""
    if len(text) <= most:
        return text
    short = text[: most - 3]
    at = short.rfind(" ")
    return f"{short[:at] if at > most // 2 else short}..."


def _printable(text: str) -> str:
    return "".join(c if " " <= c <= "~" else " " for c in to_ascii(text))
