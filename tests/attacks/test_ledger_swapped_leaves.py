"""Two entries change places, so that a release seems to follow its decision."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import audit, proof, tiles
from comity.ledger.proof import Proof
from comity.ledger.tree import leaf_hash
from tests.ledger.sample import LOG, publish


def test_swapped_leaves(tmp_path):
    published = publish(tmp_path, 10)
    leaves = list(published.leaves)
    leaves[4], leaves[5] = leaves[5], leaves[4]
    hashes = b"".join(map(leaf_hash, leaves))
    (tmp_path / "tile/entries/000.p/10").write_bytes(tiles.bundle(leaves))
    (tmp_path / "tile/0/000.p/10").write_bytes(hashes)
    with pytest.raises(LedgerError, match="do not add up"):
        audit.verify_directory(tmp_path, [LOG.verifier_key])


def test_a_proof_with_another_index(tmp_path):
    published = publish(tmp_path, 10)
    made = proof.prove(published.tree, 4, published.checkpoint)
    for index in set(range(12)) - {4}:
        moved = Proof(index, made.hashes, made.checkpoint).as_bytes()
        with pytest.raises(LedgerError):
            proof.verify(moved, published.leaves[4], LOG.verifier)
