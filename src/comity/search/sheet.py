"""An explanation as one sheet, for a file that stands by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from comity.search import account, chart
from comity.search.explain import Explanation, FingerAccount
from comity.search.pose import Standing
from comity.search.scene import LETTER, Box, Line, Mark, Scene, Words, broken, paragraph
from comity.search.sketch import EDGE, GAP_PX, INK, SOFT, VERMILION, laid, legend, pair

WIDTH_PX, MARGIN_PX = 1280.0, 32.0
INNER_PX = WIDTH_PX - 2 * MARGIN_PX
PRINT_PX = ((INNER_PX - GAP_PX) / 2, 560.0)  # greatest width and height of one print
SIDE_PX = 400.0  # of the column with the prints laid on one another
LAID_PX = 420.0  # its height
CHART_PX = 290.0
# What each mark means, in the order in which it matters.
KEY: tuple[tuple[Standing, str], ...] = (
    ("paired", "falls on a minutia of the other print, numbered by share"),
    ("against", "both prints are here, and it has no partner: speaks against"),
    ("elsewhere", "the other print is not here"),
)
SHAPES = "Round: ridge ending. Square: bifurcation. Tail: direction."
LINES = "The wider and darker a line, the greater the pair's share of the score."
USUAL = (
    "Usual ranges: of a synthetic population fitted to real prints; for the evidence, of the real "
    "prints behind the calibration."
)
LAID = "The candidate (blue) laid on the probe (black)"
RARITY = (
    "How many pairs of fingers reach an evidence or more: prints of one finger (blue), of "
    "different fingers (orange, with 95 % interval), and these"
)


@dataclass(frozen=True, eq=False)
class Sides:
    """What the two prints are called, and their pixels by finger where there are any."""

    probe: str
    candidate: str
    probe_pixels: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict)
    candidate_pixels: Mapping[int, NDArray[np.uint8]] = field(default_factory=dict)


def sheet(found: Explanation, sides: Sides) -> Scene:
    """The whole explanation as one drawing 1280 px wide."""
    marks: list[Mark] = []
    y = _head(found, sides, marks)
    for finger in found.fingers:
        y = _finger(finger, sides, y, marks)
    for fingers in by_extractor(found):
        y = _rule(y, marks)
        marks.append(Words(MARGIN_PX, y, "How rare this is", 20, INK, bold=True))
        y = _paragraph(RARITY + f" ({fingers[0].extractor}).", y + 24, 14, SOFT, marks)
        drawn = chart.rarity(fingers, INNER_PX, CHART_PX)
        marks += drawn.at(MARGIN_PX, y)
        y += drawn.height + 24
    title = (
        f"{sides.probe} compared with {sides.candidate}: log-likelihood ratio {found.score:+.1f}. "
        f"{account.WARNING}"
    )
    return Scene(WIDTH_PX, y + 8, title, (Box(0, 0, WIDTH_PX, y + 8, fill="#ffffff"), *marks))


def pictured(found: FingerAccount, sides: Sides) -> Scene:
    """A finger's two prints with their pairs, as the sheet and the page have them."""
    finger = found.evidence.finger
    return pair(
        found.evidence,
        (sides.probe_pixels.get(finger), sides.candidate_pixels.get(found.evidence.enrolled)),
        ("Probe", "Candidate"),
        overlay=found.overlay,
        fit=PRINT_PX,
    )


def by_extractor(found: Explanation) -> list[list[FingerAccount]]:
    """The fingers of each calibration together, for a chart each."""
    names = sorted({finger.extractor for finger in found.fingers})
    return [[f for f in found.fingers if f.extractor == name] for name in names]


def key() -> Scene:
    """The legend, in one row."""
    marks: list[Mark] = []
    x = 14.0
    for standing, text in KEY:
        marks += [mark.moved(x, 14) for mark in legend(standing)]
        marks.append(Words(x + 22, 19, text, 14, INK))
        x += 52 + 14 * LETTER * len(text)
    marks.append(Words(0, 46, SHAPES, 14, INK))
    marks.append(Words(420, 46, LINES, 14, INK))
    return Scene(INNER_PX, 56, "what the marks mean", tuple(marks))


def _head(found: Explanation, sides: Sides, marks: list[Mark]) -> float:
    y = 52.0
    marks.append(Words(MARGIN_PX, y, "Why these prints scored as they did", 28, INK, bold=True))
    y = _paragraph(f"Probe: {sides.probe}", y + 30, 15, INK, marks)
    y = _paragraph(f"Candidate: {sides.candidate}", y, 15, INK, marks)
    several = len(found.fingers) > 1
    fingers = f"the sum over {len(found.fingers)} fingers" if several else "one finger"
    first = f"Score {found.score:+.1f} (natural log-likelihood ratio, {fingers}): "
    told = f"{first}{account.weighs(found.score, several=several)}."
    y = _paragraph(told, y + 12, 17, INK, marks, bold=True)
    y = _paragraph(account.sentence(account.fpir(found)), y + 2, 15, INK, marks)
    for text, colour in ((account.order(found), INK), (account.left_out(found), SOFT)):
        y = _paragraph(text, y, 15, colour, marks) if text else y
    lines = broken(account.WARNING, INNER_PX - 40, 16)
    tall = 18.0 + 22 * len(lines)
    marks.append(Box(MARGIN_PX, y, INNER_PX, tall, VERMILION, "#fff7ef", 1.5))
    for number, line in enumerate(lines):
        marks.append(Words(MARGIN_PX + 16, y + 26 + 22 * number, line, 16, INK, bold=True))
    y += tall + 22
    marks += key().at(MARGIN_PX, y)
    return y + key().height + 6


def _finger(found: FingerAccount, sides: Sides, y: float, marks: list[Mark]) -> float:
    y = _rule(y, marks)
    name = account.sentence(account.name(found.evidence)).removesuffix(".")
    marks.append(Words(MARGIN_PX, y, f"{name}: {found.evidence.llr:+.1f}", 20, INK, bold=True))
    drawn = pictured(found, sides)
    marks += drawn.at(MARGIN_PX, y + 10)
    y += 10 + drawn.height + 26
    wide = INNER_PX - SIDE_PX - 2 * GAP_PX if found.overlay.pose else INNER_PX
    stages = chart.strips(found, wide)
    marks += stages.at(MARGIN_PX, y)
    below = y + stages.height + 18
    for text in told(found):
        lines = paragraph(text, MARGIN_PX, below, wide, 14, INK)
        marks += lines
        below += 20 * len(lines) + 5
    if found.overlay.pose:
        left = WIDTH_PX - MARGIN_PX - SIDE_PX
        marks.append(Words(left, y + 12, LAID, 14, INK, bold=True))
        on = laid(found.evidence, found.overlay, (SIDE_PX, LAID_PX))
        marks += on.at(left, y + 24)
        below = max(below, y + 24 + on.height + 20)
    return below


def told(found: FingerAccount) -> list[str]:
    """What is said of a finger below its numbers."""
    texts = [
        account.sentence(account.weighs(found.evidence.llr)),
        account.sentence(account.rare(found.rarity)),
        account.sentence(account.together(found)),
        account.sentence(account.minutiae(found)),
        account.limits(found),
        USUAL,
    ]
    return [text for text in texts if text]


def _paragraph(
    text: str, y: float, size: float, colour: str, marks: list[Mark], *, bold: bool = False
) -> float:
    lines = paragraph(text, MARGIN_PX, y, INNER_PX, size, colour, bold=bold)
    marks += lines
    return y + 1.4 * size * len(lines) + 4


def _rule(y: float, marks: list[Mark]) -> float:
    marks.append(Line(MARGIN_PX, y, WIDTH_PX - MARGIN_PX, y, EDGE, 1.5))
    return y + 34
