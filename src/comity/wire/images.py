"""What an image says of itself in its header; no pixel is decoded here.

WSQ        FFA0 [FFA8 len(2) comment] ... FFA2 len(2) black(1) white(1) height(2) width(2)
                                                                     IAFIS-IC-0110 (V3)
JPEG       FFD8 ... FFCn len(2) precision(1) height(2) width(2) components(1)
                                                                     ISO/IEC 10918-1, B.2
JPEG 2000  FF4F FF51 len(2) cap(2) x1(4) y1(4) x0(4) y0(4) tiles(16) components(2) depth(1) ...
           ... FF52 len(2) style(1) order(4) levels, blocks(4) wavelet(1), bare or in a JP2 file
                                                                     ISO/IEC 15444-1, A.5, A.6
PNG        signature, IHDR width(4) height(4) depth(1) colour(1)     ISO/IEC 15948, 11.2.2
TIFF       `II*` or `MM*`: no compression of the standard, told apart so that it can be named
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Type-4 codes (GCA) and the words that tagged records use (CGA). ANSI/NIST-ITL 1-2011, table 15.
COMPRESSIONS = ("NONE", "WSQ20", "JPEGB", "JPEGL", "JP2", "JP2L", "PNG")
_FAMILY = {"WSQ20": "WSQ", "JPEGB": "JPEG", "JPEGL": "JPEG", "JP2": "JP2", "JP2L": "JP2",
           "PNG": "PNG"}  # fmt: skip
SEGMENTS_MAX = 200  # before the frame header; real files have below 30
TAIL = 64  # bytes at the end in which the end mark may stand; some senders pad

_WSQ_STARTS = frozenset({0xA2})
_JPEG_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_COMMENT = 0xA8
_CODESTREAM = b"\xff\x4f\xff\x51"
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_JP2_HEADER_MAX = 64 << 10  # boxes before the code stream; colour profiles are the longest
_ENDS = {"WSQ": b"\xff\xa1", "JPEG": b"\xff\xd9", "JP2": b"\xff\xd9", "PNG": b"IEND"}
# NISTCOM is lines of a name and a value. `PPI -1` stands for unknown and matches nothing.
_PPI = re.compile(rb"(?:^|\n)PPI[ \t]+(\d{1,5})(?:\n|\r|\Z)")
_WAVELET_LOSSLESS = {0: False, 1: True}  # 9-7 irreversible, 5-3 reversible


@dataclass(frozen=True)
class Header:
    """What the header says; 0 or None where it does not, or could not be followed.

    format     WSQ, JPEG, JP2, PNG, TIFF
    bits       a pixel, all its samples together
    lossless   JPEG by its kind of frame, JPEG 2000 by its wavelet (5-3 may be cut short: then it
               is lossy all the same); None for formats that have one kind only
    ppi        the resolution in a WSQ's NISTCOM comment
    """

    format: str
    width_px: int
    height_px: int
    bits: int = 0
    lossless: bool | None = None
    ppi: int = 0


@dataclass(frozen=True, slots=True)
class _Frame:
    kind: int = 0
    bits: int = 0
    width: int = 0
    height: int = 0
    ppi: int = 0


def family(word: str) -> str:
    """The format that a compression code stands for; empty for NONE and for unknown codes."""
    return _FAMILY.get(word, "")


def fitting(own: Header) -> str:
    """The one code of table 15 that fits an image, or empty where none or two do."""
    if own.format == "JPEG" and own.lossless is not None:
        return "JPEGL" if own.lossless else "JPEGB"
    if own.format == "JP2" and own.lossless is False:
        return "JP2"  # the 5-3 wavelet may serve both JP2 and JP2L
    return {"WSQ": "WSQ20", "PNG": "PNG"}.get(own.format, "")


def compression(data: bytes) -> str:
    """The one code of table 15 that fits these bytes, or empty where none or two do."""
    own = header(data)
    return fitting(own) if own is not None else ""


def fits(word: str, own: Header) -> bool:
    """May an image with this header be called by that code?"""
    if own.format != family(word):
        return False
    if word == "JPEGB":
        return own.lossless is not True
    return word not in ("JPEGL", "JP2L") or own.lossless is not False


def header(data: bytes) -> Header | None:
    """Read the header, or None where the bytes are no format known. Cost O(segments)."""
    if data[:2] == b"\xff\xa0":
        one = _frame(data, _WSQ_STARTS, skip=2)
        return Header("WSQ", one.width, one.height, 8 if one.width else 0, None, one.ppi)
    if data[:2] == b"\xff\xd8":
        one = _frame(data, _JPEG_STARTS, skip=1)
        lossless = one.kind in _JPEG_LOSSLESS if one.width else None
        return Header("JPEG", one.width, one.height, one.bits, lossless)
    if data[:8] == _PNG_SIGNATURE:
        bits = _number(data, 24, 1) * _PNG_SAMPLES.get(_number(data, 25, 1), 0)
        return Header("PNG", _number(data, 16, 4), _number(data, 20, 4), bits)
    if data[:4] == _CODESTREAM:
        return _codestream(data, 0)
    if data[:12] == _JP2_SIGNATURE:
        at = data.find(_CODESTREAM, 12, _JP2_HEADER_MAX)
        return _codestream(data, at) if at >= 0 else Header("JP2", 0, 0)
    if data[:4] in (b"II*\x00", b"MM\x00*"):
        return Header("TIFF", 0, 0)
    return None


def ended(data: bytes, own: Header) -> bool:
    """Does the image's end mark stand at its end? True for formats that have none."""
    mark = _ENDS.get(own.format)
    if mark is None or (own.format == "JP2" and data[:4] != _CODESTREAM):
        return True  # other boxes may follow the code stream in a JP2 file
    return data.rfind(mark, max(0, len(data) - TAIL)) >= 0


def _frame(data: bytes, starts: frozenset[int], *, skip: int) -> _Frame:
    """Walk the segments FF marker length(2) to the frame header."""
    at, ppi = 2, 0
    for _ in range(SEGMENTS_MAX):
        if at + 4 > len(data) or data[at] != 0xFF:
            break
        size = max(_number(data, at + 2, 2), 2)
        if data[at + 1] in starts:
            if at + 4 + skip + 4 > len(data):
                break
            return _Frame(
                kind=data[at + 1],
                bits=_number(data, at + 4, 1) * _number(data, at + 9, 1),
                width=_number(data, at + 4 + skip + 2, 2),
                height=_number(data, at + 4 + skip, 2),
                ppi=ppi,
            )
        if data[at + 1] == _COMMENT and not ppi:
            named = _PPI.search(data[at + 4 : at + 2 + size])
            ppi = int(named[1]) if named else 0
        at += 2 + size
    return _Frame(ppi=ppi)


def _codestream(data: bytes, at: int) -> Header:
    if at + 24 > len(data):
        return Header("JP2", 0, 0)
    x1, y1, x0, y0 = (_number(data, at + 8 + 4 * k, 4) for k in range(4))
    samples = _number(data, at + 40, 2)
    depth = (_number(data, at + 42, 1) & 0x7F) + 1
    lossless = None
    at += 4 + _number(data, at + 4, 2)
    for _ in range(SEGMENTS_MAX):
        if data[at : at + 1] != b"\xff" or data[at + 1 : at + 2] == b"\x90":
            break
        if data[at + 1 : at + 2] == b"\x52":
            lossless = _WAVELET_LOSSLESS.get(_number(data, at + 13, 1))
            break
        at += 2 + max(_number(data, at + 2, 2), 2)
    return Header("JP2", max(x1 - x0, 0), max(y1 - y0, 0), samples * depth, lossless)


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")
