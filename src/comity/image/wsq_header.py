"""The marker segments of a WSQ file, walked before any decoder sees it.

FFA0 SOI   FFA2 frame   FFA4 filters   FFA5 quantisation   FFA6 Huffman
FFA3 block, then coded bytes in which FF is followed by 00 (or B0..B7, restart)
FFA7 restart interval   FFA8 comment   FFA1 EOI
segment = marker (2), length (2, counts itself but not the marker), body
frame body = black, white (1 each), height, width (2 each), scale, shift, encoder, software
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from comity.errors import ImageError

SOI, EOI, FRAME, BLOCK, FILTERS, QUANTISATION, HUFFMAN, RESTART, COMMENT = (
    0xFFA0, 0xFFA1, 0xFFA2, 0xFFA3, 0xFFA4, 0xFFA5, 0xFFA6, 0xFFA7, 0xFFA8,
)  # fmt: skip
NAMES = {FRAME: "frame", FILTERS: "filter", QUANTISATION: "quantisation", HUFFMAN: "Huffman"}
_CODED_END = re.compile(rb"\xff[^\x00\xb0-\xb7]")


@dataclass(frozen=True)
class WsqHeader:
    """What the segments say. `resolution_ppi` is None where no NISTCOM comment states one."""

    width_px: int
    height_px: int
    resolution_ppi: float | None


def read(data: bytes) -> WsqHeader:
    """Walk every segment; refuse what a right encoder cannot have written.

    Raises  ImageError  with the byte offset inside the image
    Source  IAFIS-IC-0110 v3.1, annex A (the order and make-up of marker segments)
    """
    if data[:2] != b"\xff\xa0":
        raise _refusal(0, "a start-of-image marker FFA0", data[:2].hex() or "nothing")
    at, seen, size, ppi, blocks = 2, set[int](), (0, 0), None, 0
    while True:
        marker = _number(data, at)
        if marker == EOI:
            break
        length = _number(data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if marker not in (FRAME, BLOCK, FILTERS, QUANTISATION, HUFFMAN, RESTART, COMMENT):
            raise _refusal(at, "a WSQ marker FFA1 to FFA8", f"{marker:04X}")
        if length < 2 or len(body) != length - 2:
            raise _refusal(at, f"a segment of {length} bytes", f"{len(data) - at - 2}")
        at += 2 + length
        seen.add(marker)
        if marker == FRAME:
            size = _frame(body, at)
        elif marker == COMMENT:
            ppi = _stated_ppi(body) or ppi
        elif marker == BLOCK:
            _tables_present(seen, at)
            end = _CODED_END.search(data, at)
            if end is None:
                raise _refusal(len(data), "an end-of-image marker FFA1", "the end of the bytes")
            at, blocks = end.start(), blocks + 1
    if blocks != 3:
        raise _refusal(at, "three coded blocks", str(blocks))
    return WsqHeader(size[1], size[0], ppi)


def _number(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise _refusal(
            at, "another segment or the end-of-image marker FFA1", "the end of the bytes"
        )
    return int(struct.unpack_from(">H", data, at)[0])


def _frame(body: bytes, at: int) -> tuple[int, int]:
    if len(body) != 15:
        raise _refusal(at, "a frame header of 17 bytes", str(len(body) + 2))
    height, width = struct.unpack_from(">HH", body, 2)
    return height, width


def _tables_present(seen: set[int], at: int) -> None:
    # The decoder keeps tables of the image before; without this one image could read another's.
    for marker, name in NAMES.items():
        if marker not in seen:
            raise _refusal(at, f"a {name} segment before the first coded block", "none")


def _stated_ppi(body: bytes) -> float | None:
    found = re.search(rb"^PPI (\d{1,5})\s*$", body, re.MULTILINE)
    # 255 is -1, "not known", as older encoders wrote it through one byte.
    return float(found[1]) if found and int(found[1]) not in (0, 255) else None


def _refusal(at: int, expected: str, found: str) -> ImageError:
    return ImageError(
        "not a whole WSQ image",
        where=f"byte {at} of the image",
        expected=expected,
        found=found,
        next_step="ask the sender for the image again",
    )
