from __future__ import annotations

import json

import pytest

from comity.errors import LedgerError
from comity.ledger.entry import canonical
from tests.shared_data import shared


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_rfc8785_vectors_of_its_author(name):
    folder = shared("transparency", "rfc8785")
    value = json.loads((folder / "input" / f"{name}.json").read_text("utf-8"))
    expected = (folder / "output" / f"{name}.json").read_bytes()
    assert canonical(value) == expected
    assert canonical(value) == bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())


def endless():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        "\ud800",
        {"\ud800": 1},
        {1: 2},
        b"bytes",
        {1, 2},
        endless(),
    ],
    ids=["nan", "inf", "2^53", "surrogate", "surrogate-key", "key", "bytes", "set", "deep"],
)
def test_what_has_no_canonical_json_is_refused(value):
    with pytest.raises(LedgerError):
        canonical(value)
