"""What outsiders get: the ledger as static files, and the openings that statistics are made of."""

from __future__ import annotations

import json
from pathlib import Path

from comity.exchange.house import House
from comity.ledger import checkpoint, entry, proof, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.entry import Opening
from comity.ledger.tree import Tree

OPENINGS = "openings.json"
KEY = "ledger.vkey"


def publish(house: House, folder: Path) -> Checkpoint:
    """Write tiles, entries, signed checkpoint, the log's key and the statisticians' openings."""
    leaves = house.store.leaves()
    tree = Tree.of_entries(leaves)
    head = Checkpoint(house.origin, len(tree), tree.root())
    folder.mkdir(parents=True, exist_ok=True)
    tiles.write(folder, leaves, checkpoint.sign(head, house.signer), tree=tree)
    (folder / KEY).write_text(house.signer.verifier_key + "\n")
    openings = house.store.openings()
    kept = {
        str(number): entry.for_statistics(
            entry.read(leaf).kind, Opening.from_json(openings[number])
        ).as_json()
        for number, leaf in enumerate(leaves)
    }
    (folder / OPENINGS).write_text(json.dumps(kept, sort_keys=True, separators=(",", ":")))
    return head


def opened(folder: Path, size: int) -> list[entry.OpenedEntry]:
    """Every published entry with its published opening, each value verified.

    Raises
    ------
    LedgerError  a file is missing, or an opening does not open its entry
    """
    openings = json.loads(tiles.read_file(folder, OPENINGS))
    return [
        entry.opened_entry(number, leaf, Opening.from_json(openings.get(str(number), {})))
        for number, leaf in enumerate(tiles.read_entries(folder, size))
    ]


def prove(house: House, leaf: int) -> bytes:
    """A proof file for one leaf under the ledger's head as it is now."""
    tree = Tree.of_entries(house.store.leaves())
    head = Checkpoint(house.origin, len(tree), tree.root())
    return proof.prove(tree, leaf, checkpoint.sign(head, house.signer)).as_bytes()
