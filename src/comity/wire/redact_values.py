"""Values without what they say: as long as before, in the same characters' classes.

    letters -> X, x      digits -> 9      separators, spaces and punctuation stay
    other scripts -> a sign of as many bytes; bytes that are no UTF-8 stay none
    days of the calendar -> other days in the same order, most births before most other days

A value depends on its shape alone, so that two people of one shape look alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from comity.wire.transaction import FS, GS, ITEMS_MAX, RS, US

_SEPARATORS = re.compile(rb"([\x1c-\x1f])")
_SEPARATOR_BYTES = frozenset(FS + GS + RS + US)
# After FS or GS within a damaged value a tag says how the reader took it: it stays.
_TAG = re.compile(rb"(?<=[\x1c\x1d])\d{1,2}\.\d{1,4}:")
_DAY = re.compile(rb"(\d{8})(\d{6}Z)?")
_LAST_NOUGHT = re.compile(rb"0(?!0)")
_SIGNS = {1: "X", 2: "\u00d7", 3: "\uff38", 4: "\U0001d54f"}  # by bytes of UTF-8
_NOT_UTF8 = 0xD7  # begins two bytes, and neither ASCII nor itself can be the second
_TEXT_CONTROLS = b"\t\r\n"

# The days that others become. 1880 is where `check` takes a birth for impossible.
_IMPOSSIBLE, _BIRTHS, _OTHERS = date(1870, 1, 1), date(1970, 1, 1), date(2001, 1, 1)
_OLD, _GROWN_DAYS = date(1880, 1, 1), 15 * 365
# The next day stays the next day, any later one is so many later; what runs over is one day.
_APART_DAYS, _GROUP_DAYS = 30, 3_600

# In turn, what letters and digits become until the same faults show. Noughts end in a one.
STYLES = (("X", "x", "9"), ("A", "a", "0"), ("Q", "q", "1"), ("U", "u", "5"), ("B", "b", "2"))


def days_in(values: Iterable[bytes]) -> dict[date, date]:
    """Every day that stands alone in one of the values, and the day it becomes."""
    found = {
        day
        for value in values
        if not binary_like(value)
        for item in _SEPARATORS.split(value)
        if (day := _day(item))
    }
    if not found:
        return {}
    grown = max(found) - timedelta(days=_GROWN_DAYS) if max(found).year > 1900 else _OLD
    out: dict[date, date] = {}
    last: dict[date, tuple[date, date]] = {}  # by group: the day before, and what it became
    for one in sorted(found):
        first = _IMPOSSIBLE if one < _OLD else _BIRTHS if one < grown else _OTHERS
        before, told = last.get(first, (one, first))
        step = 0 if one == before else 1 if one - before <= timedelta(days=1) else _APART_DAYS
        out[one] = min(told + timedelta(days=step), first + timedelta(days=_GROUP_DAYS))
        last[first] = one, out[one]
    return out


def masked(
    value: bytes, days: Mapping[date, date], style: Callable[[int], int] = lambda _: 0
) -> bytes:
    """The value without what it says, in as many bytes.

    style  for a place in the value, counted from 0, the index in STYLES of what stands there; of
           an item and the subfield that it is in the greater counts
    """
    if binary_like(value):
        return blotted(value)
    parts: list[bytes] = []
    at = start = 0
    for k, part in enumerate(_SEPARATORS.split(value)):
        parts.append(part if k % 2 else _item(part, days, max(style(at), style(start))))
        at += len(part)
        start = at if part == RS else start
    text = b"".join(parts)
    for tag in _TAG.finditer(value):
        text = text[: tag.start()] + tag[0] + text[tag.end() :]
    return text


def binary_like(value: bytes) -> bool:
    """Are these bytes of an image or the like, whose shape would say too much, or a bomb?"""
    if len(value) > ITEMS_MAX and sum(value.count(mark) for mark in (US, RS, GS, FS)) > ITEMS_MAX:
        return True
    bare = value.translate(None, bytes(_SEPARATOR_BYTES) + _TEXT_CONTROLS)
    odd = sum(bare.count(code) for code in (*range(32), 127))
    if not _utf8(bare):
        odd += sum(byte >= 0x80 for byte in bare[:4096])
    return odd > max(8, min(len(bare), 4096) // 8)


def blotted(value: bytes) -> bytes:
    """As many bytes of one sign, but for separators; not ASCII where the value was not."""
    out = bytes(b if b in _SEPARATOR_BYTES else 0x58 for b in range(256))
    text = value.translate(out)
    if value.isascii():
        return text
    at = next(k for k, byte in enumerate(value) if byte >= 0x80)
    return text[:at] + bytes([_NOT_UTF8]) + text[at + 1 :]


def coded(item: bytes, codes: frozenset[str]) -> bytes | None:
    """For one of a field's codes a fixed code of the same length; None for what is no code."""
    if item.decode("latin-1") not in codes:
        return None
    alike = sorted(code for code in codes if len(code) == len(item) and code.isascii())
    unknown = [code for code in alike if set(code) in ({"X"}, {"U"}, {"Z"})]
    return (unknown or alike)[0].encode("ascii") if alike else None


def _item(item: bytes, days: Mapping[date, date], style: int) -> bytes:
    day = _day(item)
    if day is not None and day in days:
        return f"{days[day]:%Y%m%d}".encode() + _time(item[8:])
    upper, lower, digit = STYLES[style % len(STYLES)]
    if _utf8(item):
        signs = "".join(_sign(c, upper, lower, digit) for c in item.decode("utf-8"))
        return _last_ones(signs.encode("utf-8"), digit)
    ascii_ = bytes(b if b < 0x80 else _NOT_UTF8 for b in item).decode("latin-1")
    signs = "".join(_sign(c, upper, lower, digit) for c in ascii_)
    return _last_ones(signs.encode("latin-1"), digit)


def _last_ones(item: bytes, digit: str) -> bytes:
    return _LAST_NOUGHT.sub(b"1", item) if digit == "0" else item


def _time(item: bytes) -> bytes:
    """Midnight for a time of day, no time for what is none."""
    if not item:
        return b""
    return (
        b"000000Z" if item[:2] < b"24" and item[2:4] < b"60" and item[4:6] < b"60" else b"999999Z"
    )


def _sign(character: str, upper: str, lower: str, digit: str) -> str:
    if character.isascii():
        if character.isalpha():
            return upper if character.isupper() else lower
        return digit if character.isdigit() else character
    if character == chr(_NOT_UTF8):
        return character
    return _SIGNS[len(character.encode("utf-8"))]


def _day(item: bytes) -> date | None:
    """The day of CCYYMMDD, alone or before a time of GMT 1.014."""
    found = _DAY.fullmatch(item)
    if found is None:
        return None
    text = found[1].decode("ascii")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
