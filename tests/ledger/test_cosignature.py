from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import checkpoint, cosignature, note, witness
from comity.ledger.cosignature import WitnessKey
from comity.ledger.note import Verifier
from comity.ledger.tree import Tree
from tests.ledger.sample import AT_S, LOG, WITNESSES, cosigned, signed

TREE = Tree.of_entries([b"%d" % i for i in range(9)])
KEYS = [w.verifier for w in WITNESSES]

# One head of a public staging log of Certificate Transparency, as it published it in 2026: its
# own Ed25519 line and that of a public witness; and the two operators' published keys.
STAGING = "arche2025h1.staging.ct.transparency.dev"
STAGING_KEY = f"{STAGING}+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
REMORA_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
STAGING_HEAD = f"""{STAGING}
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— {STAGING} ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27l\
efwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27w\
gxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
""".encode()


def test_a_cosignature_made_by_somebody_elses_witness():
    head = checkpoint.read(STAGING_HEAD, Verifier.parse(STAGING_KEY))
    assert head.size == 1_432_088_532
    (seen,) = cosignature.verify(STAGING_HEAD, [WitnessKey.parse(REMORA_KEY)], 1)
    assert (seen.name, seen.at_s) == ("remora.n621.de", 0x6A122120)
    changed = STAGING_HEAD.replace(b"1432088532", b"1432088533")
    with pytest.raises(LedgerError, match="not over this text"):
        cosignature.verify(changed, [WitnessKey.parse(REMORA_KEY)], 1)


def test_all_witnesses_are_found():
    seen = cosignature.verify(cosigned(signed(TREE)), KEYS, 3)
    assert [c.name for c in seen] == [w.name for w in WITNESSES]
    assert {c.at_s for c in seen} == {AT_S}


def test_too_few_witnesses_are_refused():
    text = note.parse(signed(TREE)).text
    data = cosignature.attach(signed(TREE), WITNESSES[0].sign(text, AT_S))
    assert len(cosignature.verify(data, KEYS, 1)) == 1
    with pytest.raises(LedgerError, match="too few"):
        cosignature.verify(data, KEYS, 2)
    assert cosignature.verify(signed(TREE), KEYS, 0) == ()


def test_a_cosignature_from_the_future_is_refused():
    data = cosigned(signed(TREE))
    assert cosignature.verify(data, KEYS, 3, now_s=AT_S)
    with pytest.raises(LedgerError, match="future"):
        cosignature.verify(data, KEYS, 3, now_s=AT_S - 1)


def test_a_changed_time_breaks_the_cosignature():
    line = WITNESSES[0].sign(note.parse(signed(TREE)).text, AT_S)
    late = note.Signature(line.name, line.key_id, (AT_S + 1).to_bytes(8, "big") + line.data[8:])
    with pytest.raises(LedgerError, match="not over this text"):
        cosignature.verify(cosignature.attach(signed(TREE), late), KEYS, 1)


@pytest.mark.parametrize("length", [0, 1, 8, 64, 71, 73])
def test_a_cosignature_has_72_bytes(length):
    line = WITNESSES[0].sign(note.parse(signed(TREE)).text, AT_S)
    data = (line.data + b"\x00")[:length]
    assert not WITNESSES[0].verifier.accepts(note.parse(signed(TREE)).text.encode(), data)


def test_a_time_past_63_bits_is_no_time():
    text = note.parse(signed(TREE)).text
    with pytest.raises(LedgerError, match="POSIX seconds"):
        WITNESSES[0].sign(text, 2**63)
    line = WITNESSES[0].sign(text, AT_S)
    data = (2**63).to_bytes(8, "big") + line.data[8:]
    assert not WITNESSES[0].verifier.accepts(text.encode(), data)


def test_a_logs_key_is_not_a_witnesss():
    with pytest.raises(LedgerError, match="another type"):
        WitnessKey.parse(LOG.verifier_key)
    assert WitnessKey.parse(WITNESSES[0].verifier_key) == WITNESSES[0].verifier


def test_a_witness_trusts_the_first_head_and_follows_the_next():
    first, known = witness.cosign(WITNESSES[0], None, signed(TREE, 5), LOG.verifier, [], at_s=AT_S)
    assert cosignature.verify(first, KEYS, 1)
    proof = TREE.consistency_proof(5)
    second, head = witness.cosign(
        WITNESSES[0], known, signed(TREE), LOG.verifier, proof, at_s=AT_S + 60
    )
    assert (known.size, head.size) == (5, 9)
    assert cosignature.verify(second, KEYS, 1)[0].at_s == AT_S + 60


def test_a_witness_follows_from_the_empty_tree():
    empty = checkpoint.read(signed(TREE, 0), LOG.verifier)
    witness.check_growth(empty, checkpoint.read(signed(TREE), LOG.verifier), [])
    with pytest.raises(LedgerError):
        witness.check_growth(empty, checkpoint.read(signed(TREE), LOG.verifier), [b"x" * 32])
