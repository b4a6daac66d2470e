"""Numbers as small drawings: each stage beside what is usual, and how rare a score is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from comity.records import FINGER_NAMES
from comity.search import account, calibrate
from comity.search.explain import FingerAccount
from comity.search.scene import Box, Line, Mark, Scene, Words, broken
from comity.search.sketch import BLUE, EDGE, INK, QUIET, SOFT, VERMILION
from comity.search.usual import Compared

ROW_PX = 54.0
NAME_PX, VALUE_PX, SIDE_PX = 236.0, 58.0, 150.0  # of a row: name, number, what it is like
DECADES = 6  # of the rarity's axis: from all pairs to one in a million
STEP = 0.25  # of its curves, natural log-likelihood ratio
LABELS_MAX = 10


def strips(found: FingerAccount, width: float) -> Scene:
    """A row a stage: its number on a line with the usual ranges of mates and different fingers."""
    left, right = NAME_PX + VALUE_PX + 14, width - SIDE_PX
    marks: list[Mark] = [
        Box(left, 3, 14, 8, fill=VERMILION),
        Words(left + 19, 12, "different fingers, 90 % of pairs", 12, SOFT),
        Box(left + 206, 3, 14, 8, fill=BLUE),
        Words(left + 225, 12, "mates, 90 % of pairs", 12, SOFT),
    ]
    for number, stage in enumerate(account.STAGES):
        marks += _strip(found, stage, 22 + ROW_PX * number, left, right)
    told = "; ".join(
        f"{stage.name} {stage.shown(found.compared[stage.key].value)}" for stage in account.STAGES
    )
    return Scene(width, 22 + ROW_PX * len(account.STAGES), told, tuple(marks))


def _strip(
    found: FingerAccount, stage: account.Stage, top: float, left: float, right: float
) -> Iterator[Mark]:
    one = found.compared[stage.key]
    others, mates, place = spans(one)

    def x(share: float) -> float:
        return left + 6 + share * (right - left - 12)

    yield Words(0, top + 15, stage.name, 14, INK, bold=True)
    for number, line in enumerate(broken(stage.says, NAME_PX, 12)[:2]):
        yield Words(0, top + 29 + 14 * number, line, 12, SOFT)
    yield Words(NAME_PX + VALUE_PX, top + 22, stage.shown(one.value), 16, INK, "end", bold=True)
    yield Line(left, top + 18, right, top + 18, EDGE, 1.0)
    for (low, high), colour, offset in ((others, VERMILION, 6), (mates, BLUE, 20)):
        first, last = x(low), x(high)
        yield Box(first, top + offset, max(3.0, last - first), 10, fill=colour, opacity=0.75)
    at = x(place)
    yield Line(at, top + 1, at, top + 35, INK, 3.0)
    yield Words(right + 12, top + 22, account.says(one), 13, INK)


def spans(one: Compared) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Where on a line 0..1 different fingers, mates and this number are: two spans and a place."""
    ends = [one.value, one.mates.low, one.mates.high, one.others.low, one.others.high]
    low, wide = min(ends), (max(ends) - min(ends)) or 1.0
    value, a, b, c, d = ((end - low) / wide for end in ends)
    return (c, d), (a, b), value


def rarity(fingers: Sequence[FingerAccount], width: float, height: float) -> Scene:
    """How many pairs of mates and of different fingers reach an evidence or more, with these.

    fingers  all with one calibration; its curves are drawn
    """
    line = calibrate.lines()[fingers[0].extractor]
    left, right, top, bottom = 110.0, width - 20.0, 14.0, height - 44.0
    low, high = line.low, line.high

    def x(llr: float) -> float:
        return left + (llr - low) / (high - low) * (right - left)

    def y(share: float) -> float:
        down = min(DECADES, -math.log10(share)) if share > 0 else DECADES
        return top + down / DECADES * (bottom - top)

    marks: list[Mark] = []
    for decade in range(DECADES + 1):
        level = y(10.0**-decade)
        name = "all pairs" if decade == 0 else f"1 in {10**decade:,}"
        marks += [
            Line(left, level, right, level, EDGE, 1.0),
            Words(left - 8, level + 4, name, 12, SOFT, "end"),
        ]
    for tick in range(math.ceil(low / 5) * 5, math.floor(high) + 1, 5):
        marks += [
            Line(x(tick), bottom, x(tick), bottom + 5, QUIET, 1.0),
            Words(x(tick), bottom + 18, f"{tick:+d}" if tick else "0", 12, SOFT, "middle"),
        ]
    says = "evidence of one finger (natural log-likelihood ratio): right of 0 it speaks for one"
    marks.append(Words((left + right) / 2, bottom + 36, f"{says} finger", 12.5, SOFT, "middle"))
    grid = np.arange(low, high + STEP / 2, STEP)
    others = [calibrate.rarity(float(llr), fingers[0].extractor) for llr in grid]
    for one, after, llr in zip(others[:-1], others[1:], grid[:-1], strict=True):
        upper, lower = y(one.high), y(max(after.low, 10.0**-DECADES))
        step = x(llr + STEP) - x(llr)
        marks.append(Box(x(llr), upper, step, max(0.0, lower - upper), fill=VERMILION, opacity=0.2))
    floor = 10.0**-DECADES
    shown = [(x(llr), y(r.estimate)) for llr, r in zip(grid, others, strict=True)
             if r.estimate > floor]  # fmt: skip
    marks += _curve(shown, VERMILION)
    spread = np.interp(np.linspace(0, 100, 2001), np.arange(101), line.mated)
    marks += _curve([(x(llr), y(float((spread >= llr - 1e-9).mean()))) for llr in grid], BLUE)
    marks += _labels(fingers, x, top, bottom, right)
    title = "share of pairs that reach an evidence or more, and where these fingers are"
    return Scene(width, height, title, tuple(marks))


def _curve(points: Sequence[tuple[float, float]], colour: str) -> list[Mark]:
    return [Line(*a, *b, colour, 2.5) for a, b in itertools.pairwise(points)]


def _labels(
    fingers: Sequence[FingerAccount],
    x: Callable[[float], float],
    top: float,
    bottom: float,
    right: float,
) -> Iterator[Mark]:
    """A line down for each finger, its name beside it, a row a finger so that none overlap."""
    for number, found in enumerate(fingers[:LABELS_MAX]):
        llr = found.evidence.llr
        at = x(llr)
        row = top + 48 + 15 * number
        name = f"{FINGER_NAMES[found.evidence.finger]} {llr:+.1f}"
        late = at > right - 150
        yield Line(at, top, at, bottom, INK, 2.0)
        yield Words(
            at - 6 if late else at + 6, row, name, 12.5, INK, "end" if late else "start",
            bold=True, halo=True,
        )  # fmt: skip
