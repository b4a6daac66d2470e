"""A value whose salt was destroyed comes back: from the store, its files, or by guessing. I9."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.errors import StoreError
from comity.exchange.publish import hand_over
from comity.exchange.store import Store
from comity.exchange.tokens import Tokens
from comity.ledger.entry import Opening, destroy, opened_entry
from tests.house import VISITOR, Town, agreement, settle


def received(town: Town) -> tuple[int, Opening]:
    number = next(e.index for e in town.said() if e.kind == "received")
    return number, Opening.from_json(town.house.store.openings()[number])


def test_an_opening_does_not_regain_what_it_lost() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    number, whole = received(town)
    less = destroy(whole, {"tcn"})
    town.house.store.reopen(number, less.as_json())
    for attempt in (whole, Opening({**less.fields, "tcn": (bytes(32), "TOWN-XA0010000-000001")})):
        with pytest.raises(StoreError, match="never gain"):
            town.house.store.reopen(number, attempt.as_json())
    assert "tcn" not in town.house.store.openings()[number]
    entry = opened_entry(number, town.house.store.leaves()[number], less)
    assert "tcn" not in entry.values
    assert entry.values["accepted"] is True


def test_a_destroyed_salt_is_in_no_file_of_the_database() -> None:
    """SQLite leaves deleted bytes in free pages and in its log unless told otherwise."""
    town = settle(agreement())
    for number in range(1, 4):
        town.book(VISITOR, number)
    number, whole = received(town)
    salts = [pair["salt"] for pair in whole.as_json().values()]
    assert all(held(town, salt) for salt in salts)
    town.house.store.reopen(number, destroy(whole, whole.fields).as_json())
    assert not any(held(town, salt) for salt in salts)


def held(town: Town, text: str) -> bool:
    return any(text.encode() in p.read_bytes() for p in town.house.folder.glob("store.sqlite*"))


def test_real_salts_cannot_be_derived_again(tmp_path: Path) -> None:
    """Only a demonstration's salts follow from a seed; a house's are drawn once and gone."""
    drawn = [Tokens(bytes(32)).salts("case", "step")() for _ in range(2)]
    seeded = [Tokens(bytes(32), bytes(32)).salts("case", "step")() for _ in range(2)]
    assert drawn[0] != drawn[1]
    assert seeded[0] == seeded[1]
    assert Store(f"sqlite:///{tmp_path / 'x.sqlite'}").openings() == {}


def test_statisticians_are_handed_nothing_personal(tmp_path: Path) -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    hand_over(town.house, tmp_path / "openings.json")
    text = (tmp_path / "openings.json").read_text()
    assert case.submission is not None
    for personal in (case.submission.tcn, case.sha256, case.submission.subject["NAM"]):
        assert personal not in text
    assert len(json.loads(text)) == len(town.house.store.leaves())
