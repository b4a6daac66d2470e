"""Small files that claim or hold absurd numbers of bytes, records, fields or items."""

from __future__ import annotations

import tracemalloc

import pytest

from comity.errors import WireError
from comity.wire.entries import RECORDS_MAX
from comity.wire.read import FIELDS_MAX, read, write
from comity.wire.submission import submission
from comity.wire.transaction import ITEMS_MAX
from comity.wire.validate import FINDINGS_MAX, validate
from tests.wire.cards import card

MIB = 1 << 20
HEAD = (
    b"1.001:0\x1d1.002:0400\x1d1.003:1\x1f1\x1e2\x1f00\x1d1.004:CAR\x1d1.005:20100101\x1d1.007:A"
    b"\x1d1.008:B\x1d1.009:C\x1d1.011:19.69\x1d1.012:19.69\x1c"
)
TEXT = HEAD + b"2.001:9\x1d2.002:00"
FOUR = HEAD.replace(b"2\x1f00", b"4\x1f01\x1e4\x1f02")
BOMBS = {
    "items": TEXT + b"\x1d2.047:" + b"\x1f" * MIB + b"\x1c",
    "subfields": TEXT + b"\x1d2.047:" + b"\x1e" * MIB + b"\x1c",
    "subfields in every field": TEXT + (b"\x1d2.022:" + b"\x1e" * 1000) * 1000 + b"\x1c",
    "empty fields": TEXT + b"\x1d" * MIB + b"\x1c",
    "fields": TEXT + b"\x1d2.018:A" * (MIB // 8) + b"\x1c",
    "ends of records": HEAD + b"\x1c" * MIB,
    "records": HEAD + b"2.001:9\x1c" * (MIB // 8),
    "ends inside an image": HEAD + b"14.001:9\x1d14.999:" + b"\x1c" * MIB,
    "ends of images": FOUR + b"\xff\xff\xff\xff\x01" + b"\xff\xa1" * (MIB // 2),
    "nothing": FOUR + bytes(MIB),
    "entries of CNT": HEAD.replace(b"\x1e2\x1f00", b"\x1e2\x1f00" * (MIB // 5)),
    "character sets": HEAD[:-1] + b"\x1d1.015:" + b"\x1e\x1f" * (MIB // 2) + b"\x1c",
    "domain": HEAD[:-1] + b"\x1d1.013:" + b"\x1f" * MIB + b"\x1c",
    "digits of a tag": TEXT + b"\x1d2." + b"0" * MIB + b"1:A\x1c",
    "digits of a length": HEAD + b"2.001:" + b"9" * MIB + b"\x1d2.002:00\x1c",
    "one letter": TEXT + b"\x1d2.018:" + b"A" * MIB + b"\x1c",
}


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
    assert len(found) <= FINDINGS_MAX + len(transaction.damage)
    assert {f.severity for f in found} >= {"error"}
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
