"""Which records, and how many of each, a type of transaction is made of."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire.fields import PROFILE_TOTS
from comity.wire.findings import finding
from comity.wire.profile import Profile
from comity.wire.transaction import Transaction

# EBTS 9.1 appendix B: records of each type in a criminal ten-print submission.
AT_MOST = {10: 4, 15: 8}
FINGER_IMAGES = range(1, 15)
_SOURCE = "EBTS 9.1, appendix B"


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about too few or too many records of a type."""
    if profile.tot not in PROFILE_TOTS:
        return
    details = len(transaction.of_type(2))
    if details != 1:
        yield _head(transaction, "error", "one record of type 2", str(details))
    if not profile.strict:
        return
    images = len(transaction.of_type(4)) + len(transaction.of_type(14))
    if images not in FINGER_IMAGES:
        yield _head(transaction, "error", "1 to 14 records of type 4 or 14", str(images))
    for record_type, most in AT_MOST.items():
        found = len(transaction.of_type(record_type))
        if found > most:
            expected = f"at most {most} records of type {record_type}"
            yield _head(transaction, "warning", expected, str(found))


def _head(transaction: Transaction, severity: Severity, expected: str, found: str) -> Finding:
    count = transaction.head.first(3)
    return finding(
        "record-count", severity, 1, None, 3, count.offset if count is not None else 0,
        expected=expected, found=found, source=_SOURCE,
    )  # fmt: skip
