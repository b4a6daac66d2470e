"""What an explanation costs, and what falls on what when prints are laid on each other; one object.

    python -m benchmarks.bench_explain
    python -m benchmarks.bench_explain ../shared/data/prints/fvc2002

The floor: the usual ranges take 300 pairs of synthetic fingers, each 2 codes and a comparison, some
0.8 ms: 0.25 s, once in a process. A sheet is 1280 x 2050 px drawn at twice the size, 10 million
pixels: 0.1 s to fill and shrink, and as much to compress.

With FVC2002 set B: pairs of DB1, by extractor. `laid`: share of pairs of which three minutiae or
more fall on each other. `minutiae`: how many do, on average. `partner`: of the minutiae where both
prints are, so many have one.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from benchmarks import fvc
from comity.image import synthesise
from comity.minutiae.extract import extract
from comity.records import Template
from comity.search import pose, raster, usual
from comity.search.compare import paired
from comity.search.explain import explain
from comity.search.sheet import Sides, sheet
from comity.service.explanation import page

DATABASE = "db1_b"


def main() -> None:
    finger = synthesise.master(3, 1, 2)
    prints = [synthesise.impression(finger, n) for n in (0, 1)]
    a, b = (extract(print_) for print_ in prints)
    found = explain({2: a}, {2: b})
    sides = Sides("a", "b", {2: prints[0].pixels}, {2: prints[1].pixels})
    usual.reference.cache_clear()
    body: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "seconds": {
            "usual_ranges_once": least(usual.reference, 1),
            "explain": least(lambda: explain({2: a}, {2: b})),
            "png": least(lambda: raster.png(sheet(found, sides))),
            "html": least(lambda: page(found, sides)),
        },
    }
    if len(sys.argv) > 1:
        body["overlap"] = {
            name: overlaps(Path(sys.argv[1]), name) for name in ("mindtct", "leader")
        }
    print(json.dumps(body, indent=1))


def least(work: Callable[[], object], times: int = 5) -> float:
    """Processor seconds, the least of several runs."""
    taken = []
    for _ in range(times):
        began = process_time()
        work()
        taken.append(process_time() - began)
    return round(min(taken), 4)


def overlaps(folder: Path, extractor: str) -> dict[str, Any]:
    """Mates: every two impressions of a finger. Others: first against second impressions."""
    prints = {key[1:]: t for key, t in fvc.load(folder, extractor).items() if key[0] == DATABASE}
    keys = sorted(prints)
    mates = [(p, q) for p, q in combinations(keys, 2) if p[0] == q[0]]
    others = [(p, q) for p, q in combinations(keys, 2) if p[0] != q[0] and (p[1], q[1]) == (1, 2)]
    return {
        name: measured([(prints[p], prints[q]) for p, q in chosen])
        for name, chosen in (("mates", mates), ("others", others))
    }


def measured(chosen: Iterable[tuple[Template, Template]]) -> dict[str, Any]:
    known = [(p, q, paired(p, q)) for p, q in chosen]
    laid = [pose.overlay(p, q, pairs) for p, q, pairs in known]
    return {
        "pairs": len(known),
        "laid": mean(one.pose is not None for one in laid),
        "minutiae": mean(len(pairs) for _, _, pairs in known),
        "partner": mean(
            1 - [*one.probe, *one.candidate].count("against") / common(one)
            for one in laid
            if one.pose
        ),
    }


def common(laid: pose.Overlay) -> int:
    return sum(standing != "elsewhere" for standing in (*laid.probe, *laid.candidate))


def mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 3)


if __name__ == "__main__":
    main()
