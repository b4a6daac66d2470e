"""Exact intervals for a proportion, and quantiles that are always an observed value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import betaincinv

from comity.errors import StatisticsError

CONFIDENCE = 0.95
# Far finer than any count of people supports, and coarser than the last bits in which two
# builds of scipy may differ: a published number must be recomputable on another machine.
PLACES = 6


@dataclass(frozen=True)
class Rate:
    """A proportion with its 95 % interval; all None where the denominator is 0."""

    numerator: int
    denominator: int
    estimate: float | None
    low: float | None
    high: float | None

    def as_json(self) -> dict[str, int | float | None]:
        return {
            "numerator": self.numerator,
            "denominator": self.denominator,
            "estimate": self.estimate,
            "low95": self.low,
            "high95": self.high,
        }


def clopper_pearson(count: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a proportion `count`/`of`, 0 <= count <= of, of >= 1; ends 0..1.

    Source  Clopper and Pearson 1934, through quantiles of the beta distribution
    """
    if not 0 <= count <= of or of < 1:
        raise StatisticsError(
            "a proportion needs a count within its denominator",
            expected="0 to the denominator, which is 1 or more",
            found=f"`{count}` of `{of}`",
        )
    tail = (1 - confidence) / 2
    low = float(betaincinv(count, of - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - tail)) if count < of else 1.0
    return low, high


def rate(numerator: int, denominator: int) -> Rate:
    """The proportion and its interval, rounded to six places."""
    if denominator == 0:
        return Rate(numerator, 0, None, None, None)
    low, high = clopper_pearson(numerator, denominator)
    return Rate(
        numerator,
        denominator,
        round(numerator / denominator, PLACES),
        round(low, PLACES),
        round(high, PLACES),
    )


def nearest_rank(values: Sequence[float], percent: int) -> float | None:
    """The smallest observed value with at least `percent` (1..100) of all at or below it."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]
