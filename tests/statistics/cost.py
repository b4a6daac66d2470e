"""What ledger and statistics cost: `python -m tests.statistics.cost`, about half a minute."""

from __future__ import annotations

import random
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from comity.ledger import audit, checkpoint, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.tree import Tree
from comity.statistics.cases import open_rows
from comity.statistics.disclosure import check, suppress
from comity.statistics.relations import all_rows
from comity.statistics.table import compute
from tests.ledger.sample import LOG, ORIGIN
from tests.statistics.stories import Story, decision
from tests.statistics.test_recompute import leaves_and_openings

VERSION = "2010"


@contextmanager
def timed(what: str):
    start = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - start:.2f} s")


def programme(submissions: int, places: int) -> Story:
    """Made-up submissions, most of them in the first places, with every kind of ending."""
    rng, story = random.Random(1), Story()
    for number in range(submissions):
        case = f"c{number}"
        place = f"P{min(int(rng.expovariate(0.5)), places - 1)}"
        story.received(case, place, missing_charge=rng.random() < 0.1)
        if rng.random() < 0.2:
            clause = rng.choice(["a#1", "a#2", "default#no-agreement"])
            story.decided(case, place, "search", decision(False, clause))
            continue
        matched = rng.random() < 0.3
        level = {VERSION: rng.choice(["1", "2", "3", "non-criminal", None])} if matched else {}
        lawful, citizen = rng.choice([True, False, None]), rng.choice([True, False, False])
        story.search(
            case,
            place,
            matched=matched,
            level=level,
            person=f"p{rng.randrange(submissions)}",
            lawful_process_only=lawful,
            citizen=citizen,
        )
        if matched and rng.random() < 0.4:
            story.decided(case, place, "release", decision(False, rng.choice(["a#3", "a#4"])))
        elif matched:
            story.tell("release", case, place, late=rng.random() < 0.2)
            for stage in ("custody", "removal"):
                if rng.random() < 0.5:
                    story.tell("outcome", case, place, stage=stage, level=level)
    return story


def ledger(cases: int) -> None:
    with timed(f"make {2 * cases} entries"):
        leaves, openings = leaves_and_openings(cases)
    print(f"  {sum(map(len, leaves)) / len(leaves):.0f} bytes an entry")
    tree = Tree.of_entries(leaves)
    with tempfile.TemporaryDirectory() as name:
        signed = checkpoint.sign(Checkpoint(ORIGIN, len(leaves), tree.root()), LOG)
        with timed("write the folder"):
            tiles.write(Path(name), leaves, signed, tree=tree)
        with timed("audit the folder"):
            audit.verify_directory(Path(name), [LOG.verifier_key])
    with timed("open every entry"):
        rows = list(open_rows(leaves, openings))
    with timed("compute the table"):
        compute(rows, VERSION)


def suppression(submissions: int, places: int) -> None:
    table = compute(programme(submissions, places).rows, VERSION)
    counts = [count for row in all_rows(table) for count in row.counts.values() if count]
    with timed(f"hide small cells of {submissions} submissions in {places} places"):
        chosen = suppress(table)
    check(table, chosen.hidden)
    small = sum(count < chosen.threshold for count in counts)
    print(f"  {len(counts)} counts are not 0, {small} small, {len(chosen.hidden)} hidden")


if __name__ == "__main__":
    ledger(5_000)
    for submissions, places in ((40, 6), (400, 6), (3_000, 6), (20_000, 8)):
        suppression(submissions, places)
