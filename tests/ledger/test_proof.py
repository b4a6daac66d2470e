from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import proof
from comity.ledger.proof import Proof
from comity.ledger.tree import Tree
from tests.ledger.sample import LOG, WITNESSES, cosigned, signed

LEAVES = [b"entry %d" % i for i in range(13)]
TREE = Tree.of_entries(LEAVES)
SIGNED = cosigned(signed(TREE))
KEYS = [w.verifier for w in WITNESSES]


@pytest.mark.parametrize("index", range(13))
def test_every_leaf_has_a_proof_that_verifies_offline(index):
    data = proof.prove(TREE, index, SIGNED).as_bytes()
    head = proof.verify(data, LEAVES[index], LOG.verifier, witnesses=KEYS, need=3)
    assert head.size == 13


def test_a_proof_in_a_ledger_of_one():
    tree = Tree.of_entries([b"only"])
    data = proof.prove(tree, 0, signed(tree)).as_bytes()
    assert proof.parse(data).hashes == ()
    proof.verify(data, b"only", LOG.verifier)


def test_extra_data_is_carried_and_proves_nothing():
    made = proof.prove(TREE, 3, SIGNED)
    with_extra = Proof(made.index, made.hashes, made.checkpoint, b"leaf 3")
    assert proof.parse(with_extra.as_bytes()) == with_extra
    proof.verify(with_extra.as_bytes(), LEAVES[3], LOG.verifier)
    empty = Proof(made.index, made.hashes, made.checkpoint, b"")
    assert proof.parse(empty.as_bytes()) == empty


def test_too_few_witnesses_fail_the_proof():
    data = proof.prove(TREE, 3, signed(TREE)).as_bytes()
    proof.verify(data, LEAVES[3], LOG.verifier)
    with pytest.raises(LedgerError, match="too few"):
        proof.verify(data, LEAVES[3], LOG.verifier, witnesses=KEYS, need=1)


def test_a_checkpoint_of_another_tree_proves_nothing():
    other = Tree.of_entries([*LEAVES[:12], b"other"])
    with pytest.raises(LedgerError, match="not of this tree"):
        proof.prove(other, 3, SIGNED)
    with pytest.raises(LedgerError, match="not of this tree"):
        proof.prove(Tree.of_entries(LEAVES[:5]), 3, SIGNED)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.replace(b"@v1", b"@v2"),
        lambda d: d.replace(b"index 3", b"index 03"),
        lambda d: d.replace(b"index 3", b"index -3"),
        lambda d: d.replace(b"index 3", b"Index 3"),
        lambda d: d.replace(b"index 3\n", b""),
        lambda d: d.replace(b"index 3\n", b"index 3\nAAAA\n"),
        lambda d: d.replace(b"index 3\n", b"index 3\nextra AAAA\n"),
        lambda d: d.replace(b"index 3\n", b"extra *\nindex 3\n"),
        lambda d: d.replace(b"index 3\n", b"index 3\n" + b"A" * 43 + b"=\n"),
        lambda d: d.replace(b"index 3\n", b"index 3\n" + (b"A" * 43 + b"=\n") * 64),
        lambda d: d.replace(b"index 3", b"index 3\xff"),
        lambda d: d.replace(b"\n\n", b"\n", 1),
        lambda d: d.replace(b"index 3", b"index 13"),
        lambda d: d.replace(b"index 3", b"index 4"),
        lambda d: b"",
    ],
)
def test_other_bytes_prove_nothing(spoil):
    data = proof.prove(TREE, 3, SIGNED).as_bytes()
    assert spoil(data) != data
    with pytest.raises(LedgerError):
        proof.verify(spoil(data), LEAVES[3], LOG.verifier)
