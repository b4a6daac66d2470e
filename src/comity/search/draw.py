"""Two prints side by side with their paired minutiae joined: SVG that stands alone."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from comity import records
from comity.search.explain import FingerEvidence

GAP_PX = 24
HEAD_PX = 22
TAIL_PX = 12  # of a minutia's direction
INK, QUIET, PROBE, CANDIDATE = "#1b1b1b", "#9a9a9a", "#0b5fa5", "#a5420b"


def pair_svg(
    evidence: FingerEvidence,
    probe_pixels: NDArray[np.uint8] | None = None,
    candidate_pixels: NDArray[np.uint8] | None = None,
    *,
    labels: tuple[str, str] = ("probe", "candidate"),
) -> str:
    """One finger's evidence as an SVG document; a print without pixels is a blank sheet.

    The wider a line, the greater the pair's share. Minutiae without a mate are grey.
    """
    probe, candidate = evidence.probe, evidence.candidate
    left = probe.width_px + GAP_PX
    width, height = left + candidate.width_px, max(probe.height_px, candidate.height_px) + HEAD_PX
    mated_probe = {i for i, _, _ in evidence.pairs}
    mated_candidate = {j for _, j, _ in evidence.pairs}
    name = records.FINGER_NAMES[evidence.finger]
    says = f"{name}: {len(evidence.pairs)} paired minutiae, similarity {evidence.similarity:.3f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="sans-serif" font-size="13">',
        f"<title>{escape(says)}</title>",
        f'<text x="4" y="15" fill="{INK}">{escape(labels[0])}</text>',
        f'<text x="{left + 4}" y="15" fill="{INK}">{escape(labels[1])}</text>',
        _sheet(probe, probe_pixels, 0),
        _sheet(candidate, candidate_pixels, left),
        *_lines(evidence, left),
        *_marks(probe, mated_probe, 0, PROBE),
        *_marks(candidate, mated_candidate, left, CANDIDATE),
        "</svg>",
    ]
    return "\n".join(parts)


def print_svg(template: records.Template, pixels: NDArray[np.uint8] | None = None) -> str:
    """One print with its minutiae, as an SVG document."""
    every = set(range(len(template)))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'viewBox="0 {HEAD_PX} {template.width_px} {template.height_px}">',
            f"<title>{len(template)} minutiae by {escape(template.extractor)}</title>",
            _sheet(template, pixels, 0),
            *_marks(template, every, 0, PROBE),
            "</svg>",
        ]
    )


def _sheet(template: records.Template, pixels: NDArray[np.uint8] | None, left: int) -> str:
    box = f'x="{left}" y="{HEAD_PX}" width="{template.width_px}" height="{template.height_px}"'
    if pixels is None:
        return f'<rect {box} fill="#fcfcfa" stroke="#d8d8d4"/>'
    png = io.BytesIO()
    # Half the grey levels away: the ridges stay, the marks stand out, the file is a third.
    pale = Image.fromarray((160 + (pixels // 32) * 13).clip(0, 255).astype(np.uint8))
    pale.quantize(8).save(png, "PNG", optimize=True)
    data = base64.b64encode(png.getvalue()).decode()
    return f'<image {box} href="data:image/png;base64,{data}"/>'


def _lines(evidence: FingerEvidence, left: int) -> Iterable[str]:
    most = max((part for _, _, part in evidence.pairs), default=0.0)
    for i, j, part in evidence.pairs:
        x1, y1 = evidence.probe.minutiae[i, :2].tolist()
        x2, y2 = evidence.candidate.minutiae[j, :2].tolist()
        width = 0.6 + 1.6 * part / most if most > 0 else 0.6
        yield (
            f'<line x1="{x1}" y1="{y1 + HEAD_PX}" x2="{x2 + left}" y2="{y2 + HEAD_PX}" '
            f'stroke="#2e7d32" stroke-width="{width:.2f}" stroke-opacity="0.65"/>'
        )


def _marks(template: records.Template, mated: set[int], left: int, colour: str) -> Iterable[str]:
    for row, (x, y, deg, kind) in enumerate(template.minutiae.tolist()):
        stroke = colour if row in mated else QUIET
        cx, cy = x + left, y + HEAD_PX
        dx, dy = TAIL_PX * math.cos(math.radians(deg)), -TAIL_PX * math.sin(math.radians(deg))
        shape = (
            f'<rect x="{cx - 3}" y="{cy - 3}" width="6" height="6"/>'
            if kind == records.BIFURCATION
            else f'<circle cx="{cx}" cy="{cy}" r="3.4"/>'
        )
        yield (
            f'<g fill="none" stroke="{stroke}" stroke-width="1.4">{shape}'
            f'<line x1="{cx}" y1="{cy}" x2="{cx + dx:.1f}" y2="{cy + dy:.1f}"/></g>'
        )
