"""What is wrong with a minutiae record that can be read: what its standard does not allow.

`error` is what keeps it from being used, `warning` what breaks a rule of the standard, `note`
what is allowed but told apart from the standard's own way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from comity.minutiae import codes, extended
from comity.minutiae.formats.place import split
from comity.minutiae.record import (
    ANGLE_UNITS,
    EARLY,
    FAILED,
    NAMES,
    NOT_COMPUTED,
    QUALITY_MAX,
    VERSIONS,
    Image,
    Minutia,
    MinutiaRecord,
    View,
)
from comity.records import Severity

RESOLUTION_MIN = 99  # px/cm, 250 ppi: ISO/IEC 19794-2:2011, ANSI INCITS 378
PPI = (500, 1000)  # what some writers put; 500 px/cm would be 1270 ppi
_HEAD_BYTES: dict[str, int] = {
    "iso-2005": 4, "ansi-2004": 4, "ansi-2009": 17, "ansi-2009-am1": 17,
}  # fmt: skip
_VIEW_BYTES_2011, _QUALITY_BYTES, _CERTIFICATE_BYTES = 32, 5, 3

Found = tuple[Severity, str, str, str]  # and what is wrong, what was expected, what was found


@dataclass(frozen=True)
class Fault:
    """One thing wrong, its place in words and its byte."""

    severity: Severity
    where: str
    offset: int
    message: str
    expected: str
    found: str


def faults(record: MinutiaRecord) -> tuple[Fault, ...]:
    """Everything wrong with the record, in the order of the file."""
    found = [*_of_header(record)]
    numbers: dict[int, list[int]] = defaultdict(list)
    for view in record.views:
        found += _of_view(record, view, numbers[view.finger])
        numbers[view.finger].append(view.number)
    return tuple(sorted(found, key=lambda fault: fault.offset))


def _of_header(record: MinutiaRecord) -> Iterator[Fault]:
    if record.length_error:
        size = abs(record.length_error)
        stated = f"{size} byte{'s' * (size > 1)} {'more' if record.length_error > 0 else 'fewer'}"
        yield Fault("warning", "header", 8, "the length is wrong", "the file's length", stated)
    own = VERSIONS[record.standard][0]
    if record.version != own:
        yield Fault(
            "note", "header", 4, "the version is written otherwise", f"`{own}`", record.version
        )
    if record.reserved:
        yield Fault("warning", "header", 8, "a reserved byte is not 0", "0", str(record.reserved))
    if not record.views:
        yield Fault("warning", "header", 8, "there is no view", "at least one", "none")


def _of_view(record: MinutiaRecord, view: View, earlier: list[int]) -> Iterator[Fault]:
    where = f"finger {view.finger}, view {view.number}"
    found = [*_of_head(record, view, earlier), *_of_image(record.image_of(view))]
    yield from (Fault(severity, where, view.offset, *rest) for severity, *rest in found)
    for number, minutia in enumerate(view.minutiae):
        offset, place = minutia_offset(record, view, number), f"{where}, minutia {number}"
        wrong = _of_minutia(record, view, minutia)
        yield from (Fault(severity, place, offset, *rest) for severity, *rest in wrong)
    after = minutia_offset(record, view, len(view.minutiae))
    extensions = _of_extensions(record, view)
    yield from (Fault(severity, where, after, *rest) for severity, *rest in extensions)


def _of_head(record: MinutiaRecord, view: View, earlier: list[int]) -> Iterator[Found]:
    if view.finger not in codes.fingers(record.standard):
        finger = str(view.finger)
        yield "warning", "the finger's code is not in the standard", "a finger", finger
    if view.impression not in codes.IMPRESSIONS[record.standard]:
        impression = str(view.impression)
        yield "warning", "the impression's code is not in the standard", "one of it", impression
    if view.number != len(earlier):
        next_one = str(len(earlier))
        yield "warning", "views of a finger are not counted from 0", next_one, str(view.number)
    for quality in view.qualities:
        if not _score(record, quality.score):
            yield "warning", "the quality is no score", "0..100", str(quality.score)


def _of_image(image: Image) -> Iterator[Found]:
    least = min(image.resolution_x, image.resolution_y)
    if least == 0:
        yield "error", "the resolution is not stated", "pixels per cm", "0"
    elif least in PPI:
        yield "warning", "the resolution is in pixels per inch", "pixels per cm", str(least)
    elif least < RESOLUTION_MIN:
        yield "warning", "the resolution is too low", f"{RESOLUTION_MIN} px/cm", str(least)
    if not image.width_px or not image.height_px:
        size = f"{image.width_px} x {image.height_px} px"
        yield "warning", "the image has no size", "width and height", size


def minutia_offset(record: MinutiaRecord, view: View, number: int) -> int:
    """Where in its file a minutia begins; the byte after the last for `number` of the count."""
    head = _HEAD_BYTES.get(record.standard, 0)
    if record.standard == "iso-2011":
        certificates = view.capture.certificates if view.capture is not None else ()
        head = _VIEW_BYTES_2011 + _QUALITY_BYTES * len(view.qualities)
        head += record.certificates + _CERTIFICATE_BYTES * len(certificates)
    return view.offset + head + view.minutia_bytes * number


def _score(record: MinutiaRecord, score: int) -> bool:
    none = () if record.standard in EARLY else (NOT_COMPUTED, FAILED)
    return score <= QUALITY_MAX or score in none


def _of_minutia(record: MinutiaRecord, view: View, m: Minutia) -> Iterator[Found]:
    units, image = ANGLE_UNITS[record.standard], record.image_of(view)
    if m.angle >= units:
        yield "error", "an angle is beyond the circle", f"0..{units - 1}", str(m.angle)
    if m.x >= image.width_px or m.y >= image.height_px:
        inside = f"inside {image.width_px} x {image.height_px} px"
        yield "warning", "a minutia lies outside the image", inside, f"{m.x}, {m.y}"
    if m.quality is not None and not _score(record, m.quality):
        yield "warning", "a minutia's quality is no score", "0..100", str(m.quality)
    if m.spare:
        yield "warning", "reserved bits are not 0", "0", str(m.spare)


def _of_extensions(record: MinutiaRecord, view: View) -> Iterator[Found]:
    read = extended.parse(record, view)
    edges = read.ridge_counts.edges if read.ridge_counts is not None else ()
    # The examples of the standards count minutiae from 1; others count from 0. Both pass.
    beyond = [max(a, b) for a, b, _ in edges if max(a, b) > len(view.minutiae)]
    if beyond:
        most = f"at most {len(view.minutiae)}"
        yield "warning", "a ridge count names no minutia", most, str(max(beyond))
    for kind, data in read.other:
        if kind in (extended.RIDGE_COUNTS, extended.CORES_DELTAS, extended.ZONES):
            what = f"a block of type {kind} is not as {NAMES[record.standard]} has it"
            yield "warning", what, "its fields, to its end", data[:12].hex() or "nothing"
    blocks = split(view.extended) or ()
    if any(_without_head(view.extended, blocks)):
        yield "note", "an extension's length leaves out its head", "4 more", "the data's length"


def _without_head(area: bytes, blocks: tuple[tuple[int, bytes], ...]) -> Iterator[bool]:
    at = 0
    for _, data in blocks:
        yield int.from_bytes(area[at + 2 : at + 4], "big") == len(data)
        at += 4 + len(data)
