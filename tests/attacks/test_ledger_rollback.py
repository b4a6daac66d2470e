"""The operator shows an older ledger, without the entries it regrets."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import audit, checkpoint, tiles, witness
from tests.ledger.sample import AT_S, LOG, WITNESSES, publish, signed


def test_rollback_of_the_published_files(tmp_path):
    published = publish(tmp_path / "now", 300)
    tiles.write(tmp_path / "back", published.leaves, signed(published.tree, 200))
    audit.verify_directory(tmp_path / "back", [LOG.verifier_key])  # sound in itself
    with pytest.raises(LedgerError, match="shrank"):
        audit.verify_growth(tmp_path / "back", published.checkpoint, LOG.verifier)


def test_rollback_before_a_witness(tmp_path):
    tree = publish(tmp_path, 30).tree
    known = checkpoint.read(signed(tree), LOG.verifier)
    for proof in ([], tree.consistency_proof(20)):
        with pytest.raises(LedgerError, match="shrank"):
            witness.cosign(WITNESSES[0], known, signed(tree, 20), LOG.verifier, proof, at_s=AT_S)
