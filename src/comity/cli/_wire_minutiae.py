"""A set of Type-9 minutiae as a file: CSV, JSON, or a record of ISO/IEC 19794-2 or ANSI 378."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, get_args

from comity.errors import TemplateError
from comity.minutiae import codes, iso
from comity.minutiae.record import (
    ALGORITHM_UNKNOWN,
    ANGLE_UNIT_DEG,
    ANGLE_UNITS,
    ANSI,
    EARLY,
    NAMES,
    NOT_COMPUTED,
    VENDOR_UNKNOWN,
    Capture,
    Image,
    Minutia,
    MinutiaRecord,
    Quality,
    Standard,
    View,
)
from comity.records import PLAIN_TO_FINGER
from comity.wire.minutiae import MinutiaSet

KIND_NAMES = ("other", "ending", "bifurcation")
FORMS = ("csv", "json", *get_args(Standard))
SUFFIXES = {"csv": ".csv", "json": ".json"} | {name: f".{name}.fmr" for name in NAMES}
QUALITY_MAX = 100
COLUMNS = ("number", "x", "y", "angle_deg", "kind", "quality", "x_px", "y_px", "offset")


def encoded(found: MinutiaSet, form: str) -> bytes:
    """The set in one of FORMS.

    Raises  TemplateError  a minutiae record has no place for it: no image of its IDC, a palm, a
                           latent under a standard that knows none
    """
    if form == "csv":
        return _csv(found)
    if form == "json":
        return json.dumps(as_json(found), indent=1).encode() + b"\n"
    return iso.write(_record(found, next(name for name in NAMES if name == form)))


def as_json(found: MinutiaSet) -> dict[str, Any]:
    """All of it as plain data; angles as in ANSI INCITS 378, whatever the form's own sense."""
    frame = found.frame
    return {
        "form": found.form,
        "idc": found.record.idc,
        "positions": list(found.positions),
        "impression": found.impression,
        "unit": found.unit,
        "origin": found.origin,
        "region": None if found.region is None else list(found.region),
        "image": None
        if frame is None
        else {
            "width_px": frame.width_px,
            "height_px": frame.height_px,
            "per_cm_x": frame.per_cm_x,
            "per_cm_y": frame.per_cm_y,
        },
        "stated": found.stated,
        "unread": list(found.unread),
        "minutiae": list(_rows(found)),
    }


def _rows(found: MinutiaSet) -> Iterator[dict[str, Any]]:
    places = found.in_pixels()
    for index, one in enumerate(found.minutiae):
        x_px, y_px = places[index] if places is not None else (None, None)
        yield {
            "number": one.number,
            "x": one.x,
            "y": one.y,
            "angle_deg": one.angle_deg,
            "kind": KIND_NAMES[one.kind],
            "quality": one.quality,
            "x_px": None if x_px is None else round(x_px, 2),
            "y_px": None if y_px is None else round(y_px, 2),
            "offset": one.offset,
        }


def _csv(found: MinutiaSet) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(_rows(found))
    return out.getvalue().encode()


def _record(found: MinutiaSet, standard: Standard) -> MinutiaRecord:
    frame, places = found.frame, found.in_pixels()
    if frame is None or places is None:
        raise _unfit(found, standard, "an image with the minutiae's IDC", "none in the file")
    image = Image(frame.width_px, frame.height_px, round(frame.per_cm_x), round(frame.per_cm_y))
    unit, units = ANGLE_UNIT_DEG[standard], ANGLE_UNITS[standard]
    early = standard in EARLY
    view = View(
        finger=_finger(found, standard),
        number=0,
        impression=_impression(found, standard),
        qualities=(Quality(0),)
        if early
        else (Quality(NOT_COMPUTED, VENDOR_UNKNOWN, ALGORITHM_UNKNOWN),),
        minutiae=tuple(
            Minutia(
                one.kind,
                round(x),
                round(y),
                round(one.angle_deg / unit) % units,
                _quality(found, one.quality, early=early),
            )
            for one, (x, y) in zip(found.minutiae, places, strict=True)
            if x >= 0 and y >= 0
        ),
        image=None if early else image,
        capture=Capture() if standard == "iso-2011" else None,
    )
    if len(view.minutiae) < len(places):
        raise _unfit(found, standard, "minutiae within the image", "one beyond its left or top")
    owner = VENDOR_UNKNOWN if standard in ANSI else 0
    return MinutiaRecord(standard, (view,), image=image if early else None, owner=owner)


def _finger(found: MinutiaSet, standard: Standard) -> int:
    code = found.positions[0] if found.positions else 0
    finger = PLAIN_TO_FINGER.get(code, code)
    if finger not in codes.fingers(standard):
        raise _unfit(found, standard, "one of its finger positions", str(code))
    return finger


def _impression(found: MinutiaSet, standard: Standard) -> int:
    """Codes of ANSI/NIST-ITL table 7 are those of the standards, where they have them."""
    known = codes.IMPRESSIONS[standard]
    code = found.impression
    if code in known and code is not None:
        return code
    unknown = next((c for c, word in known.items() if word == codes.UNKNOWN), None)
    if code is None and unknown is not None:
        return unknown
    raise _unfit(found, standard, "one of its impression types", f"{code} in 9.003")


def _quality(found: MinutiaSet, stored: int | None, *, early: bool) -> int:
    """Only M1 counts as the standards do, 1 to 100; the other forms' say is left out."""
    if found.form == "m1" and stored is not None and 1 <= stored <= QUALITY_MAX:
        return stored
    return 0 if early else NOT_COMPUTED


def _unfit(found: MinutiaSet, standard: Standard, expected: str, given: str) -> TemplateError:
    return TemplateError(
        "the minutiae cannot be written as this record",
        where=f"type-9 record at byte {found.record.offset}, {NAMES[standard]}",
        expected=expected,
        found=given,
        next_step="extract them as csv or json",
    )
