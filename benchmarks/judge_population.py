"""Is the synthetic population like real prints? The same measures on both; prints JSON.

    python -m benchmarks.judge_population [FOLDER] [--picture FILE.svg] [--people 240] [--pairs N]
    python -m benchmarks.judge_population --fit db1_b

Real: LEADER templates of FVC2002 set B (10 fingers x 8 impressions a database). Synthetic: index
and middle fingers, as FVC took, one a person, four impressions, by the preset of that database.
A Kolmogorov-Smirnov distance is 0 for alike, 1 for apart; the yardstick is the distance between
the first and the last five fingers of the same real database. `--fit` searches the preset's
parameters and prints them; two minutes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from benchmarks.fvc import DATABASES, load
from comity.minutiae import population
from comity.minutiae.population import Anatomy, Capture
from comity.records import Template
from comity.search import codes, mcc

SEED = 2002
EVENTS = 4
FINGERS = (2, 3, 7, 8)
TAIL = (1e-2, 1e-3, 1e-4)
PARTS = (1, 5, 25, 50, 75, 95, 99)
SCORES = ("mcc_genuine", "mcc_impostor", "code_genuine", "code_impostor")
SHAPES = ("minutiae", "nearest_px", "neighbour_deg", "extent_px")
MATED = ("turn_deg", "residual_px", "residual_deg", "overlap", "found")
PRESETS: Mapping[str, Capture] = population.PRESETS

Prints = list[tuple[int, Template]]  # whose finger, and one impression of it
Samples = dict[str, NDArray[np.float64]]


def real(folder: Path, database: str) -> Prints:
    return [(f, t) for (d, f, _), t in sorted(load(folder, "leader").items()) if d == database]


def made(capture: Capture, anatomy: Anatomy, people: int, seed: int = SEED) -> Prints:
    prints: Prints = []
    for event in range(EVENTS):
        for n, finger in enumerate(FINGERS):
            batch = population.hands(
                seed, range(n * people // 4, (n + 1) * people // 4), event, (finger,),
                capture, anatomy,
            )  # fmt: skip
            prints += [(int(batch.person[row]), batch.template(row)) for row in range(len(batch))]
    return prints


def shapes(templates: Sequence[Template]) -> Samples:
    """What a template is like by itself."""
    nearest, turns, extents = [], [], []
    for template in templates:
        at = template.minutiae[:, :2].astype(float)
        if len(at) < 4:
            continue
        gaps = np.hypot(*np.moveaxis(at[:, None] - at, -1, 0))
        order = np.argsort(gaps, axis=1)[:, 1:4]
        nearest.append(gaps[np.arange(len(at)), order[:, 0]])
        deg = template.minutiae[:, 2]
        turns.append(np.abs((deg[:, None] - deg[order] + 180) % 360 - 180).ravel())
        extents.append(np.sqrt(np.prod(np.ptp(at, axis=0))))
    return {
        "minutiae": np.array([len(template) for template in templates], float),
        "nearest_px": np.concatenate(nearest),
        "neighbour_deg": np.concatenate(turns).astype(float),
        "extent_px": np.array(extents),
    }


def scores(prints: Prints, pairs: int) -> Samples:
    """Similarities of mates, and of at most `pairs` pairs of different fingers."""
    owners = np.array([owner for owner, _ in prints])
    cylinders = [mcc.cylinders(template) for _, template in prints]
    bits = np.stack([codes.encode(template)[: codes.FIRST_WORDS] for _, template in prints])
    a, b = np.triu_indices(len(prints), 1)
    same = owners[a] == owners[b]
    mates = np.flatnonzero(same)
    others = np.flatnonzero(~same)
    if len(others) > pairs:
        others = np.random.default_rng(SEED).choice(others, pairs, replace=False)
    samples = {}
    for name, rows in (("genuine", mates), ("impostor", others)):
        samples[f"mcc_{name}"] = np.array(
            [mcc.match(cylinders[i], cylinders[j]).score for i, j in zip(a[rows], b[rows])]
        )
        differ = np.bitwise_count(bits[a[rows]] ^ bits[b[rows]]).sum(axis=1, dtype=np.int64)
        samples[f"code_{name}"] = 1.0 - 2.0 * differ / (64 * codes.FIRST_WORDS)
    return samples


def laid_over(a: Template, b: Template) -> tuple[float, NDArray[np.float64], NDArray[np.int64]]:
    """The turn in degrees that lays a over b, where a's minutiae then lie, and b's nearest.

    By votes for turn and shift, then least squares; no part of the search has a hand in it.
    """
    p, q = (t.minutiae[:, 0] - 1j * t.minutiae[:, 1] for t in (a, b))
    apart = b.minutiae[:, 2][None] - a.minutiae[:, 2][:, None]
    best = (0, 0.0, 0j)
    for turn in range(-48, 49, 4):
        alike = np.abs((apart - turn + 180) % 360 - 180) < 12
        shifts = (q[None] - p[:, None] * np.exp(1j * np.radians(turn)))[alike]
        if len(shifts):
            bins = np.rint(shifts.real / 14).astype(int) * 1000 + np.rint(shifts.imag / 14).astype(int)
            names, votes = np.unique(bins, return_counts=True)
            if votes.max() > best[0]:
                middle = shifts[bins == names[votes.argmax()]].mean()
                best = (int(votes.max()), float(turn), complex(middle))
    laid = p * np.exp(1j * np.radians(best[1])) + best[2]
    for _ in range(4):
        near = np.abs(laid[:, None] - q).argmin(axis=1)
        off = np.abs((a.minutiae[:, 2] + best[1] - b.minutiae[near, 2] + 180) % 360 - 180)
        good = (np.abs(laid - q[near]) < 16) & (off < 25)
        if good.sum() < 4:
            break
        from_, to = p[good] - p[good].mean(), q[near][good] - q[near][good].mean()
        way = np.vdot(from_, to)
        way /= abs(way)
        best = (best[0], float(np.degrees(np.angle(way))), 0j)
        laid = (p - p[good].mean()) * way + q[near][good].mean()
    return best[1], laid, np.abs(laid[:, None] - q).argmin(axis=1)


def mated(prints: Prints, pairs: int = 160) -> Samples:
    """How far mates lie apart once one is laid over the other as a whole."""
    found: dict[str, list[float]] = {name: [] for name in MATED}
    mates = [
        (a, b) for (f, a), (g, b) in combinations(prints, 2) if f == g and min(len(a), len(b)) >= 12
    ]
    for a, b in mates[:: max(1, len(mates) // pairs)]:
        turn, laid, near = laid_over(a, b)
        q = b.minutiae[:, 0] - 1j * b.minutiae[:, 1]
        gap = np.abs(laid - q[near])
        off = (a.minutiae[:, 2] + turn - b.minutiae[near, 2] + 180) % 360 - 180
        good = (gap < 16) & (np.abs(off) < 25)
        inside = (
            (laid.real > q.real.min())
            & (laid.real < q.real.max())
            & (laid.imag > q.imag.min())
            & (laid.imag < q.imag.max())
        )
        if good.sum() < 6:
            continue
        found["turn_deg"].append(abs(turn))
        found["residual_px"] += gap[good].tolist()
        found["residual_deg"] += np.abs(off[good]).tolist()
        found["overlap"].append(float(inside.mean()))
        found["found"].append(float(good[inside].sum() / inside.sum()))
    return {name: np.array(values, float) for name, values in found.items()}


def measured(prints: Prints, pairs: int) -> Samples:
    return shapes([template for _, template in prints]) | scores(prints, pairs) | mated(prints)


def distances(one: Samples, other: Samples) -> dict[str, float]:
    return {
        name: round(float(ks_2samp(one[name], other[name]).statistic), 3)
        for name in (*SCORES, *SHAPES, *MATED)
    }


def tails(samples: Samples) -> dict[str, list[float]]:
    """Scores that a share of impostors reaches; None where pairs are too few to say."""
    return {
        name: [
            round(float(np.quantile(samples[name], 1 - share)), 4)
            if len(samples[name]) * share >= 2
            else None
            for share in TAIL
        ]
        for name in ("mcc_impostor", "code_impostor")
    }


def halves(prints: Prints) -> dict[str, float]:
    owners = sorted({owner for owner, _ in prints})
    early = set(owners[: len(owners) // 2])
    sides = [[p for p in prints if (p[0] in early) is first] for first in (True, False)]
    return distances(*(measured(side, 10**6) for side in sides))


def misfit(one: Samples, other: Samples) -> float:
    """What `--fit` makes small: distances, and how far the impostors' tail is off."""
    apart = distances(one, other)
    total = sum(apart[name] for name in (*SCORES, *SHAPES, *MATED)) + apart["mcc_impostor"]
    for share in (1e-2, 1e-3):
        ends = [np.quantile(side["mcc_impostor"], 1 - share) for side in (one, other)]
        total += abs(float(np.log(ends[0] / ends[1])))
    return total


def judged(folder: Path, people: int, pairs: int) -> tuple[dict[str, Any], dict[str, Any]]:
    body: dict[str, Any] = {}
    samples: dict[str, Any] = {}
    reals = {database: real(folder, database) for database in DATABASES}
    for database in DATABASES:
        samples[database] = measured(reals[database], 10**6)
        body[database] = {"tail": tails(samples[database]), "halves": halves(reals[database])}
    for preset, capture in PRESETS.items():
        own = measured(made(capture, Anatomy(), people), pairs)
        samples[preset] = own
        body[preset] = {"tail": tails(own)} | {
            f"against_{database}": distances(own, samples[database]) for database in DATABASES
        }
    return body, samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("../shared/data/prints/fvc2002")
    )
    parser.add_argument("--people", type=int, default=240)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    body, _ = judged(options.folder, options.people, options.pairs)
    print(json.dumps(body, indent=1))


if __name__ == "__main__":
    main()
