"""Checking published statistics against the ledger that they name (invariant I8)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from comity.errors import LedgerError, StatisticsError
from comity.ledger import checkpoint, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.entry import OpenedEntry, Opening
from comity.ledger.note import Verifier
from comity.ledger.tree import leaf_hash
from comity.statistics.cases import open_rows
from comity.statistics.disclosure import suppress
from comity.statistics.publish import FORMAT, document
from comity.statistics.table import compute


@dataclass(frozen=True)
class Difference:
    """One place where the published document is not what the ledger gives."""

    where: str
    published: Any
    recomputed: Any


def differences(
    published: bytes, rows: Iterable[OpenedEntry], head: Checkpoint
) -> list[Difference]:
    """Everything in the published JSON that differs from what `rows` give; empty when it is true.

    rows  the opened entries below the tree size that the document names
    head  that size and its root, as the ledger has them

    Raises
    ------
    StatisticsError  not a statistics document, or openings that do not suffice
    """
    body = read(published)
    table = compute(rows, body["level_version"], body["by"])
    chosen = body["suppression"]
    hidden = None if chosen == "none" else suppress(table, _threshold(chosen))
    ours = json.loads(json.dumps(document(table, head, hidden)))
    theirs, expected = dict(_leaves(body)), dict(_leaves(ours))
    missing = "(absent)"
    return [
        Difference(where, theirs.get(where, missing), expected.get(where, missing))
        for where in dict.fromkeys([*expected, *theirs])
        if _spelled(theirs.get(where, missing)) != _spelled(expected.get(where, missing))
    ]


def against_ledger(
    published: bytes,
    directory: Path,
    openings: Mapping[int, Opening],
    log: Verifier,
    *,
    origin: str | None = None,
) -> list[Difference]:
    """The same against a ledger's public files and the openings of its entries, by leaf index.

    The ledger may have grown since: the document is judged at the size that it names.

    Raises
    ------
    LedgerError      the files or a value do not verify
    StatisticsError  the document names a size that the ledger has not reached, or as above
    """
    now = checkpoint.read(tiles.read_checkpoint(directory), log, origin=origin)
    size = read(published)["ledger"]["size"]
    if size > now.size:
        raise StatisticsError(
            "the statistics count entries that the ledger does not have",
            expected=f"a size of at most {now.size}",
            found=f"{size}",
        )
    tree = tiles.read_tree(directory, now)
    leaves = list(islice(tiles.read_entries(directory, now.size), size))
    for index, leaf in enumerate(leaves):
        if leaf_hash(leaf) != tree.leaf(index):
            raise LedgerError("an entry is not the one in the tree", where=f"leaf {index}")
    head = Checkpoint(now.origin, size, tree.root(size))
    return differences(published, open_rows(leaves, openings), head)


def read(published: bytes) -> dict[str, Any]:
    """The document as JSON, once it has the form of one.

    Raises
    ------
    StatisticsError  not JSON, or not a statistics document of this version
    """
    try:
        body = json.loads(published)
    except (ValueError, RecursionError) as error:
        raise StatisticsError("the statistics are not JSON", found=f"{error}"[:100]) from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise StatisticsError("not a statistics document", expected=f"format `{FORMAT}`")
    size = body["ledger"].get("size") if isinstance(body.get("ledger"), dict) else None
    right = (
        isinstance(size, int) and not isinstance(size, bool) and size >= 0,
        isinstance(body.get("level_version"), str),
        isinstance(body.get("by"), list) and all(isinstance(b, str) for b in body["by"]),
        body.get("suppression") == "none" or isinstance(body.get("suppression"), dict),
    )
    if not all(right):
        raise StatisticsError(
            "the statistics document lacks what it rests on",
            expected="ledger size, level_version, by and suppression",
        )
    return body


def _threshold(chosen: Mapping[str, Any]) -> int:
    threshold = chosen.get("threshold")
    if not isinstance(threshold, int) or isinstance(threshold, bool):
        raise StatisticsError("the suppression names no threshold", where="suppression.threshold")
    return threshold


def _leaves(body: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a JSON value with its path; empty lists and objects count as scalars."""
    if isinstance(body, dict) and body:
        for name, inner in body.items():
            yield from _leaves(inner, f"{where}.{name}" if where else name)
    elif isinstance(body, list) and body:
        for number, inner in enumerate(body):
            yield from _leaves(inner, f"{where}[{number}]")
    else:
        yield where, body


def _spelled(value: Any) -> str:
    """JSON text, so that 1, 1.0 and true are three things."""
    return json.dumps(value, sort_keys=True)
