"""What of an image may stay when a file is shared: what its header says of size and format.

    WSQ, JPEG   markers and lengths up to the frame header; of that the size; the end mark
    JPEG 2000   markers and lengths of the main header; of SIZ size and depth, of COD the wavelet
    PNG         signature and IHDR, and IEND
    others      nothing

All else becomes zeros in the same number: comments, thumbnails, tables and every pixel. Length,
size, format and end mark are what they were, so that the same faults show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from comity.wire.images import SEGMENTS_MAX, TAIL

_CODESTREAM = b"\xff\x4f\xff\x51"
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_JP2_HEADER_MAX = 64 << 10
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMMENT = 0xA8
# Lines of a NISTCOM comment that speak of the image alone.
_NISTCOM = re.compile(
    rb"^(?:NIST_COM \d{1,2}|(?:PIX_WIDTH|PIX_HEIGHT|PIX_DEPTH|PPI|LOSSY) -?\d{1,5}"
    rb"|COLORSPACE GRAY|COMPRESSION WSQ|WSQ_BITRATE \d\.\d{1,6})$",
    re.MULTILINE,
)

Span = tuple[int, int]


def skeleton(data: bytes) -> bytes:
    """As many bytes, of which only the image's own header and end mark are the old ones."""
    out = bytearray(len(data))
    for begin, end in _kept(data):
        out[begin:end] = data[begin:end]
    return bytes(out)


def _kept(data: bytes) -> Iterator[Span]:
    if data[:2] == b"\xff\xa0":
        yield from _segments(data, frozenset({0xA2}), 6)
        yield from _mark(data, b"\xff\xa1")
    elif data[:2] == b"\xff\xd8":
        yield from _segments(data, _JPEG_FRAMES, 6)
        yield from _mark(data, b"\xff\xd9")
    elif data[:8] == _PNG_SIGNATURE:
        yield 0, min(33, len(data))
        yield from _mark(data, _PNG_END)
    elif data[:4] == _CODESTREAM:
        yield from _main_header(data, 0)
        yield from _mark(data, b"\xff\xd9")
    elif data[:12] == _JP2_SIGNATURE:
        yield 0, 12
        at = data.find(_CODESTREAM, 12, _JP2_HEADER_MAX)
        if at >= 0:
            yield from _main_header(data, at)
            yield from _mark(data, b"\xff\xd9")
    elif data[:4] in (b"II*\x00", b"MM\x00*"):
        yield 0, 4
    # The reader may have found the end of a record by it, whatever the image is.
    if data[-2:] in (b"\xff\xa1", b"\xff\xd9"):
        yield len(data) - 2, len(data)


def _segments(data: bytes, frames: frozenset[int], size: int) -> Iterator[Span]:
    """Markers and lengths, FF kind length(2), to the frame header, and `size` bytes of that."""
    yield 0, 2
    at = 2
    for _ in range(SEGMENTS_MAX):
        if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] < 0x80:
            return
        yield at, at + 4
        if data[at + 1] in frames:
            yield at + 4, min(at + 4 + size, len(data))
            return
        length = max(int.from_bytes(data[at + 2 : at + 4], "big"), 2)
        if data[at + 1] == _COMMENT:
            for line in _NISTCOM.finditer(data[at + 4 : at + 2 + length]):
                # With the line end before it, which begins the line for a reader.
                yield at + 4 + max(line.start() - 1, 0), min(at + 5 + line.end(), at + 2 + length)
        at += 2 + length


def _main_header(data: bytes, at: int) -> Iterator[Span]:
    """SOC and SIZ to the first component's depth, then markers and lengths to COD."""
    yield at, min(at + 43, len(data))
    at += 4 + int.from_bytes(data[at + 4 : at + 6], "big")
    for _ in range(SEGMENTS_MAX):
        if data[at : at + 1] != b"\xff" or not 0x4F <= data[at + 1] < 0x90:
            return
        yield at, min(at + 4, len(data))
        if data[at + 1] == 0x52:
            yield min(at + 13, len(data)), min(at + 14, len(data))
            return
        at += 2 + max(int.from_bytes(data[at + 2 : at + 4], "big"), 2)


def _mark(data: bytes, mark: bytes) -> Iterator[Span]:
    """The end mark where a reader looks for it."""
    at = data.rfind(mark, max(0, len(data) - TAIL))
    if at >= 0:
        yield at, at + len(mark)
