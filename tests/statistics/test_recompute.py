from __future__ import annotations

import json

import pytest

from comity.errors import LedgerError, StatisticsError
from comity.ledger import checkpoint, entry, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.tree import Tree
from comity.statistics.cases import open_rows
from comity.statistics.disclosure import suppress
from comity.statistics.publish import to_json
from comity.statistics.recompute import against_ledger, differences
from comity.statistics.table import BY_JURISDICTION, BY_MONTH, compute
from tests.ledger.sample import AT, LOG, ORIGIN, OTHER_LOG, salts

COUNTY = "ZZ0010000"


def leaves_and_openings(cases):
    """A ledger of `cases` bookings, each received, searched and half of them matched."""
    leaves, openings = [], {}
    for number in range(cases):
        shared = {"case": f"c{number}", "jurisdiction": COUNTY, "at": AT}
        matched = number % 2 == 0
        told = {
            "received": {
                "tot": "CAR",
                "accepted": True,
                "findings": [],
                "missing_charge": number == 0,
                "tcn": f"T-{number}",
                "sha256": "00",
                "person": None,
            },
            "search": {
                "matched": matched,
                "person": f"p{number}" if matched else None,
                "reasons": ["visa"] if matched else [],
                "lawful_process_only": matched or None,
                "citizen": False if matched else None,
                "level": {"2010": "3"} if matched else {},
            },
        }
        for kind, values in told.items():
            leaf, opening = entry.make(
                kind,
                period="2010-03",
                policy="ab" * 32,
                values={**shared, **values},
                salt=salts(f"{number} {kind}"),
            )
            openings[len(leaves)] = entry.for_statistics(kind, opening)
            leaves.append(leaf)
    return leaves, openings


LEAVES, OPENINGS = leaves_and_openings(30)
TREE = Tree.of_entries(LEAVES)


def head(size):
    return Checkpoint(ORIGIN, size, TREE.root(size))


def published(size, by=BY_JURISDICTION, hide=False):
    table = compute(open_rows(LEAVES[:size], OPENINGS), "2010", by)
    return to_json(table, head(size), suppress(table) if hide else None)


@pytest.fixture
def folder(tmp_path):
    tiles.write(tmp_path, LEAVES, checkpoint.sign(head(60), LOG), tree=TREE)
    return tmp_path


@pytest.mark.parametrize("size", [0, 1, 40, 60])
@pytest.mark.parametrize("by", [BY_JURISDICTION, BY_MONTH])
def test_true_statistics_have_no_differences(folder, size, by):
    assert against_ledger(published(size, by), folder, OPENINGS, LOG.verifier) == []


def test_true_statistics_with_hidden_cells_have_no_differences(folder):
    data = published(60, hide=True)
    assert json.loads(data)["rows"][0]["counts"]["missing_charge"] is None
    assert against_ledger(data, folder, OPENINGS, LOG.verifier) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rows", 0, "counts", "matches"), 14),
        (("rows", 0, "counts", "matches"), True),
        (("rows", 0, "counts", "matches_3"), None),
        (("total", "rates", "match_per_submission", "estimate"), 0.05),
        (("total", "rates", "match_per_submission", "denominator"), 60),
        (("definitions", "matches"), "arrests"),
        (("policies",), []),
        (("ledger", "root"), "00" * 32),
        (("columns", 0), "arrests"),
        (("rows",), []),
        (("note",), "all is well"),
    ],
)
def test_one_changed_number_is_named(folder, path, value):
    body = json.loads(published(60))
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    found = against_ledger(json.dumps(body).encode(), folder, OPENINGS, LOG.verifier)
    assert found
    if path[0] in {"total", "definitions"} or path[1:2] == (0,):
        (only,) = found
        assert str(path[-1]) in only.where
        assert only.published == value
        assert only.recomputed != value or value is True


def test_a_left_out_column_is_named(folder):
    body = json.loads(published(60))
    del body["rows"][0]["counts"]["lawful_process_only"]
    (only,) = against_ledger(json.dumps(body).encode(), folder, OPENINGS, LOG.verifier)
    assert only.where == "rows[0].counts.lawful_process_only"
    assert (only.published, only.recomputed) == ("(absent)", 15)


def test_statistics_of_entries_the_ledger_does_not_have(folder):
    body = json.loads(published(60))
    body["ledger"]["size"] = 61
    with pytest.raises(StatisticsError, match="does not have"):
        against_ledger(json.dumps(body).encode(), folder, OPENINGS, LOG.verifier)


def test_withheld_openings_do_not_change_a_number_unseen(folder):
    fewer = {index: opening for index, opening in OPENINGS.items() if index != 4}
    with pytest.raises(StatisticsError, match="cannot be opened"):
        against_ledger(published(60), folder, fewer, LOG.verifier)


def test_swapped_openings_and_files_do_not_verify(folder):
    with pytest.raises(LedgerError, match="not what was committed"):
        against_ledger(published(60), folder, {**OPENINGS, 0: OPENINGS[2]}, LOG.verifier)
    with pytest.raises(LedgerError, match="no known key"):
        against_ledger(published(60), folder, OPENINGS, OTHER_LOG.verifier)
    bundle = folder / "tile/entries/000.p/60"
    bundle.write_bytes(tiles.bundle([*LEAVES[:2][::-1], *LEAVES[2:]]))
    with pytest.raises(LedgerError, match="not the one in the tree"):
        against_ledger(published(60), folder, OPENINGS, LOG.verifier)


def test_rows_alone_can_be_checked_too():
    rows = list(open_rows(LEAVES, OPENINGS))
    assert differences(published(60), rows, head(60)) == []
    assert differences(published(60), rows[:-2], head(60)) != []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"format": "comity statistics 1"}',
        b'{"format": "comity statistics 1", "ledger": {"size": -1}}',
        published(0).replace(b'"size": 0', b'"size": true'),
        published(0).replace(b'"suppression": "none"', b'"suppression": "some"'),
        published(0).replace(b'"suppression": "none"', b'"suppression": {"threshold": "10"}'),
        published(0).replace(b'"suppression": "none"', b'"suppression": {"threshold": 0}'),
        published(0).replace(b'"jurisdiction"\n', b'"county"\n'),
    ],
)
def test_other_bytes_are_not_statistics(data):
    with pytest.raises(StatisticsError):
        differences(data, [], head(0))
