"""Damaged transactions without end: the n-th mutant is the same bytes on every machine.

Every tenth mutant cuts a small file, so that 1,000,000 of them cut each small file at every byte;
the others flip, insert, splice, lie about LEN and CNT, and move fields and records about. One in
ten is of a big file. What is damaged: transactions built here, and those in a folder if given.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from comity.wire import compose
from comity.wire.read import read

SUFFIXES = (".an2", ".an2k", ".eft")
SMALL_MAX = 20_000  # bytes; above it a file is big
CUT_EVERY = 10  # every tenth mutant is a file cut short
BIG_ONE_IN = 10
SEPARATORS = (b"\x1c", b"\x1d", b"\x1e", b"\x1f")
TAGS = (b"2.001:", b"1.003:", b"14.999:", b"2.:", b".018:", b":", b"", b"2." + b"0" * 400 + b"18:")
IMAGES = (b"\xff" * 4, b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x89PNG\r\n\x1a\n",
          b"\xff\xa0\xff\xa2\x00\x00", b"\x00\x00\x00\x0cjP  \r\n\x87\n")  # fmt: skip
NUMBERS = (0, 1, 4, 5, 17, 18, 19, 255, 256, 65535, 99_999, 2**31 - 1, 2**31, 2**32 - 1)
WORDS = (
    b"", b" ", b"0", b"-1", b"1e9", b"00", b"256", b"999", b"999999999", b"9" * 40, b"0" * 300,
    b"\xc3\xa9", b"\xff\xfe", b"\xe2\x88", b"\xd9\xa3", b"\x00", b"\x7f", b"00000000", b"20110229",
    b"99999999", b"1\x1f", b"\x1f\x1f\x1f", b"\x1e" * 50, b"1\x1f1\x1e2\x1f00", b"A" * 5000,
    b"<svg/onload=1>", b"\x1b[31m", b"=1+1", b"CAR", b"ERRT", b"0502", b"003\x1fUTF-8",
)  # fmt: skip


@dataclass(frozen=True)
class Seed:
    """One file to damage; `records` are its records' borders, `fields` (label, value, end)."""

    name: str
    data: bytes
    records: tuple[int, ...]
    fields: tuple[tuple[int, int, int], ...]


def seed(name: str, data: bytes) -> Seed:
    transaction = read(data)
    borders = (*(record.offset for record in transaction.records), len(data))
    fields = tuple(
        (f.offset - len(f.label) - bool(f.label), f.offset, f.offset + len(f.value) + len(f.end))
        for record in transaction.records
        for f in record.fields
    )
    return Seed(name, data, borders, fields)


def built() -> list[Seed]:
    """A transaction of every form of record, each below 2 KB."""
    pixels = bytes(range(64))
    four = compose.finger_image(1, (1, 1, 1, 8, 8, 0), pixels)
    wsq = b"\xff\xa0\xff\xa4\x00\x04ab\xff\xa2\x00\x11\x00\x00\x00\x08\x00\x08" + bytes(9)
    wsq += b"\xff\xa3\x00\x03\x01" + bytes(range(200)) + b"\xff\xa1"
    tagged = compose.tagged
    head = {6: "8", 7: "8", 8: "1", 9: "500", 10: "500", 11: "NONE", 12: "8"}
    text = tagged(2, _DETAIL)
    prints = [(4, four), (4, compose.finger_image(2, (1, 2, 1, 8, 8, 1), wsq))]
    flats = [(14, tagged(14, {2: "01", 3: "0", 4: "XA0010000", 5: "20100505", **head,
                              13: "13", 21: [["1", "0", "4", "0", "4"]] * 4}, pixels))]  # fmt: skip
    points = [[str(k), f"{k:04d}0000{k:03d}", "10", "A", "2,3", "4,5"] for k in range(12)]
    minutiae = {2: "01", 3: "4", 4: "S", 5: [["COMITY", "A", "1"]], 6: "R", 7: "01", 8: "WU",
                12: points}  # fmt: skip
    others = [
        (9, tagged(9, minutiae)),
        (10, tagged(10, {2: "02", 3: "SCAR", 4: "X", 5: "20100505", **head, 40: "X"}, pixels)),
        (13, tagged(13, {2: "03", 3: "4", 4: "X", 5: "20100505", **head, 13: "0"}, pixels)),
        (15, tagged(15, {2: "04", 3: "10", 4: "X", 5: "20100505", **head, 13: "21"}, pixels)),
        (99, tagged(99, {2: "05", 4: "X", 5: "20100505", 100: "0101"}, pixels)),
        (55, tagged(55, {2: "06", 3: "A STATE'S OWN"})),
    ]
    eight = struct.pack("!IBBBBHH", 12 + 8, 1, 0, 0, 1, 8, 8) + pixels[:8]
    seven = struct.pack("!IB", 5 + 13 + 64, 2) + four[5:]
    kinds = {
        "text": ("SRE", [(2, text)]),
        "type 4": ("CAR", [(2, text), *prints]),
        "type 14": ("CNA", [(2, text), *flats]),
        "others": ("LFFS", [(2, text), *others]),
        "types 7 8": ("FAUF", [(2, text), (8, eight), (7, seven)]),
    }
    return [seed(f"built {name}", _file(tot, records)) for name, (tot, records) in kinds.items()]


_DETAIL: dict[int, compose.Value] = {
    2: "00", 5: "Y", 18: "DOE,JOHN", 19: [["ROE,RICHARD"], ["POE,PETER"]], 20: "XX",
    22: "19800102", 24: "M", 25: "U", 27: "510", 29: "170", 31: "BRO", 32: "BLK", 45: "20100505",
    47: [["20100504", "2299 BURGLARY"], ["", "LOITERING"]], 67: [["MAKER", "MODEL", "1"]],
    73: "XA0010000", 84: [["03", "UP"], ["04", "XX"]],
}  # fmt: skip


def _file(tot: str, records: Sequence[tuple[int, bytes]]) -> bytes:
    head: dict[int, compose.Value] = {
        2: "0400", 4: tot, 5: "20100506", 7: "XB0000000", 8: "XA0000000", 9: "TCN-SYNTHETIC-0001",
        11: "19.69", 12: "19.69", 13: [["NORAM", "EBTS 9.1"]], 15: [["003", "UTF-8"]],
    }  # fmt: skip
    pieces = [compose.Piece(kind, idc, data) for idc, (kind, data) in enumerate(records)]
    return compose.file(head, pieces)


@dataclass(frozen=True)
class Hand:
    """What does the damage: each method is one kind, of bytes that began as `one`'s."""

    rng: Random
    one: Seed
    other: Seed

    def cut(self, data: bytes) -> bytes:
        return data[: self.rng.randrange(len(data) + 1)]

    def flip(self, data: bytes) -> bytes:
        """Bits, near the beginning more often than not: the text is there."""
        out = bytearray(data)
        for _ in range(self.rng.choice((1, 1, 2, 8, 64))):
            if out:
                at = self.rng.randrange(min(len(out), self.rng.choice((300, 2000, len(out)))))
                out[at] ^= 1 << self.rng.randrange(8)
        return bytes(out)

    def patch(self, data: bytes) -> bytes:
        at = self._place(data)
        size = self.rng.choice((0, 1, 1, 4, 40))
        return data[:at] + self.rng.randbytes(self.rng.choice((0, 1, 4, 18))) + data[at + size :]

    def splice(self, data: bytes) -> bytes:
        """The beginning of one file and the end of another, at records' borders or anywhere."""
        if self.rng.randrange(2):
            return (
                data[: self.rng.choice(self.one.records)]
                + self.other.data[self.rng.choice(self.other.records) :]
            )
        return data[: self._place(data)] + self.other.data[self._place(self.other.data) :]

    def length(self, data: bytes) -> bytes:
        """LEN of some records: of another size, in digits or in four bytes as the record has it."""
        rng, borders = self.rng, self.one.records[:-1]
        for at in rng.sample(borders, rng.randint(1, len(borders))):
            number = rng.choice(NUMBERS) if rng.randrange(3) else rng.randrange(2 * len(data) + 2)
            dot, colon = data.find(b".", at, at + 3), data.find(b":", at, at + 8)
            if dot < 0 or colon < 0:
                data = data[:at] + (number & 0xFFFFFFFF).to_bytes(4, "big") + data[at + 4 :]
            else:
                told = rng.choice((b"%d" % number, b"", b"-%d" % number))
                end = data.find(b"\x1d", colon, colon + 20)
                data = data[: colon + 1] + told + data[max(end, colon + 1) :]
        return data

    def count(self, data: bytes) -> bytes:
        """CNT 1.003: entries too many, too few, of other types, with an IDC out of bounds."""
        begin = data.find(b"1.003:")
        end = data.find(b"\x1d", begin)
        if begin < 0 or end < 0:
            return data
        entries = data[begin + 6 : end].split(b"\x1e")
        for _ in range(self.rng.randint(1, 3)):
            entry = b"%d\x1f%b" % (
                self.rng.choice((0, 1, 2, 4, 7, 9, 14, 99, 999)),
                self.rng.choice(WORDS),
            )
            match self.rng.randrange(4):
                case 0:
                    entries[self.rng.randrange(len(entries))] = entry
                case 1:
                    entries.insert(self.rng.randrange(len(entries) + 1), entry)
                case 2 if len(entries) > 1:
                    del entries[self.rng.randrange(len(entries))]
                case _:
                    entries += [entry] * self._many()
        return data[: begin + 6] + b"\x1e".join(entries) + data[end:]

    def separator(self, data: bytes) -> bytes:
        """Separators inside values, or another in place of the one that was."""
        for _ in range(self.rng.choice((1, 1, 3))):
            _, value, end = self.rng.choice(self.one.fields)
            at = self.rng.randint(value, max(end - 1, value))
            run = self.rng.choice(SEPARATORS) * self.rng.choice((1, 1, 1, 2, 300))
            data = data[:at] + run + data[at + self.rng.randrange(2) :]
        return data

    def idc(self, data: bytes) -> bytes:
        """IDC of one record: digits without end, a sign, or any byte."""
        at = self.rng.choice(self.one.records[:-1])
        tag = data.find(b".002:", at, at + 40)
        if tag < 0:
            return data[: at + 4] + self.rng.randbytes(1) + data[at + 5 :]
        end = data.find(b"\x1d", tag)
        return data[: tag + 5] + self.rng.choice(WORDS) + data[max(end, tag + 5) :]

    def field(self, data: bytes) -> bytes:
        """Fields deleted, doubled, exchanged; or one from another file."""
        begin, _, end = self.rng.choice(self.one.fields)
        match self.rng.randrange(4):
            case 0:
                return data[:begin] + data[end:]
            case 1:
                return data[:end] + data[begin:end] * self.rng.choice((1, 1, 30)) + data[end:]
            case 2:
                first, _, stop = self.rng.choice(self.one.fields)
                if end <= first:
                    return data[:begin] + data[first:stop] + data[end:first] + data[begin:end] + (
                        data[stop:]
                    )  # fmt: skip
                return data[:begin] + data[first:stop] + data[end:]
            case _:
                first, _, stop = self.rng.choice(self.other.fields)
                return data[:begin] + self.other.data[first:stop] + data[begin:]

    def record(self, data: bytes) -> bytes:
        """Records in another order, left out, or many times."""
        cuts = self.one.records
        pieces = [data[a:b] for a, b in zip(cuts, (*cuts[1:-1], len(data)), strict=False)]
        if len(pieces) < 2:
            return data + data
        at, to = self.rng.randrange(len(pieces)), self.rng.randrange(len(pieces))
        match self.rng.randrange(3):
            case 0:
                pieces[at], pieces[to] = pieces[to], pieces[at]
            case 1:
                del pieces[at]
            case _ if len(pieces[to]) < 4000:
                pieces[at:at] = [pieces[to]] * self._many()
        return b"".join(pieces)

    def tag(self, data: bytes) -> bytes:
        """A tag of any record type and number, or none that can be read."""
        rng = self.rng
        begin, value, _ = rng.choice(self.one.fields)
        strange = b"%d.%d:" % (rng.randrange(2000), rng.randrange(10**9))
        usual = b"%d.%03d:" % (rng.randrange(100), rng.randrange(1200))
        tag = rng.choice((usual, strange, *TAGS))
        return data[:begin] + tag + data[value:]

    def value(self, data: bytes) -> bytes:
        _, value, end = self.rng.choice(self.one.fields)
        return data[:value] + self.rng.choice(WORDS) + data[max(end - 1, value) :]

    def image(self, data: bytes) -> bytes:
        """Within the longest field, the image as a rule: its first bytes, or its size."""
        _, value, end = max(self.one.fields, key=lambda field: field[2] - field[1])
        at = value + self.rng.randrange(min(40, end - value) or 1)
        start = self.rng.choice((self.rng.randbytes(2), *IMAGES))
        return data[:at] + start + data[at + 4 :]

    def _many(self) -> int:
        """A few, or more than a file may have: rarely, since a thousand records take long."""
        return 1100 if self.rng.randrange(40) == 0 else self.rng.choice((1, 2, 14))

    def _place(self, data: bytes) -> int:
        return self.rng.randrange(min(len(data), self.rng.choice((300, 2000, 1 << 30))) + 1)


KINDS = (
    "cut",
    "flip",
    "patch",
    "splice",
    "length",
    "count",
    "separator",
    "idc",
    "field",
    "record",
    "tag",
    "value",
    "image",
)


class Mutants:
    """The mutants of a set of files.

    folder   others' files; None for those built here only
    largest  bytes; longer files are left out, and with SMALL_MAX all mutants are of small ones
    """

    def __init__(self, folder: Path | None = None, largest: int = 64 << 20) -> None:
        found = sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES) if folder else []
        kept = [path for path in found if path.stat().st_size <= largest]
        seeds = built() + [seed(path.name, path.read_bytes()) for path in kept]
        self.small = [one for one in seeds if len(one.data) <= SMALL_MAX]
        self.big = [one for one in seeds if len(one.data) > SMALL_MAX] or self.small
        self._ends = list(accumulate(len(one.data) for one in self.small))

    @property
    def cuts(self) -> int:
        """Mutants up to this number cut every small file at every byte."""
        return self._ends[-1] * CUT_EVERY

    def mutant(self, number: int) -> tuple[str, bytes]:
        """What kind of damage, and the damaged bytes. A pure function of the files and number."""
        cut, rest = divmod(number, CUT_EVERY)
        if not rest and cut < self._ends[-1]:
            place = bisect_right(self._ends, cut)
            one = self.small[place]
            return "cut", one.data[: cut - self._ends[place] + len(one.data)]
        rng = Random(number)
        big = rng.randrange(BIG_ONE_IN) == 0
        hand = Hand(rng, rng.choice(self.big if big else self.small), rng.choice(self.small))
        steps = rng.choices(KINDS, k=rng.choice((1, 1, 1, 2, 4)))
        data = hand.one.data
        for step in steps:
            data = getattr(hand, step)(data)
        return steps[0] if len(steps) == 1 else "several", data
