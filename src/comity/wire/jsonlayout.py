"""What both directions of the JSON form agree on: where LEN and CNT go, how wide a part is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from comity.wire import binary

_LABEL = re.compile(rb"(\d{1,2})\.(\d{1,9})")
_DIGITS = 3  # of a field's number, as the standard writes it
_BEFORE_COUNT = (1, 2)  # LEN and VER


@lru_cache(maxsize=8)
def part_widths(record_type: int) -> Mapping[int, int]:
    """Bytes of each part of a binary record's header, by number; the image has no width."""
    size = binary.header_size(record_type)
    parts = binary.fields(bytes(size), 0, size, record_type)
    return {one.number: len(one.value) for one in parts[:-1]}


def label_like(record_type: int, number: int, labels: Sequence[bytes]) -> bytes:
    """The tag of LEN or CNT, written as the record's other tags are: `1.01` or `1.001`."""
    found = (_LABEL.fullmatch(label) for label in labels)
    first = next((match for match in found if match and int(match[1]) == record_type), None)
    width = len(first[2]) if first is not None else _DIGITS
    return b"%d.%s" % (record_type, str(number).zfill(width).encode("ascii"))


def count_place(numbers: Sequence[int]) -> int:
    """Where CNT goes among the other fields of Type-1: after LEN and VER."""
    place = 0
    while place < len(numbers) and numbers[place] in _BEFORE_COUNT:
        place += 1
    return place
