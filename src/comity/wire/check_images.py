"""Each image's own header against what its record says of it; no pixel is decoded.

Also in records that are not carried (types 10, 16, 17, 20): there only format, size and end are
compared, as warnings (decision 0320).
"""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire import images, ridges
from comity.wire.findings import about, clause, shown
from comity.wire.images import Header
from comity.wire.profile import Profile
from comity.wire.transaction import Record, Transaction

OTHERS = frozenset({10, 16, 17, 20})  # tagged like types 13 to 15
WORDLESS = frozenset({10})  # BPX has its number there for something else
_HLL, _VLL, _CGA, _BPX, _DATA = 6, 7, 11, 12, 999
_SIZE = "ANSI/NIST-ITL 1-2011, clauses 7.7.8.1 and 7.7.8.2"
_FORMAT = "ANSI/NIST-ITL 1-2011, clause 7.7.9.1, table 15"
_BARE = "ANSI/NIST-ITL 1-2007, compression algorithm of types 3 to 6 (ANSI/EIA-538)"
_DEPTH = "ANSI/NIST-ITL 1-2011, clause 7.7.8.6"


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about the images of types 3 to 6, 10, 13 to 17, 19 and 20."""
    for record in transaction.records:
        if record.form == "raw":
            continue
        if record.type in ridges.RIDGES:
            yield from _image(record, profile.hard, ridges.compression_of(record))
        elif record.type in OTHERS:
            yield from _image(record, "warning", record.text(_CGA).strip())


def _image(record: Record, hard: Severity, word: str) -> Iterator[Finding]:
    field = record.first(_number(record, ridges.DATA, _DATA))
    if field is None:
        return  # the table of fields says where that is a fault
    data, start = ridges.image_of(record)
    if not data:
        severity: Severity = "error" if record.form == "binary" else "warning"
        yield about(record, field.number, "image" if record.form == "binary" else "image-empty",
                    severity, expected="an image", found="no bytes",
                    source=clause(record.type, field.number))  # fmt: skip
        return
    if start > field.offset:
        before = start - field.offset - len(f"{field.tag}:") - 1
        yield about(record, field.number, "field-repeated", hard,
                    expected=f"one field {field.tag}, the image",
                    found=f"a second one after {before} bytes",
                    source="ANSI/NIST-ITL 1-2011, annex B.1")  # fmt: skip
    own = images.header(data)
    if own is None:
        yield from _bare(record, data, word, hard)
        return
    yield from _format(record, own, word, hard)
    if not own.width_px or not own.height_px:
        if own.format != "TIFF" and record.type not in OTHERS:
            yield about(record, field.number, "image", hard, at=start,
                        expected=f"a {own.format} frame header", found="none in its place",
                        source=_FORMAT)  # fmt: skip
        return
    yield from _size(record, own, hard)
    yield from _bits(record, own)
    if not images.ended(data, own):
        yield about(record, field.number, "image-cut", hard, at=start + len(data),
                    expected=f"the end mark of {own.format}",
                    found=f"other bytes at the end of {len(data)}", source=_FORMAT)  # fmt: skip


def _format(record: Record, own: Header, word: str, hard: Severity) -> Iterator[Finding]:
    if images.fits(word, own):
        return
    number = _number(record, ridges.COMPRESSION, _CGA)
    if record.first(number) is None:
        return
    if own.format == "TIFF":
        yield about(record, number, "compression", hard, source=_BARE,
                    expected="the bare stream, raw or compressed, that this code stands for",
                    found="a TIFF file around it")  # fmt: skip
        return
    best = images.fitting(own)
    name = {None: "", False: "lossy ", True: "lossless "}[own.lossless] + own.format
    stated = word or record.text(number).strip()
    known = word in images.COMPRESSIONS or word == "G4"
    yield about(
        record, number, "compression" if known else "code", hard,
        expected=f"{best or 'a code of table 15'}, as the {name} image says",
        found=shown(stated) or "nothing", source=_FORMAT, repair=_called(record, best),
    )  # fmt: skip


def _called(record: Record, best: str) -> str:
    if not best or record.type in (5, 6):
        return ""
    if record.form == "binary":
        return f"set GCA to {images.COMPRESSIONS.index(best)}, which is {best}, as the image says"
    return f"set CGA to {best}, as the image says"


def _size(record: Record, own: Header, hard: Severity) -> Iterator[Finding]:
    width, height = record.number(_HLL), record.number(_VLL)
    if (own.width_px, own.height_px) == (width, height):
        return
    size = f"{own.width_px} x {own.height_px}"
    yield about(
        record, _HLL, "image-size", hard, expected=f"{size}, as the image's header says",
        found=f"{width or 'nothing'} x {height or 'nothing'}", source=_SIZE,
        repair=f"set HLL and VLL to {size}, as the image says",
    )  # fmt: skip


def _bits(record: Record, own: Header) -> Iterator[Finding]:
    stated = record.number(_BPX) if record.form == "tagged" else None
    if stated is None or not own.bits or stated == own.bits or record.type in WORDLESS:
        return
    yield about(
        record, _BPX, "bits", "warning", expected=f"{own.bits}, as the image's header says",
        found=str(stated), source=_DEPTH,
    )  # fmt: skip


def _bare(record: Record, data: bytes, word: str, hard: Severity) -> Iterator[Finding]:
    """Bytes without a header that we know: right for raw pixels and for CCITT Group 4."""
    number = _number(record, ridges.COMPRESSION, _CGA)
    if images.family(word):
        yield about(record, number, "compression", hard, expected=word,
                    found="no image header known", source=_FORMAT)  # fmt: skip
    elif not word and record.form == "binary":
        codes = "0 to 6" if record.type in (3, 4) else "0 or 1"
        yield about(record, number, "code", hard, expected=codes,
                    found=record.text(number), source=_FORMAT)  # fmt: skip
    elif word == "NONE":
        yield from _raw(record, data, hard)


def _raw(record: Record, data: bytes, hard: Severity) -> Iterator[Finding]:
    """Pixels without compression: rows of types 5 and 6 fill whole bytes, or run on."""
    width, height = record.number(_HLL) or 0, record.number(_VLL) or 0
    if not width or not height:
        yield about(record, _HLL, "image-size", hard, expected="width and height in pixels",
                    found=f"{width} x {height}", source=_SIZE)  # fmt: skip
        return
    bits = ridges.BITS.get(record.type) or (
        24 if record.type in WORDLESS else record.number(_BPX) or 8
    )
    rows, runs = (width * bits + 7) // 8 * height, (width * height * bits + 7) // 8
    if len(data) not in (rows, runs):
        yield about(record, _HLL, "image-size", hard,
                    expected=f"{rows} bytes for {width} x {height} pixels of {bits} bits",
                    found=f"{len(data)} bytes", source=_SIZE)  # fmt: skip


def _number(record: Record, numbers: dict[int, int], other: int) -> int:
    return numbers.get(record.type, other)
