"""Something is appended to a signed file, in the hope that nobody reads to its end."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import checkpoint, proof
from comity.ledger.note import Verifier
from tests.ledger.golden.refresh import golden

KEY = Verifier.parse(golden()["keys.txt"].decode().splitlines()[0])


@pytest.mark.parametrize("more", [b"\n", b"\x00", b" ", b"x", b"x\n", b"\n\n", "— a b\n".encode()])
def test_checkpoint_with_trailing_bytes(more):
    files = golden()
    with pytest.raises(LedgerError):
        checkpoint.read(files["checkpoint"] + more, KEY)
    with pytest.raises(LedgerError):
        proof.verify(files["leaf6.tlog-proof"] + more, files["entry.json"], KEY)


@pytest.mark.parametrize("more", [b"\n", b" ", b"\r\n", b"x"])
def test_checkpoint_with_leading_bytes(more):
    with pytest.raises(LedgerError):
        checkpoint.read(more + golden()["checkpoint"], KEY)
