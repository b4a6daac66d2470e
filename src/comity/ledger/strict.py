"""Reading base64 and decimals that have one spelling only.

Two spellings of one value would let two files differ and still say the same thing, so
proofs and notes accept the canonical one: RFC 4648 section 4 with zero padding bits, and
decimals without sign or leading zero (C2SP tlog-checkpoint, "Note text").
"""

from __future__ import annotations

import base64
import binascii
import re

from comity.errors import LedgerError

COUNT_MAX = 2**63 - 1  # signed 64-bit: what other implementations of the formats can hold
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def to_base64(data: bytes) -> str:
    """Base64 of RFC 4648 section 4, padded, without line breaks."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, what: str, *, length: int | None = None) -> bytes:
    """The bytes that `text` spells; `what` names the field for the reader of an error.

    Raises
    ------
    LedgerError  another alphabet, padding or length than expected
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or to_base64(data) != text:
        raise LedgerError(
            f"{what} is not canonical base64",
            expected="RFC 4648 section 4, padded",
            found=f"`{text[:80]}`",
        )
    if length is not None and len(data) != length:
        raise LedgerError(
            f"{what} has the wrong length",
            expected=f"{length} bytes",
            found=f"{len(data)} bytes",
        )
    return data


def from_decimal(text: str, what: str) -> int:
    """The count 0..2^63-1 that `text` spells.

    Raises
    ------
    LedgerError  a sign, a leading zero, another character or a larger number
    """
    if not DECIMAL.fullmatch(text) or int(text) > COUNT_MAX:
        raise LedgerError(
            f"{what} is not a plain decimal",
            expected="0 to 2^63-1 without leading zeros",
            found=f"`{text[:80]}`",
        )
    return int(text)
