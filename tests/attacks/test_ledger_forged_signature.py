"""Somebody without the log's key signs a checkpoint in its name."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import checkpoint, cosignature, note
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.note import Note, Signature
from tests.ledger.sample import AT_S, LOG, ORIGIN, OTHER_LOG, WITNESSES

HEAD = Checkpoint(ORIGIN, 7, bytes(32))


def test_forged_signature_with_another_key_of_the_same_name():
    with pytest.raises(LedgerError, match="no known key"):
        checkpoint.read(checkpoint.sign(HEAD, OTHER_LOG), LOG.verifier)


def test_forged_signature_with_the_right_key_id():
    forged = Signature(ORIGIN, LOG.verifier.key_id, OTHER_LOG.sign(HEAD.text).data)
    data = Note(HEAD.text, (forged,)).as_bytes()
    with pytest.raises(LedgerError, match="not over this text"):
        checkpoint.read(data, LOG.verifier)


def test_forged_signature_beside_the_true_one():
    true = LOG.sign(HEAD.text)
    forged = Signature(ORIGIN, LOG.verifier.key_id, bytes(64))
    for pair in ((true, forged), (forged, true)):
        with pytest.raises(LedgerError, match="not over this text"):
            checkpoint.read(Note(HEAD.text, pair).as_bytes(), LOG.verifier)


def test_every_flipped_bit_of_a_signed_checkpoint_is_noticed():
    data = checkpoint.sign(HEAD, LOG)
    for position in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            with pytest.raises(LedgerError):
                checkpoint.read(bytes(flipped), LOG.verifier)


@pytest.mark.parametrize("length", [1, 63, 65])
def test_forged_signature_of_another_length(length):
    forged = Signature(ORIGIN, LOG.verifier.key_id, bytes(length))
    with pytest.raises(LedgerError, match="not over this text"):
        checkpoint.read(Note(HEAD.text, (forged,)).as_bytes(), LOG.verifier)


def test_a_logs_signature_moved_to_a_cosignature():
    # One seed under both types must not let a log sign as a witness: the messages differ.
    both = cosignature.generate(ORIGIN, LOG.seed)
    moved = AT_S.to_bytes(8, "big") + LOG.sign(HEAD.text).data
    assert not both.verifier.accepts(HEAD.text.encode(), moved)
    assert both.verifier.key_id != LOG.verifier.key_id


def test_one_key_under_two_names_is_one_witness():
    again = cosignature.generate("witness.example/puppet", WITNESSES[0].seed)
    text = HEAD.text
    data = cosignature.attach(
        checkpoint.sign(HEAD, LOG), WITNESSES[0].sign(text, AT_S), again.sign(text, AT_S)
    )
    keys = [WITNESSES[0].verifier, again.verifier, WITNESSES[1].verifier]
    assert len(cosignature.verify(data, keys, 1)) == 1
    with pytest.raises(LedgerError, match="too few"):
        cosignature.verify(data, keys, 2)


def test_one_witness_twice_is_one_witness():
    lines = [WITNESSES[0].sign(HEAD.text, AT_S + i) for i in range(3)]
    data = cosignature.attach(checkpoint.sign(HEAD, LOG), *lines)
    with pytest.raises(LedgerError, match="too few"):
        cosignature.verify(data, [w.verifier for w in WITNESSES], 2)


def test_text_slipped_in_before_the_signatures():
    data = checkpoint.sign(HEAD, LOG)
    slipped = data.replace(b"\n\n", b"\n\nmore\n\n", 1)
    assert note.parse(slipped).text.endswith("more\n")
    with pytest.raises(LedgerError):
        checkpoint.read(slipped, LOG.verifier)
