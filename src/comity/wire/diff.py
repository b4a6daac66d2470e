"""What two transactions say differently: records matched, then their fields, then values.

Records are matched by type and IDC, and what is left of a type in the order of the files: a
record with another IDC is one record renumbered, not one gone and one come. Fields are matched
by number. LEN and CNT follow from the rest and are told apart as such.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from comity.wire.explain import OPEN_TYPES, image_number, image_words
from comity.wire.fields import known, mnemonic
from comity.wire.findings import shown
from comity.wire.transaction import Field, Record, Transaction

VALUES_SHOWN = 12
DIGEST_CHARS = 16


@dataclass(frozen=True)
class Change:
    """One field that differs; before and after are texts to read, empty where it is absent.

    follows  LEN or CNT: a consequence of the rest, or a mistake of its own
    image    the field is its record's image
    """

    tag: str
    mnemonic: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    follows: bool = False
    image: bool = False


@dataclass(frozen=True)
class Pair:
    """Two records that stand for each other, or one alone (the other None), and what differs."""

    before: Record | None
    after: Record | None
    changes: tuple[Change, ...] = ()

    @property
    def name(self) -> str:
        one = self.before or self.after
        return "" if one is None else _named(one)

    @property
    def alone(self) -> bool:
        return self.before is None or self.after is None


@dataclass(frozen=True)
class Difference:
    """pairs  those that differ, in the order of the first file, then what only the second has
    rewritten  fields with the same value under a tag or separator written otherwise
    """

    pairs: tuple[Pair, ...]
    rewritten: int

    @property
    def same(self) -> bool:
        """Do both say the same? How tags are written does not count."""
        return not self.pairs

    def as_json(self) -> dict[str, Any]:
        return {
            "same": self.same,
            "rewritten": self.rewritten,
            "records": [
                {
                    "record": pair.name,
                    "before": _place(pair.before),
                    "after": _place(pair.after),
                    "changes": [asdict(change) for change in pair.changes],
                }
                for pair in self.pairs
            ],
        }


def difference(before: Transaction, after: Transaction) -> Difference:
    """What differs between two transactions. Cost O(bytes)."""
    pairs, rewritten = [], 0
    for ours, theirs in _matched(before.records, after.records):
        if ours is None or theirs is None:
            pairs.append(Pair(ours, theirs))
            continue
        changes = tuple(_changes(ours, theirs))
        rewritten += _rewritten(ours, theirs)
        if changes:
            pairs.append(Pair(ours, theirs, changes))
    return Difference(tuple(pairs), rewritten)


def _matched(
    before: Sequence[Record], after: Sequence[Record]
) -> Iterator[tuple[Record | None, Record | None]]:
    """Every record once, with the other file's, or None."""
    found: dict[int, int] = {}
    for numbered in (True, False):
        taken = set(found.values())
        waiting: dict[tuple[int, int | None], deque[int]] = defaultdict(deque)
        for place, record in enumerate(after):
            if place not in taken:
                waiting[record.type, record.idc if numbered else None].append(place)
        for place, record in enumerate(before):
            candidates = waiting[record.type, record.idc if numbered else None]
            if place not in found and candidates:
                found[place] = candidates.popleft()
    for place, record in enumerate(before):
        yield record, after[found[place]] if place in found else None
    taken = set(found.values())
    yield from ((None, record) for place, record in enumerate(after) if place not in taken)


def _changes(before: Record, after: Record) -> Iterator[Change]:
    ours, theirs = _by_number(before), _by_number(after)
    for key in list(dict.fromkeys((*ours, *theirs))):
        old, new = ours.get(key), theirs.get(key)
        if old is None or new is None or old.value != new.value:
            yield _change(before, old, new)


def _by_number(record: Record) -> dict[tuple[int, int, int], Field]:
    """Fields by type, number and how many of that number came before."""
    found: dict[tuple[int, int, int], Field] = {}
    times: dict[tuple[int, int], int] = defaultdict(int)
    for one in record.fields:
        place = (one.record_type, one.number)
        found[(*place, times[place])] = one
        times[place] += 1
    return found


def _change(record: Record, old: Field | None, new: Field | None) -> Change:
    one = old or new
    if one is None:
        return Change("", "", "", (), ())
    rule = known(one.tag) if one.number else None
    image = one.number == image_number(record)
    before, after = _texts(record, old, image), _texts(record, new, image)
    if len(before) > 1 or len(after) > 1:
        before, after = _unlike(before, after)
    return Change(
        tag=one.tag,
        mnemonic=mnemonic(one.record_type, one.number),
        name=rule.name.partition(";")[0] if rule is not None else "",
        before=before,
        after=after,
        follows=one.number == 1 or (record.type == 1 and one.number == 3),
        image=image,
    )


def _texts(record: Record, one: Field | None, image: bool) -> tuple[str, ...]:
    """A line a value; images and what is not to be shown by size and digest."""
    if one is None:
        return ()
    closed = record.type not in OPEN_TYPES and one.number not in (1, 2)
    if image or closed:
        digest = hashlib.sha256(one.value).hexdigest()[:DIGEST_CHARS]
        return (f"{image_words(record, one)}{len(one.value)} bytes, sha256 {digest}...",)
    if one.binary:
        return (one.text or " ".join(str(code) for code in one.value),)
    return tuple(", ".join(shown(item.value) for item in items) for items in one.subfields)


def _unlike(
    before: tuple[str, ...], after: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of many values only those that the other side does not have, at most VALUES_SHOWN."""
    here, there = set(before), set(after)
    ours = [text for text in before if text not in there]
    theirs = [text for text in after if text not in here]
    if not ours and not theirs:  # the same values in another order, or more often
        ours, theirs = list(before), list(after)
    return _few(ours), _few(theirs)


def _few(texts: list[str]) -> tuple[str, ...]:
    more = len(texts) - VALUES_SHOWN
    return (*texts[:VALUES_SHOWN], *([f"and {more} more"] if more > 0 else []))


def _rewritten(before: Record, after: Record) -> int:
    ours, theirs = _by_number(before), _by_number(after)
    return sum(
        one.value == theirs[key].value and one.encoded != theirs[key].encoded
        for key, one in ours.items()
        if key in theirs
    )


def _named(record: Record) -> str:
    return record.name + (f" IDC {record.idc}" if record.idc is not None else "")


def _place(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "type": record.type, "idc": record.idc, "offset": record.offset, "bytes": record.size
    }  # fmt: skip
