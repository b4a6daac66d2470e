"""The evaluation as one page for readers, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from benchmarks.frifte import det, metrics
from benchmarks.frifte.evaluate import SYNTHETIC, Evaluated

PAGE = Path(__file__).parent / "report.html"


def page(done: Evaluated) -> str:
    """The whole report: HTML with the picture in it, nothing fetched from anywhere."""
    shown = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    shown.filters |= {"rate": rate_words, "share": share_words, "figure": figure_words}
    # Searches with real prints share fingers, and exact intervals would be too narrow for them.
    lines = [det.Line(name, one, name == SYNTHETIC) for name, one in done.curves.items()]
    return shown.from_string(PAGE.read_text(encoding="utf-8")).render(
        body=done.body,
        picture=det.picture(lines, metrics.TARGETS),
    )


def rate_words(rate: Mapping[str, Any]) -> str:
    """An error rate with its counts and its interval."""
    if rate["estimate"] is None:
        return "none"
    counts = f"{rate['numerator']:,} of {rate['denominator']:,}"
    ends = f"{share_words(rate['low95'])} to {share_words(rate['high95'])}"
    return f"{share_words(rate['estimate'])} ({counts}; {ends})"


def share_words(share: float) -> str:
    """A share 0..1 with three digits that count."""
    return "0" if share == 0 else f"{share:.3g}" if share >= 1e-4 else f"{share:.1e}"


def figure_words(value: Any) -> str:
    """A measured number with the digits that it deserves."""
    if value is None:
        return "not measured"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"
