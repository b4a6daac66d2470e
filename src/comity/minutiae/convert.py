"""A minutiae record of one standard as a record of another, saying what cannot go along.

Minutiae stay where they are, in the image they were found in; only angles are put into the other
unit. Templates, which know less, take the way of `templates`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from comity.errors import TemplateError
from comity.minutiae import codes, extended
from comity.minutiae.extended import Extended, Singularity
from comity.minutiae.record import (
    ALGORITHM_UNKNOWN,
    ANGLE_UNITS,
    ANSI,
    EARLY,
    NAMES,
    NOT_COMPUTED,
    PX_PER_CM,
    QUALITY_MAX,
    VENDOR_UNKNOWN,
    Capture,
    Image,
    Minutia,
    MinutiaRecord,
    Moment,
    Quality,
    Standard,
    View,
)

# Impressions that a standard lacks, and what comes nearest to them in one that has fewer.
NEAREST = {
    "live optical contact plain": "live-scan plain",
    "live optical contact rolled": "live-scan rolled",
    "live non-optical contact plain": "live-scan plain",
    "live non-optical contact rolled": "live-scan rolled",
    "live contactless rolled": "live contactless plain",
    "live non-optical contactless plain": "live contactless plain",
    "live non-optical contactless rolled": "live contactless plain",
}
_EARLY_DEVICE_MAX = 0xFFF
_EARLY_VIEW_MAX = 15


@dataclass
class _Way:
    """From one standard to another, and what is lost on it."""

    source: MinutiaRecord
    to: Standard
    notes: dict[str, None] = field(default_factory=dict)

    def lost(self, what: str) -> None:
        self.notes[what] = None

    def angle(self, units: int, where: str) -> int:
        whole = ANGLE_UNITS[self.source.standard]
        if units >= whole:
            raise TemplateError(
                "an angle is beyond the circle",
                where=where,
                expected=f"0..{whole - 1}",
                found=str(units),
                next_step="ask the sender which standard the file follows",
            )
        other = ANGLE_UNITS[self.to]
        return units if other == whole else round(units * other / whole) % other


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
    way = _Way(record, to)
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
        certificates=_certificates(way),
        device=_device(way),
        owner=(record.owner or VENDOR_UNKNOWN) if to in ANSI else 0,
        product=record.product if to in ANSI else 0,
    )
    if to not in ANSI and record.owner not in (0, VENDOR_UNKNOWN):
        way.lost(f"product identifier {record.owner:04x}:{record.product:04x}")
    return made, tuple(way.notes)


# --- the parts of a view ------------------------------------------------------------------


def _view(way: _Way, view: View, image: Image | None) -> View:
    where = f"finger {view.finger}, view {view.number}"
    own = way.source.image_of(view)
    view = _moved(way, view, own, image, where)
    if way.to != "iso-2011" and view.ending:
        way.lost(f"{where}: that endings lie {codes.ENDINGS[1]}")
    return View(
        finger=_finger(way, view.finger, where),
        number=_number(way, view.number, where),
        impression=_impression(way, view.impression, where),
        qualities=_qualities(way, view.qualities, where),
        minutiae=tuple(_minutia(way, m, where) for m in view.minutiae),
        extended=extended.build(_extended(way, view, image or own, where), way.to),
        image=None if way.to in EARLY else own,
        capture=_capture(way, view, where),
    )


def _minutia(way: _Way, m: Minutia, where: str) -> Minutia:
    from_early, to_early = way.source.standard in EARLY, way.to in EARLY
    quality = m.quality
    if from_early != to_early:
        stated = quality is not None and (1 if from_early else 0) <= quality <= QUALITY_MAX
        if not stated or quality is None:
            quality = 0 if to_early else NOT_COMPUTED
        elif to_early:
            quality = max(quality, 1)
    elif quality is None:
        quality = NOT_COMPUTED
    return Minutia(m.kind, m.x, m.y, way.angle(m.angle, where), quality)


def _qualities(way: _Way, given: tuple[Quality, ...], where: str) -> tuple[Quality, ...]:
    from_early = way.source.standard in EARLY
    if way.to == "iso-2011":
        stated = [q for q in given if q.score != (0 if from_early else NOT_COMPUTED)]
        return tuple(_named(q) if from_early else q for q in stated)
    if len(given) > 1:
        way.lost(f"{where}: every quality block but the first")
    first = given[0] if given else Quality(NOT_COMPUTED)
    if way.to in EARLY:
        if (first.vendor, first.algorithm) not in (
            (0, 0),
            (VENDOR_UNKNOWN, ALGORITHM_UNKNOWN),
        ):
            way.lost(f"{where}: that the quality is of {first.method}")
        return (Quality(first.score if first.score <= QUALITY_MAX else 0),)
    if from_early:
        return (_named(first if first.score else Quality(NOT_COMPUTED)),)
    return (first if given else _named(first),)


def _named(quality: Quality) -> Quality:
    return replace(quality, vendor=VENDOR_UNKNOWN, algorithm=ALGORITHM_UNKNOWN)


def _finger(way: _Way, finger: int, where: str) -> int:
    if finger in codes.fingers(way.to):
        return finger
    name = codes.fingers("iso-2011").get(finger, f"position {finger}")
    way.lost(f"{where}: that it is of the {name}")
    return 0


def _number(way: _Way, number: int, where: str) -> int:
    if way.to in EARLY and number > _EARLY_VIEW_MAX:
        way.lost(f"{where}: its number, which is beyond {_EARLY_VIEW_MAX}")
        return _EARLY_VIEW_MAX
    return number


def _impression(way: _Way, impression: int, where: str) -> int:
    """The code of the same word, else of the nearest, else unknown, else live-scan plain."""
    there = {word: code for code, word in codes.IMPRESSIONS[way.to].items()}
    word = codes.IMPRESSIONS[way.source.standard].get(impression, f"type {impression}")
    if word in there:
        return there[word]
    near = NEAREST.get(word, word)
    near = near if near in there else NEAREST.get(near, near)
    found = near if near in there else codes.UNKNOWN
    found = found if found in there else codes.IMPRESSIONS[way.to][0]
    way.lost(f"{where}: the impression `{word}`, which is written as `{found}`")
    return there[found]


def _extended(way: _Way, view: View, image: Image, where: str) -> Extended:
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
    way: _Way, points: tuple[Singularity, ...] | None, where: str
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


def _capture(way: _Way, view: View, where: str) -> Capture | None:
    if way.to == "iso-2011":
        return Capture(device=way.source.device)
    if (was := view.capture) is not None:
        parts: tuple[tuple[str, object], ...] = (
            ("time of capture", was.moment != Moment()),
            ("capture technology", was.technology),
            ("vendor of the capture device", was.vendor),
            ("certificates", was.certificates),
        )
        for name, stated in parts:
            if stated:
                way.lost(f"{where}: {name}")
    return None


# --- image and device ---------------------------------------------------------------------


def _one_image(way: _Way) -> Image:
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


def _moved(way: _Way, view: View, own: Image, image: Image | None, where: str) -> View:
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


def _device(way: _Way) -> int:
    if way.to == "iso-2011":
        return 0
    devices = {view.capture.device for view in way.source.views if view.capture is not None}
    device = way.source.device or (devices.pop() if len(devices) == 1 else 0)
    if devices or (way.to in EARLY and device > _EARLY_DEVICE_MAX):
        way.lost("numbers of the capture devices")
        return 0
    return device


def _certificates(way: _Way) -> int:
    """Bits of 2004 and 2005 are the upper four of 2009; ISO 2011's are of another kind."""
    bits = way.source.certificates
    if way.source.standard == "iso-2011":
        return 0
    if way.to == "iso-2011":
        if bits:
            way.lost("certification of the capture device")
        return 0
    if way.source.standard in EARLY and way.to in EARLY:
        return bits
    if way.source.standard in EARLY:
        return bits << 4
    if way.to in EARLY:
        if bits & 15:
            way.lost("the lower four bits of the device's certification")
        return bits >> 4
    return bits
