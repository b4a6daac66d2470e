"""Which values stay when a file is shared: those of its structure, and only in their own shape.

What is not listed is personal, state fields and unknown tags among it. A value that is listed
stays item by item where it looks as such a value does: in a damaged file it may have swallowed
another field.
"""

from __future__ import annotations

import re
from functools import lru_cache

from comity.wire.binary import plausible
from comity.wire.redact_values import blotted

_COUNT, _SIZE, _WORD = r"\d{0,3}", r"\d{0,5}", r"[A-Z0-9]{0,6}"

# By type of record, number of the field and, after a point, of the item. Numbers: ANSI/NIST-ITL
# 1-2011, clauses 8.1 (Type-1), 8.9 (Type-9), 8.13 to 8.15; EBTS 9.1 appendix C (RET, AMP).
_HEAD = {
    "2": r"\d{0,4}",  # VER
    "3": _COUNT,  # CNT
    "4": r"[A-Z0-9]{0,8}",  # TOT
    "6": r"\d?",  # PRY
    "11": r"[\d.]{0,6}",  # NSR
    "12": r"[\d.]{0,6}",  # NTR
    "13": r"[A-Za-z0-9 ._-]{0,10}",  # DOM
    "15": r"[A-Za-z0-9 ._-]{0,10}",  # DCS
}
_DETAIL = {"5": r"[YN]?", "84.1": r"\d{0,2}"}  # RET, AMP's finger
_MINUTIAE = {
    "3": _COUNT, "4": r"[SU]?", "6": _COUNT, "10": r"\d{0,4}", "11": r"\d?",
    "12.1": _COUNT, "23.1": _COUNT, "137.1": _COUNT, "15": _COUNT, "17": _COUNT,
    "127": _COUNT, "128": _SIZE, "129": _SIZE, "130": r"\d?", "131": _SIZE, "132": _SIZE,
    "14": _COUNT, "134": _COUNT, "136": r"\d{0,4}",
}  # fmt: skip
_SCAN = {
    "6": _SIZE, "7": _SIZE, "8": r"\d?", "9": _SIZE, "10": _SIZE, "11": _WORD, "12": _WORD,
}  # fmt: skip
_PRINT = {
    **_SCAN, "3": _COUNT, "13": _COUNT, "16": _SIZE, "17": _SIZE, "18.1": _COUNT, "21": _SIZE,
    **{f"15.{item}": _SIZE for item in (3, 4, 5, 6)},
    "22": _COUNT, "23": _WORD, "24": _WORD,
}  # fmt: skip
_KEPT = {1: _HEAD, 2: _DETAIL, 9: _MINUTIAE, 13: _PRINT, 14: _PRINT, 15: _PRINT, 19: _PRINT,
         10: _SCAN, 16: _SCAN, 17: _SCAN, 20: _SCAN}  # fmt: skip
_DIGITS = re.compile(rb"\d{1,8}")  # a file has at most 64 MiB
_LEN, _IDC = 1, 2
_CODE_MAX, _UNUSED, _NO_CODE = 20, 255, 254  # IMP, FGP, ISR, CA of types 3 to 6
_SHORT_RECORD = b"\x00\x00\x00\x06"  # a LEN that may begin a record in any file

# What the caller lets stay: printable, short, and without a tag of another field in it.
_ASKED = re.compile(rb"(?!.*\d\.\d{2,9}:)[\x20-\x7e\x1e\x1f]{0,200}", re.DOTALL)


def length(value: bytes, size: int) -> bytes:
    """The number that LEN begins with, nines where a file of `size` bytes is far from it."""
    found = _DIGITS.match(value)
    if found is None:
        return b""
    return found[0] if int(found[0]) <= 2 * size else b"9" * len(found[0])


def stays(record_type: int, number: int, item: int, value: bytes) -> bool:
    """May this item, counted from 1, stay as it is?"""
    pattern = _pattern(record_type, number, item)
    return pattern is not None and pattern.fullmatch(value) is not None


def asked_for(value: bytes) -> bool:
    """Is a value that the caller wants kept one value, as far as can be told?"""
    return _ASKED.fullmatch(value) is not None


def header_part(number: int, value: bytes, *, right: bool, left: int) -> bytes:
    """A part of a binary record's header, which in a damaged file may be text.

    `right`: LEN is the record's size; `left`: bytes from the record's beginning to the file's end.
    Numbers that no sound header has, and that letters would make, become 254, or 65535.
    """
    if number == _LEN:
        return value if right or _letters(value) < 2 else _wrong_length(value, left)
    if number == _IDC:
        return value
    if len(value) == 2:  # HLL, VLL: letters would be 8224 pixels and more
        return value if value < b"\x20\x20" else b"\xff\xff"
    return bytes(b if b <= _CODE_MAX or b == _UNUSED else _NO_CODE for b in value)


def unplaced(value: bytes) -> bytes:
    """Bytes without a place, out of sight, beginning as a binary record does if they did."""
    if not value.strip(b"\x00\t\r\n "):
        return value
    out = blotted(value)
    return _SHORT_RECORD + value[4:5] + out[5:] if plausible(value, 0, None) else out


def _wrong_length(value: bytes, left: int) -> bytes:
    """A LEN as wrong as before: beyond the file, or within it."""
    if int.from_bytes(value, "big") > left:
        return b"\xff" * len(value)
    return bytes(0 if 0x20 <= b < 0x7F else b for b in value)


def _letters(value: bytes) -> int:
    return sum(0x20 <= b < 0x7F for b in value)


@lru_cache(maxsize=512)
def _pattern(record_type: int, number: int, item: int) -> re.Pattern[bytes] | None:
    if number == 2 and record_type != 1:
        return re.compile(_COUNT.encode())
    named = _KEPT.get(record_type, {})
    found = named.get(str(number), named.get(f"{number}.{item}"))
    return re.compile(found.encode()) if found is not None else None
