"""Every golden file, cut at every byte: a LedgerError each time, and never another error."""

from __future__ import annotations

import json

import pytest

from comity.errors import LedgerError
from comity.ledger import audit, checkpoint, cosignature, entry, note, proof
from tests.ledger.golden.refresh import golden

FILES = golden()
LOG, WITNESSES = audit.keys(FILES["keys.txt"].decode().split())


def read_checkpoint(data):
    checkpoint.read(data, LOG)
    # Cut after a whole signature line it is a checkpoint still, with fewer witnesses.
    cosignature.verify(data, WITNESSES, len(WITNESSES))


def read_proof(data):
    proof.verify(data, FILES["entry.json"], LOG, witnesses=WITNESSES, need=len(WITNESSES))


def read_opening(data):
    try:
        body = json.loads(data)
    except ValueError as error:
        raise LedgerError("not JSON") from error
    entry.opened(FILES["entry.json"], entry.Opening.from_json(body))


READERS = {
    "note.txt": lambda data: note.verified(data, [LOG]),
    "checkpoint": read_checkpoint,
    "leaf6.tlog-proof": read_proof,
    "entry.json": entry.read,
}


@pytest.mark.parametrize("name", sorted(READERS))
def test_truncated_at_every_byte(name):
    read, whole = READERS[name], FILES[name]
    read(whole)
    for length in range(len(whole)):
        with pytest.raises(LedgerError):
            read(whole[:length])


def test_the_golden_opening_opens_the_golden_entry():
    read_opening(FILES["opening.json"])


@pytest.mark.parametrize("name", sorted(READERS))
def test_one_byte_removed_or_doubled_anywhere(name):
    read, whole = READERS[name], FILES[name]
    for at in range(len(whole)):
        for spoiled in (whole[:at] + whole[at + 1 :], whole[:at] + whole[at : at + 1] + whole[at:]):
            if spoiled != whole:
                try:
                    read(spoiled)
                except LedgerError:
                    continue
                raise AssertionError(f"byte {at} of {name}: read {spoiled[at - 9 : at + 9]!r}")
