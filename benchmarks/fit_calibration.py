"""Fit src/comity/search/calibration.json: what a similarity says, and how often chance says it.

    python -m benchmarks.fit_calibration ../shared/data/prints/fvc2002 [--write]

For each extractor every pair of the FVC2002 prints is compared. Logistic regression on ln of
the similarity gives the line; the intercept then makes the mean ratio over pairs of different
fingers 1, counting one more such pair that is worse by 2 than the worst seen. Shares of pairs of
different fingers are counted up to the 99th percentile, an exponential is fitted beyond, and
fingers are drawn again 200 times for the interval. Prints what the fit on some fingers says of
the others.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize

from benchmarks.fvc import EXTRACTORS, Impression, load
from comity.search import mcc
from comity.search.calibrate import STEP

LOW, HIGH = -3.0, 24.0  # a finger in 20 fails; beyond e^24 pairs nobody can say anything
PER_CYLINDER = 0.75
FLOOR = 0.005  # of similarity; below it nothing is seen
BEYOND = 2.0
KNEE = 0.99  # quantile where the tail begins; rates from 0.98 to 0.995 differ by under a tenth
DRAWS = 200
SEED = 1
TARGET = Path(__file__).parent.parent / "src/comity/search/calibration.json"


class Scores(NamedTuple):
    log_similarity: NDArray[np.float64]
    cylinders: NDArray[np.float64]
    same: NDArray[np.bool_]
    one: NDArray[np.int64]  # number of the finger
    other: NDArray[np.int64]


def scores(prints: dict[Impression, mcc.Cylinders]) -> Scores:
    keys = sorted(prints)
    number = {key: n for n, key in enumerate(sorted({key[:2] for key in keys}))}
    rows = []
    for i, one in enumerate(keys):
        for other in keys[i + 1 :]:
            found = mcc.match(prints[one], prints[other])
            ends = number[one[:2]], number[other[:2]]
            rows.append((np.log(max(found.score, FLOOR)), found.cylinders, *ends))
    columns = np.array(rows)
    one, other = columns[:, 2].astype(int), columns[:, 3].astype(int)
    return Scores(columns[:, 0], columns[:, 1], one == other, one, other)


def ratios(s: Scores, intercept: float, slope: float) -> NDArray[np.float64]:
    line = intercept + slope * s.log_similarity
    return np.maximum(LOW, np.minimum(line, np.minimum(PER_CYLINDER * s.cylinders, HIGH)))


def mean_ratio(llr: NDArray[np.float64]) -> float:
    """Of pairs of different fingers, with one more that is worse than the worst; its ln."""
    return float(np.log((np.exp(llr).sum() + np.exp(llr.max() + BEYOND)) / (len(llr) + 1)))


def fit(s: Scores) -> tuple[float, float]:
    z, same = s.log_similarity, s.same

    def loss(w: NDArray[np.float64]) -> float:
        line = w[0] + w[1] * z
        return float(np.logaddexp(0, -line[same]).mean() + np.logaddexp(0, line[~same]).mean())

    start, slope = minimize(loss, [40.0, 10.0]).x
    others = Scores(*(column[~same] for column in s))
    shift = brentq(lambda c: mean_ratio(ratios(others, start + c, slope)), -10, 10)
    return float(start + shift), float(slope)


class Tail(NamedTuple):
    knee: float
    beyond: list[float]
    rate: list[float]


def tail(s: Scores, llr: NDArray[np.float64]) -> Tail:
    """Share beyond the knee and rate of fall: of all pairs, then of resampled fingers."""
    one, other, values = s.one[~s.same], s.other[~s.same], llr[~s.same]
    knee = LOW + STEP * round((float(np.quantile(values, KNEE)) - LOW) / STEP)
    over = values >= knee
    fingers = int(max(one.max(), other.max())) + 1
    rng = np.random.default_rng(SEED)
    weights = [np.ones(len(values))]
    for _ in range(DRAWS):
        drawn = np.bincount(rng.integers(0, fingers, fingers), minlength=fingers)
        weights.append((drawn[one] * drawn[other]).astype(float))
    share = [float(w[over].sum() / w.sum()) for w in weights]
    rate = [float(w[over].sum() / (w[over] * (values[over] - knee)).sum()) for w in weights]
    return Tail(knee, [round(x, 6) for x in share], [round(x, 4) for x in rate])


def body(values: NDArray[np.float64], knee: float) -> list[float]:
    steps = round((knee - LOW) / STEP)
    counts, _ = np.histogram(values[values < knee], LOW + STEP * np.arange(steps + 1))
    return [round(float(c), 6) for c in counts / len(values)]


def held_out(s: Scores) -> str:
    """The line and the tail of half of the fingers, tried on the other half, both ways."""
    said = []
    for odd in (0, 1):
        seen = (s.one % 2 == odd) & (s.other % 2 == odd)
        rest = (s.one % 2 != odd) & (s.other % 2 != odd)
        known, other = (Scores(*(column[pick] for column in s)) for pick in (seen, rest))
        line = fit(known)
        known_llr, llr = ratios(known, *line), ratios(other, *line)
        knee, beyond, rate = tail(known, known_llr)
        mean = np.exp(llr[~other.same]).mean()
        missed = np.mean(llr[other.same] < np.log(1000))
        shares = []
        for reach in (3, 5, 7):
            measured = int(np.sum(llr[~other.same] >= reach))
            foretold = beyond[0] * np.exp(-rate[0] * (reach - knee)) * np.sum(~other.same)
            shares.append(f"{measured} where {foretold:.0f} were foretold at {reach}")
        said.append(
            f"mean ratio of others {mean:.2f}, mates under 1,000: {missed:.1%}; "
            + "; ".join(shares)
        )
    return "held out: " + "\n            ".join(said)


def fitted(prints: dict[Impression, mcc.Cylinders]) -> tuple[dict[str, Any], str]:
    s = scores(prints)
    intercept, slope = fit(s)
    llr = ratios(s, intercept, slope)
    knee, beyond, rate = tail(s, llr)
    percentiles = np.arange(101) / 100
    line = {
        "intercept": round(intercept, 3),
        "slope": round(slope, 3),
        "low": LOW,
        "high": HIGH,
        "per_cylinder": PER_CYLINDER,
        "body": body(llr[~s.same], knee),
        "knee": round(knee, 3),
        "beyond": beyond,
        "rate": rate,
        "mated": np.round(np.quantile(llr[s.same], percentiles), 2).tolist(),
        "non_mated": np.round(np.quantile(llr[~s.same], percentiles), 2).tolist(),
    }
    return line, held_out(s)


def main(folder: Path, *, write: bool) -> None:
    extractors = {}
    for extractor in EXTRACTORS:
        prints = {key: mcc.cylinders(t) for key, t in load(folder, extractor).items()}
        extractors[extractor], said = fitted(prints)
        line = extractors[extractor]
        ends = np.quantile(line["rate"], [0.025, 0.975]).round(2)
        print(extractor, {k: v for k, v in line.items() if isinstance(v, float)})
        print(f"  beyond {line['beyond'][0]}, rate {line['rate'][0]} ({ends[0]} to {ends[1]})")
        print(f"  {said}")
    content = {
        "data": "FVC2002 DB1, DB3, DB4 set B: 840 pairs of one finger, 27,840 of two",
        "made_by": "benchmarks/fit_calibration.py",
        "extractors": extractors,
    }
    if write:
        TARGET.write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
