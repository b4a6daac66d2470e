from __future__ import annotations

import json
from base64 import b64decode

import pytest

from comity.errors import LedgerError
from comity.ledger.tree import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.shared_data import shared


def vectors(folder):
    paths = sorted(shared("transparency", "rfc6962", folder).rglob("*.json"))
    assert len(paths) > 90
    return [(str(path), json.loads(path.read_text())) for path in paths]


def decoded(texts):
    return [b64decode(text or "") for text in texts or []]


def refused(check, *arguments):
    try:
        check(*arguments)
    except LedgerError:
        return True
    return False


def test_inclusion_vectors_of_other_implementations():
    for path, v in vectors("inclusion"):
        leaf, root = decoded([v["leafHash"], v["root"]])
        proof = decoded(v["proof"])
        got = refused(verify_inclusion, leaf, v["leafIdx"], v["treeSize"], proof, root)
        assert got == v["wantErr"], path


def test_consistency_vectors_of_other_implementations():
    for path, v in vectors("consistency"):
        roots = decoded([v["root1"], v["root2"]])
        proof = decoded(v["proof"])
        got = refused(verify_consistency, v["size1"], v["size2"], proof, *roots)
        assert got == v["wantErr"], path


def test_the_empty_tree_has_the_hash_of_nothing():
    assert Tree().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_one_leaf_is_its_own_root():
    tree = Tree.of_entries([b"x"])
    assert tree.root() == leaf_hash(b"x")
    assert tree.inclusion_proof(0) == []
    verify_inclusion(leaf_hash(b"x"), 0, 1, [], tree.root())


def test_a_leaf_never_passes_for_a_node():
    # Without the two prefixes an entry that spells two hashes would have their parent's hash.
    two = Tree.of_entries([b"a", b"b"])
    spelled = two.leaf(0) + two.leaf(1)
    assert leaf_hash(spelled) != two.root()


def test_append_says_where_the_leaf_stands():
    tree = Tree()
    assert [tree.append(leaf_hash(bytes([i]))) for i in range(5)] == [0, 1, 2, 3, 4]
    assert len(tree) == 5


def test_an_earlier_root_stays_what_it_was():
    tree, roots = Tree(), []
    for i in range(70):
        roots.append(tree.root())
        tree.append(leaf_hash(bytes([i])))
    assert [tree.root(size) for size in range(70)] == roots


def test_a_hundred_thousand_leaves_prove_and_verify():
    tree = Tree(leaf_hash(b"%d" % i) for i in range(100_000))
    for index in (0, 1, 65_535, 65_536, 99_999):
        proof = tree.inclusion_proof(index)
        assert len(proof) <= 17
        verify_inclusion(tree.leaf(index), index, len(tree), proof, tree.root())
    for old in (1, 65_535, 65_536, 99_999, 100_000):
        verify_consistency(old, len(tree), tree.consistency_proof(old), tree.root(old), tree.root())


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t.root(4),
        lambda t: t.root(-1),
        lambda t: t.leaf(3),
        lambda t: t.leaf(-1),
        lambda t: t.inclusion_proof(3),
        lambda t: t.inclusion_proof(-1),
        lambda t: t.inclusion_proof(2, 2),
        lambda t: t.consistency_proof(0),
        lambda t: t.consistency_proof(4),
        lambda t: t.complete(1, 1),
        lambda t: t.complete(9, 0),
        lambda t: t.append(b"short"),
    ],
)
def test_what_is_not_in_the_tree_is_refused(ask):
    tree = Tree.of_entries([b"a", b"b", b"c"])
    with pytest.raises(LedgerError):
        ask(tree)
    assert len(tree) == 3


def test_a_refusal_shows_both_roots():
    tree = Tree.of_entries([b"a", b"b", b"c"])
    with pytest.raises(LedgerError) as caught:
        verify_inclusion(tree.leaf(0), 1, 3, tree.inclusion_proof(1), tree.root())
    assert tree.root().hex() in caught.value.expected
    assert caught.value.found.strip("`") not in caught.value.expected
