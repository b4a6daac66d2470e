"""What CNT 1.003 announces: the records that follow the first, by type and IDC, in order."""

from __future__ import annotations

import re
from functools import lru_cache

from comity.wire import binary
from comity.wire.transaction import Record, whole

RECORDS_MAX = 1_000  # IDC has at most three digits

Entry = tuple[int, int | None]  # record type, 0 where unreadable, and IDC


@lru_cache(maxsize=256)
def before(mark: bytes, entry: Entry | None) -> re.Pattern[bytes]:
    """A mark after which that record may begin; the reader has the last word.

    A sieve in C, so that a file of nothing but marks costs no more than another.
    """
    if entry is None:
        return re.compile(mark + rb"(?=\d{1,2}\.0{0,8}1:|[\x00-\x04]|\Z)")
    if entry[0] not in binary.TYPES:
        return re.compile(mark + rb"(?=0?%d\.0{0,8}1:)" % entry[0])
    idc = b"." if entry[1] is None or entry[1] > 255 else re.escape(bytes([entry[1]]))
    return re.compile(mark + rb"(?=[\x00-\x04]..." + idc + b")", re.DOTALL)


def announced(first: Record) -> list[Entry]:
    """What CNT 1.003 says follows the first record: type and IDC, in order."""
    count = first.first(3)
    if count is None:
        return []
    entries: list[Entry] = []
    for items in count.subfields[1 : RECORDS_MAX + 1]:
        idc = whole(items[1].text) if len(items) > 1 else None
        entries.append((whole(items[0].text) or 0, idc))
    return entries


def entry_at(entries: list[Entry], index: int) -> Entry | None:
    """The entry in that place, or None past the last."""
    return entries[index] if index < len(entries) else None


def align(entries: list[Entry], index: int, record_type: int) -> int:
    """The entry that a tagged record answers: the next of its type, at most three on."""
    for step in range(4):
        entry = entry_at(entries, index + step)
        if entry is not None and entry[0] == record_type:
            return index + step
    return index
