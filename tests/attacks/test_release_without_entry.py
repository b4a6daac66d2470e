"""Something leaves without, or before, its entry in the ledger: I1."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from comity.errors import ReleaseError
from comity.exchange import release
from comity.exchange.outbox import queued
from comity.exchange.store import OUTBOX, Store
from comity.ledger.entry import Opening, opened_entry
from tests.house import VISITOR, agreement, settle


def test_a_message_is_not_written_without_its_leaf() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    row = {
        "case": "c", "leaf": 99_999, "recipient": "notified_agency", "kind": "notice",
        "name": "n", "bytes": b"{}", "not_before": "2011-01-01T00:00:00+00:00", "state": "queued",
    }  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), town.house.store.writing() as connection:
        connection.execute(sa.insert(OUTBOX).values(**row))


def test_a_message_takes_no_leaf_that_is_another_s() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    taken = town.messages()[0].leaf
    row = {
        "case": "c", "leaf": taken, "recipient": "notified_agency", "kind": "notice",
        "name": "n", "bytes": b"{}", "not_before": "2011-01-01T00:00:00+00:00", "state": "queued",
    }  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), town.house.store.writing() as connection:
        connection.execute(sa.insert(OUTBOX).values(**row))


def test_what_a_partner_gets_is_in_the_ledger_at_that_moment() -> None:
    """Asked on delivery, by another reader of the same database, as a witness would be."""
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    witness = Store(f"sqlite:///{town.house.folder / 'store.sqlite'}")
    seen = []

    def look(message: object) -> None:
        leaf = message.leaf
        opening = Opening.from_json(witness.openings()[leaf])
        entry = opened_entry(leaf, witness.leaves()[leaf], opening)
        assert entry.values["case"] == case.token
        seen.append(entry.kind)

    town.partner.before = look
    town.deliver()
    assert seen == ["first_response", "release", "release", "release"]
    witness.close()


def test_a_release_without_its_decision_is_refused() -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    before = len(queued(town.house))
    permit = release.Decision.from_json(case.events("decide release ")[-1].body["decision"])
    wider = release.Decision.from_json({**permit.as_json(), "fields": {"state_bureau": ["name"]}})
    with pytest.raises(ReleaseError, match="decision in the ledger first"):
        release.release(case, wider, 7, "submission")
    assert len(queued(town.house)) == before
