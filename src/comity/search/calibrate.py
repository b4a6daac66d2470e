"""Similarity to likelihood ratio, and likelihood ratio to FPIR.

The ratio says how much more often two prints of one finger are this alike than two prints of
different fingers. It is a straight line in the similarity's logarithm, kept between bounds:
below, because a mate's finger can be smudged past recognition, so that one bad finger does not
outweigh nine good ones; above, because the fit has seen no more than its pairs, and because few
minutiae are alike by chance more often than many.

How often different fingers reach a ratio was counted on real prints up to the 99th percentile;
beyond it the share falls exponentially at the rate that the pairs beyond show (peaks over
threshold, Pickands 1975, with shape 0), and resampling the fingers gives the interval. Fingers
of one hand are taken as independent when the hands are not one person's.
benchmarks/fit_calibration.py makes the numbers; docs/science/search.md tells their data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

STEP = 0.1  # of the log-likelihood ratio, natural logarithm
CONFIDENCE = 0.95
# Templates of the synthetic population were fitted to what LEADER sees; whatever else is unknown
# counts as the weakest that was calibrated.
COUNTS_AS = {"synthetic": "leader"}
UNKNOWN_COUNTS_AS = "mindtct"
TILT = 0.8  # of the tail's rate: keeps sums of ten fingers exact far below 1e-16


@dataclass(frozen=True, eq=False)
class Line:
    """One extractor's calibration; natural logarithms.

    llr = intercept + slope * ln(similarity), at most `high`, at most `per_cylinder` times the
    smaller number of cylinders, at least `low`.
    body     float64 (k,), share of pairs of different fingers in each step from `low` up to
             `knee`, all of them together 1 - beyond
    knee     where the exponential tail begins
    beyond   float64 (1 + b,), share of pairs above the knee: measured, then by resampled fingers
    rate     float64 (1 + b,), of the tail's fall, likewise
    mated, non_mated  llr at the percentiles 0..100 of the pairs behind the fit, (101,)
    """

    intercept: float
    slope: float
    low: float
    high: float
    per_cylinder: float
    body: NDArray[np.float64]
    knee: float
    beyond: NDArray[np.float64]
    rate: NDArray[np.float64]
    mated: NDArray[np.float64]
    non_mated: NDArray[np.float64]


class Rate(NamedTuple):
    """An error rate 0..1 with its 95 % interval."""

    estimate: float
    low: float
    high: float


@lru_cache(maxsize=1)
def lines() -> dict[str, Line]:
    """By extractor."""
    text = resources.files("comity.search").joinpath("calibration.json").read_text()
    stored: dict[str, dict[str, Any]] = json.loads(text)["extractors"]
    return {
        name: Line(**{key: _array(value) for key, value in line.items()})
        for name, line in stored.items()
    }


def _array(value: Any) -> Any:
    return np.array(value) if isinstance(value, list) else value


def weaker(one: str, other: str) -> str:
    """The extractor whose calibration a pair is given: the weaker of two."""
    names = {COUNTS_AS.get(name, name) for name in (one, other)}
    return min(names) if names <= lines().keys() and len(names) == 1 else UNKNOWN_COUNTS_AS


def log_likelihood_ratio(similarity: float, cylinders: int, extractor: str) -> float:
    """Natural logarithm of the likelihood ratio that a similarity of two fingers gives.

    cylinders  the smaller number of usable cylinders of the two
    extractor  one that `lines` has
    """
    return float(ratios(np.array([similarity]), np.array([cylinders]), extractor)[0])


def ratios(
    similarity: NDArray[np.float64], cylinders: NDArray[np.int64], extractor: str
) -> NDArray[np.float64]:
    """`log_likelihood_ratio` of many pairs, (n,)."""
    line = lines()[extractor]
    value = line.intercept + line.slope * np.log(np.maximum(similarity, 1e-12))
    ceiling = np.minimum(line.high, line.per_cylinder * cylinders)
    bounded: NDArray[np.float64] = np.maximum(line.low, np.minimum(value, ceiling))
    return bounded


def fpir(score: float, extractors: Sequence[str], comparisons: float) -> Rate:
    """Share of searches by someone not enrolled that bring any candidate this high.

    score        sum of the fingers' log-likelihood ratios
    extractors   one a finger compared, each one that `lines` has; none gives 1
    comparisons  hands the probe was compared with: the gallery's size
    """
    if not extractors:
        return Rate(1.0, 1.0, 1.0)
    table = _survival(tuple(sorted(extractors)))
    start = sum(lines()[name].low for name in extractors)
    # A score between two steps counts as the lower one: its share is not understated.
    step = min(max(math.floor((score - start) / STEP + 1e-9), 0), table.shape[1] - 1)
    with np.errstate(divide="ignore"):
        share = -np.expm1(comparisons * np.log1p(-np.minimum(table[:, step], 1.0)))
    return Rate(*(float(value) for value in share))


def rarity(llr: float, extractor: str) -> Rate:
    """Share of pairs of different fingers whose ratio is this high or higher."""
    return fpir(llr, [extractor], 1.0)


@lru_cache(maxsize=256)
def _survival(extractors: tuple[str, ...]) -> NDArray[np.float64]:
    """Share of non-mated sums at or above each step: measured, low and high end; (3, steps).

    Sums by the product of transforms, each distribution tilted by exp(theta * llr) before and
    back afterwards, so that shares of 1e-30 keep their digits.
    """
    used = [lines()[name] for name in extractors]
    theta = TILT * min(float(line.rate.min()) for line in used)
    lengths = [round((line.high - line.low) / STEP) + 1 for line in used]
    size = sum(lengths) - len(used) + 1
    width = 1 << (size - 1).bit_length()
    total = np.ones((len(used[0].rate), width // 2 + 1), complex)
    for line, length in zip(used, lengths, strict=True):
        tilt = np.exp(theta * STEP * np.arange(length))
        total *= np.fft.rfft(_shares(line, length) * tilt, width, axis=1)
    tilted = np.maximum(np.fft.irfft(total, width, axis=1)[:, :size], 0.0)
    shares = tilted * np.exp(-theta * STEP * np.arange(size))
    survival = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]
    ends = np.quantile(survival, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    measured = survival[0]
    return np.stack([measured, np.minimum(ends[0], measured), np.maximum(ends[1], measured)])


def _shares(line: Line, length: int) -> NDArray[np.float64]:
    """Non-mated shares a step from `low` to `high`, (1 + b, length); the last takes the rest."""
    count = len(line.body)
    body = line.body[None] * ((1 - line.beyond) / line.body.sum())[:, None]
    edges = STEP * np.arange(length - count + 1)
    tail = line.beyond[:, None] * np.exp(-line.rate[:, None] * edges)
    steps = tail[:, :-1] - tail[:, 1:]
    steps[:, -1] = tail[:, -2]
    return np.concatenate([body, steps], axis=1)
