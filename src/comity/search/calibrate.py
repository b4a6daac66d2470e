"""Similarity to likelihood ratio, and likelihood ratio to FPIR.

The ratio says how much more often two prints of one finger are this alike than two prints of
different fingers. It is a straight line in the similarity's logarithm, kept between bounds:
below, because a mate's finger can be smudged past recognition, so that one bad finger does not
outweigh nine good ones; above, because the fit has seen no more than its pairs, and because few
minutiae are alike by chance more often than many. The line is placed so that the ratio's mean
over prints of different fingers is 1, as it is for any true likelihood ratio.
benchmarks/fit_calibration.py makes the numbers; docs/science/search.md tells their data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

UNKNOWN_COUNTS_AS = "mindtct"  # the weakest that was calibrated


@dataclass(frozen=True)
class Line:
    """One extractor's calibration; natural logarithms.

    llr = intercept + slope * ln(similarity), at most `high`, at most `per_cylinder` times the
    smaller number of cylinders, at least `low`.
    moments : exponent l in 0..1 -> ln of the mean of exp(l * llr) over prints of different fingers
    """

    intercept: float
    slope: float
    low: float
    high: float
    per_cylinder: float
    moments: Mapping[float, float]


@lru_cache(maxsize=1)
def lines() -> dict[str, Line]:
    """By extractor."""
    text = resources.files("comity.search").joinpath("calibration.json").read_text()
    return {
        name: Line(
            intercept=p["intercept"],
            slope=p["slope"],
            low=p["low"],
            high=p["high"],
            per_cylinder=p["per_cylinder"],
            moments={float(l): m for l, m in p["moments"].items()},
        )
        for name, p in json.loads(text)["extractors"].items()
    }


def weaker(one: str, other: str) -> str:
    """The extractor whose calibration a pair is given: of two, that of the lower slope's claim."""
    names = {name if name in lines() else UNKNOWN_COUNTS_AS for name in (one, other)}
    return UNKNOWN_COUNTS_AS if UNKNOWN_COUNTS_AS in names else min(names)


def log_likelihood_ratio(similarity: float, cylinders: int, extractor: str) -> float:
    """Natural logarithm of the likelihood ratio that a similarity of two fingers gives.

    cylinders  the smaller number of usable cylinders of the two
    extractor  one that `lines` has
    """
    line = lines()[extractor]
    if similarity <= 0.0:
        return line.low
    value = line.intercept + line.slope * math.log(similarity)
    return max(line.low, min(value, line.high, line.per_cylinder * cylinders))


def fpir_bound(score: float, extractors: Sequence[str], gallery_size: int) -> float:
    """Bound on the chance that a search by someone not enrolled brings any candidate this high.

    score       sum of the fingers' log-likelihood ratios
    extractors  one a finger compared, each one that `lines` has

    Under `not the same person` the chance that one comparison's score reaches s is, for any
    exponent l, at most exp(-l * s) times the product of the fingers' means of exp(l * llr)
    (Chernoff 1952; with l = 1 and means of 1 it is Markov's bound on a likelihood ratio). The
    least over l in 0..1 is taken, and n times that for n comparisons (Boole). It needs fingers
    to be independent under that hypothesis, and holds as far as the calibration does.
    """
    if not extractors:
        return 1.0
    table = lines()
    least = min(
        sum(table[name].moments[exponent] for name in extractors) - exponent * score
        for exponent in table[UNKNOWN_COUNTS_AS].moments
    )
    return min(1.0, math.exp(min(0.0, math.log(max(gallery_size, 1)) + least)))
