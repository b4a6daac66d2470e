"""The codes: speed beside the floor, accuracy beside a plain baseline on the same pairs.

    python -m benchmarks.bench_codes [../shared/data/prints/fvc2002] [--people 1000000]

Envelope. The scan reads 320 bytes a person: 1,000,000 people at 15 GB/s are 22 ms; the floor
here is numpy's sum over the same array. Encoding multiplies 952 shares by 512 columns, 487,000
products; at 64 bytes an instruction and two a cycle these take 1.3 microseconds at 3 GHz.

Prints one JSON object. Seconds are the least of several runs; those of encoding are the
process's own, so that a neighbour's work does not count.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.fvc import DATABASES, EXTRACTORS, load
from comity import records
from comity.minutiae import population
from comity.minutiae.batch import joined
from comity.search import codes

SEED = 777  # not that of the fit
SYNTHETIC = 30  # persons of ten fingers, four captures
SHORTLISTS = (0.01, 0.001)


def least(work: Callable[[], object], clock: Callable[[], float], times: int = 9) -> float:
    """Least seconds of several runs, after one that is not counted."""
    work()
    took = []
    for _ in range(times):
        start = clock()
        work()
        took.append(clock() - start)
    return min(took)


def encoding() -> dict[str, float]:
    """Microseconds a finger, on one core."""
    batch = population.hands(SEED, range(300), 0)
    seconds = least(lambda: codes.encode_batch(batch), time.process_time)
    one = batch.template(0)
    return {
        "minutiae_mean": float(np.diff(batch.first).mean()),
        "batch_us": seconds / len(batch) * 1e6,
        "people_of_ten_fingers_a_second": len(batch) / seconds / 10,
        "one_template_us": least(lambda: codes.encode(one), time.process_time, 99) * 1e6,
    }


def scanning(people: int) -> dict[str, Any]:
    """Seconds for everyone, random codes of ten fingers, beside reading them once."""
    rng = np.random.default_rng(SEED)
    first = rng.integers(0, 2**63, (people, codes.FINGERS, codes.FIRST_WORDS), dtype=np.uint64)
    masks = np.full(people, 1023, np.uint16)
    probe = codes.probe_hand([population.hands(SEED, range(1), 0).template(f) for f in range(10)])
    swapped = codes.reordered(probe, (6, 7, 8, 9, 10, 1, 2, 3, 4, 5))
    halves = [slice(0, people // 2), slice(people // 2, people)]

    def once(hands: list[codes.ProbeHand], rows: slice) -> None:
        part = first[rows]
        codes.scan(hands, part, masks[rows], np.empty((len(hands), len(part)), np.int32))

    with ThreadPoolExecutor(2) as pool:
        report: dict[str, Any] = {
            "people": people,
            "floor_s": least(first.sum, time.perf_counter),
            "floor_two_threads_s": least(
                lambda: list(pool.map(lambda rows: first[rows].sum(), halves)), time.perf_counter
            ),
        }
        for name, hands in (("one_reading", [probe]), ("two_readings", [probe, swapped])):
            report[f"{name}_s"] = least(
                lambda hands=hands: once(hands, slice(0, people)), time.perf_counter
            )
            report[f"{name}_two_threads_s"] = least(
                lambda hands=hands: list(pool.map(lambda rows: once(hands, rows), halves)),
                time.perf_counter,
            )
        some = max(people, 100) // 100
        rest = rng.integers(0, 2**63, (some, 10, codes.WORDS - codes.FIRST_WORDS), dtype=np.uint64)
        rows = np.arange(some)
        seconds = least(
            lambda: codes.refine(probe, first[:some], rest, masks[:some], rows), time.process_time
        )
    report["refine_us_a_finger"] = seconds / some / 10 * 1e6
    return report


def scores(templates: list[records.Template]) -> dict[str, NDArray[np.float64]]:
    """Likeness of every two templates by each form of the code, baselines first, (n, n)."""
    alike = [codes.probe_hand([_as_thumb(template)]).at((1,)) for template in templates]
    words = np.stack([hand.words for hand in alike])
    first, rest = words[:, :, : codes.FIRST_WORDS].copy(), words[:, :, codes.FIRST_WORDS :].copy()
    masks, rows = np.ones(len(words), np.uint16), np.arange(len(words))
    scanned = np.empty((len(words), len(words)), np.int32)
    codes.scan(alike, first, masks, scanned)
    refined = np.stack([codes.refine(hand, first, rest, masks, rows) for hand in alike])
    shares = codes.shares(*joined(templates)).astype(np.float64)
    shares /= np.linalg.norm(shares, axis=1, keepdims=True).clip(1e-9)
    turned = (shares - shares.mean(axis=0)) @ np.random.default_rng(SEED).normal(
        size=(shares.shape[1], codes.BITS)
    )
    signs = np.unpackbits(words[:, 0, :8].copy().view(np.uint8), axis=1) * 2.0 - 1
    return {
        "shares, floats": shares @ shares.T,
        "random projection, 512 signs": np.sign(turned) @ np.sign(turned).T,
        "scan: 256 signs, by quality": (scanned + scanned.T).astype(np.float64),
        "512 signs": signs @ signs.T,
        "refine: all planes, probe's values": (refined + refined.T).astype(np.float64),
    }


def _as_thumb(template: records.Template) -> records.Template:
    return records.Template(
        template.minutiae, template.reliability, template.width_px, template.height_px, 1,
        template.extractor,
    )  # fmt: skip


def judged(likeness: NDArray[np.float64], finger: NDArray[np.int64]) -> dict[str, float]:
    """Separation, equal error rate, and mates that a shortlist of one finger misses, in percent.

    FNMR at FMR 0.001 is what the shortlist of 0.1 % misses.
    """
    upper = np.triu(np.ones(likeness.shape, bool), 1)
    same = finger[:, None] == finger
    mates, others = np.sort(likeness[upper & same]), np.sort(likeness[upper & ~same])
    at = np.unique(np.concatenate([mates, others[len(others) // 2 :]]))
    missed = np.searchsorted(mates, at) / len(mates)
    let_in = 1 - np.searchsorted(others, at) / len(others)
    gap = (mates.mean() - others.mean()) / np.sqrt((mates.var() + others.var()) / 2)
    report = {"d_prime": gap, "eer": np.maximum(missed, let_in).min() * 100}
    for share in SHORTLISTS:
        cut = others[-int(share * len(others)) - 1]
        report[f"missed_at_{share:g}"] = float(np.mean(mates <= cut)) * 100
    return {name: round(float(value), 2) for name, value in report.items()}


def grouped(likeness: NDArray[np.float64], fingers: int) -> dict[str, float]:
    """Sums over hands of real fingers: those of one database and impression, taken for a person.

    likeness  (240, 240), prints by database, finger and impression, as `load` sorts them
    Others are other databases' hands, and the same one's with every finger moved on.
    """
    grid = np.arange(len(likeness)).reshape(len(DATABASES), 10, -1).transpose(0, 2, 1)
    hands = grid.reshape(-1, 10)
    database = np.repeat(np.arange(len(grid)), grid.shape[1])
    mates, others = [], []
    for moved in range(10):
        theirs = np.roll(hands, moved, axis=1)
        sums = likeness[hands[:, None], theirs].reshape(len(hands), len(hands), -1, fingers).sum(3)
        same = (database[:, None] == database) & (moved == 0)
        mates.append(sums[same & ~np.eye(len(hands), dtype=bool)].ravel())
        others.append(sums[~same].ravel())
    found, rest = np.concatenate(mates), np.sort(np.concatenate(others))
    report = {"mates": len(found), "others": len(rest)}
    # Likeness is a search's score each way, added.
    report["least_mate"], report["greatest_other"] = found.min() / 2, float(rest[-1]) / 2
    for share in SHORTLISTS:
        cut = rest[-int(share * len(rest)) - 1]
        report[f"missed_at_{share:g}"] = round(float(np.mean(found <= cut)) * 100, 2)
    return report


def in_hands(folder: Path) -> dict[str, Any]:
    """`grouped`, by extractor, stage of the search and number of fingers."""
    report: dict[str, Any] = {}
    for extractor in EXTRACTORS:
        prints = load(folder, extractor)
        by_form = scores([prints[key] for key in sorted(prints)])
        for form, likeness in by_form.items():
            if form.startswith(("scan", "refine")):
                report[f"{extractor}, {form}"] = {
                    f"{fingers} fingers": grouped(likeness, fingers) for fingers in (2, 10)
                }
    return report


def accuracy(folder: Path | None) -> dict[str, Any]:
    """All pairs of the prints of each extractor, also of each database, and of synthetic ones."""
    made = [population.hands(SEED, range(SYNTHETIC), k) for k in range(4)]
    templates = [batch.template(row) for batch in made for row in range(len(batch))]
    sets = {"synthetic": (templates, np.tile(np.arange(len(made[0])), len(made)))}
    for extractor in EXTRACTORS if folder else ():
        prints = load(folder, extractor)
        keys = sorted(prints)
        fingers = np.array([DATABASES.index(key[0]) * 1000 + key[1] for key in keys])
        sets[extractor] = ([prints[key] for key in keys], fingers)
        for number, database in enumerate(DATABASES):
            inside = np.flatnonzero(fingers // 1000 == number)
            sets[f"{extractor} {database}"] = (
                [prints[keys[row]] for row in inside], fingers[inside],
            )  # fmt: skip
    return {
        name: {form: judged(likeness, fingers) for form, likeness in scores(chosen).items()}
        for name, (chosen, fingers) in sets.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--people", type=int, default=1_000_000)
    wanted = parser.parse_args()
    report = {
        "codes": codes.projection()[2],
        "encode": encoding(),
        "scan": scanning(wanted.people),
        "accuracy": accuracy(wanted.folder),
        "hands_of_real_fingers": in_hands(wanted.folder) if wanted.folder else {},
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
