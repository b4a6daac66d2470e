"""What outsiders get: the ledger as static files for anyone, and openings for auditors alone.

The openings are one record a case: times, facts, pseudonyms. They recompute every published
number, and they are handed over, never put beside the public ledger.
"""

from __future__ import annotations

import json
from pathlib import Path

from comity.errors import LedgerError
from comity.exchange.house import House
from comity.ledger import checkpoint, entry, proof, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.entry import Opening
from comity.ledger.tree import Tree

KEY = "ledger.vkey"


def publish(house: House, folder: Path) -> Checkpoint:
    """Write what anyone may have: tiles, entries, signed checkpoint and the log's key."""
    leaves = house.store.leaves()
    tree = Tree.of_entries(leaves)
    head = Checkpoint(house.origin, len(tree), tree.root())
    folder.mkdir(parents=True, exist_ok=True)
    tiles.write(folder, leaves, checkpoint.sign(head, house.signer), tree=tree)
    (folder / KEY).write_text(house.signer.verifier_key + "\n")
    return head


def hand_over(house: House, path: Path) -> None:
    """Write the openings that auditors and statisticians get: all but the personal values."""
    leaves, openings = house.store.leaves(), house.store.openings()
    kept = {
        str(number): entry.for_statistics(
            entry.read(leaf).kind, Opening.from_json(openings[number])
        ).as_json()
        for number, leaf in enumerate(leaves)
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, sort_keys=True, separators=(",", ":")))


def opened(folder: Path, size: int, handed: Path) -> list[entry.OpenedEntry]:
    """Every published entry with the opening handed over for it, each value verified.

    Raises
    ------
    LedgerError  a file is missing, or an opening does not open its entry
    """
    try:
        openings = json.loads(handed.read_bytes())
    except (OSError, ValueError) as error:
        raise LedgerError(
            "the openings cannot be read",
            where=str(handed),
            expected="the JSON file that the ledger's operator handed over",
            found=str(error),
        ) from error
    return [
        entry.opened_entry(number, leaf, Opening.from_json(openings.get(str(number), {})))
        for number, leaf in enumerate(tiles.read_entries(folder, size))
    ]


def prove(house: House, leaf: int) -> bytes:
    """A proof file for one leaf under the ledger's head as it is now."""
    tree = Tree.of_entries(house.store.leaves())
    head = Checkpoint(house.origin, len(tree), tree.root())
    return proof.prove(tree, leaf, checkpoint.sign(head, house.signer)).as_bytes()
