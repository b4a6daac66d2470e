"""Accuracy and speed of the full comparison, beside its floor and its peers.

    python -m benchmarks.bench_compare ../shared/data/prints/fvc2002 [--peer-pairs 300]

Envelope: two prints of 36 cylinders have 430 pairs within 60 degrees, and each pair takes 19
popcounts of 64 bits: 8,200, or 2 us at 4 a nanosecond. A print's cells are 2 KB: all in cache. What
the report calls floor is that sum with this machine's rate and these prints' pairs.

Prints one JSON object. Impostors of FNMR are all 27,840 pairs of different fingers of the three
databases. Peers get a sample of the same pairs, and ours is judged on that sample beside them.
Seconds are of one thread's own time. Templates are kept in out/templates.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from benchmarks.frifte.peers import Pairwise, known
from benchmarks.fvc import DATABASES, EXTRACTORS, FINGERS, IMPRESSIONS, Impression, load
from comity.minutiae import mindtct
from comity.minutiae.batch import joined
from comity.records import Template
from comity.search import compare, kernels, mcc

Compare = Callable[[Any, Any], float]
Floats = NDArray[np.float64]
POPCOUNTS = 3 * kernels.LAYERS + 1  # of a pair of cylinders
RUNS = 5  # of which the shortest counts


def equal_error(mates: Floats, others: Floats) -> float:
    """Per cent, at the threshold where the larger of the two error rates is least."""
    least = 1.0
    for threshold in np.unique(np.concatenate([mates, others])):
        least = min(least, max(np.mean(mates < threshold), np.mean(others >= threshold)))
    return round(100 * float(least), 2)


def fvc_pairs(database: str) -> tuple[list[Any], list[Any]]:
    """FVC2002: 280 mated pairs, 45 of first impressions of different fingers."""
    mates = [
        ((database, f, i), (database, f, j))
        for f in FINGERS
        for i in IMPRESSIONS
        for j in range(i + 1, 9)
    ]
    others = [
        ((database, f, 1), (database, g, 1)) for f in FINGERS for g in range(f + 1, FINGERS.stop)
    ]
    return mates, others


def fvc_protocol(prints: Mapping[Impression, Any], database: str, compare: Compare) -> list[Any]:
    """The scores of `fvc_pairs`: mated, others."""
    return [
        np.array([compare(prints[a], prints[b]) for a, b in pairs]) for pairs in fvc_pairs(database)
    ]


def verification(prints: Mapping[Impression, Any], compare: Compare) -> dict[str, Any]:
    """Equal error rates by database, FNMR with the impostors of all three, pairs a second."""
    keys = sorted(prints)
    compare(prints[keys[0]], prints[keys[1]])
    start = time.thread_time()
    scores = {
        (a, b): compare(prints[a], prints[b]) for n, a in enumerate(keys) for b in keys[n + 1 :]
    }
    took = time.thread_time() - start
    impostors = np.sort([s for (a, b), s in scores.items() if a[:2] != b[:2]])
    mates = np.array([s for (a, b), s in scores.items() if a[:2] == b[:2]])
    errors = {
        database: equal_error(
            *(np.array([scores[pair] for pair in pairs]) for pairs in fvc_pairs(database))
        )
        for database in DATABASES
    }
    limits = {f"{share:g}": impostors[-int(len(impostors) * share) - 1] for share in (1e-3, 1e-4)}
    return {
        "eer_percent": errors,
        "eer_percent_mean": round(sum(errors.values()) / len(errors), 2),
        "fnmr_percent_at_fmr": {
            **{at: round(100 * float(np.mean(mates <= limit)), 2) for at, limit in limits.items()},
            "0": round(100 * float(np.mean(mates <= impostors[-1])), 2),
        },
        "pairs": len(scores),
        "pairs_a_second": round(len(scores) / took),
    }


def least_seconds(work: Callable[[], object]) -> float:
    """Of the calling thread, after one run that is not counted."""
    work()
    took = []
    for _ in range(RUNS):
        start = time.thread_time()
        work()
        took.append(time.thread_time() - start)
    return min(took)


@njit(nogil=True)
def count_all(words: NDArray[np.uint64], times: int) -> int:
    total = 0
    for t in range(times):
        for k in range(len(words)):
            total += kernels.popcount(words[k] ^ np.uint64(t))
    return total


def speed(templates: Sequence[Template]) -> dict[str, Any]:
    """From minutiae and with cylinders made, beside the popcounts that no way leads round."""
    minutiae, first = joined(templates)
    prints = [mcc.build(template.minutiae) for template in templates]
    probes, nobody = prints[::12], mcc.build(np.zeros((0, 4), np.int16))
    build = least_seconds(lambda: compare.similarities(nobody, minutiae, first)) / len(prints)
    whole = least_seconds(lambda: [compare.similarities(p, minutiae, first) for p in probes])
    whole /= len(probes) * len(prints)
    degrees = [p.place[:, 2] for p in prints]
    turns = [np.abs(a[:, None] - b) for a in degrees[::12] for b in degrees]
    near = np.mean([(np.minimum(t, 360 - t) <= mcc.TURN_MAX_DEG).sum() for t in turns])
    words = np.arange(2048, dtype=np.uint64)
    rate = 100 * len(words) / least_seconds(lambda: count_all(words, 100))
    return {
        "minutiae_mean": round(len(minutiae) / len(prints), 1),
        "cells_bytes_a_print": round(np.mean([p.cells.nbytes for p in prints])),
        "cylinder_pairs": round(float(near)),
        "popcounts_a_ns": round(rate / 1e9, 2),
        "floor_us": round(1e6 * float(near) * POPCOUNTS / rate, 2),
        "build_ms": round(1000 * build, 4),
        "from_minutiae_a_second": round(1 / whole),
        "cylinders_made_a_second": round(1 / (whole - build)),
    }


def bozorth(folder: Path) -> dict[str, Any]:
    """NBIS's own matcher on its own minutiae of the same prints."""
    prints = {
        (d, f, i): mindtct.nbis_extractor().extract_minutiae(
            (folder / d / f"{f}_{i}.png").read_bytes()
        )
        for d in DATABASES
        for f in FINGERS
        for i in IMPRESSIONS
    }
    return verification(prints, lambda a, b: float(a.compare(b)))


def peers(templates: Mapping[Impression, Template], pairs: int) -> dict[str, Any]:
    """Each matcher on as many mated pairs and as many others, drawn over all databases."""
    rng, keys = np.random.default_rng(1), sorted(templates)
    every = [(a, b) for n, a in enumerate(keys) for b in keys[n + 1 :]]
    same = np.array([a[:2] == b[:2] for a, b in every])
    drawn = [
        [every[k] for k in rng.choice(np.flatnonzero(kind), pairs, replace=False)]
        for kind in (same, ~same)
    ]
    ours = Pairwise("comity", mcc.cylinders, lambda a, b: mcc.match(a, b).score)
    report = {}
    for matcher in [ours, *(m for m in known() if isinstance(m, Pairwise))]:
        ready = {key: matcher.prepare(templates[key]) for key in keys}
        matcher.compare(ready[keys[0]], ready[keys[1]])
        start = time.thread_time()
        scores = [np.array([matcher.compare(ready[a], ready[b]) for a, b in s]) for s in drawn]
        took = time.thread_time() - start
        report[matcher.name] = {
            "eer_percent": equal_error(*scores),
            "pairs_a_second": round(2 * pairs / took, 1),
        }
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("../shared/data/prints/fvc2002")
    )
    parser.add_argument("--peer-pairs", type=int, default=300, help="0 leaves the peers out")
    options = parser.parse_args()
    body: dict[str, Any] = {}
    for extractor in EXTRACTORS:
        templates = load(options.folder, extractor)
        cylinders = {key: mcc.cylinders(t) for key, t in templates.items()}
        body[extractor] = {
            "speed": speed(list(templates.values())),
            "verify": verification(cylinders, lambda a, b: mcc.match(a, b).score),
        }
        if options.peer_pairs:
            body[extractor]["peers"] = peers(templates, options.peer_pairs)
    if options.peer_pairs:
        body["bozorth3_mindtct"] = bozorth(options.folder)
    print(json.dumps(body, indent=1))


if __name__ == "__main__":
    main()
