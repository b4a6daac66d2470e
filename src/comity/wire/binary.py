"""Records of types 3 to 8: a header of fixed size, then an image. Big-endian.

    types 3, 4, 5, 6   LEN(4) IDC(1) IMP(1) FGP(6) ISR(1) HLL(2) VLL(2) CA(1) DATA
    type 7             LEN(4) IDC(1) DATA            the rest is the user's own: `palm`
    type 8             LEN(4) IDC(1) SIG(1) SRT(1) ISR(1) HLL(2) VLL(2) DATA

Source: ANSI/NIST-ITL 1-2007 clauses 10 to 13 (types 3 to 6 as in 1-2000 clauses 9 to 12).
"""

from __future__ import annotations

from dataclasses import replace

from comity.wire import images
from comity.wire.transaction import Field, Record

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
IMP_MAX, FGP_MAX = 29, 36  # ANSI/NIST-ITL 1-2007 impression and position codes; palms are 20 to 36
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


def palm(record: Record) -> tuple[Field, ...] | None:
    """The fields of a record of type 7 that is laid out as one of type 4, else None.

    The FBI's EFTS sent palms so. The standard leaves what follows IDC to the user, hence every
    part is checked: codes in their ranges and an image that is what the header says. The fields
    are numbered 4.001 to 4.009, at their own offsets; the record itself stays as it was read.
    """
    whole = b"".join(one.value for one in record.fields)
    size = header_size(4)
    if record.type != 7 or record.form != "binary" or len(whole) <= size:
        return None
    parts = fields(whole, 0, len(whole), 4)
    _, _, imp, fgp, isr, hll, vll, gca, image = parts
    width, height, code = int(hll.text), int(vll.text), gca.value[0]
    codes = fingers(fgp.value)
    if imp.value[0] > IMP_MAX or not codes or max(codes) > FGP_MAX or isr.value[0] > 1:
        return None
    if not width or not height or code >= len(images.COMPRESSIONS):
        return None
    if code == 0:
        fits = len(image.value) == width * height
    else:
        own = images.header(image.value)
        fits = (
            own is not None
            and own.format == images.family(images.COMPRESSIONS[code])
            and (own.width_px, own.height_px) in ((width, height), (0, 0))
        )
    return tuple(replace(p, offset=record.offset + p.offset) for p in parts) if fits else None
