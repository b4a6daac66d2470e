"""What an image says of itself in its header; no pixel is decoded here.

WSQ        FFA0 ... FFA2 len(2) black(1) white(1) height(2) width(2)      IAFIS-IC-0110 (V3)
JPEG       FFD8 ... FFCn len(2) precision(1) height(2) width(2)           ISO/IEC 10918-1, B.2
JPEG 2000  FF4F FF51 len(2) cap(2) x1(4) y1(4) x0(4) y0(4), bare or in a
           JP2 file after its signature box                               ISO/IEC 15444-1, A.5
PNG        signature, IHDR width(4) height(4)                             ISO/IEC 15948, 11.2.2
"""

from __future__ import annotations

from dataclasses import dataclass

# Type-4 codes (GCA) and the words Type-14 uses (CGA). ANSI/NIST-ITL 1-2011, clause 7.7.
COMPRESSIONS = ("NONE", "WSQ20", "JPEGB", "JPEGL", "JP2", "JP2L", "PNG")
_FAMILY = {"WSQ20": "WSQ", "JPEGB": "JPEG", "JPEGL": "JPEG", "JP2": "JP2", "JP2L": "JP2",
           "PNG": "PNG"}  # fmt: skip
SEGMENTS_MAX = 200  # before the frame header; real files have below 30

_WSQ_STARTS = frozenset({0xA2})
_JPEG_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_CODESTREAM = b"\xff\x4f\xff\x51"
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JP2_HEADER_MAX = 64 << 10  # boxes before the code stream; colour profiles are the longest


@dataclass(frozen=True)
class Header:
    """Format (WSQ, JPEG, JP2, PNG) and size; sizes 0 where the header could not be followed."""

    format: str
    width_px: int
    height_px: int


def family(compression: str) -> str:
    """The format that a compression code stands for; empty for NONE and for unknown codes."""
    return _FAMILY.get(compression, "")


def header(data: bytes) -> Header | None:
    """Read the header, or None where the bytes are no format known. Cost O(segments)."""
    if data[:2] == b"\xff\xa0":
        return Header("WSQ", *_frame(data, _WSQ_STARTS, skip=2))
    if data[:2] == b"\xff\xd8":
        return Header("JPEG", *_frame(data, _JPEG_STARTS, skip=1))
    if data[:8] == _PNG_SIGNATURE:
        return Header("PNG", _number(data, 16, 4), _number(data, 20, 4))
    if data[:4] == _CODESTREAM:
        return Header("JP2", *_siz(data, 0))
    if data[:12] == _JP2_SIGNATURE:
        at = data.find(_CODESTREAM, 12, _JP2_HEADER_MAX)
        return Header("JP2", *(_siz(data, at) if at >= 0 else (0, 0)))
    return None


def _frame(data: bytes, starts: frozenset[int], *, skip: int) -> tuple[int, int]:
    """Walk the segments FF marker length(2) to the frame header; width and height, or 0, 0."""
    at = 2
    for _ in range(SEGMENTS_MAX):
        if at + 4 > len(data) or data[at] != 0xFF:
            break
        if data[at + 1] in starts:
            if at + 4 + skip + 4 > len(data):
                break
            return _number(data, at + 4 + skip + 2, 2), _number(data, at + 4 + skip, 2)
        at += 2 + max(_number(data, at + 2, 2), 2)
    return 0, 0


def _siz(data: bytes, at: int) -> tuple[int, int]:
    if at + 24 > len(data):
        return 0, 0
    x1, y1, x0, y0 = (_number(data, at + 8 + 4 * k, 4) for k in range(4))
    return max(x1 - x0, 0), max(y1 - y0, 0)


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")
