"""A drawing as a list of marks: made once, written as SVG (draw.py) or as pixels (raster.py).

Lengths in px of the finished picture, x right, y down; colours as #rrggbb. Marks are drawn in
their order. In a raster words lie on top.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Line:
    """A straight line; `opacity` 0..1."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float
    opacity: float = 1.0

    def moved(self, dx: float, dy: float) -> Line:
        """The same mark elsewhere."""
        return replace(self, x1=self.x1 + dx, x2=self.x2 + dx, y1=self.y1 + dy, y2=self.y2 + dy)


@dataclass(frozen=True)
class Circle:
    """Round its middle; `fill` empty for none."""

    x: float
    y: float
    r: float
    stroke: str
    width: float
    fill: str = ""

    def moved(self, dx: float, dy: float) -> Circle:
        """The same mark elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True)
class Box:
    """From its upper left corner; `stroke` and `fill` empty for none."""

    x: float
    y: float
    w: float
    h: float
    stroke: str = ""
    fill: str = ""
    width: float = 1.0
    opacity: float = 1.0  # of the filling

    def moved(self, dx: float, dy: float) -> Box:
        """The same mark elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True)
class Words:
    """One line of text on its baseline; `halo` sets it off from a picture."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Anchor = "start"
    bold: bool = False
    halo: bool = False

    def moved(self, dx: float, dy: float) -> Words:
        """The same mark elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, eq=False)
class Picture:
    """Grey pixels uint8 (h, w), stretched to its box."""

    x: float
    y: float
    w: float
    h: float
    pixels: NDArray[np.uint8]

    def moved(self, dx: float, dy: float) -> Picture:
        """The same mark elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


Mark = Line | Circle | Box | Words | Picture


@dataclass(frozen=True, eq=False)
class Scene:
    """A drawing with its size and what it shows, in words for those who cannot see it."""

    width: float
    height: float
    title: str
    marks: tuple[Mark, ...]

    def at(self, x: float, y: float) -> tuple[Mark, ...]:
        """The marks, to be put into another drawing with their corner there."""
        return tuple(mark.moved(x, y) for mark in self.marks)


# Of a sans serif's mean letter, as a share of its size; text is broken and fitted by it.
LETTER = 0.5


def broken(text: str, width_px: float, size: float) -> list[str]:
    """Text in lines that fit a width; a word longer than a line is cut."""
    letters = max(8, int(width_px / (LETTER * size)))
    lines: list[str] = []
    line = ""
    for word in _pieces(text.split(), letters):
        if line and len(line) + 1 + len(word) > letters:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


def _pieces(words: Iterable[str], letters: int) -> Iterable[str]:
    for word in words:
        for first in range(0, len(word), letters):
            yield word[first : first + letters]


def paragraph(
    text: str, x: float, y: float, width_px: float, size: float, colour: str, *, bold: bool = False
) -> tuple[Words, ...]:
    """Text broken to a width, its first baseline at y; lines are 1.4 sizes apart."""
    return tuple(
        Words(x, y + 1.4 * size * number, line, size, colour, bold=bold)
        for number, line in enumerate(broken(text, width_px, size))
    )
