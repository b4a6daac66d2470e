"""What is wrong with a transaction, by stable codes; reading and judging are kept apart.

`error` breaks a hard rule: the submission is answered with ERRT. `warning` is a fault that does
not stop it, `note` something worth knowing. The codes are listed in docs/spec/wire-findings.md.
"""

from __future__ import annotations

from itertools import chain, islice

from comity.records import Finding
from comity.wire import check_dates, check_fields, check_images, check_structure
from comity.wire.profile import profile_of
from comity.wire.transaction import Transaction

FINDINGS_MAX = 500  # the worst real file gave 40; a bomb of bad values would give millions
SEVERITIES = ("note", "warning", "error")


def validate(transaction: Transaction) -> tuple[Finding, ...]:
    """All findings in order of offset, at most FINDINGS_MAX beside the reader's own.

    Pure: no clock. Days are compared with the transaction's own DAT 1.005.
    Cost O(fields); an image costs its header only.
    """
    profile = profile_of(transaction)
    found = chain(
        check_structure.check(transaction, profile),
        check_images.check(transaction, profile),
        check_dates.check(transaction, profile),
        check_fields.check(transaction, profile),
    )
    together = (*transaction.damage, *islice(found, FINDINGS_MAX))
    return tuple(sorted(together, key=lambda one: one.offset))


def worst(findings: tuple[Finding, ...]) -> str:
    """The gravest severity among them; empty where there are none."""
    return max((one.severity for one in findings), key=SEVERITIES.index, default="")
