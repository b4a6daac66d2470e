"""What every transaction we write begins with, and the check that all of them pass."""

from __future__ import annotations

from datetime import UTC, datetime

from comity.errors import WireError
from comity.wire.compose import Value
from comity.wire.read import read
from comity.wire.validate import validate

VERSION = "0400"  # ANSI/NIST-ITL 1-2007, which EBTS 9.1 profiles
DOMAIN = [["NORAM", ""]]  # EBTS 9.1 appendix B writes the domain so
NO_IMAGES = "00.00"


def sound(data: bytes) -> bytes:
    """The same bytes, if our own check finds nothing in them; else WireError."""
    found = validate(read(data))
    if found:
        worst = found[0]
        raise WireError(
            f"this would not pass `check`: {worst.code} in {worst.tag or worst.record} "
            f"{worst.mnemonic}".rstrip(),
            offset=worst.offset,
            field=worst.tag,
            expected=worst.expected,
            found=worst.found,
            next_step="mend the values that the transaction is built from",
        )
    return data


def head_of_response(
    tot: str, *, to: str, sender: str, tcn: str, answers: str, now: datetime
) -> dict[int, Value]:
    """Type-1 values of a response: addresses turned round, TCR the submission's TCN."""
    instant = utc(now)
    return {
        2: VERSION, 4: tot, 5: f"{instant:%Y%m%d}", 7: to, 8: sender, 9: tcn, 10: answers,
        11: NO_IMAGES, 12: NO_IMAGES, 13: DOMAIN, 14: f"{instant:%Y%m%d%H%M%SZ}",
    }  # fmt: skip


def utc(now: datetime) -> datetime:
    """The same instant in UTC; WireError where `now` has no time zone."""
    if now.tzinfo is None:
        raise WireError("`now` has no time zone", expected="an aware datetime", found=str(now))
    return now.astimezone(UTC)
