"""Each value of a minutiae record in another standard's terms, and what is lost with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from comity.errors import TemplateError
from comity.minutiae import codes
from comity.minutiae.record import (
    ALGORITHM_UNKNOWN,
    ANGLE_UNITS,
    EARLY,
    NOT_COMPUTED,
    QUALITY_MAX,
    VENDOR_UNKNOWN,
    Capture,
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
class Way:
    """From one standard to another, and what is lost on it."""

    source: MinutiaRecord
    to: Standard
    notes: dict[str, None] = field(default_factory=dict)

    def lost(self, what: str) -> None:
        """Note once what the other standard has no place for."""
        self.notes[what] = None

    def angle(self, units: int, where: str) -> int:
        """An angle in the other standard's unit. Raises TemplateError beyond the circle."""
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


def minutia(way: Way, m: Minutia, where: str) -> Minutia:
    """A quality that is not stated, or is, says so in the other standard's way."""
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


def qualities(way: Way, given: tuple[Quality, ...], where: str) -> tuple[Quality, ...]:
    """One score, with its algorithm from 2009 on; any number of them in ISO 2011."""
    from_early = way.source.standard in EARLY
    if way.to == "iso-2011":
        stated = [q for q in given if q.score != (0 if from_early else NOT_COMPUTED)]
        return tuple(_named(q) if from_early else q for q in stated)
    if len(given) > 1:
        way.lost(f"{where}: every quality block but the first")
    first = given[0] if given else Quality(NOT_COMPUTED)
    if way.to in EARLY:
        unknown = (VENDOR_UNKNOWN, ALGORITHM_UNKNOWN)
        if (first.vendor, first.algorithm) not in ((0, 0), unknown):
            way.lost(f"{where}: that the quality is of {first.method}")
        return (Quality(first.score if first.score <= QUALITY_MAX else 0),)
    if from_early:
        return (_named(first if first.score else Quality(NOT_COMPUTED)),)
    return (first if given else _named(first),)


def _named(quality: Quality) -> Quality:
    return replace(quality, vendor=VENDOR_UNKNOWN, algorithm=ALGORITHM_UNKNOWN)


def finger(way: Way, finger: int, where: str) -> int:
    """The same position, or 0 where the standard knows none of several fingers."""
    if finger in codes.fingers(way.to):
        return finger
    name = codes.fingers("iso-2011").get(finger, f"position {finger}")
    way.lost(f"{where}: that it is of the {name}")
    return 0


def number(way: Way, number: int, where: str) -> int:
    """Four bits in the standards of 2004 and 2005."""
    if way.to in EARLY and number > _EARLY_VIEW_MAX:
        way.lost(f"{where}: its number, which is beyond {_EARLY_VIEW_MAX}")
        return _EARLY_VIEW_MAX
    return number


def impression(way: Way, impression: int, where: str) -> int:
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


def capture(way: Way, view: View, where: str) -> Capture | None:
    """ISO 2011 says it of each view; the others have the device alone, in the header."""
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


def device(way: Way) -> int:
    """The one device of all views, where the header has room for its number."""
    if way.to == "iso-2011":
        return 0
    devices = {view.capture.device for view in way.source.views if view.capture is not None}
    device = way.source.device or (devices.pop() if len(devices) == 1 else 0)
    if devices or (way.to in EARLY and device > _EARLY_DEVICE_MAX):
        way.lost("numbers of the capture devices")
        return 0
    return device


def certificates(way: Way) -> int:
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
