"""Minutiae records to templates at 500 ppi, and templates to records."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from comity import records
from comity.errors import TemplateError
from comity.minutiae.record import (
    ALGORITHM_UNKNOWN,
    ANGLE_UNIT_DEG,
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
    Quality,
    Standard,
    View,
)

RELIABILITY_NOT_STATED = 50  # neither the best nor the worst of 0..100
METHOD_NOT_STATED = "not stated"  # quality algorithm in the formats of 2004 and 2005
IMPRESSION_UNKNOWN: dict[Standard, int] = {"iso-2011": 29, "ansi-2009": 29, "ansi-2009-am1": 29}
_METHOD = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})")
_PX_MAX = np.iinfo(np.int16).max


def to_templates(record: MinutiaRecord, extractor: str = "record") -> tuple[records.Template, ...]:
    """A template a view, at 500 ppi; `notes` says which were not at that resolution.

    The quality is the view's first score of 0..100 (1..100 in 2004 and 2005, where 0 says
    nothing), its algorithm `vendor:algorithm` in hexadecimal. A view of several fingers, or of a
    palm, is of finger 0.

    Raises TemplateError where an ANSI angle is above 179 units, the resolution is not stated, or
    a place lies beyond what a template can hold.
    """
    return tuple(_to_template(record, view, extractor) for view in record.views)


def notes(record: MinutiaRecord) -> tuple[str, ...]:
    """What `to_templates` changes beyond units, in plain words."""
    found = []
    for view in record.views:
        image, where = record.image_of(view), _where(view)
        if (image.resolution_x, image.resolution_y) != (PX_PER_CM, PX_PER_CM):
            at = f"{image.resolution_x} x {image.resolution_y} px/cm"
            found.append(f"{where}: rescaled from {at} to {PX_PER_CM} (500 ppi)")
        if _finger(view) != view.finger:
            found.append(f"{where}: taken as {records.FINGER_NAMES[_finger(view)]}")
    return tuple(dict.fromkeys(found))


def _to_template(record: MinutiaRecord, view: View, extractor: str) -> records.Template:
    image, where = record.image_of(view), _where(view)
    if image.resolution_x == 0 or image.resolution_y == 0:
        raise _unusable(
            where,
            "the record does not state its resolution",
            "pixels per cm in x and y",
            f"{image.resolution_x} and {image.resolution_y}",
            "ask the sender for the scanner's resolution",
        )
    units = ANGLE_UNITS[record.standard]
    most = max((m.angle for m in view.minutiae), default=0)
    if most >= units:
        raise _unusable(
            where,
            "an angle is beyond the circle",
            f"0..{units - 1}",
            str(most),
            "ask the sender which standard the file follows",
        )
    scale_x, scale_y = PX_PER_CM / image.resolution_x, PX_PER_CM / image.resolution_y
    unit = ANGLE_UNIT_DEG[record.standard]
    rows = [
        (
            round(m.x * scale_x),
            round(m.y * scale_y),
            round(m.angle * unit) % 360,
            m.kind,
            _reliability(m.quality, record.standard),
        )
        for m in view.minutiae
    ]
    farthest = max((max(row[:2]) for row in rows), default=0)
    if farthest > _PX_MAX:
        at = f"{farthest} at {image.resolution_x} x {image.resolution_y} px/cm"
        raise _unusable(
            where,
            "a minutia lies beyond any finger",
            f"x and y of at most {_PX_MAX} px at 500 ppi",
            at,
            "ask the sender for the scanner's resolution",
        )
    columns = np.array(rows, np.int16).reshape(-1, 5)
    columns = columns[np.lexsort(columns.T[[3, 2, 0, 1]])]
    quality, method = _quality(view, record.standard)
    return records.Template(
        minutiae=np.ascontiguousarray(columns[:, :4]),
        reliability=columns[:, 4].astype(np.uint8),
        width_px=round(image.width_px * scale_x),
        height_px=round(image.height_px * scale_y),
        finger=_finger(view),
        extractor=extractor,
        quality=quality,
        quality_algorithm=method,
    )


def _reliability(quality: int | None, standard: Standard) -> int:
    if quality is None or quality > QUALITY_MAX or (quality == 0 and standard in EARLY):
        return RELIABILITY_NOT_STATED
    return quality


def _quality(view: View, standard: Standard) -> tuple[int | None, str]:
    least = 1 if standard in EARLY else 0
    for quality in view.qualities:
        if least <= quality.score <= QUALITY_MAX:
            return quality.score, METHOD_NOT_STATED if standard in EARLY else quality.method
    return None, ""


def _finger(view: View) -> int:
    finger = records.PLAIN_TO_FINGER.get(view.finger, view.finger)
    return finger if finger in records.FINGERS else 0


def _where(view: View) -> str:
    return f"finger {view.finger}, view {view.number}"


def _unusable(where: str, message: str, expected: str, found: str, next_step: str) -> TemplateError:
    return TemplateError(message, where=where, expected=expected, found=found, next_step=next_step)


def from_templates(
    templates: Sequence[records.Template], standard: Standard = "iso-2005"
) -> MinutiaRecord:
    """One view a template.

    Law: `to_templates` gives the minutiae back, angles within a unit; a reliability of 0 comes
    back as 1 in 2004 and 2005. How the print was taken a template does not know: the impression
    is `unknown` where the standard has that, else live-scan plain.

    Raises TemplateError where there is no such standard; `write` does where something does not
    fit.
    """
    if standard not in NAMES:
        raise _unusable(
            "from_templates",
            f"there is no standard `{standard}`",
            ", ".join(NAMES),
            standard,
            "name one of them",
        )
    views: list[View] = []
    for template in templates:
        earlier = sum(view.finger == template.finger for view in views)
        views.append(_view(template, earlier, standard))
    owner = VENDOR_UNKNOWN if standard in ANSI else 0
    return MinutiaRecord(standard, tuple(views), image=_around(templates, standard), owner=owner)


def _around(templates: Sequence[records.Template], standard: Standard) -> Image | None:
    if standard not in EARLY:
        return None
    width = max((t.width_px for t in templates), default=0)
    return Image(width, max((t.height_px for t in templates), default=0))


def _view(template: records.Template, number: int, standard: Standard) -> View:
    unit, units = ANGLE_UNIT_DEG[standard], ANGLE_UNITS[standard]
    least = 1 if standard in EARLY else 0
    rows = zip(template.minutiae.tolist(), template.reliability.tolist(), strict=True)
    return View(
        finger=template.finger,
        number=number,
        impression=IMPRESSION_UNKNOWN.get(standard, 0),
        qualities=_qualities(template, standard),
        minutiae=tuple(
            Minutia(kind, x, y, round(deg / unit) % units, max(reliability, least))
            for (x, y, deg, kind), reliability in rows
        ),
        image=None if standard in EARLY else Image(template.width_px, template.height_px),
        capture=Capture() if standard == "iso-2011" else None,
    )


def _qualities(template: records.Template, standard: Standard) -> tuple[Quality, ...]:
    if standard in EARLY:
        return (Quality(template.quality or 0),)
    named = _METHOD.fullmatch(template.quality_algorithm)
    vendor, algorithm = VENDOR_UNKNOWN, ALGORITHM_UNKNOWN
    if named is not None:
        vendor, algorithm = int(named[1], 16), int(named[2], 16)
    if template.quality is not None:
        return (Quality(template.quality, vendor, algorithm),)
    return () if standard == "iso-2011" else (Quality(NOT_COMPUTED, vendor, algorithm),)
