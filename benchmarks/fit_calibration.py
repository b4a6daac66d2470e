"""Fit src/comity/search/calibration.json from the similarities of real prints.

    python -m benchmarks.fit_calibration ../shared/data/prints/fvc2002 [--write]

Takes FVC2002 DB1, DB3 and DB4 set B: 30 fingers with 8 impressions each, of different people, so
840 pairs of one finger and 27,840 of two. The slope comes from a logistic regression with both
classes of equal weight (Brümmer and du Preez, "Application-independent evaluation of speaker
detection", 2006); the intercept then makes the mean ratio over pairs of different fingers 1,
counting one more such pair that is worse by 2 than the worst seen. Prints what the fit on half
of the fingers says of the other half.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize

from benchmarks.fvc import EXTRACTORS, Impression, load
from comity.search import mcc

LOW, HIGH = -3.0, 14.0  # a finger in 20 fails; half as much again as ln(27,840)
PER_CYLINDER = 0.75
EXPONENTS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FLOOR = 0.005  # of similarity; below it nothing is seen
BEYOND = 2.0
TARGET = Path(__file__).parent.parent / "src/comity/search/calibration.json"


class Scores(NamedTuple):
    log_similarity: NDArray[np.float64]
    cylinders: NDArray[np.float64]
    same: NDArray[np.bool_]


def scores(prints: dict[Impression, mcc.Cylinders]) -> Scores:
    keys = sorted(prints)
    rows = []
    for i, one in enumerate(keys):
        for other in keys[i + 1 :]:
            found = mcc.match(prints[one], prints[other])
            rows.append((np.log(max(found.score, FLOOR)), found.cylinders, one[:2] == other[:2]))
    columns = np.array(rows)
    return Scores(columns[:, 0], columns[:, 1], columns[:, 2].astype(bool))


def ratios(s: Scores, intercept: float, slope: float) -> NDArray[np.float64]:
    line = intercept + slope * s.log_similarity
    return np.clip(np.minimum(line, PER_CYLINDER * s.cylinders), LOW, HIGH)


def log_moment(llr: NDArray[np.float64], exponent: float) -> float:
    worst = np.exp(exponent * (llr.max() + BEYOND))
    return float(np.log((np.exp(exponent * llr).sum() + worst) / (len(llr) + 1)))


def fit(s: Scores) -> tuple[float, float]:
    z, same = s.log_similarity, s.same

    def loss(w: NDArray[np.float64]) -> float:
        line = w[0] + w[1] * z
        return float(np.logaddexp(0, -line[same]).mean() + np.logaddexp(0, line[~same]).mean())

    start, slope = minimize(loss, [40.0, 10.0]).x
    impostors = Scores(z[~same], s.cylinders[~same], same[~same])
    shift = brentq(lambda c: log_moment(ratios(impostors, start + c, slope), 1.0), -10, 10)
    return float(start + shift), float(slope)


def held_out(prints: dict[Impression, mcc.Cylinders]) -> str:
    first = {key: value for key, value in prints.items() if key[1] <= 105}
    rest = {key: value for key, value in prints.items() if key[1] > 105}
    line, other = fit(scores(first)), scores(rest)
    llr = ratios(other, *line)
    mean = np.exp(llr[~other.same]).mean()
    missed = np.mean(llr[other.same] < np.log(1000))
    return f"held out: mean ratio of impostors {mean:.2f}; mates under 1,000: {missed:.1%}"


def looseness(llr: NDArray[np.float64]) -> str:
    """How far Markov's bound lies above the share of impostors that reach a ratio."""
    shares = {reach: float(np.mean(llr >= reach)) for reach in (3, 4, 5)}
    times = [f"{np.exp(-reach) / share:.0f} at {reach}" for reach, share in shares.items() if share]
    return f"bound over measured share of impostors: {', '.join(times)}"


def main(folder: Path, *, write: bool) -> None:
    fitted = {}
    for extractor in EXTRACTORS:
        prints = {key: mcc.cylinders(t) for key, t in load(folder, extractor).items()}
        s = scores(prints)
        intercept, slope = fit(s)
        llr = ratios(s, intercept, slope)
        moments = {str(l): round(log_moment(llr[~s.same], l), 4) for l in EXPONENTS}
        fitted[extractor] = {
            "intercept": round(intercept, 3),
            "slope": round(slope, 3),
            "low": LOW,
            "high": HIGH,
            "per_cylinder": PER_CYLINDER,
            "moments": moments,
        }
        print(extractor, fitted[extractor], held_out(prints), sep="\n  ")
        print(f"  {looseness(llr[~s.same])}")
    body = {
        "data": "FVC2002 DB1, DB3, DB4 set B: 840 pairs of one finger, 27,840 of two",
        "made_by": "benchmarks/fit_calibration.py",
        "extractors": fitted,
    }
    if write:
        TARGET.write_text(json.dumps(body, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
