from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import audit, checkpoint, tiles
from comity.ledger.tree import Tree
from tests.ledger.sample import LOG, OTHER_LOG, WITNESSES, publish, signed

KEYS = [LOG.verifier_key, *(w.verifier_key for w in WITNESSES)]


@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_sound_ledger_passes(tmp_path, count):
    published = publish(tmp_path, count)
    report = audit.verify_directory(tmp_path, KEYS, need=3)
    assert report.sound
    assert report.head.size == count
    assert report.head.root == published.tree.root()
    assert report.kinds == ({"subject_access": count} if count else {})
    assert len(report.cosigned) == 3


def test_what_is_no_entry_is_found(tmp_path):
    leaves = [b'{"name":"somebody"}', *publish(tmp_path / "good", 3).leaves]
    tree = Tree.of_entries(leaves)
    tiles.write(tmp_path / "bad", leaves, signed(tree))
    with pytest.raises(LedgerError, match="not an entry") as caught:
        audit.verify_directory(tmp_path / "bad", [LOG.verifier_key])
    assert "leaf 0" in caught.value.where


def test_a_missing_bundle_is_found(tmp_path):
    publish(tmp_path, 300)
    (tmp_path / "tile/entries/000").unlink()
    report = audit.inspect(tmp_path, KEYS)
    assert not report.sound
    assert "tile/entries/000" in report.findings[0].where
    with pytest.raises(LedgerError):
        audit.verify_directory(tmp_path, KEYS)


def test_every_finding_is_listed(tmp_path):
    publish(tmp_path, 300)
    for path in ("tile/0/000", "tile/1/000.p/1"):
        place = tmp_path / path
        place.write_bytes(bytes([place.read_bytes()[0] ^ 1]) + place.read_bytes()[1:])
    report = audit.inspect(tmp_path, KEYS)
    assert [f.where for f in report.findings] == [
        "tile level 0, hash 0",
        "tile level 1, hash 0",
    ]
    with pytest.raises(LedgerError, match="1 more finding"):
        audit.verify_directory(tmp_path, KEYS)


def test_too_few_witnesses_are_a_finding(tmp_path):
    published = publish(tmp_path, 3)
    (tmp_path / "checkpoint").write_bytes(signed(published.tree))
    audit.verify_directory(tmp_path, KEYS)
    with pytest.raises(LedgerError, match="too few"):
        audit.verify_directory(tmp_path, KEYS, need=1)


def test_a_kept_checkpoint_is_continued(tmp_path):
    published = publish(tmp_path, 300)
    for size in (0, 1, 299, 300):
        audit.verify_growth(tmp_path, signed(published.tree, size), LOG.verifier)


def test_keys_come_log_first():
    log, witnesses = audit.keys(KEYS)
    assert log == LOG.verifier
    assert witnesses == [w.verifier for w in WITNESSES]
    for wrong in ([], [WITNESSES[0].verifier_key], [LOG.verifier_key, OTHER_LOG.verifier_key]):
        with pytest.raises(LedgerError):
            audit.keys(wrong)


def test_the_report_names_the_checkpoint_it_judged(tmp_path):
    published = publish(tmp_path, 5)
    report = audit.inspect(tmp_path, KEYS)
    assert report.head == checkpoint.read(published.checkpoint, LOG.verifier)
