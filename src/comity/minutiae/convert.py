"""A minutiae record of one standard as a record of another, saying what cannot go along.

Minutiae stay where they are, in the image they were found in; only angles are put into the other
unit. Templates, which know less, take the way of `templates`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace

from comity.errors import TemplateError
from comity.minutiae import carry, codes, extended
from comity.minutiae.carry import Way
from comity.minutiae.extended import Extended, Singularity
from comity.minutiae.record import (
    ALGORITHM_UNKNOWN,
    ANSI,
    EARLY,
    NAMES,
    PX_PER_CM,
    VENDOR_UNKNOWN,
    Image,
    MinutiaRecord,
    Standard,
    View,
)


def converted(record: MinutiaRecord, to: Standard) -> tuple[MinutiaRecord, tuple[str, ...]]:
    """The record in another standard, and in plain words what that has no place for.

    To its own standard, a record comes back with its length and version as the standard has them.
    Raises TemplateError where an angle is beyond the circle, or a value cannot be carried.
    """
    if to not in NAMES:
        raise TemplateError(
            f"there is no standard `{to}`", expected=", ".join(NAMES), next_step="name one of them"
        )
    if to == record.standard:
        return replace(record, version="", length_error=0, long_length=False), ()
    way = Way(record, to)
    image = _one_image(way) if to in EARLY else None
    try:
        views = tuple(_view(way, view, image) for view in record.views)
    except (struct.error, ValueError) as error:
        raise TemplateError(
            "the record does not fit the other standard",
            where=NAMES[to],
            found=str(error),
            next_step="take the extensions out",
        ) from error
    made = MinutiaRecord(
        standard=to,
        views=views,
        image=image,
        certificates=carry.certificates(way),
        device=carry.device(way),
        owner=(record.owner or VENDOR_UNKNOWN) if to in ANSI else 0,
        product=record.product if to in ANSI else 0,
    )
    if to not in ANSI and record.owner not in (0, VENDOR_UNKNOWN):
        way.lost(f"product identifier {record.owner:04x}:{record.product:04x}")
    return made, tuple(way.notes)


# --- the parts of a view ------------------------------------------------------------------


def _view(way: Way, view: View, image: Image | None) -> View:
    where = f"finger {view.finger}, view {view.number}"
    own = way.source.image_of(view)
    view = _moved(way, view, own, image, where)
    if way.to != "iso-2011" and view.ending:
        way.lost(f"{where}: that endings lie {codes.ENDINGS[1]}")
    return View(
        finger=carry.finger(way, view.finger, where),
        number=carry.number(way, view.number, where),
        impression=carry.impression(way, view.impression, where),
        qualities=carry.qualities(way, view.qualities, where),
        minutiae=tuple(carry.minutia(way, m, where) for m in view.minutiae),
        extended=extended.build(_extended(way, view, image or own, where), way.to),
        image=None if way.to in EARLY else own,
        capture=carry.capture(way, view, where),
    )


def _extended(way: Way, view: View, image: Image, where: str) -> Extended:
    read = extended.parse(way.source, view)
    zones = read.zones
    if zones is not None and (way.to in ANSI or image != way.source.image_of(view)):
        way.lost(f"{where}: quality by zones")
        zones = None
    if zones is not None and way.to == "iso-2011":
        zones = replace(zones, vendor=VENDOR_UNKNOWN, algorithm=ALGORITHM_UNKNOWN)
    elif zones is not None:
        way.lost(f"{where}: that the zones' quality is of {zones.vendor:04x}:{zones.algorithm:04x}")
        zones = replace(zones, vendor=0, algorithm=0)
    cores, deltas = _points(way, read.cores, where), _points(way, read.deltas, where)
    return replace(read, cores=cores, deltas=deltas, zones=zones)


def _points(
    way: Way, points: tuple[Singularity, ...] | None, where: str
) -> tuple[Singularity, ...] | None:
    if points is None:
        return None
    turned = tuple(
        replace(p, angles=tuple(way.angle(angle, where) for angle in p.angles)) for p in points
    )
    if way.to in ANSI and len({len(p.angles) for p in turned}) > 1:
        way.lost(f"{where}: angles that not all cores or deltas have")
        return tuple(replace(p, angles=()) for p in turned)
    return turned


# --- image and device ---------------------------------------------------------------------


def _one_image(way: Way) -> Image:
    """One image for all views: theirs, or one at 500 ppi that holds each of them."""
    images = [way.source.image_of(view) for view in way.source.views]
    if way.source.image is not None:
        return way.source.image
    if len(set(images)) <= 1:
        return images[0] if images else Image(0, 0)
    if any(i.resolution_x == 0 or i.resolution_y == 0 for i in images):
        raise TemplateError(
            "views of unlike images, one without a resolution, cannot share a header",
            where=NAMES[way.to],
            expected="the same size and resolution in all views, or a resolution in each",
            found="0 px/cm",
            next_step="convert to a standard with an image a view",
        )
    return Image(
        max(round(i.width_px * PX_PER_CM / i.resolution_x) for i in images),
        max(round(i.height_px * PX_PER_CM / i.resolution_y) for i in images),
    )


def _moved(way: Way, view: View, own: Image, image: Image | None, where: str) -> View:
    """The view with its places at the shared image's resolution, where that is another."""
    if image is None or (own.resolution_x, own.resolution_y) == (
        image.resolution_x,
        image.resolution_y,
    ):
        return view
    scale_x = image.resolution_x / own.resolution_x
    scale_y = image.resolution_y / own.resolution_y
    way.lost(f"{where}: its resolution; places are written at {image.resolution_x} px/cm")
    read = extended.parse(way.source, view)

    def all_of(points: Sequence[Singularity] | None) -> tuple[Singularity, ...] | None:
        if points is None:
            return None
        return tuple(replace(p, x=round(p.x * scale_x), y=round(p.y * scale_y)) for p in points)

    moved = replace(read, cores=all_of(read.cores), deltas=all_of(read.deltas))
    minutiae = tuple(
        replace(m, x=round(m.x * scale_x), y=round(m.y * scale_y)) for m in view.minutiae
    )
    area = extended.build(moved, way.source.standard)
    return replace(view, minutiae=minutiae, extended=area)
