"""Somebody reads the public ledger to find a person, or tries names against it: I9."""

from __future__ import annotations

from pathlib import Path

from comity import journey
from comity.exchange import access, change
from comity.exchange.publish import publish
from comity.ledger.entry import read
from tests.house import CROSSER, VISITOR, agreement, alien_number, settle


def test_no_published_byte_says_who_or_which_file(tmp_path: Path) -> None:
    town = settle(agreement(exclusions={"citizen": None}))
    cases = [town.book(person, n) for n, person in enumerate((VISITOR, CROSSER, VISITOR), 1)]
    town.deliver()
    change.correction(cases[0], 1, fact="citizen", value=True, source="certificate-of-person")
    journey.pursue(cases[0])
    town.deliver()
    access.contest(town.house, town.clock, cases[0].token)
    publish(town.house, tmp_path)
    published = b"\n".join(p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file())
    secrets = ["certificate-of-person", alien_number(VISITOR), alien_number(CROSSER)]
    for case in cases:
        assert case.submission is not None
        secrets += [case.token, case.sha256, case.submission.tcn, case.submission.ori + "|"]
        secrets += [v for k, v in case.submission.subject.items() if k in ("NAM", "DOB")]
        secrets.append(town.house.tokens.identity(case.token))
        secrets.append(town.house.tokens.person(town.house.tokens.identity(case.token)))
    for secret in secrets:
        assert secret.encode() not in published, secret


def test_two_bookings_of_one_person_look_like_two_people() -> None:
    """No commitment comes twice, also where the value does: each has a salt of its own."""
    town = settle(agreement())
    for number in (1, 2, 3):
        town.book(VISITOR, number)
    assert "I9" not in town.violations()
    seen = [c for leaf in town.house.store.leaves() for c in read(leaf).commitments.values()]
    assert len(seen) == len(set(seen))
