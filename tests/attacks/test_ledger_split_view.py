"""The operator shows one ledger to the auditor and another to the county."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import audit, checkpoint, tiles, witness
from comity.ledger.tree import Tree
from tests.ledger.sample import AT_S, LOG, WITNESSES, publish, signed, subject_access


def other_view(published, size):
    leaves = [subject_access(i)[0] for i in range(size)]
    leaves[3] = subject_access(3, contested=True)[0]
    return leaves, Tree.of_entries(leaves)


def test_split_view_at_one_size(tmp_path):
    published = publish(tmp_path / "ours", 30)
    leaves, tree = other_view(published, 30)
    tiles.write(tmp_path / "theirs", leaves, signed(tree))
    audit.verify_directory(tmp_path / "theirs", [LOG.verifier_key])  # sound in itself
    with pytest.raises(LedgerError, match="split view"):
        audit.verify_growth(tmp_path / "theirs", published.checkpoint, LOG.verifier)


def test_split_view_that_has_grown(tmp_path):
    published = publish(tmp_path / "ours", 30)
    leaves, tree = other_view(published, 40)
    tiles.write(tmp_path / "theirs", leaves, signed(tree))
    with pytest.raises(LedgerError, match="roots differ"):
        audit.verify_growth(tmp_path / "theirs", published.checkpoint, LOG.verifier)


def test_split_view_before_a_witness(tmp_path):
    published = publish(tmp_path, 30)
    known = checkpoint.read(published.checkpoint, LOG.verifier)
    for size, proof in ((30, []), (40, None)):
        _, tree = other_view(published, size)
        hashes = tree.consistency_proof(30) if proof is None else proof
        with pytest.raises(LedgerError):
            witness.cosign(WITNESSES[0], known, signed(tree), LOG.verifier, hashes, at_s=AT_S)


def test_a_witness_of_one_log_is_not_fooled_by_another():
    tree = Tree.of_entries([b"a"])
    known = checkpoint.Checkpoint("another.example", 1, tree.root())
    with pytest.raises(LedgerError, match="two logs"):
        witness.cosign(WITNESSES[0], known, signed(tree), LOG.verifier, [], at_s=AT_S)
