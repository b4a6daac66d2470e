"""Small files that claim or hold absurd numbers of bytes, records, fields or items."""

from __future__ import annotations

import tracemalloc

import pytest

from benchmarks.wire_bombs import BOMBS, DAMAGED, MIB, TEXT
from comity.errors import WireError
from comity.wire.damage import DAMAGE_MAX
from comity.wire.entries import RECORDS_MAX
from comity.wire.read import FIELDS_MAX, read, write
from comity.wire.submission import submission
from comity.wire.transaction import ITEMS_MAX
from comity.wire.validate import FINDINGS_MAX, validate
from tests.wire.cards import card


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little_memory_and_few_findings(name: str) -> None:
    data = BOMBS[name]
    tracemalloc.start()
    try:
        transaction = read(data)
        found = validate(transaction)
        submission(transaction, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert write(transaction) == data
    assert peak < 24 * MIB
    assert len(transaction.records) <= RECORDS_MAX + 1
    assert sum(len(r.fields) for r in transaction.records) <= FIELDS_MAX + RECORDS_MAX + 10
    assert len(found) <= FINDINGS_MAX + DAMAGE_MAX + 2
    assert name not in DAMAGED or "error" in {f.severity for f in found}
    assert all(len(f.found) < 400 for f in found)


@pytest.mark.parametrize("stated", [0, 1, 4, 5, 17, 2**31, 2**32 - 1])
def test_a_binary_length_bomb_moves_nothing(stated: int) -> None:
    data = card()
    at = read(data).records[5].offset
    broken = data[:at] + stated.to_bytes(4, "big") + data[at + 4 :]
    transaction = read(broken)
    assert [r.offset for r in transaction.records] == [r.offset for r in read(data).records]
    assert {f.code for f in validate(transaction)} == {"length"}


@pytest.mark.parametrize("stated", [b"0", b"-1", b"1e9", b"999999999", b"9" * 40, b"", b"\xb2"])
def test_a_text_length_bomb_moves_nothing(stated: bytes) -> None:
    data = card()
    size = read(data).records[1].size
    broken = data.replace(b"2.001:%d\x1d" % size, b"2.001:" + stated + b"\x1d")
    transaction = read(broken)
    assert [r.type for r in transaction.records] == [r.type for r in read(data).records]
    assert "length" in {f.code for f in transaction.damage}


@pytest.mark.parametrize(
    "entry", [b"4\x1f999999999", b"999\x1f01", b"\x1f", b"", b"4", b"-4\x1f-1"]
)
def test_a_count_entry_of_nonsense_is_found(entry: bytes) -> None:
    data = card().replace(b"4\x1f07", entry)
    try:
        found = validate(read(data))
    except WireError:
        return
    assert "error" in {f.severity for f in found}


def test_items_past_the_limit_stay_in_one() -> None:
    data = TEXT + b"\x1d2.041:" + b"A\x1f" * (2 * ITEMS_MAX) + b"\x1c"
    field = read(data).records[1].fields[-1]
    (items,) = field.subfields
    assert len(items) <= ITEMS_MAX + 1
    assert b"\x1f".join(item.value for item in items) == field.value
