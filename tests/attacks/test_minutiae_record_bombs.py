"""A few bytes that claim to hold more: counts, lengths, zones, resolutions."""

import tracemalloc
from collections.abc import Iterator

import pytest

from comity.errors import TemplateError
from comity.minutiae import describe, extended, faults, iso
from comity.minutiae.record import Image, Minutia, MinutiaRecord, Quality, View

HEAD_05 = b"FMR\0 20\0"
BOMBS = {
    "255 views in no bytes": HEAD_05 + (24).to_bytes(4, "big") + bytes(10) + b"\xff\0",
    "a length of 4 GB": HEAD_05 + b"\xff" * 4 + bytes(12),
    "255 minutiae in no bytes": HEAD_05 + (28).to_bytes(4, "big") + bytes(10) + b"\1\0\2\0\0\xff",
    "65535 bytes of extensions": HEAD_05
    + (30).to_bytes(4, "big")
    + bytes(10)
    + b"\1\0\2\0\0\0\xff\xff",
    "65535 views of 2011": b"FMR\x00030\0" + b"\0\0\0\x0f\xff\xff\0",
    "a view of 4 GB": b"FMR\x00030\0" + b"\0\0\0\x40\0\1\0" + b"\xff" * 4 + bytes(45),
    "255 quality blocks": b"FMR\x00030\0"
    + b"\0\0\0\x31\0\1\0\0\0\0\x22"
    + bytes(14)
    + b"\xff" * 16,
    "255 views of 2009": b"FMR\x00035\0" + b"\0\0\0\x15\1\3" + bytes(5) + b"\xff\0",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_what_is_claimed_is_never_made_room_for(bomb: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(TemplateError) as caught:
        iso.read(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.where.startswith("byte ")
    assert peak < 1 << 20


def with_area(area: bytes, image: Image, standard: str = "iso-2005") -> MinutiaRecord:
    return MinutiaRecord(standard, (View(1, 0, 0, (Quality(50),), (), area),), image)


def test_four_billion_zones_are_not_made_room_for() -> None:
    area = b"\0\3\0\x08\1\1\x08\0"
    record = iso.read(iso.write(with_area(area, Image(65535, 65535))))
    tracemalloc.start()
    read = extended.parse(record, record.views[0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read.zones is None
    assert read.other == ((3, b"\1\1\x08\0"),)
    assert peak < 1 << 20
    assert any("block of type 3" in fault.message for fault in faults.faults(record))


def hollow() -> Iterator[bytes]:
    yield b"\0\3\0\x07\0\0\0"  # zones of no size
    yield b"\0\3\0\x07\1\1\x09"  # of nine bits
    yield b"\0\2\0\x05\x0f"  # fifteen cores in no bytes
    yield b"\0\2\0\x04"  # cores and deltas without a count
    yield b"\0\2\0\x0b\1\xc0\0\0\0\0\0"  # a core of a kind that is not defined
    yield b"\0\1\0\x04"  # ridge counts without a method


@pytest.mark.parametrize("area", hollow())
def test_a_block_that_is_not_what_it_says_is_kept_and_named(area: bytes) -> None:
    record = iso.read(iso.write(with_area(area, Image(100, 100))))
    assert len(extended.parse(record, record.views[0]).other) == 1
    found = [fault.message for fault in faults.faults(record)]
    assert sum(message.startswith("a block of type") for message in found) == 1
    assert any("block of type" in line for line in describe.lines(record))


def test_extensions_without_end_are_refused() -> None:
    """A length of 0 that is not the head's own would be read for ever."""
    data = iso.write(with_area(b"\1\0\0\0" * 3, Image(9, 9)))
    assert len(extended.parse(iso.read(data), iso.read(data).views[0]).other) == 3
    broken = bytearray(data)
    broken[-1] = 1  # the last of them now ends a byte behind the area
    with pytest.raises(TemplateError):
        iso.read(bytes(broken))


@pytest.mark.parametrize("resolution", [0, 1, 2])
def test_a_resolution_of_next_to_nothing_makes_no_template(resolution: int) -> None:
    far = View(1, 0, 0, (Quality(50),), (Minutia(1, 16383, 16383, 0, 0),))
    record = MinutiaRecord("iso-2005", (far,), Image(16384, 16384, resolution, resolution))
    with pytest.raises(TemplateError) as caught:
        iso.to_templates(iso.read(iso.write(record)))
    assert caught.value.where == "finger 1, view 0"
