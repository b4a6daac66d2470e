"""Friction ridge images and minutiae of a transaction as figures for a page."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from typing import Any

from comity.cli._wire_pixels import pixels, thumbnail
from comity.errors import ComityError
from comity.wire import positions
from comity.wire.friction import RidgeImage, ridge_images
from comity.wire.minutiae import MinutiaSet, minutia_sets
from comity.wire.transaction import Transaction

SIDE_PX = 420  # of a picture's longer side
WIDE_PX = 760  # of slaps and palms
MINUTIAE_MAX = 2000
TAIL = 0.022  # a minutia's tail, in sides of the image
POINTS = (
    "Minutiae: a circle is an ending, a square a bifurcation, a violet circle neither; the tail "
    "runs along the ridge."
)
BOXES = "Boxes are the segments that 14.021 states."
KINDS = ("other", "ending", "bifurcation")
FORMS = {
    "standard": "standard form, 9.012", "m1": "ANSI 378 form, 9.137", "iafis": "IAFIS form, 9.023",
    "efs": "extended features, 9.331",
}  # fmt: skip


def figures(transaction: Transaction) -> Iterator[dict[str, Any]]:
    """Prints in the order of the file, then sets of minutiae, each on its own image."""
    seen: dict[int | None, dict[str, Any]] = {}
    for image in ridge_images(transaction):
        figure = _print(image)
        seen.setdefault(image.record.idc, figure)
        yield figure
    for found in minutia_sets(transaction):
        yield _minutiae(found, seen.get(found.record.idc))


def drawn(shown: list[dict[str, Any]]) -> str:
    """What the marks in the figures mean."""
    marks = ((POINTS, "points"), (BOXES, "boxes"))
    return " ".join(text for text, key in marks if any(figure[key] for figure in shown))


def _print(image: RidgeImage) -> dict[str, Any]:
    wide = image.width_px > 1.3 * max(image.height_px, 1) or len(image.boxes) > 1
    where = f"Type-{image.record.type} IDC {image.record.idc}"
    figure: dict[str, Any] = {
        "title": _title(image.positions),
        "place": where,
        "facts": _facts(image),
        "wide": wide,
        "error": "",
        "href": "",
        "width": image.width_px,
        "height": image.height_px,
        "side": max(image.width_px, image.height_px),
        "boxes": [
            _box(box.finger, box.left, box.top, box.right, box.bottom) for box in image.boxes
        ],
        "points": [],
    }
    try:
        grey = pixels(image)
    except ComityError as error:
        return figure | {"error": error.message, "expected": error.expected, "found": error.found}
    data = base64.b64encode(thumbnail(grey, WIDE_PX if wide else SIDE_PX)).decode()
    height, width = grey.shape
    return figure | {
        "href": f"data:image/jpeg;base64,{data}", "width": width, "height": height,
    }  # fmt: skip


def _title(codes: tuple[int, ...]) -> str:
    return " or ".join(positions.name(code) for code in codes) or "no position stated"


def _facts(image: RidgeImage) -> str:
    scale = f"{image.resolution_ppi:g} ppi" if image.resolution_ppi else "no scale"
    size = f"{image.width_px} x {image.height_px}"
    kind = image.format or image.stated or "unknown format"
    return f"{kind}, {size}, {scale}, {len(image.data):,} bytes"


def _box(finger: int, left: int, top: int, right: int, bottom: int) -> dict[str, Any]:
    return {
        "x": left, "y": top, "width": right - left, "height": bottom - top,
        "label": positions.name(finger),
    }  # fmt: skip


def _minutiae(found: MinutiaSet, under: dict[str, Any] | None) -> dict[str, Any]:
    """Dots with tails along the ridge; on a blank sheet where the image is not in the file."""
    places = found.in_pixels()
    if places is not None and found.frame is not None:
        width, height = found.frame.width_px, found.frame.height_px
        href = under["href"] if under is not None else ""
    else:
        under, href = None, ""
        places, width, height = _sheet(found)
    many = (
        ""
        if len(found.minutiae) == found.stated or found.stated is None
        else (f" of {found.stated} stated")
    )
    blank = "" if under is not None else "; its image is not in the file"
    return {
        "title": f"Minutiae: {_title(found.positions)}",
        "place": f"Type-9 IDC {found.record.idc}",
        "facts": f"{len(found.minutiae)}{many} minutiae, {FORMS[found.form]}{blank}",
        "wide": True,
        "error": "",
        "href": href,
        "width": width,
        "height": height,
        "side": max(width, height),
        "boxes": [],
        "points": [
            _point(x, y, one.angle_deg, KINDS[one.kind], TAIL * max(width, height))
            for one, (x, y) in zip(found.minutiae[:MINUTIAE_MAX], places, strict=False)
        ],
    }


def _sheet(found: MinutiaSet) -> tuple[tuple[tuple[float, float], ...], int, int]:
    """Places from the upper left of a sheet that holds them all, in the set's own unit."""
    right = max((one.x for one in found.minutiae), default=0)
    lowest = max((one.y for one in found.minutiae), default=0)
    width, height = round(right * 1.05) + 1, round(lowest * 1.05) + 1
    if found.region is not None:
        width, height = max(width, found.region[2]), max(height, found.region[3])
    upside = found.origin == "lower left"
    return (
        tuple((float(m.x), float(height - m.y if upside else m.y)) for m in found.minutiae),
        width,
        height,
    )


def _point(x: float, y: float, angle_deg: int, kind: str, tail: float) -> dict[str, Any]:
    return {
        "x": round(x, 1),
        "y": round(y, 1),
        "x2": round(x + tail * math.cos(math.radians(angle_deg)), 1),
        "y2": round(y - tail * math.sin(math.radians(angle_deg)), 1),
        "kind": kind,
    }
