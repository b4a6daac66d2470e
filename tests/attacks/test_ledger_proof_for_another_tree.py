"""A proof from one ledger, or one entry, is passed off for another."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import proof
from comity.ledger.proof import Proof
from comity.ledger.tree import Tree
from tests.ledger.sample import LOG, OTHER_LOG, cosigned, signed

LEAVES = [b"entry %d" % i for i in range(13)]
TREE = Tree.of_entries(LEAVES)
OTHER = Tree.of_entries([b"changed", *LEAVES[1:]])


def test_proof_for_another_tree():
    taken = proof.prove(OTHER, 5, signed(OTHER))
    crossed = Proof(5, taken.hashes, signed(TREE)).as_bytes()
    with pytest.raises(LedgerError, match="roots differ"):
        proof.verify(crossed, LEAVES[5], LOG.verifier)


def test_proof_for_another_entry():
    data = proof.prove(TREE, 5, signed(TREE)).as_bytes()
    for other in (LEAVES[6], b"", LEAVES[5] + b" "):
        with pytest.raises(LedgerError, match="roots differ"):
            proof.verify(data, other, LOG.verifier)


def test_proof_for_another_size():
    hashes = tuple(TREE.inclusion_proof(5, 12))
    with pytest.raises(LedgerError):
        proof.verify(Proof(5, hashes, signed(TREE)).as_bytes(), LEAVES[5], LOG.verifier)


def test_proof_under_another_logs_key():
    data = proof.prove(TREE, 5, cosigned(signed(TREE))).as_bytes()
    with pytest.raises(LedgerError, match="no known key"):
        proof.verify(data, LEAVES[5], OTHER_LOG.verifier)


def test_a_node_passed_off_as_an_entry():
    # The parent of leaves 4 and 5, spelled as an entry, with the proof from that node upward.
    node = TREE.leaf(4) + TREE.leaf(5)
    hashes = tuple(TREE.inclusion_proof(4)[1:])
    for index in (2, 4, 5):
        with pytest.raises(LedgerError):
            proof.verify(Proof(index, hashes, signed(TREE)).as_bytes(), node, LOG.verifier)
