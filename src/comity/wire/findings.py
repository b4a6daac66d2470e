"""How the rooms' findings are worded: one place for mnemonics, and for values shown safely."""

from __future__ import annotations

import unicodedata

from comity.errors import WireError
from comity.records import Finding, Severity
from comity.wire.codes import CODES
from comity.wire.fields import mnemonic
from comity.wire.transaction import Record

SHOWN_MAX = 60  # characters of a value that a message repeats

_NAMED = {0x1C: "<FS>", 0x1D: "<GS>", 0x1E: "<RS>", 0x1F: "<US>"}


def shown(value: bytes | str) -> str:
    """A value as a reader may see it: separators named, other controls escaped, cut short."""
    text = value[: 4 * SHOWN_MAX].decode("utf-8", "replace") if isinstance(value, bytes) else value
    cut = text[:SHOWN_MAX]
    safe = cut if cut.isprintable() else "".join(_safe(c) for c in cut)
    return f"{safe}..." if len(text) > SHOWN_MAX else safe


def to_ascii(text: str) -> str:
    """The text without its accents; a letter that ASCII has no like of becomes `?`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return bare.encode("ascii", "replace").decode("ascii")


def _safe(character: str) -> str:
    code = ord(character)
    if code in _NAMED:
        return _NAMED[code]
    return character if character.isprintable() else f"<{code:02X}>"


def finding(
    code: str,
    severity: Severity,
    record_type: int,
    idc: int | None,
    number: int,
    offset: int,
    *,
    expected: str,
    found: str,
    source: str,
    repair: str = "",
) -> Finding:
    """A finding about one field; `number` 0 is the record as a whole.

    Raises ValueError for a code that `codes.CODES` does not explain.
    """
    if code not in CODES:
        raise ValueError(f"`{code}` is no code of ours")
    return Finding(
        code=code,
        severity=severity,
        record=f"Type-{record_type}" if record_type else "file",
        idc=idc,
        tag=f"{record_type}.{number:03d}" if record_type and number else "",
        mnemonic=mnemonic(record_type, number) if record_type and number else "",
        offset=offset,
        expected=expected,
        found=found,
        source=source,
        repair=repair,
    )


def about(
    record: Record,
    number: int,
    code: str,
    severity: Severity,
    *,
    expected: str,
    found: str,
    source: str,
    repair: str = "",
    at: int | None = None,
) -> Finding:
    """A finding about a field of a record, placed at its value, or at `at`; 0 is the record."""
    one = record.first(number)
    place = record.offset if one is None else one.offset
    return finding(
        code, severity, record.type, record.idc, number, place if at is None else at,
        expected=expected, found=found, source=source, repair=repair,
    )  # fmt: skip


def clause(record_type: int, number: int) -> str:
    """Where ANSI/NIST-ITL 1-2011 describes a field: its clause of records, and the field."""
    section = {98: 23, 99: 24}.get(record_type, record_type)
    return f"ANSI/NIST-ITL 1-2011, clause 8.{section}, field {record_type}.{number:03d}"


def unreadable(error: WireError) -> Finding:
    """The finding that stands for a file which could not be read at all."""
    return Finding(
        code="not-a-transaction",
        severity="error",
        record="file",
        idc=None,
        tag=error.field,
        mnemonic="",
        offset=error.offset,
        expected=error.expected,
        found=error.found or error.message,
        source="ANSI/NIST-ITL 1-2011, annex B",
    )
