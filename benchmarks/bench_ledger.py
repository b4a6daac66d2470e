"""How fast the ledger appends, proves, publishes and is audited, beside the hashing it must do.

    python benchmarks/bench_ledger.py [--leaves 100000]

Envelope: n leaves need n hashes of an entry (some 440 bytes) and n - 1 of two nodes (65 bytes).
At the rate measured for bare SHA-256 on the same bytes that is the floor; the rest is Python
calling it. A proof is about log2(n) hashes, read and not computed. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from comity.ledger import audit, checkpoint, entry, note, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.tree import Tree, leaf_hash, verify_inclusion

RUNS = 5
PROOFS = 2000
DIFFERENT = 1000  # entries made by `entry.make`; further ones repeat them with another number


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--leaves", type=int, default=100_000)
    count = options.parse_args().leaves
    made_s, leaves = entries(count)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    tree = Tree(hashes)
    root = tree.root()
    floor_s = timed(lambda: bare(leaves))
    build_s = timed(lambda: Tree.of_entries(leaves))
    chosen = random.Random(1).choices(range(count), k=PROOFS)
    prove_s = timed(lambda: [tree.inclusion_proof(i) for i in chosen]) / PROOFS
    proofs = [tree.inclusion_proof(i) for i in chosen]
    verify_s = timed(
        lambda: [
            verify_inclusion(hashes[i], i, count, proof, root)
            for i, proof in zip(chosen, proofs, strict=True)
        ]
    )
    key = note.generate("ledger.example/bench", bytes(32))
    signed = checkpoint.sign(Checkpoint(key.name, count, root), key)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        began = perf_counter()
        written = tiles.write(place, leaves, signed, tree=tree)
        write_s = perf_counter() - began
        began = perf_counter()
        sound = audit.inspect(place, [key.verifier_key]).sound
        audit_s = perf_counter() - began
    body = {
        "data": "entries of kind acknowledgement",
        "n": count,
        "entry_bytes": round(sum(map(len, leaves)) / count),
        "floor_seconds": round(floor_s, 4),
        "make_us_an_entry": round(1e6 * made_s, 1),
        "append_and_root_seconds": round(build_s, 4),
        "append_and_root_times_floor": round(build_s / floor_s, 2),
        "root_us": round(1e6 * timed(tree.root), 2),
        "prove_us": round(1e6 * prove_s, 2),
        "verify_us": round(1e6 * verify_s / PROOFS, 2),
        "proof_hashes": max(map(len, proofs)),
        "publish_seconds": round(write_s, 2),
        "files": len(written),
        "audit_seconds": round(audit_s, 2),
        "audit_sound": sound,
    }
    print(json.dumps(body, indent=1))


def entries(count: int) -> tuple[float, list[bytes]]:
    """Seconds to make one entry with its commitments, and `count` different leaves."""
    numbers = iter(range(1 << 60))

    def salt() -> bytes:
        return next(numbers).to_bytes(32, "big")

    began = perf_counter()
    models = [
        entry.make(
            "acknowledgement",
            period="2011-05",
            policy="ab" * 32,
            values={
                "case": f"{number:024x}",
                "jurisdiction": "XA0010000",
                "at": "2011-05-02T09:00:00+00:00",
                "recipient": "notified_agency",
                "of_leaf": number,
            },
            salt=salt,
        )[0]
        for number in range(min(count, DIFFERENT))
    ]
    each = (perf_counter() - began) / len(models)
    # Another policy hash makes another leaf of the same length, canonical as the first.
    leaves = [models[n % len(models)].replace(b"ab" * 32, b"%064x" % n, 1) for n in range(count)]
    return each, leaves


def bare(leaves: list[bytes]) -> None:
    """The hashing alone: as many calls on as many bytes, keeping nothing."""
    sha256, node = hashlib.sha256, bytes(65)
    for leaf in leaves:
        sha256(leaf).digest()
    for _ in leaves:
        sha256(node).digest()


def timed(work: Callable[[], object]) -> float:
    """Median seconds of a few runs."""
    taken = []
    for _ in range(RUNS):
        began = perf_counter()
        work()
        taken.append(perf_counter() - began)
    return median(taken)


if __name__ == "__main__":
    main()
