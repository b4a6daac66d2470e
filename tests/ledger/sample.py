"""A small ledger with fixed keys and salts, for tests of every room that needs one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from comity.ledger import checkpoint, cosignature, entry, note, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.entry import Opening
from comity.ledger.tree import Tree

ORIGIN = "ledger.example/county"
LOG = note.generate(ORIGIN, bytes(range(32)))
OTHER_LOG = note.generate(ORIGIN, bytes(range(32, 64)))
WITNESSES = [
    cosignature.generate(f"witness.example/{name}", hashlib.sha256(name.encode()).digest())
    for name in ("auditor", "bar", "county")
]
AT_S = 1_270_000_000
AT = "2010-03-31T01:46:40+00:00"


def salts(seed: str = "salt") -> Callable[[], bytes]:
    """Fixed, different salts: fit for tests only."""
    counter = iter(range(1_000_000))
    return lambda: hashlib.sha256(f"{seed} {next(counter)}".encode()).digest()


def subject_access(number: int, *, contested: bool = False) -> tuple[bytes, Opening]:
    return entry.make(
        "subject_access",
        period="2010-03",
        policy="",
        values={
            "case": f"case-{number}",
            "jurisdiction": "ZZ0010000",
            "at": AT,
            "contested": contested,
        },
        salt=salts(f"entry {number}"),
    )


def signed(tree: Tree, size: int | None = None) -> bytes:
    size = len(tree) if size is None else size
    return checkpoint.sign(Checkpoint(ORIGIN, size, tree.root(size)), LOG)


def cosigned(data: bytes) -> bytes:
    text = note.parse(data).text
    return cosignature.attach(data, *(w.sign(text, AT_S) for w in WITNESSES))


@dataclass(frozen=True)
class Published:
    directory: Path
    leaves: Sequence[bytes]
    tree: Tree
    checkpoint: bytes


def publish(directory: Path, count: int) -> Published:
    leaves = [subject_access(i)[0] for i in range(count)]
    tree = Tree.of_entries(leaves)
    data = cosigned(signed(tree))
    tiles.write(directory, leaves, data, tree=tree)
    return Published(directory, leaves, tree, data)
