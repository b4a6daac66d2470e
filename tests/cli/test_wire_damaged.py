"""Damaged files through everything that looks into one: an answer or an error of ours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from comity.cli._wire_drawn import figures
from comity.cli._wire_minutiae import FORMS, encoded
from comity.errors import ComityError, WireError
from comity.wire import explain
from comity.wire.causes import causes
from comity.wire.diff import difference
from comity.wire.minutiae import minutia_sets
from comity.wire.read import read
from comity.wire.transaction import Transaction
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import card

SEPARATORS = (b"\x1c", b"\x1d", b"\x1e", b"\x1f", b":", b"9" * 12, b"", b"\xff\xa0", b"-1")
SOURCES = (
    ("nist-reference", "type-9-14-m1.an2"),
    ("nist-reference", "type-9-14-std.an2"),
    ("nist-reference", "type-9-4-iafis.an2"),
    ("nist-reference", "type-5.an2"),
    ("nbis-an2kconvert", "type9-efs.an2k"),
    ("nbis-an2kconvert", "valid1.11.an2"),
)


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Damage in the first 6,000 bytes, where the values are: one to four places."""
    rng = random.Random(seed)
    for _ in range(count):
        made = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(min(len(made), 6000))
            made[at : at + rng.randint(0, 3)] = rng.choice(SEPARATORS)
        yield bytes(made[: rng.randrange(len(made))] if rng.random() < 0.1 else made)


def look(transaction: Transaction, *, pictures: bool) -> None:
    explain.tree(transaction)
    explain.as_json(transaction)
    causes(validate(transaction))
    if pictures:
        list(figures(transaction))
    for found in minutia_sets(transaction):
        for form in FORMS:
            with suppress(ComityError):
                encoded(found, form)


@pytest.mark.parametrize("parts", SOURCES, ids="/".join)
def test_damage_is_answered(parts: tuple[str, str]) -> None:
    data = shared("transactions", *parts).read_bytes()
    whole = read(data)
    for number, mutant in enumerate(mutants(data, 40, seed=len(data))):
        try:
            transaction = read(mutant)
        except WireError:
            continue
        look(transaction, pictures=number % 10 == 0)
        difference(whole, transaction)


def test_a_card_damaged_in_its_images() -> None:
    data = card(record_type=14)
    rng = random.Random(1)
    for _ in range(10):
        made = bytearray(data)
        for _ in range(200):
            made[rng.randrange(700, len(made))] = rng.randrange(256)
        try:
            transaction = read(bytes(made))
        except WireError:
            continue
        look(transaction, pictures=True)
