"""Is the synthetic population like real prints? The same measures on both; prints JSON.

    python -m benchmarks.judge_population [FOLDER] [--picture FILE.svg] [--people 240] [--pairs N]
    python -m benchmarks.judge_population --fit db1_b [--trials 120]

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
SCORES = ("mcc_genuine", "mcc_impostor", "code_genuine", "code_impostor")
SHAPES = ("minutiae", "nearest_px", "neighbour_deg", "extent_px")
MATED = ("turn_deg", "residual_px", "residual_deg", "overlap", "found")  # see `laid_over`
TITLES = {
    "mcc_genuine": "similarity, one finger",
    "mcc_impostor": "similarity, two fingers",
    "code_genuine": "code agreement, one finger",
    "code_impostor": "code agreement, two fingers",
}
FITTED = (
    "reach", "reach_deviation", "off_px", "turn_deg", "far", "shift_px", "jitter_px", "jitter_deg",
    "bend_px", "loss", "false", "spread", "patch_px", "turned_about",
)  # fmt: skip
PRESETS: Mapping[str, Capture] = population.PRESETS

Prints = list[tuple[int, Template]]  # whose finger, and one impression of it
Rows = NDArray[np.int64]
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


def compared(prints: Prints, a: Rows, b: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Similarity and code agreement (-1..1, first pass's bits) of pairs of prints."""
    cylinders = [mcc.cylinders(template) for _, template in prints]
    bits = np.stack([codes.encode(template)[: codes.FIRST_WORDS] for _, template in prints])
    alike = [mcc.match(cylinders[i], cylinders[j]).score for i, j in zip(a, b, strict=True)]
    differ = np.bitwise_count(bits[a] ^ bits[b]).sum(axis=1, dtype=np.int64)
    return np.array(alike), 1.0 - 2.0 * differ / (64 * codes.FIRST_WORDS)


def scores(prints: Prints, pairs: int) -> Samples:
    """Of mates, and of at most `pairs` pairs of different fingers."""
    owners = np.array([owner for owner, _ in prints])
    a, b = np.triu_indices(len(prints), 1)
    mates, others = (np.flatnonzero((owners[a] == owners[b]) == same) for same in (True, False))
    if len(others) > pairs:
        others = np.random.default_rng(SEED).choice(others, pairs, replace=False)
    rows = np.concatenate([mates, others])
    alike, agree = compared(prints, a[rows], b[rows])
    end = len(mates)
    return {
        "mcc_genuine": alike[:end],
        "mcc_impostor": alike[end:],
        "code_genuine": agree[:end],
        "code_impostor": agree[end:],
    }


def across(one: Prints, other: Prints, pairs: int) -> Samples:
    """Of fingers of two captures; nobody is in both."""
    a, b = (rows.ravel() for rows in np.indices((len(one), len(other))))
    if len(a) > pairs:
        chosen = np.random.default_rng(SEED).choice(len(a), pairs, replace=False)
        a, b = a[chosen], b[chosen]
    alike, agree = compared([*one, *other], a, b + len(one))
    return {"mcc_impostor": alike, "code_impostor": agree}


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
            bins = np.rint(shifts.real / 14).astype(int) * 1000 + np.rint(shifts.imag / 14).astype(
                int
            )
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


def distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return round(float(ks_2samp(one, other).statistic), 3)


def distances(one: Samples, other: Samples) -> dict[str, float]:
    return {name: distance(one[name], other[name]) for name in (*SCORES, *SHAPES, *MATED)}


def tails(samples: Samples, yardstick: Samples | None = None) -> dict[str, Any]:
    """Scores that shares of impostors reach; the share that reaches those of a yardstick.

    None where fewer than two pairs would be beyond.
    """
    body: dict[str, Any] = {}
    for name in ("mcc_impostor", "code_impostor"):
        body[name] = [
            round(float(np.quantile(samples[name], 1 - share)), 4)
            if len(samples[name]) * share >= 2
            else None
            for share in TAIL
        ]
        if yardstick is not None:
            ends = [np.quantile(yardstick[name], 1 - share) for share in TAIL[:2]]
            body[f"{name}_share_beyond_real"] = [
                round(float(np.mean(samples[name] > end)), 6) for end in ends
            ]
    return body


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


def fitted(folder: Path, database: str, trials: int) -> tuple[float, Capture]:
    """A preset improved by trial: a few parameters at a time, kept where the misfit falls."""
    rng = np.random.default_rng(SEED)
    goal = measured(real(folder, database), 10**6)
    best = PRESETS[database.removesuffix("_b")]
    least = misfit(goal, measured(made(best, Anatomy(), 64), 8000))
    for _ in range(trials):
        chosen = rng.choice(FITTED, rng.integers(1, 4), replace=False)
        scaled = {name: getattr(best, name) * float(np.exp(rng.normal(0, 0.2))) for name in chosen}
        trial = replace(best, **scaled)
        found = misfit(goal, measured(made(trial, Anatomy(), 64), 8000))
        if found < least:
            least, best = found, trial
    return least, best


def judged(folder: Path, people: int, pairs: int) -> tuple[dict[str, Any], dict[str, Samples]]:
    reals = {database: real(folder, database) for database in DATABASES}
    samples = {database: measured(prints, 10**6) for database, prints in reals.items()}
    body: dict[str, Any] = {
        database: {"tail": tails(samples[database]), "halves": halves(reals[database])}
        for database in DATABASES
    }
    captured = {name: made(capture, Anatomy(), people) for name, capture in PRESETS.items()}
    for preset, prints in captured.items():
        own = samples[preset] = measured(prints, pairs)
        body[preset] = {
            f"against_{database}": {
                "distance": distances(own, samples[database]),
                "tail": tails(own, samples[database]),
            }
            for database in DATABASES
        }
    two = across(reals["db1_b"], reals["db3_b"], pairs)
    strangers = across(captured["db1"], made(PRESETS["db3"], Anatomy(), people, SEED + 1), pairs)
    body["db1_with_db3"] = {
        "real": tails(two),
        "made": tails(strangers, two),
        "distance": {name: distance(two[name], strangers[name]) for name in two},
    }
    return body, samples


def picture(samples: dict[str, Samples]) -> str:
    """SVG: of mates the share below a score, of others the share above it, by powers of ten."""
    wide, tall, left, top = 220, 150, 46, 30
    box = f"0 0 {left + 4 * (wide + 42)} {top + 2 * (tall + 58)}"
    parts = []
    for row, database in enumerate(("db1_b", "db3_b")):
        for column, name in enumerate(SCORES):
            x, y = left + column * (wide + 42), top + row * (tall + 58)
            sides = (samples[database][name], samples[database.removesuffix("_b")][name])
            low, high = (np.quantile(np.concatenate(sides), q) for q in (0.0, 0.9999))
            parts.append(f'<rect x="{x}" y="{y}" width="{wide}" height="{tall}" class="box"/>')
            parts.append(f'<text x="{x}" y="{y - 7}">{database[:3].upper()} {TITLES[name]}</text>')
            for end, at, anchor in ((low, x, "start"), (high, x + wide, "end")):
                parts.append(
                    f'<text x="{at}" y="{y + tall + 14}" text-anchor="{anchor}">{end:.3f}</text>'
                )
            marks = ("1", "0.1", "0.01", "0.001", "0.0001") if "impostor" in name else ("1", "0")
            for k, mark in enumerate(marks):
                level = y + 4 + k * tall / (len(marks) - 1)
                parts.append(f'<text x="{x - 4}" y="{level:.0f}" text-anchor="end">{mark}</text>')
            for side, values in zip(("real", "made"), sides, strict=True):
                at = np.linspace(low, high, 160)
                height = 1 - np.searchsorted(np.sort(values), at) / len(values)
                if "impostor" in name:
                    height = -np.log10(np.maximum(height, 1 / len(values))) / 4
                points = " ".join(
                    f"{x + wide * (v - low) / (high - low):.1f},{y + tall * h:.1f}"
                    for v, h in zip(at, height, strict=True)
                )
                parts.append(f'<polyline points="{points}" class="{side}"/>')
    style = (
        "text{font:11px sans-serif;fill:#333}.box{fill:none;stroke:#bbb}"
        "polyline{fill:none;stroke-width:1.6}.real{stroke:#222}.made{stroke:#c2452d}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
        + "".join([*parts, "</svg>\n"])
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("../shared/data/prints/fvc2002")
    )
    parser.add_argument("--people", type=int, default=240)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--picture", type=Path, help="also draw the distributions to this SVG")
    parser.add_argument("--fit", choices=("db1_b", "db3_b"), help="search a preset's parameters")
    parser.add_argument("--trials", type=int, default=120)
    parser.add_argument("--json", action="store_true", help="the default and only form")
    options = parser.parse_args()
    if options.fit:
        least, best = fitted(options.folder, options.fit, options.trials)
        print(json.dumps({"misfit": least, "capture": asdict(best)}, indent=1))
        return
    body, samples = judged(options.folder, options.people, options.pairs)
    print(json.dumps(body, indent=1))
    if options.picture:
        options.picture.write_text(picture(samples), encoding="utf-8")


if __name__ == "__main__":
    main()
