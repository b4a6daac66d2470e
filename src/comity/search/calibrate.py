"""Similarity to likelihood ratio, and likelihood ratio to FPIR.

The ratio says how much more often two prints of one finger are this alike than two prints of
different fingers. It is a straight line in the similarity's logarithm, kept between two bounds.
Lower bound: a mate's finger can be smudged past recognition, so one bad finger may not outweigh
nine good ones. Upper bound: the fit has seen no more than its pairs, so one finger may not claim
more than a modest step beyond them. benchmarks/fit_calibration.py makes the numbers; their data
and the reliability of the fit are in docs/science/search.md.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True)
class Line:
    """llr = intercept + slope * ln(similarity), kept within low..high; natural logarithms."""

    intercept: float
    slope: float
    low: float
    high: float


@lru_cache(maxsize=1)
def lines() -> dict[str, Line]:
    """By extractor."""
    text = resources.files("comity.search").joinpath("calibration.json").read_text()
    return {
        name: Line(p["intercept"], p["slope"], p["low"], p["high"])
        for name, p in json.loads(text)["extractors"].items()
    }


def log_likelihood_ratio(
    similarity: float, probe_extractor: str, candidate_extractor: str
) -> float:
    """Natural logarithm of the likelihood ratio that a similarity of two fingers gives.

    An extractor that was not calibrated counts as `mindtct`, the weaker; of two, the lower.
    """
    known = lines()
    return min(
        _on(known.get(extractor, known["mindtct"]), similarity)
        for extractor in (probe_extractor, candidate_extractor)
    )


def _on(line: Line, similarity: float) -> float:
    if similarity <= 0.0:
        return line.low
    return min(line.high, max(line.low, line.intercept + line.slope * math.log(similarity)))


def fpir_bound(score: float, gallery_size: int) -> float:
    """Bound on the chance that a search by someone not enrolled brings any candidate this high.

    score is a log-likelihood ratio. Under `not the same person` the ratio itself has mean 1, so by
    Markov's inequality it reaches exp(score) with chance at most exp(-score); by Boole's, any of n
    people does with at most n times that. It holds as far as the calibration does, whatever the
    scores' distribution, and usually by a wide margin.
    """
    return min(1.0, gallery_size * math.exp(-score))
