"""What is wrong with a transaction, by stable codes; reading and judging are kept apart.

`error` breaks a hard rule: the submission is answered with ERRT. `warning` is a fault that does
not stop it, `note` something worth knowing. The codes are listed in docs/spec/wire-findings.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from comity.records import Finding
from comity.wire import (
    check_dates,
    check_fields,
    check_fingers,
    check_images,
    check_links,
    check_makeup,
    check_minutiae,
    check_scale,
    check_segments,
    check_structure,
)
from comity.wire.profile import profile_of
from comity.wire.transaction import Transaction

FINDINGS_MAX = 500  # the worst real file gave 40; a bomb of bad values would give millions
SEVERITIES = ("note", "warning", "error")


def validate(transaction: Transaction, profile: str | None = None) -> tuple[Finding, ...]:
    """All findings in order of offset, at most FINDINGS_MAX beside the reader's own.

    `profile` is one of `profile.NAMES`; None lets the transaction choose (decision 0300).
    Raises CallerError for another name.
    Pure: no clock. Days are compared with the transaction's own DAT 1.005.
    Cost O(fields); an image costs its header only.
    """
    rules = profile_of(transaction, profile)
    found = chain(
        check_structure.check(transaction, rules),
        check_links.check(transaction, rules),
        check_makeup.check(transaction, rules),
        check_images.check(transaction, rules),
        check_fingers.check(transaction, rules),
        check_scale.check(transaction, rules),
        check_segments.check(transaction, rules),
        check_minutiae.check(transaction, rules),
        check_dates.check(transaction, rules),
        check_fields.check(transaction, rules),
    )
    together = (*transaction.damage, *_once(islice(found, FINDINGS_MAX)))
    return tuple(sorted(together, key=lambda one: one.offset))


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    """One fault that two checks saw is told once, by the check that knows more: the earlier."""
    seen: set[tuple[str, str, int | None, str, int, str]] = set()
    for one in found:
        key = (one.code, one.record, one.idc, one.tag, one.offset, one.found)
        if key not in seen:
            seen.add(key)
            yield one


def worst(findings: tuple[Finding, ...]) -> str:
    """The gravest severity among them; empty where there are none."""
    return max((one.severity for one in findings), key=SEVERITIES.index, default="")
