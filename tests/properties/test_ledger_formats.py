from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import LedgerError
from comity.ledger import audit, checkpoint, entry, note, proof, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.entry import Opening
from comity.ledger.note import Note, Signature
from comity.ledger.tree import EMPTY_ROOT, Tree
from tests.ledger.sample import AT, LOG, ORIGIN, salts, signed

LINE = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
)
NAME = LINE.filter(lambda n: not any(c.isspace() or c == "+" for c in n))
WORD = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(LINE | st.just(""), min_size=1, max_size=4),
    st.lists(
        st.builds(
            Signature,
            NAME,
            st.binary(min_size=4, max_size=4),
            st.binary(min_size=1, max_size=80),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_parse_undoes_writing_a_note(lines, signatures):
    made = Note("".join(f"{line}\n" for line in lines), tuple(signatures))
    assert note.parse(made.as_bytes()) == made


@given(
    LINE,
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(LINE, max_size=2),
)
def test_parse_undoes_writing_a_checkpoint(origin, size, root, extensions):
    head = Checkpoint(origin, size, root if size else EMPTY_ROOT, tuple(extensions))
    assert checkpoint.parse_text(head.text) == head


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_unbundle_undoes_bundle(entries):
    assert tiles.unbundle(tiles.bundle(entries), len(entries)) == entries


@given(st.integers(0, 10**12), st.integers(1, 256))
def test_the_path_names_one_tile(index, width):
    path = tiles.tile_path(0, index, width)
    name, _, partial = path.removeprefix("tile/0/").partition(".p/")
    groups = name.split("/")
    assert all(g.startswith("x") for g in groups[:-1])
    assert [len(g.lstrip("x")) for g in groups] == [3] * len(groups)
    assert int("".join(g.lstrip("x") for g in groups)) == index
    assert int(partial or 256) == width


@settings(deadline=None)
@given(
    st.dictionaries(WORD, JSON, max_size=4),
    st.dictionaries(WORD, JSON, max_size=4),
    st.sampled_from(["submission", "disposition"]),
)
def test_every_commitment_opens_to_what_was_committed(facts, decision, because):
    values = {
        "case": "k7q2",
        "jurisdiction": "ZZ0010000",
        "at": AT,
        "question": "search",
        "number": 1,
        "because": because,
        "facts": facts,
        "decision": decision,
    }
    leaf, opening = entry.make("decision", period="2010-03", policy="", values=values, salt=salts())
    again = Opening.from_json(json.loads(json.dumps(opening.as_json())))
    assert entry.opened(leaf, again) == values
    for name in values:
        rest = entry.opened(leaf, entry.destroy(again, [name]))
        assert rest == {k: v for k, v in values.items() if k != name}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.data())
def test_every_proof_file_verifies(count, data):
    leaves = [b"%d" % i for i in range(count)]
    tree = Tree.of_entries(leaves)
    size = data.draw(st.integers(1, count))
    index = data.draw(st.integers(0, size - 1))
    made = proof.prove(tree, index, signed(tree, size))
    assert proof.parse(made.as_bytes()) == made
    assert proof.verify(made.as_bytes(), leaves[index], LOG.verifier).size == size


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=4))
def test_a_folder_grown_in_any_steps_reads_back(tmp_path_factory, sizes):
    folder = tmp_path_factory.mktemp("ledger")
    leaves = [b"%d" % i for i in range(700)]
    tree = Tree.of_entries(leaves)
    for size in sorted(sizes):
        tiles.write(folder, leaves, signed(tree, size), tree=tree)
        head = checkpoint.read(tiles.read_checkpoint(folder), LOG.verifier)
        assert list(tiles.read_entries(folder, size)) == leaves[:size]
        assert tiles.read_tree(folder, head).root() == tree.root(size)
    for size in sizes:
        audit.verify_growth(folder, signed(tree, size), LOG.verifier)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_nothing_but_ledger_errors(data):
    readers = (
        note.parse,
        proof.parse,
        entry.read,
        lambda d: tiles.unbundle(d, 3),
        lambda d: checkpoint.parse_text(d.decode("latin-1")),
        lambda d: note.Verifier.parse(d.decode("latin-1")),
    )
    for read in readers:
        try:
            read(data)
        except LedgerError:
            continue
        assert read(data) is not None


def test_the_sample_log_is_the_one_meant():
    assert checkpoint.read(signed(Tree()), LOG.verifier).origin == ORIGIN
