"""Records of types 3 to 8: a header of fixed size, then an image. Big-endian.

    types 3, 4, 5, 6   LEN(4) IDC(1) IMP(1) FGP(6) ISR(1) HLL(2) VLL(2) CA(1) DATA
    type 7             LEN(4) IDC(1) DATA            the rest is the user's own
    type 8             LEN(4) IDC(1) SIG(1) SRT(1) ISR(1) HLL(2) VLL(2) DATA

Source: ANSI/NIST-ITL 1-2007 clauses 10 to 13 (types 3 to 6 as in 1-2000 clauses 9 to 12).
"""

from __future__ import annotations

from comity.wire.transaction import Field

_FINGER = (4, 1, 1, 6, 1, 2, 2, 1)
_SIZES = {
    3: _FINGER,
    4: _FINGER,
    5: _FINGER,
    6: _FINGER,
    7: (4, 1),
    8: (4, 1, 1, 1, 1, 2, 2),
}
TYPES = frozenset(_SIZES)
# End of image in WSQ, and in JPEG and JPEG 2000 code streams; as a pattern.
END_MARK = rb"\xff[\xa1\xd9]"


def header_size(record_type: int) -> int:
    """Bytes before the image."""
    return sum(_SIZES[record_type])


def fits_header(data: bytes, at: int, record_type: int) -> bool:
    """Is there room for the whole header before the end of the file?"""
    return at + header_size(record_type) <= len(data)


def length(data: bytes, at: int) -> int:
    """LEN, the first four bytes."""
    return int.from_bytes(data[at : at + 4], "big")


def plausible(data: bytes, at: int, idc: int | None) -> bool:
    """May a binary record begin here: a length within the file, and the IDC announced?"""
    if at + 5 > len(data) or not 5 < length(data, at) <= len(data) - at:
        return False
    return idc is None or data[at + 4] == idc


def fields(data: bytes, at: int, end: int, record_type: int) -> tuple[Field, ...]:
    """The header's parts as fields 1, 2, ... and the image as the last; together all bytes."""
    out = []
    begin = at
    for number, size in enumerate(_SIZES[record_type], start=1):
        out.append(Field(record_type, number, b"", data[begin : begin + size], b"", begin))
        begin += size
    out.append(Field(record_type, len(out) + 1, b"", data[begin:end], b"", begin))
    return tuple(out)


def header(record_type: int, size: int, parts: tuple[int | bytes, ...]) -> bytes:
    """The header of a record of `size` bytes in all, from its parts after LEN."""
    sizes = _SIZES[record_type]
    encoded = [size.to_bytes(4, "big")]
    for part, width in zip(parts, sizes[1:], strict=True):
        encoded.append(part if isinstance(part, bytes) else part.to_bytes(width, "big"))
    return b"".join(encoded)


def fingers(value: bytes) -> tuple[int, ...]:
    """FGP of types 3 to 6: up to six codes, unused ones 255."""
    return tuple(code for code in value if code != 255)
