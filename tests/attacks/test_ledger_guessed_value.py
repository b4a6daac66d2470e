"""A reader of the public ledger tries to learn values, by comparing entries or by guessing."""

from __future__ import annotations

import json

import pytest

from comity.errors import LedgerError
from comity.ledger import entry
from comity.ledger.entry import canonical, commit
from comity.ledger.strict import to_base64
from comity.ledger.vocabulary import KINDS
from tests.ledger.sample import AT, salts

VALUES = {"case": "k7q2", "jurisdiction": "ZZ0010000", "at": AT, "contested": True}


def made(salt):
    return entry.make("subject_access", period="2010-03", policy="", values=VALUES, salt=salt)


def test_the_same_values_twice_give_different_commitments():
    salt = salts()
    first, second = (entry.read(made(salt)[0]).commitments for _ in range(2))
    assert all(first[name] != second[name] for name in VALUES)
    assert len({*first.values(), *second.values()}) == 8


def test_one_salt_for_two_values_is_refused():
    repeated = iter([b"a" * 32, b"b" * 32, b"a" * 32, b"c" * 32])
    with pytest.raises(LedgerError, match="same salt"):
        made(lambda: next(repeated))


def test_short_salts_that_could_be_tried_out_are_refused():
    for length in (0, 1, 8, 15):
        with pytest.raises(LedgerError, match="too short"):
            made(lambda length=length: bytes(length))


def test_a_yes_or_no_value_is_not_found_without_its_salt():
    leaf, opening = made(salts())
    shown = {to_base64(c) for c in entry.read(leaf).commitments.values()}
    others = [salt for name, (salt, _) in opening.fields.items() if name != "contested"]
    for salt in [b"", bytes(32), *others]:
        for guess in (True, False):
            assert to_base64(commit("contested", guess, salt)) not in shown


def test_no_value_and_no_salt_stands_in_the_entry():
    leaf, opening = made(salts())
    for name, (salt, value) in opening.fields.items():
        spelled = canonical(value).decode().strip('"')
        if name != "contested":  # `true` is a word of JSON and stands for nothing here
            assert spelled not in leaf.decode()
        assert to_base64(salt) not in leaf.decode()


def test_plain_personal_data_cannot_be_written_into_any_kind():
    for name, kind in KINDS.items():
        body = {
            "v": 1,
            "kind": name,
            "period": "2010-03",
            "policy": "",
            "public": {"name": "Sample, Person"},
            "commitments": dict.fromkeys(kind.values, to_base64(bytes(32))),
        }
        with pytest.raises(LedgerError, match="plain content"):
            entry.read(canonical(body))
        body["public"] = {}
        body["commitments"]["name"] = to_base64(bytes(32))
        with pytest.raises(LedgerError):
            entry.read(canonical(body))


def test_a_destroyed_salt_leaves_nothing_to_open_with():
    leaf, opening = made(salts())
    rest = entry.destroy(opening, ["case"])
    assert "case" not in entry.opened(leaf, rest)
    kept = json.dumps(rest.as_json())
    assert "k7q2" not in kept
    assert to_base64(opening.fields["case"][0]) not in kept
