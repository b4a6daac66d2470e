"""Which records, and how many of each, a type of transaction is made of."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire.fields import EBTS_9_1, STANDARD
from comity.wire.findings import finding, shown
from comity.wire.makeup import MANY, Kind, Share, kinds
from comity.wire.profile import SOURCES, Profile
from comity.wire.transaction import Transaction

_CNT, _TOT = 3, 4
# Without these the transaction does not say whom it is about, or whose fingers.
_ESSENTIAL = frozenset({2, 4, 14})
_HEAD_TYPE = 1


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about a type that the profile does not know, and records too few or too many."""
    kind = profile.kind
    if kind is None:
        if profile.name != STANDARD and transaction.tot not in kinds(profile.name):
            yield _head(
                transaction, "code", "error", _TOT,
                f"a type of transaction of {SOURCES[profile.name]}", shown(transaction.tot),
                SOURCES[profile.name],
            )  # fmt: skip
        return
    source = f"{SOURCES[profile.name].partition(' (')[0]}, {kind.source}"
    for share in kind.shares:
        found = sum(len(transaction.of_type(one)) for one in share.types)
        if not share.least <= found <= share.most:
            yield _head(transaction, "record-count", _severity(share, found, profile), _CNT,
                        f"{_told(share)} in a {kind.tot} ({kind.name})",
                        str(found), source)  # fmt: skip
    yield from _others(transaction, kind, profile, source)


def _others(
    transaction: Transaction, kind: Kind, profile: Profile, source: str
) -> Iterator[Finding]:
    """Records of types that this kind of transaction has none of, a finding a type."""
    if profile.name != EBTS_9_1 or not kind.shares:
        return
    allowed = {one for share in kind.shares for one in share.types} | {_HEAD_TYPE}
    for record_type in sorted({r.type for r in transaction.records if r.form != "raw"} - allowed):
        found = len(transaction.of_type(record_type))
        yield _head(transaction, "record-count", "warning", _CNT,
                    f"no record of type {record_type} in a {kind.tot} ({kind.name})",
                    str(found), source)  # fmt: skip


def _severity(share: Share, found: int, profile: Profile) -> Severity:
    """Stops a transaction: no or two descriptions; no or too many fingers. Else a warning."""
    if not profile.firm or not _ESSENTIAL & set(share.types):
        return "error" if profile.firm and found < share.least else "warning"
    return "error"


def _told(share: Share) -> str:
    types = " or ".join(str(one) for one in share.types)
    many = f"records of type {types}"
    if share.most == share.least == 1:
        return f"one record of type {types}"
    if share.most == MANY:
        return f"{share.least} or more {many}"
    if share.least == 0:
        return f"at most {share.most} {many}"
    return f"{share.least} to {share.most} {many}"


def _head(
    transaction: Transaction,
    code: str,
    severity: Severity,
    number: int,
    expected: str,
    found: str,
    source: str,
) -> Finding:
    one = transaction.head.first(number)
    return finding(
        code, severity, 1, None, number, one.offset if one is not None else 0,
        expected=expected, found=found, source=source,
    )  # fmt: skip
