"""The DET picture: FNIR over FPIR, both by logarithm, in steps, as one SVG element."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.frifte.metrics import Curve, Floats
from comity.statistics.intervals import clopper_pearson

WIDE, TALL = 760, 470
LEFT, RIGHT, TOP, BOTTOM = 78, 20, 18, 58
COLOURS = ("#1d4e89", "#b3541e", "#3c7a3f", "#7a3c78", "#6b6b6b")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4")  # for those who see no colours
STEPS = 200


@dataclass(frozen=True, eq=False)
class Line:
    """One curve; with `band` its 95 % interval is shaded."""

    name: str
    curve: Curve
    band: bool = True


@dataclass(frozen=True)
class Axes:
    """Logarithmic on both sides, down to these decades; what is less lies on the edge."""

    fpir_decade: int
    fnir_decade: int

    def x(self, fpir: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * _share(fpir, self.fpir_decade)

    def y(self, fnir: float) -> float:
        return TOP + (TALL - TOP - BOTTOM) * (1 - _share(fnir, self.fnir_decade))


def picture(lines: Sequence[Line], targets: Sequence[float]) -> str:
    """The curves over one another; vertical marks at the target FPIRs.

    A rate of 0 lies on the edge: no search of so many showed one.
    """
    axes = Axes(
        min((_decade(line.curve.non_mated) for line in lines), default=-3),
        min((_decade(line.curve.mated) for line in lines), default=-3),
    )
    parts = [*_frame(axes, targets)]
    for number, line in enumerate(lines):
        parts += _drawn(axes, line, COLOURS[number % 5], DASHES[number % 5])
    parts += _legend(lines)
    what = escape("; ".join(line.name for line in lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {TALL}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13"><title>FNIR over FPIR</title>'
        f"<desc>Curves: {what}</desc>{''.join(parts)}</svg>"
    )


def _share(rate: float, decade: int) -> float:
    """Where a rate lies between 10 ** decade (0) and 1 (1); below it, 0."""
    return max(0.0, 1 - math.log10(rate) / decade) if rate > 0 else 0.0


def _decade(searches: int) -> int:
    """The decade of one error among so many searches, from 1e-1 down."""
    return min(-1, math.floor(-math.log10(max(searches, 1))))


def _frame(axes: Axes, targets: Sequence[float]) -> list[str]:
    right, low = WIDE - RIGHT, TALL - BOTTOM
    parts = []
    for decade in range(axes.fpir_decade, 1):
        x = axes.x(10.0**decade)
        parts.append(f'<path d="M{x:.1f} {TOP}V{low}" stroke="#ddd"/>')
        parts.append(_text(x, low + 18, _power(decade), "middle"))
    for decade in range(axes.fnir_decade, 1):
        y = axes.y(10.0**decade)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, y + 4, _power(decade), "end"))
    for target in targets:
        x = axes.x(target)
        parts.append(f'<path d="M{x:.1f} {TOP}V{low}" stroke="#888" stroke-dasharray="1 4"/>')
    parts.append(
        f'<rect x="{LEFT}" y="{TOP}" width="{right - LEFT}" height="{low - TOP}" '
        f'fill="none" stroke="#444"/>'
    )
    middle = (TOP + low) / 2
    parts.append(_text((LEFT + right) / 2, TALL - 14, "FPIR", "middle"))
    parts.append(
        f'<text transform="translate(22 {middle:.0f}) rotate(-90)" text-anchor="middle">FNIR</text>'
    )
    return parts


def _drawn(axes: Axes, line: Line, colour: str, dash: str) -> list[str]:
    curve = line.curve.thinned(STEPS)
    if not curve.mated or not curve.non_mated:
        return []
    parts = []
    if line.band:
        ends = [clopper_pearson(int(missed), curve.mated) for missed in curve.misses]
        upper = _steps(axes, curve.fpir, [high for _, high in ends])
        lower = _steps(axes, curve.fpir, [low for low, _ in ends])
        around = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*upper, *lower[::-1]])
        parts.append(f'<polygon points="{around}" fill="{colour}" fill-opacity="0.13"/>')
    points = _steps(axes, curve.fpir, curve.fnir)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>'
    )
    return parts


def _steps(axes: Axes, fpir: Floats, fnir: Floats | Sequence[float]) -> list[tuple[float, float]]:
    """Corners from the left edge to FPIR 1: a rate holds until the next false positive."""
    corners = []
    xs = [axes.x(float(rate)) for rate in fpir] + [axes.x(1.0)]
    for place, rate in enumerate(fnir):
        y = axes.y(float(rate))
        corners += [(xs[place], y), (xs[place + 1], y)]
    return corners


def _legend(lines: Sequence[Line]) -> list[str]:
    parts = []
    for number, line in enumerate(lines):
        y = TOP + 20 + 20 * number
        parts.append(
            f'<path d="M{WIDE - 330} {y}h34" stroke="{COLOURS[number % 5]}" stroke-width="2" '
            f'stroke-dasharray="{DASHES[number % 5]}"/>'
        )
        searches = f"{line.curve.mated:,} mated, {line.curve.non_mated:,} non-mated"
        parts.append(_text(WIDE - 288, y + 4, f"{line.name} ({searches})", "start"))
    return parts


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _power(decade: int) -> str:
    return "1" if decade == 0 else f"{10.0**decade:g}"
