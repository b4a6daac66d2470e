"""The operator, or whoever took over the host, changes what an old entry says."""

from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import audit, tiles
from comity.ledger.tree import Tree
from tests.ledger.sample import LOG, publish, subject_access

KEYS = [LOG.verifier_key]


def edited(published, index):
    leaves = list(published.leaves)
    leaves[index] = subject_access(index, contested=True)[0]
    assert leaves[index] != published.leaves[index]
    return leaves


@pytest.mark.parametrize("index", [0, 255, 256, 299])
def test_edited_entry(tmp_path, index):
    published = publish(tmp_path, 300)
    leaves = edited(published, index)
    for start, width in ((0, 256), (256, 44)):
        path = tiles.tile_path("entries", start // 256, width)
        (tmp_path / path).write_bytes(tiles.bundle(leaves[start : start + width]))
    with pytest.raises(LedgerError, match="do not add up"):
        audit.verify_directory(tmp_path, KEYS)
    places = {f.where for f in audit.inspect(tmp_path, KEYS).findings}
    assert f"tile level 0, hash {index}" in places


def test_edited_entry_with_all_tiles_made_to_fit(tmp_path):
    published = publish(tmp_path / "old", 300)
    leaves = edited(published, 17)
    tree = Tree.of_entries(leaves)
    for level in tiles.levels(300):
        for index, width in tiles.tile_spans(300, level):
            hashes = (tree.complete(8 * level, index * 256 + i) for i in range(width))
            path = tmp_path / "old" / tiles.tile_path(level, index, width)
            path.write_bytes(b"".join(hashes))
    path = tmp_path / "old" / tiles.tile_path("entries", 0)
    path.write_bytes(tiles.bundle(leaves[:256]))
    findings = audit.inspect(tmp_path / "old", KEYS).findings
    assert [f.message for f in findings] == ["the entries do not add up to the signed root"]
