"""Small transactions of any records, for the tests of single rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from comity.records import Finding
from comity.wire import binary
from comity.wire.compose import Piece, Value, file, tagged
from comity.wire.profile import Profile, profile_of
from comity.wire.read import read
from comity.wire.transaction import Transaction
from tests.wire.cards import wsq_image

Check = Callable[[Transaction, Profile], Iterator[Finding]]
HEAD = {2: "0400", 4: "AMN", 5: "20100506", 7: "XA0000000", 8: "XB0000000", 9: "TCN-MADE-01",
        11: "00.00", 12: "00.00"}  # fmt: skip


def text(record_type: int, idc: int, values: dict[int, str], image: bytes | None = None) -> Piece:
    """A tagged record; in a value `~` parts subfields and `|` items."""
    split: dict[int, Value] = {2: f"{idc:02d}"}
    for number, value in values.items():
        split[number] = [part.split("|") for part in value.split("~")]
    return Piece(record_type, idc, tagged(record_type, split, image))


def slap(image: bytes | None = None, **changes: str) -> Piece:
    """A Type-14 of the right hand's fingers, 96 x 64; `changes` as f21="2|1|20|1|60"."""
    values = {3: "0", 4: "XA0000000", 5: "20100505", 6: "96", 7: "64", 8: "1", 9: "500",
              10: "500", 11: "WSQ20", 12: "8", 13: "13"}  # fmt: skip
    values |= {int(key[1:]): value for key, value in changes.items()}
    return text(14, 1, values, wsq_image() if image is None else image)


def raw(record_type: int, image: bytes, *, finger: int = 1, isr: int = 0, width: int = 96,
        height: int = 64, code: int = 0, idc: int = 1, imp: int = 0) -> Piece:  # fmt: skip
    """A record of types 3 to 6."""
    size = binary.header_size(record_type) + len(image)
    parts = (idc, imp, bytes([finger]) + b"\xff" * 5, isr, width, height, code)
    return Piece(record_type, idc, binary.header(record_type, size, parts) + image)


def written(pieces: Iterable[Piece], head: dict[int, str] | None = None) -> bytes:
    return file({**HEAD, **(head or {})}, list(pieces))


def told(check: Check, *pieces: Piece, **head: str) -> list[tuple[str, str]]:
    """Code and tag of what one check finds; `head` as h11="19.69"."""
    return [(f.code, f.tag) for f in found(check, *pieces, **head)]


def found(check: Check, *pieces: Piece, **head: str) -> list[Finding]:
    data = written(pieces, {int(key[1:]): value for key, value in head.items()})
    transaction = read(data)
    assert transaction.damage == ()
    return list(check(transaction, profile_of(transaction)))
