from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import LedgerError
from comity.ledger.tree import Tree, leaf_hash, verify_consistency, verify_inclusion
from tests.reference import ledger_tree as slow

ENTRIES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


@settings(max_examples=60, deadline=None)
@given(ENTRIES)
def test_every_size_has_the_root_of_the_reference(entries):
    tree = Tree.of_entries(entries)
    for size in range(len(entries) + 1):
        assert tree.root(size) == slow.root(entries[:size])


@settings(max_examples=60, deadline=None)
@given(ENTRIES, st.data())
def test_inclusion_proofs_are_the_references_and_verify(entries, data):
    size = data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, size - 1))
    tree = Tree.of_entries(entries)
    proof = tree.inclusion_proof(index, size)
    assert proof == slow.inclusion(index, entries[:size])
    verify_inclusion(leaf_hash(entries[index]), index, size, proof, slow.root(entries[:size]))


@settings(max_examples=60, deadline=None)
@given(ENTRIES, st.data())
def test_consistency_proofs_are_the_references_and_verify(entries, data):
    size = data.draw(st.integers(1, len(entries)))
    old = data.draw(st.integers(1, size))
    tree = Tree.of_entries(entries)
    proof = tree.consistency_proof(old, size)
    assert proof == slow.consistency(old, entries[:size])
    verify_consistency(old, size, proof, slow.root(entries[:old]), slow.root(entries[:size]))


@settings(max_examples=100, deadline=None)
@given(ENTRIES, st.data())
def test_a_spoiled_inclusion_proof_never_verifies(entries, data):
    index = data.draw(st.integers(0, len(entries) - 1))
    tree = Tree.of_entries(entries)
    leaf, proof = tree.leaf(index), tree.inclusion_proof(index)
    parts = [leaf, *proof, tree.root()]
    chosen = data.draw(st.integers(0, len(parts) - 1))
    byte = data.draw(st.integers(0, 31))
    parts[chosen] = bytes(
        b ^ (data.draw(st.integers(1, 255)) if i == byte else 0)
        for i, b in enumerate(parts[chosen])
    )
    with pytest.raises(LedgerError):
        verify_inclusion(parts[0], index, len(entries), parts[1:-1], parts[-1])


@settings(max_examples=100, deadline=None)
@given(ENTRIES, st.data())
def test_changing_any_entry_breaks_consistency(entries, data):
    old = data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, old - 1))
    changed = [*entries]
    changed[index] = entries[index] + b"!"
    before, after = Tree.of_entries(entries), Tree.of_entries(changed)
    with pytest.raises(LedgerError):
        verify_consistency(
            old,
            len(entries),
            after.consistency_proof(old),
            before.root(old),
            after.root(),
        )


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-1, 40),
    st.integers(-1, 40),
    st.lists(st.binary(min_size=32, max_size=32), max_size=8),
    st.binary(max_size=33),
)
def test_arbitrary_proofs_give_nothing_but_ledger_errors(a, b, proof, root):
    for check in (
        lambda: verify_inclusion(root, a, b, proof, root),
        lambda: verify_consistency(a, b, proof, root, root),
    ):
        try:
            check()
        except LedgerError:
            continue
        # Accepting is right only where there is nothing to climb: one leaf, or equal sizes.
        assert not proof
        assert (a, b) == (0, 1) or a == b
