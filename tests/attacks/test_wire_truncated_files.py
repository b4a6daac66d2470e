"""A file cut off at any byte is refused with WireError or read with an error among its findings."""

from __future__ import annotations

import random
from functools import lru_cache

import pytest

from comity.errors import WireError
from comity.wire.build import errt
from comity.wire.read import read, write
from comity.wire.submission import submission
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import NOW, card


def assert_told(data: bytes) -> None:
    try:
        transaction = read(data)
    except WireError:
        return
    assert write(transaction) == data
    found = validate(transaction)
    assert "error" in {f.severity for f in found}, len(data)
    submission(transaction, data)


@lru_cache(maxsize=2)
def small(record_type: int) -> bytes:
    return card(fingers=[1], record_type=record_type)


@pytest.mark.parametrize("record_type", [4, 14])
def test_a_built_file_cut_at_every_byte(record_type: int) -> None:
    data = small(record_type)
    for size in range(len(data)):
        assert_told(data[:size])


def test_the_smallest_reference_file_cut_at_every_byte() -> None:
    paths = sorted(
        shared("transactions", "nist-reference").glob("*.an2"), key=lambda p: p.stat().st_size
    )
    data = paths[0].read_bytes()
    for size in range(len(data)):
        assert_told(data[:size])


def test_large_reference_files_cut_at_sampled_bytes() -> None:
    rng = random.Random(7)
    for name in ("type-4-tpcard.an2", "type-14-tpcard-nqm.an2", "type-9-10-14.an2"):
        data = shared("transactions", "nist-reference", name).read_bytes()
        for size in sorted(rng.sample(range(len(data)), 25)):
            assert_told(data[:size])


def test_what_is_left_of_a_cut_file_still_gets_its_refusal() -> None:
    data = small(4)
    for size in range(len(read(data).head.fields[0].encoded), len(data), 97):
        try:
            transaction = read(data[:size])
        except WireError:
            continue
        told = submission(transaction, data[:size])
        answer = read(errt(told, validate(transaction), NOW, "RESPONSE-0001"))
        assert answer.text(1, 10) == told.tcn
