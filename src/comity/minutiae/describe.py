"""A minutiae record in plain words, and as JSON: every field it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from comity.minutiae import codes, extended
from comity.minutiae.extended import Extended, Singularity
from comity.minutiae.record import (
    ANGLE_UNIT_DEG,
    ANSI,
    EARLY,
    FAILED,
    NAMES,
    NOT_COMPUTED,
    Capture,
    Image,
    MinutiaRecord,
    Moment,
    Quality,
    View,
)

CM_PER_INCH = 2.54


def lines(record: MinutiaRecord) -> Iterator[str]:
    """The record in words, a line a fact, views and their minutiae indented."""
    yield f"{NAMES[record.standard]}, version `{record.version}`, views: {len(record.views)}"
    if record.length_error:
        yield f"stated length: {record.length_error:+d} bytes out"
    if record.standard in ANSI:
        yield f"product: owner {record.owner:04x}, type {record.product:04x}"
    if record.standard != "iso-2011":
        bits = 4 if record.standard in EARLY else 8
        certified = "certified" if record.certificates >> (bits - 1) else "not certified"
        yield (
            f"capture device: {record.device:04x}, {certified} "
            f"(certification {record.certificates:0{bits}b})"
        )
    if record.image is not None:
        yield f"image: {_image(record.image)}"
    for view in record.views:
        yield from _view(record, view)


def as_json(record: MinutiaRecord) -> dict[str, Any]:
    """Every field, in the file's own units; codes beside their words."""
    head = asdict(record)
    views = head.pop("views")
    shown = [_view_json(record, view, body) for view, body in zip(record.views, views, strict=True)]
    return head | {"name": NAMES[record.standard], "views": shown}


def _view(record: MinutiaRecord, view: View) -> Iterator[str]:
    finger = codes.fingers(record.standard).get(view.finger, f"position {view.finger}")
    impression = codes.IMPRESSIONS[record.standard].get(view.impression, f"type {view.impression}")
    impression = "impression unknown" if impression == codes.UNKNOWN else impression
    yield f"view {view.number} of the {finger}, {impression}, at byte {view.offset}"
    if view.capture is not None:
        yield from ("  " + line for line in _capture(view.capture))
    if view.image is not None:
        yield f"  image: {_image(view.image)}"
    for quality in view.qualities:
        yield f"  quality: {_quality(record, quality)}"
    if record.standard == "iso-2011":
        ending = dict(enumerate(codes.ENDINGS)).get(view.ending, f"code {view.ending}")
        yield f"  endings lie {ending}"
    yield from ("  " + line for line in _extended(record, extended.parse(record, view)))
    yield f"  minutiae: {len(view.minutiae)}"
    if view.minutiae:
        yield f"    {'no':>3}  {'kind':11}  {'x':>5}  {'y':>5}  {'angle':>9}  quality"
    for number, m in enumerate(view.minutiae):
        kind = codes.kinds(record.standard)[m.kind]
        angle = f"{m.angle * ANGLE_UNIT_DEG[record.standard]:.1f} deg"
        score = "" if m.quality is None else _score(record, m.quality)
        yield f"    {number:>3}  {kind:11}  {m.x:>5}  {m.y:>5}  {angle:>9}  {score}".rstrip()


def _image(image: Image) -> str:
    ppi = f"{image.resolution_x * CM_PER_INCH:.0f} x {image.resolution_y * CM_PER_INCH:.0f} ppi"
    return (
        f"{image.width_px} x {image.height_px} px at "
        f"{image.resolution_x} x {image.resolution_y} px/cm ({ppi})"
    )


def _score(record: MinutiaRecord, score: int) -> str:
    if record.standard in EARLY:
        return str(score) if score else "not stated"
    return {NOT_COMPUTED: "not computed", FAILED: "failed"}.get(score, str(score))


def _quality(record: MinutiaRecord, quality: Quality) -> str:
    if record.standard in EARLY:
        return _score(record, quality.score)
    ids = f"vendor {quality.vendor:04x}, algorithm {quality.algorithm:04x}"
    return f"{_score(record, quality.score)} by {ids}"


def _capture(capture: Capture) -> Iterator[str]:
    technology = dict(enumerate(codes.TECHNOLOGIES)).get(
        capture.technology, f"code {capture.technology}"
    )
    yield f"taken: {_moment(capture.moment)}"
    yield f"device: {capture.device:04x} of vendor {capture.vendor:04x}, technology {technology}"
    for one in capture.certificates:
        scheme = codes.SCHEMES.get(one.scheme, f"scheme {one.scheme}")
        yield f"certificate: {scheme}, by authority {one.authority:04x}"


def _moment(moment: Moment) -> str:
    if moment == Moment():
        return "not stated"
    date = [moment.year, moment.month, moment.day]
    time = [moment.hour, moment.minute, moment.second]
    parts = [
        "-".join("?" if n is None else f"{n:02d}" for n in date),
        ":".join("?" if n is None else f"{n:02d}" for n in time),
    ]
    return f"{' '.join(parts)}.{'?' if moment.millisecond is None else f'{moment.millisecond:03d}'}"


def _extended(record: MinutiaRecord, read: Extended) -> Iterator[str]:
    if (counts := read.ridge_counts) is not None:
        method = dict(enumerate(codes.COUNT_METHODS)).get(counts.method, f"method {counts.method}")
        edges = "; ".join(f"{a} to {b}: {count}" for a, b, count in counts.edges)
        yield f"ridge counts by {method}: {edges or 'none'}"
    for name, points in (("cores", read.cores), ("deltas", read.deltas)):
        if points is not None:
            yield f"{name}: {_points(record, points) or 'none'}"
    if (zones := read.zones) is not None:
        yield (
            f"quality by zones of {zones.width_px} x {zones.height_px} px, {zones.bits} bits: "
            f"{len(zones.scores)} zones, {min(zones.scores, default=0)} to "
            f"{max(zones.scores, default=0)}"
        )
    for kind, data in read.other:
        yield f"block of type {kind:04x}, {len(data)} bytes: {data.hex()}"


def _points(record: MinutiaRecord, points: Sequence[Singularity]) -> str:
    unit = ANGLE_UNIT_DEG[record.standard]
    shown = []
    for p in points:
        angles = ", ".join(f"{angle * unit:.1f} deg" for angle in p.angles)
        shown.append(f"{p.x}, {p.y}" + (f" ({angles})" if angles else ""))
    return "; ".join(shown)


def _view_json(record: MinutiaRecord, view: View, body: dict[str, Any]) -> dict[str, Any]:
    read = extended.parse(record, view)
    words = {
        "finger_name": codes.fingers(record.standard).get(view.finger),
        "impression_name": codes.IMPRESSIONS[record.standard].get(view.impression),
    }
    more = asdict(read) | {
        "other": [{"type": kind, "data": data.hex()} for kind, data in read.other]
    }
    kinds = codes.kinds(record.standard)
    for m in body["minutiae"]:
        m["kind_name"] = kinds[m["kind"]]
        m["angle_deg"] = m["angle"] * ANGLE_UNIT_DEG[record.standard]
    return body | words | {"extended": more}
