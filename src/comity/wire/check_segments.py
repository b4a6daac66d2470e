"""Parts of an image: boxes and outlines lie inside it, and speak of fingers that it shows.

14.021 SEG   finger, left, right, top, bottom            pixels from the upper left
14.025 ASEG  finger, number of points, then x, y of each
13.015, 14.015 PPC   view, part, left, right, top, bottom
14.018 AMP   finger, XX (amputated) or UP (unable to print)
13.024 LQM, 14.022 NQM, 14.023 SQM, 14.024 FQM, 15.024 PQM   finger, score ...
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from comity.records import Finding
from comity.wire import ridges
from comity.wire.check_links import VAGUE, covers
from comity.wire.findings import about, clause, shown
from comity.wire.profile import Profile
from comity.wire.transaction import Field, Item, Record, Transaction, whole

PARTS_MAX = 40  # subfields looked at in one field; the standard allows twelve
FAULTS_MAX = 10  # findings about one field
SCORES = frozenset({*range(101), 254, 255})  # 254 could not be computed, 255 was not
# Of 14.022 the table of fields has the codes, 1 to 5.
QUALITY: dict[int, dict[int, frozenset[int] | None]] = {
    13: {24: SCORES},
    14: {22: None, 23: SCORES, 24: SCORES},
    15: {24: SCORES},
}
_AMP, _SEG, _ASEG, _PPC = 18, 21, 25, 15
_TYPES = (13, 14, 15)
_MANY = frozenset({*range(40, 51), 19})  # combinations and joints: any finger may be in them


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about boxes, outlines, missing fingers and qualities in types 13 to 15."""
    for record in transaction.records:
        if record.type not in _TYPES or record.form != "tagged":
            continue
        image = _Image(record, profile)
        for found in (
            image.boxes(_SEG, finger=True) if record.type == 14 else (),
            image.outlines() if record.type == 14 else (),
            image.boxes(_PPC, finger=False),
            image.missing() if record.type == 14 else (),
            *(image.scores(number, good) for number, good in QUALITY[record.type].items()),
        ):
            yield from islice(found, FAULTS_MAX)


class _Image:
    """One record's size and fingers, and what its fields say against them."""

    def __init__(self, record: Record, profile: Profile) -> None:
        self.record = record
        self.hard = profile.hard if record.type == 14 else "warning"
        self.width = record.number(ridges.WIDTH[record.type]) or 0
        self.height = record.number(ridges.HEIGHT[record.type]) or 0
        codes = ridges.positions(record)
        known = codes and not set(codes) & (VAGUE | _MANY)
        self.fingers = frozenset().union(*map(covers, codes)) if known else frozenset()

    def boxes(self, number: int, *, finger: bool) -> Iterator[Finding]:
        seen: set[int | None] = set()
        first = 1 if finger else 2
        for items in self._subfields(number):
            if finger:
                yield from self._finger(number, items[0], "segment", seen)
            sides = [whole(item.text) for item in items[first : first + 4]]
            wrong = self._wrong(sides)
            if wrong:
                yield self._fault(number, items[0], "segment", wrong, _text(items))

    def _wrong(self, sides: list[int | None]) -> str:
        """What a box should be and is not; empty where it is sound."""
        if len(sides) < 4 or None in sides:
            return "left, right, top and bottom in pixels"
        left, right, top, bottom = (side or 0 for side in sides)
        if left >= right or top >= bottom:
            return "left before right and top before bottom"
        outside = self.width and self.height and (right > self.width or bottom > self.height)
        return self._inside() if outside else ""

    def outlines(self) -> Iterator[Finding]:
        seen: set[int | None] = set()
        for items in self._subfields(_ASEG):
            yield from self._finger(_ASEG, items[0], "segment", seen)
            count = whole(items[1].text) if len(items) > 1 else None
            places = [whole(item.text) for item in items[2:]]
            if count is None or not 3 <= count <= 99 or len(places) != 2 * count:
                yield self._fault(_ASEG, items[0], "segment",
                                  "3 to 99 points, and as many pairs of numbers",
                                  f"{count} points, {len(places)} numbers")  # fmt: skip
            elif None in places or not self._holds(places):
                yield self._fault(_ASEG, items[0], "segment", self._inside(), _text(items))

    def missing(self) -> Iterator[Finding]:
        """AMP names fingers of this image's position, and none that it is said to show."""
        boxed = {whole(items[0].text) for items in self._subfields(_SEG)}
        seen: set[int | None] = set()
        for items in self._subfields(_AMP):
            yield from self._finger(_AMP, items[0], "amputation", seen)
            unable = len(items) > 1 and items[1].text.strip() == "UP"
            if unable and whole(items[0].text) in boxed:
                yield self._fault(_AMP, items[0], "amputation",
                                  "no box in SEG 14.021 for a finger without a print",
                                  _text(items))  # fmt: skip

    def scores(self, number: int, good: frozenset[int] | None) -> Iterator[Finding]:
        """A position of this image, and a score in range; one position may have several scores."""
        for items in self._subfields(number):
            yield from self._finger(number, items[0], "quality", set())
            score = whole(items[1].text) if len(items) > 1 else None
            if good is not None and score not in good:
                yield self._fault(number, items[0], "quality", "0 to 100, 254 or 255",
                                  _text(items))  # fmt: skip

    def _finger(
        self, number: int, item: Item, code: str, seen: set[int | None]
    ) -> Iterator[Finding]:
        finger = whole(item.text)
        if finger in seen:
            yield self._fault(number, item, code, "each finger once", shown(item.value))
        seen.add(finger)
        if self.record.type == 13 or not self.fingers or finger in self.fingers:
            return
        within = " ".join(map(str, sorted(self.fingers)))
        position = ridges.FGP[self.record.type]
        yield self._fault(number, item, code,
                          f"a finger of {within}, as FGP {self.record.type}.{position:03d} says",
                          shown(item.value) or "none")  # fmt: skip

    def _holds(self, places: list[int | None]) -> bool:
        if not self.width or not self.height:
            return True
        across, down = places[::2], places[1::2]
        return all((x or 0) <= self.width for x in across) and all(
            (y or 0) <= self.height for y in down
        )

    def _inside(self) -> str:
        return f"inside the image of {self.width} x {self.height} pixels"

    def _subfields(self, number: int) -> tuple[tuple[Item, ...], ...]:
        one: Field | None = self.record.first(number)
        if one is None or not one.value.strip():
            return ()
        return one.subfields[:PARTS_MAX]

    def _fault(self, number: int, item: Item, code: str, expected: str, found: str) -> Finding:
        return about(
            self.record, number, code, self.hard, expected=expected, found=found,
            source=clause(self.record.type, number), at=item.offset,
        )  # fmt: skip


def _text(items: tuple[Item, ...]) -> str:
    return shown(b"\x1f".join(item.value for item in items[:12]))
