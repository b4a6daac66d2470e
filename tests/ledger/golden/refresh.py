"""Write the golden files again: `python -m tests.ledger.golden.refresh`, then read the diff."""

from __future__ import annotations

import json
from pathlib import Path

from comity.ledger import note, proof
from comity.ledger.tree import Tree
from tests.ledger import sample

HERE = Path(__file__).parent


def golden() -> dict[str, bytes]:
    """File name -> bytes, from fixed keys, salts and times."""
    leaves = [sample.subject_access(i)[0] for i in range(11)]
    tree = Tree.of_entries(leaves)
    signed = sample.cosigned(sample.signed(tree))
    opening = sample.subject_access(6)[1].as_json()
    return {
        "note.txt": note.sign("First line.\n\nLast line, after a blank one.\n", sample.LOG),
        "entry.json": leaves[6],
        "opening.json": json.dumps(opening, sort_keys=True, indent=1).encode() + b"\n",
        "checkpoint": signed,
        "leaf6.tlog-proof": proof.prove(tree, 6, signed).as_bytes(),
        "keys.txt": "\n".join(
            [sample.LOG.verifier_key, *(w.verifier_key for w in sample.WITNESSES), ""]
        ).encode(),
    }


if __name__ == "__main__":
    for name, data in golden().items():
        (HERE / name).write_bytes(data)
