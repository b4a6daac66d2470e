"""Finger positions, and each image's own header against what its record says of it."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire import images, ridges
from comity.wire.findings import finding
from comity.wire.profile import Profile
from comity.wire.transaction import Record, Transaction, whole

# ANSI/NIST-ITL 1-2011 table 8: fingers, slaps and thumbs, extra digits, joints and tips,
# combinations of fingers.
POSITIONS = {4: frozenset(range(15)), 14: frozenset({*range(20), *range(40, 51)})}
SUBMITTED = frozenset(range(1, 15))  # EBTS 9.1: a criminal ten-print card
# The standard's tolerance, 1 %: ANSI/NIST-ITL 1-2011 clause 7.7.
RESOLUTIONS_PPI, TOLERANCE = (500.0, 1000.0), 0.01
PLAIN_OF = {1: (11, 13), 2: (13,), 3: (13,), 4: (13,), 5: (13,),
            6: (12, 14), 7: (14,), 8: (14,), 9: (14,), 10: (14,)}  # fmt: skip
_AMP = 84
_TABLE = "ANSI/NIST-ITL 1-2011, table 8"
_IMAGE = "ANSI/NIST-ITL 1-2011, clause 7.7"


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about records of types 4 and 14."""
    seen: dict[int, Record] = {}
    for record in transaction.records:
        if record.type not in ridges.TYPES or record.form == "raw":
            continue
        yield from _position(record, seen, profile)
        yield from _image(transaction, record, profile)
    if profile.strict and seen:
        yield from _fingers_present(transaction, frozenset(seen), profile)


def _position(record: Record, seen: dict[int, Record], profile: Profile) -> Iterator[Finding]:
    number = ridges.FGP[record.type]
    codes = ridges.positions(record)
    if not codes:
        yield _about(
            record, number, "finger-position", "error", "a finger position", "none", _TABLE
        )
        return
    allowed = SUBMITTED if profile.strict else POSITIONS[record.type]
    strange = [code for code in codes if code not in allowed]
    if strange:
        yield _about(record, number, "finger-position", "error",
                     "1 to 14" if profile.strict else "a code of table 8",
                     " ".join(map(str, strange)), _TABLE)  # fmt: skip
    finger = codes[0]
    if finger in seen and finger in SUBMITTED:
        yield _about(record, number, "finger-repeated", profile.hard, "each position once",
                     f"{finger}, also in the record at byte {seen[finger].offset}",
                     "EBTS 9.1 appendix B")  # fmt: skip
    seen.setdefault(finger, record)


def _image(transaction: Transaction, record: Record, profile: Profile) -> Iterator[Finding]:
    data = record.first(ridges.DATA[record.type])
    if data is None or not data.value:
        if record.type == 4:  # an empty 14.999 is found by check_structure
            yield _about(record, 9, "image", "error", "an image", "no bytes", _IMAGE)
        return
    yield from _format(record, data.value, profile)
    resolution = ridges.resolution_ppi(transaction, record)
    if resolution is None or not _usual(resolution):
        number = 9 if record.type == 14 else 5
        yield _about(record, number, "resolution", profile.hard,
                     "500 or 1000 pixels an inch, within 1 %",
                     f"{resolution:g}" if resolution else "no scale", _IMAGE)  # fmt: skip


def _format(record: Record, data: bytes, profile: Profile) -> Iterator[Finding]:
    compression = ridges.compression_of(record)
    number = ridges.COMPRESSION[record.type]
    if compression not in images.COMPRESSIONS:
        if record.type == 4:  # in type 14 the table of fields says so
            yield _about(record, number, "code", "error", "0 to 6", record.text(number), _IMAGE)
        elif record.first(number) is not None and profile.strict:
            yield _about(record, number, "code", "error", " ".join(images.COMPRESSIONS),
                         compression[:20], _IMAGE)  # fmt: skip
        return
    own = images.header(data)
    width = record.number(ridges.WIDTH[record.type]) or 0
    height = record.number(ridges.HEIGHT[record.type]) or 0
    if not width or not height:
        yield _about(record, ridges.WIDTH[record.type], "image-size", "error",
                     "width and height in pixels", f"{width} x {height}", _IMAGE)  # fmt: skip
    elif compression == "NONE":
        bits = record.number(12) if record.type == 14 else 8
        size = width * height * (bits or 8) // 8
        if len(data) != size:
            yield _about(record, number, "image-size", "error",
                         f"{size} bytes for {width} x {height} pixels", f"{len(data)} bytes",
                         _IMAGE)  # fmt: skip
    elif own is None or own.format != images.family(compression):
        yield _about(record, number, "compression", "error", compression,
                     f"{own.format} image" if own is not None else "no image header known",
                     _IMAGE)  # fmt: skip
    elif not own.width_px or not own.height_px:
        yield _about(record, number, "image", "error", f"a {own.format} frame header",
                     "none in its place", _IMAGE)  # fmt: skip
    elif (own.width_px, own.height_px) != (width, height):
        yield _about(record, ridges.WIDTH[record.type], "image-size", profile.hard,
                     f"{own.width_px} x {own.height_px}, as the image's header says",
                     f"{width} x {height}", _IMAGE)  # fmt: skip


def _usual(resolution_ppi: float) -> bool:
    return any(abs(resolution_ppi - usual) <= TOLERANCE * usual for usual in RESOLUTIONS_PPI)


def _fingers_present(
    transaction: Transaction, seen: frozenset[int], profile: Profile
) -> Iterator[Finding]:
    """Rolled fingers 1..10 are either there or named in AMP 2.084, and not both."""
    detail = next(iter(transaction.of_type(2)), None)
    if detail is None:
        return
    field = detail.first(_AMP)
    excused = (
        {whole(items[0].text) for items in field.subfields[:20]} if field is not None else set()
    )
    absent = [finger for finger in range(1, 11) if finger not in seen and finger not in excused]
    if absent:
        yield _about(detail, _AMP, "finger-missing", "warning",
                     "each of fingers 1 to 10 as an image or in AMP",
                     "neither for " + " ".join(map(str, absent)), profile.source)  # fmt: skip
    both = [finger for finger in range(1, 11) if finger in seen and finger in excused]
    if both:
        yield _about(detail, _AMP, "finger-missing", "warning",
                     "no image of a finger that AMP says is missing",
                     "both for " + " ".join(map(str, both)), profile.source)  # fmt: skip


def _about(
    record: Record,
    number: int,
    code: str,
    severity: Severity,
    expected: str,
    found: str,
    source: str,
) -> Finding:
    one = record.first(number)
    return finding(
        code, severity, record.type, record.idc, number,
        one.offset if one is not None else record.offset,
        expected=expected, found=found, source=source,
    )  # fmt: skip
