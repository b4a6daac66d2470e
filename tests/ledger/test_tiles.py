from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import checkpoint, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.tree import Tree
from tests.ledger.sample import LOG, signed

LEAVES = [b"entry %d" % i for i in range(600)]
TREE = Tree.of_entries(LEAVES)


def files(directory):
    return sorted(str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file())


def test_paths_are_those_of_the_specification():
    assert tiles.tile_path(0, 0) == "tile/0/000"
    assert tiles.tile_path(3, 1_234_067) == "tile/3/x001/x234/067"
    assert tiles.tile_path("entries", 5, 112) == "tile/entries/005.p/112"
    assert tiles.tile_path(0, 1_000) == "tile/0/x001/000"


def test_seventy_thousand_leaves_have_the_tiles_of_the_specifications_example():
    spans = {level: list(tiles.tile_spans(70_000, level)) for level in tiles.levels(70_000)}
    assert len(spans[0]) == 274
    assert spans[0][-1] == (273, 112)
    assert spans[1] == [(0, 256), (1, 17)]
    assert spans[2] == [(0, 1)]
    assert list(tiles.levels(256)) == [0, 1]
    assert list(tiles.levels(255)) == [0]
    assert list(tiles.levels(0)) == []


def test_write_then_read(tmp_path):
    tiles.write(tmp_path, LEAVES, signed(TREE), tree=TREE)
    assert files(tmp_path) == [
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    ]
    head = checkpoint.read(tiles.read_checkpoint(tmp_path), LOG.verifier)
    assert list(tiles.read_entries(tmp_path, head.size)) == LEAVES
    assert tiles.read_tree(tmp_path, head).inclusion_proof(599) == TREE.inclusion_proof(599)


def test_step_by_step_gives_the_same_files_as_at_once(tmp_path):
    for size in (0, 1, 2, 255, 256, 257, 511, 600):
        written = tiles.write(tmp_path / "steps", LEAVES[:size], signed(TREE, size))
        assert written[-1] == "checkpoint"
    tiles.write(tmp_path / "once", LEAVES, signed(TREE))
    # Earlier checkpoints need their partial tiles until the full one is there.
    older = set(files(tmp_path / "steps")) - set(files(tmp_path / "once"))
    assert older == {"tile/1/000.p/1"}
    for name in files(tmp_path / "once"):
        assert (tmp_path / "steps" / name).read_bytes() == (tmp_path / "once" / name).read_bytes()


def test_only_what_is_new_is_written(tmp_path):
    tiles.write(tmp_path, LEAVES, signed(TREE, 512), tree=TREE)
    assert tiles.write(tmp_path, LEAVES, signed(TREE, 513), tree=TREE) == [
        "tile/entries/002.p/1",
        "tile/0/002.p/1",
        "checkpoint",
    ]
    assert tiles.write(tmp_path, LEAVES, signed(TREE, 513), tree=TREE) == ["checkpoint"]


def test_an_older_size_can_still_be_read_after_its_partial_tiles_are_gone(tmp_path):
    tiles.write(tmp_path, LEAVES, signed(TREE, 300), tree=TREE)
    old = tiles.read_checkpoint(tmp_path)
    tiles.write(tmp_path, LEAVES, signed(TREE, 600), tree=TREE)
    head = checkpoint.read(old, LOG.verifier)
    assert list(tiles.read_entries(tmp_path, head.size)) == LEAVES[:300]
    assert tiles.read_tree(tmp_path, head).root() == head.root


def test_a_checkpoint_of_other_entries_is_not_published(tmp_path):
    with pytest.raises(LedgerError, match="not of these entries"):
        tiles.write(tmp_path, LEAVES[:5], signed(TREE, 6))
    with pytest.raises(LedgerError, match="not of these entries"):
        tiles.write(tmp_path, [b"other", *LEAVES[1:6]], signed(TREE, 6))
    assert files(tmp_path) == []


def test_a_published_ledger_is_never_rewritten(tmp_path):
    tiles.write(tmp_path, LEAVES, signed(TREE, 6), tree=TREE)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    other = [b"other", *LEAVES[1:9]]
    elsewhere = checkpoint.sign(Checkpoint("elsewhere.example", 9, TREE.root(9)), LOG)
    for leaves, head in [
        (LEAVES, signed(TREE, 5)),
        (other, signed(Tree.of_entries(other))),
        (LEAVES, elsewhere),
    ]:
        with pytest.raises(LedgerError, match="another or a newer"):
            tiles.write(tmp_path, leaves, head)
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LedgerError) as caught:
        tiles.read_checkpoint(tmp_path)
    assert "checkpoint" in caught.value.where
    assert caught.value.next_step


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x02a", b"\x00\x01ab", b"\x00\x01a\x00"])
def test_a_bundle_is_whole_or_refused(data):
    assert tiles.unbundle(b"\x00\x01a", 1) == [b"a"]
    with pytest.raises(LedgerError):
        tiles.unbundle(data, 1)


def test_an_entry_of_64_kib_does_not_fit():
    assert len(tiles.bundle([b"x" * 65_535])) == 65_537
    with pytest.raises(LedgerError, match="too long"):
        tiles.bundle([b"x" * 65_536])


def test_no_such_tile():
    for index, width in [(-1, 256), (0, 0), (0, 257)]:
        with pytest.raises(LedgerError):
            tiles.tile_path(0, index, width)
