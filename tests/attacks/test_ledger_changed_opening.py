"""Who keeps the openings hands out another value than the one committed to."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import entry
from comity.ledger.entry import Opening
from tests.ledger.sample import AT, salts, subject_access

VALUES = {
    "case": "k7q2",
    "jurisdiction": "ZZ0010000",
    "at": AT,
    "matched": True,
    "person": None,
    "reasons": ["visa", "benefit"],
    "lawful_process_only": True,
    "citizen": None,
    "level": {"2008": "1", "2010": "non-criminal"},
}


def search_entry():
    return entry.make("search", period="2010-03", policy="", values=VALUES, salt=salts())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("matched", False),
        ("lawful_process_only", None),
        ("lawful_process_only", 1),
        ("citizen", False),
        ("reasons", ["benefit", "visa"]),
        ("level", {"2008": "1", "2010": "1"}),
        ("level", {"2008": "1"}),
        ("at", "2010-03-31T01:46:41+00:00"),
    ],
)
def test_opening_with_a_changed_value(name, value):
    leaf, opening = search_entry()
    salt, _ = opening.fields[name]
    changed = Opening({**opening.fields, name: (salt, value)})
    with pytest.raises(LedgerError, match="not what was committed") as caught:
        entry.opened(leaf, changed)
    assert f"`{name}`" in caught.value.where


def test_opening_with_a_changed_salt():
    leaf, opening = search_entry()
    salt, value = opening.fields["matched"]
    changed = Opening({**opening.fields, "matched": (salt[::-1], value)})
    with pytest.raises(LedgerError, match="not what was committed"):
        entry.opened(leaf, changed)


def test_opening_with_two_values_swapped():
    leaf, opening = search_entry()
    swapped = {
        **opening.fields,
        "person": opening.fields["citizen"],
        "citizen": opening.fields["person"],
    }
    # Both are null, yet each commitment covers its name too.
    with pytest.raises(LedgerError, match="not what was committed"):
        entry.opened(leaf, Opening(swapped))


def test_opening_of_another_entry():
    leaf, _ = subject_access(1)
    _, other = subject_access(2)
    with pytest.raises(LedgerError, match="not what was committed"):
        entry.opened(leaf, other)


def test_a_salt_longer_than_a_block_is_not_its_own_hash():
    # HMAC hashes a key longer than 64 bytes, so that long salt and its hash commit alike. Both
    # open to the same value: a changed salt can never change what an entry says.
    leaf, opening = search_entry()
    for salt in (b"", b"x" * 65):
        changed = Opening({**opening.fields, "matched": (salt, True)})
        with pytest.raises(LedgerError):
            entry.opened(leaf, changed)
