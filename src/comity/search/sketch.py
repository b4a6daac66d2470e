"""Prints and their minutiae as drawings: one print, two side by side, one laid on the other.

A minutia's shape is its kind, its tail its direction, its filling and colour its standing; no
two standings differ by colour alone. Colours are those of Okabe and Ito (2008), which people with
any colour vision tell apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search.explain import FingerEvidence
from comity.search.pose import Overlay, Standing
from comity.search.scene import Box, Circle, Line, Mark, Picture, Scene, Words

INK, SOFT, QUIET, EDGE, SHEET = "#1b1b1b", "#5b6670", "#8a8f94", "#d0d4d8", "#fcfcfa"
BLUE, VERMILION, WHITE = "#0072b2", "#d55e00", "#ffffff"
GAP_PX, HEAD_PX = 28.0, 22.0
MARK_PX, TAIL_PX = 4.5, 15.0
EDGE_PX = 40  # kept round the outermost minutiae when a print is cut to what it shows
NUMBER_PX = 12.0
Pixels = NDArray[np.uint8] | None


@dataclass(frozen=True, eq=False)
class Panel:
    """A print's place in a drawing: its part from x0, y0 on, at `scale`, from left, top on."""

    x0: int
    y0: int
    width: int
    height: int
    scale: float
    left: float
    top: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the print comes to lie."""
        return self.left + (x - self.x0) * self.scale, self.top + (y - self.y0) * self.scale


def single(template: records.Template, pixels: Pixels = None) -> Scene:
    """One print with its minutiae, at its own size."""
    panel = Panel(0, 0, template.width_px, template.height_px, 1.0, 0.0, 0.0)
    marks = list(_sheet(panel, pixels))
    for x, y, deg, kind in template.minutiae.tolist():
        marks += _shape((x, y), deg, kind, BLUE, 2.0, MARK_PX + 0.5, WHITE)
    title = f"{len(template)} minutiae by {template.extractor}"
    return Scene(template.width_px, template.height_px, title, tuple(marks))


def pair(
    evidence: FingerEvidence,
    pixels: tuple[Pixels, Pixels] = (None, None),
    labels: tuple[str, str] = ("probe", "candidate"),
    *,
    overlay: Overlay | None = None,
    fit: tuple[float, float] | None = None,
) -> Scene:
    """Two prints side by side, the minutiae that fall on each other joined and numbered by share.

    overlay  which of the rest speak against; without it, unpaired minutiae are grey
    fit      greatest width and height of one print; without it, whole prints at their own size
    """
    probe, candidate = evidence.probe, evidence.candidate
    ours = _panel(probe, fit, 0.0)
    slot = fit[0] if fit else ours.width * ours.scale
    theirs = _panel(candidate, fit, slot + GAP_PX)
    tall = max(panel.height * panel.scale for panel in (ours, theirs))
    width = theirs.left + (fit[0] if fit else theirs.width * theirs.scale)
    standings = (
        (overlay.probe, overlay.candidate)
        if overlay
        else (
            _unpaired(len(probe), [i for i, _, _ in evidence.pairs]),
            _unpaired(len(candidate), [j for _, j, _ in evidence.pairs]),
        )
    )
    name = records.FINGER_NAMES[evidence.finger]
    marks: list[Mark] = [
        Words(ours.left + 2, 15, labels[0], 14, INK),
        Words(theirs.left + 2, 15, labels[1], 14, INK),
        *_sheet(ours, pixels[0]),
        *_sheet(theirs, pixels[1]),
        *_joined(evidence, ours, theirs),
        *_minutiae(probe, standings[0], ours),
        *_minutiae(candidate, standings[1], theirs),
        *_numbers(evidence, ours, theirs),
    ]
    return Scene(
        width,
        HEAD_PX + tall,
        f"{name}: {len(evidence.pairs)} paired minutiae, similarity {evidence.similarity:.3f}",
        tuple(marks),
    )


def laid(evidence: FingerEvidence, overlay: Overlay, fit: tuple[float, float]) -> Scene:
    """The candidate's minutiae, blue, on the probe's, black; partners joined by a short line."""
    template = evidence.probe
    x, y = _extent(np.concatenate([template.minutiae[:, :2].astype(float), overlay.moved[:, :2]]))
    panel = _fitted((x[0], y[0], x[1] - x[0], y[1] - y[0]), fit, 0.0, 0.0)
    marks: list[Mark] = list(_sheet(panel, None))
    for i, j, _ in evidence.pairs:
        start = panel.at(*template.minutiae[i, :2].tolist())
        end = panel.at(*overlay.moved[j, :2].tolist())
        marks.append(Line(*start, *end, QUIET, 3.0, 0.6))
    for row in template.minutiae.tolist():
        marks += _shape(panel.at(row[0], row[1]), row[2], row[3], INK, 1.6, MARK_PX + 0.5)
    kinds = evidence.candidate.minutiae[:, 3].tolist()
    for (across, down, deg), kind in zip(overlay.moved.tolist(), kinds, strict=False):
        marks += _shape(panel.at(across, down), deg, kind, BLUE, 1.6, MARK_PX - 1)
    title = "the candidate's minutiae laid on the probe's"
    return Scene(fit[0], panel.height * panel.scale, title, tuple(marks))


def legend(standing: Standing) -> tuple[Mark, ...]:
    """One minutia of a standing, its middle at 0, 0."""
    return tuple(_minutia((0.0, 0.0), 20, records.ENDING, standing))


def _panel(template: records.Template, fit: tuple[float, float] | None, left: float) -> Panel:
    if fit is None:
        return Panel(0, 0, template.width_px, template.height_px, 1.0, left, HEAD_PX)
    x, y = _extent(template.minutiae[:, :2].astype(float))
    x0, y0 = max(0, x[0]), max(0, y[0])
    x1, y1 = min(template.width_px, x[1]), min(template.height_px, y[1])
    return _fitted((x0, y0, max(1, x1 - x0), max(1, y1 - y0)), fit, left, HEAD_PX)


def _fitted(
    part: tuple[int, int, int, int], fit: tuple[float, float], left: float, top: float
) -> Panel:
    """A part (x0, y0, width, height), as large as fits and in the middle of the width."""
    scale = min(fit[0] / part[2], fit[1] / part[3])
    return Panel(*part, scale, left + (fit[0] - part[2] * scale) / 2, top)


def _extent(places: NDArray[np.float64]) -> tuple[tuple[int, int], tuple[int, int]]:
    """From where to where the points reach in x and in y, with an edge; a square where none is."""
    if not len(places):
        return (0, 2 * EDGE_PX), (0, 2 * EDGE_PX)
    low, high = places.min(axis=0) - EDGE_PX, places.max(axis=0) + EDGE_PX
    return (int(low[0]), int(high[0])), (int(low[1]), int(high[1]))


def _sheet(panel: Panel, pixels: Pixels) -> Iterator[Mark]:
    wide, tall = panel.width * panel.scale, panel.height * panel.scale
    if pixels is None:
        yield Box(panel.left, panel.top, wide, tall, EDGE, SHEET)
        return
    rows = slice(panel.y0, panel.y0 + panel.height)
    part = pixels[rows, panel.x0 : panel.x0 + panel.width].astype(np.int64)
    # Half the grey levels away: the ridges stay, the marks stand out.
    pale = np.clip(135 + part // 32 * 17, 0, 255).astype(np.uint8)
    yield Picture(panel.left, panel.top, wide, tall, pale)
    yield Box(panel.left, panel.top, wide, tall, EDGE)


def _joined(evidence: FingerEvidence, ours: Panel, theirs: Panel) -> Iterator[Line]:
    """Faintest first, so that the strongest lie on top."""
    most = max((share for _, _, share in evidence.pairs), default=0.0)
    for i, j, share in reversed(evidence.pairs):
        part = share / most if most > 0 else 0.0
        start = ours.at(*evidence.probe.minutiae[i, :2].tolist())
        end = theirs.at(*evidence.candidate.minutiae[j, :2].tolist())
        yield Line(*start, *end, _shade(part), 0.5 + 1.5 * part**2, 0.6)


def _shade(part: float) -> str:
    """From a pale to a full blue."""
    full, pale = (0, 90, 150), (135, 190, 225)
    mixed = (round(p + (f - p) * part) for f, p in zip(full, pale, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _minutiae(
    template: records.Template, standings: Sequence[Standing], panel: Panel
) -> Iterator[Mark]:
    """Those that matter least first."""
    order: tuple[Standing, ...] = ("elsewhere", "against", "paired")
    for standing in order:
        for (x, y, deg, kind), own in zip(template.minutiae.tolist(), standings, strict=True):
            if own == standing:
                yield from _minutia(panel.at(x, y), deg, kind, standing)


def _minutia(
    place: tuple[float, float], deg: float, kind: int, standing: Standing
) -> Iterator[Mark]:
    if standing == "elsewhere":
        yield from _shape(place, deg, kind, QUIET, 1.4, MARK_PX - 1)
        return
    colour = VERMILION if standing == "against" else BLUE
    fill = BLUE if standing == "paired" else WHITE
    yield from _shape(place, deg, kind, colour, 2.0, MARK_PX + 0.5, fill)
    if standing == "against":  # crossed out, for those who do not see the colour
        (x, y), reach = place, MARK_PX + 4
        yield Line(x - reach, y - reach, x + reach, y + reach, VERMILION, 2.0)
        yield Line(x - reach, y + reach, x + reach, y - reach, VERMILION, 2.0)


def _shape(
    place: tuple[float, float],
    deg: float,
    kind: int,
    colour: str,
    width: float,
    size: float,
    fill: str = "",
) -> Iterator[Mark]:
    """Round for an ending, square for a bifurcation, small and round for neither."""
    x, y = place
    turn = math.radians(deg)
    dx, dy = math.cos(turn), -math.sin(turn)
    reach = size + TAIL_PX - MARK_PX
    yield Line(x + size * dx, y + size * dy, x + reach * dx, y + reach * dy, colour, width)
    if kind == records.BIFURCATION:
        side = 0.9 * size
        yield Box(x - side, y - side, 2 * side, 2 * side, colour, fill, width)
    else:
        yield Circle(x, y, size if kind == records.ENDING else 0.6 * size, colour, width, fill)


def _numbers(evidence: FingerEvidence, ours: Panel, theirs: Panel) -> Iterator[Words]:
    """Each pair's number behind both its minutiae, away from their tails."""
    for number, (i, j, _) in enumerate(evidence.pairs, 1):
        sides = ((ours, evidence.probe.minutiae[i]), (theirs, evidence.candidate.minutiae[j]))
        for panel, (x, y, deg, _) in sides:
            left, top = panel.at(float(x), float(y))
            turn = math.radians(float(deg))
            across, down = left - NUMBER_PX * math.cos(turn), top + NUMBER_PX * math.sin(turn)
            yield Words(across, down + 4, str(number), 12, INK, "middle", bold=True, halo=True)


def _unpaired(count: int, paired: Sequence[int]) -> tuple[Standing, ...]:
    mated = set(paired)
    return tuple("paired" if row in mated else "elsewhere" for row in range(count))
