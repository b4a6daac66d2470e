"""Values -> bytes of records and files: LEN, CNT and separators are put in here and only here.

A value is a string, or subfields of items. A control character in a value is refused: with it,
a name could close its field and open another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from comity.errors import WireError
from comity.wire import binary
from comity.wire.findings import shown
from comity.wire.transaction import FS, GS, RS, US, length_with

Value = str | Sequence[Sequence[str]]
_LINE_ENDS = "\t\r\n"  # allowed in free text


@dataclass(frozen=True)
class Piece:
    """One finished record, and what CNT says of it."""

    record_type: int
    idc: int
    data: bytes


def tagged(record_type: int, values: Mapping[int, Value], image: bytes | None = None) -> bytes:
    """A tagged record. `values` by field number, without LEN; `image` becomes field 999."""
    parts = [_field(record_type, number, values[number]) for number in sorted(values)]
    if image is not None:
        parts.append(f"{record_type}.999:".encode() + image)
    body = GS.join(parts) + FS
    prefix = f"{record_type}.001:"
    return f"{prefix}{length_with(len(prefix) + 1 + len(body))}".encode() + GS + body


def finger_image(idc: int, parts: tuple[int, int, int, int, int, int], image: bytes) -> bytes:
    """A record of type 4. `parts`: impression, finger, ISR, width, height, compression code."""
    impression, finger, isr, width_px, height_px, compression = parts
    for name, number, most in (("IDC", idc, 255), ("IMP", impression, 255), ("FGP", finger, 254),
                               ("HLL", width_px, 65535), ("VLL", height_px, 65535)):  # fmt: skip
        if not 0 <= number <= most:
            raise WireError(
                f"{name} does not fit a record of type 4",
                field="4",
                expected=f"0 to {most}",
                found=str(number),
                next_step="use a record of type 14",
            )
    size = binary.header_size(4) + len(image)
    fingers = bytes([finger]) + b"\xff" * 5
    head = (idc, impression, fingers, isr, width_px, height_px, compression)
    return binary.header(4, size, head) + image


def file(values: Mapping[int, Value], pieces: Sequence[Piece]) -> bytes:
    """A whole file: the record of type 1 with CNT 1.003 made from the pieces, then they."""
    listed = [("1", str(len(pieces))), *((str(p.record_type), f"{p.idc:02d}") for p in pieces)]
    return tagged(1, {**values, 3: listed}) + b"".join(piece.data for piece in pieces)


def _field(record_type: int, number: int, value: Value) -> bytes:
    tag = f"{record_type}.{number:03d}"
    subfields: Iterable[Sequence[str]] = [[value]] if isinstance(value, str) else value
    body = RS.join(US.join(_item(tag, item) for item in items) for items in subfields)
    return tag.encode() + b":" + body


def _item(tag: str, text: str) -> bytes:
    if any(ord(c) < 0x20 and c not in _LINE_ENDS for c in text) or "\x7f" in text:
        raise WireError(
            "a value holds a control character",
            field=tag,
            expected="text without separators",
            found=f"`{shown(text)}`",
            next_step="look at where the value came from: it may be an attempt to forge a field",
        )
    try:
        return text.encode("ascii")
    except UnicodeEncodeError:
        raise WireError(
            "a value is not ASCII",
            field=tag,
            expected="printable ASCII",
            found=f"`{shown(text)}`",
            next_step="transliterate it as the NCIC manual does",
        ) from None
