"""Prints with their minutiae as SVG that stands alone: nothing is fetched, nothing runs."""

from __future__ import annotations

import base64
import io
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from comity import records
from comity.search.explain import FingerEvidence
from comity.search.scene import Box, Circle, Line, Mark, Picture, Scene, Words
from comity.search.sketch import pair, single

FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"
GREYS = 8  # levels of a print's pixels: the ridges stay, the file is a third


def pair_svg(
    evidence: FingerEvidence,
    probe_pixels: NDArray[np.uint8] | None = None,
    candidate_pixels: NDArray[np.uint8] | None = None,
    *,
    labels: tuple[str, str] = ("probe", "candidate"),
) -> str:
    """One finger's evidence as an SVG document; a print without pixels is a blank sheet.

    The wider and darker a line, the greater the pair's share. Minutiae without a mate are grey.
    """
    return svg(pair(evidence, (probe_pixels, candidate_pixels), labels))


def print_svg(template: records.Template, pixels: NDArray[np.uint8] | None = None) -> str:
    """One print with its minutiae, as an SVG document."""
    return svg(single(template, pixels))


def svg(scene: Scene) -> str:
    """A drawing as an SVG document."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(scene.width)} '
            f'{_n(scene.height)}" role="img" font-family="{FONT}">',
            f"<title>{escape(scene.title)}</title>",
            *(_mark(mark) for mark in scene.marks),
            "</svg>",
        ]
    )


def _mark(mark: Mark) -> str:
    if isinstance(mark, Line):
        return (
            f'<line x1="{_n(mark.x1)}" y1="{_n(mark.y1)}" x2="{_n(mark.x2)}" y2="{_n(mark.y2)}" '
            f'stroke="{mark.colour}" stroke-width="{_n(mark.width)}"'
            f"{_opacity('stroke-opacity', mark.opacity)}/>"
        )
    if isinstance(mark, Circle):
        return (
            f'<circle cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(mark.r)}" '
            f'fill="{mark.fill or "none"}" stroke="{mark.stroke}" stroke-width="{_n(mark.width)}"/>'
        )
    if isinstance(mark, Box):
        return (
            f'<rect x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.w)}" height="{_n(mark.h)}" '
            f'fill="{mark.fill or "none"}" stroke="{mark.stroke or "none"}" '
            f'stroke-width="{_n(mark.width)}"{_opacity("fill-opacity", mark.opacity)}/>'
        )
    if isinstance(mark, Words):
        return _words(mark)
    return (
        f'<image x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.w)}" height="{_n(mark.h)}" '
        f'preserveAspectRatio="none" href="{_png(mark)}"/>'
    )


def _words(mark: Words) -> str:
    halo = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"' if mark.halo else ""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    bold = ' font-weight="bold"' if mark.bold else ""
    return (
        f'<text x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{_n(mark.size)}" '
        f'fill="{mark.colour}"{anchor}{bold}{halo}>{escape(mark.text)}</text>'
    )


def _png(mark: Picture) -> str:
    file = io.BytesIO()
    Image.fromarray(mark.pixels).quantize(GREYS).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _n(value: float) -> str:
    """At most one digit after the point."""
    return f"{value:.1f}".removesuffix(".0")


def _opacity(name: str, value: float) -> str:
    return "" if value == 1 else f' {name}="{value:.2f}"'
