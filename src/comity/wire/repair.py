"""Mend what has exactly one right answer, and tell every byte that changed.

What is mended is what a finding's `repair` says: lengths, counts, separators, blank bytes at the
end, sizes and compression codes that an image's own header contradicts. Names, dates, charges
and images stay as they were sent.

Laws, with `r = repair(data)`:
    no finding of `r.data` says how to repair it, and none is new but in values that a mended
    separator brought to light
    repair(r.data).changes == ()
    spliced(data, r.changes) == r.data: what no change names is byte-identical
    a file without such findings comes back as it was
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from comity.records import Finding
from comity.wire.edit import spliced
from comity.wire.fields import mnemonic
from comity.wire.mends import Mend, mends
from comity.wire.read import read
from comity.wire.transaction import Record, Transaction
from comity.wire.validate import validate

# Where a mend would make something else worse, it is not made: these in turn, the surest last.
GIVEN_UP_FIRST = ("code", "compression", "image-size", "idc", "count-order", "count",
                  "bytes-left-over", "truncated", "separator", "length")  # fmt: skip
# What the reader worked round, and CNT against the records.
STRUCTURE = frozenset({"length", "truncated", "separator", "field-unreadable", "field-misplaced",
                       "record-unreadable", "bytes-left-over", "limit", "count", "count-order",
                       "idc"})  # fmt: skip
_SEPARATORS = frozenset({"separator", "truncated"})
ROUNDS_MAX = 6  # a mended separator may bring a count to light, that a length; real files take 2


@dataclass(frozen=True)
class Change:
    """One change; `offset` is in the file as it was, bytes from its start.

    code  of the finding that called for it; source  the rule's clause
    what  the finding's `repair`: what was to be done, in words
    """

    offset: int
    before: bytes
    after: bytes
    code: str
    record: str
    idc: int | None
    tag: str
    mnemonic: str
    what: str
    source: str


@dataclass(frozen=True)
class Repaired:
    """The file mended, its changes in order of offset, and what is left for a person."""

    data: bytes
    changes: tuple[Change, ...]
    left: tuple[Finding, ...]


def repair(data: bytes, profile: str | None = None) -> Repaired:
    """Mend a transaction.

    `profile` as in `validate`. Raises WireError for what cannot be read at all.
    Cost: a reading and a check for each round, at most ROUNDS_MAX + 1.
    """
    step = _Step(data, read(data), profile)
    changes: list[Change] = []
    for _ in range(ROUNDS_MAX):
        found, after = _round(step, profile)
        told = [_change(step.transaction.records[mend.splice.record], mend) for mend in found]
        together = _joined(changes, told) if after is not None else None
        if after is None or together is None:
            break
        changes, step = together, after
    return Repaired(step.data, tuple(changes), step.findings)


class _Step:
    """A file on its way, read and checked."""

    def __init__(self, data: bytes, transaction: Transaction, profile: str | None) -> None:
        self.data = data
        self.transaction = transaction
        self.findings = validate(transaction, profile)


def _round(step: _Step, profile: str | None) -> tuple[list[Mend], _Step | None]:
    """The mends that make nothing worse, and the file after them; none where there are none."""
    given_up: set[str] = set()
    while True:
        asked = [one for one in step.findings if one.code not in given_up]
        found = mends(step.transaction, asked)
        if not found:
            return [], None
        data = spliced(step.data, [mend.splice for mend in found])
        after = _Step(data, read(data), profile)
        if not _worse(step, after, found):
            return found, after
        # Invariant: each turn gives one kind up, so that the loop ends.
        kinds = {mend.finding.code for mend in found}
        given_up.add(next((code for code in GIVEN_UP_FIRST if code in kinds), min(kinds)))


def _worse(step: _Step, after: _Step, found: Sequence[Mend]) -> bool:
    """Is there a finding now of a kind that its sort of record did not have?

    Where a separator was mended, values and records are read that could not be before, and what
    is wrong with them was wrong before: there no more faults of structure may be beyond repair.
    """
    if any(mend.finding.code in _SEPARATORS for mend in found):
        return _lost(after.findings) > _lost(step.findings)
    old = Counter(_kind(one) for one in step.findings)
    new = Counter(_kind(one) for one in after.findings if one.mnemonic != "LEN")
    return bool(new - old)


def _lost(findings: Sequence[Finding]) -> int:
    return sum(one.code in STRUCTURE and not one.repair for one in findings)


def _kind(one: Finding) -> tuple[str, str]:
    """Without the field: of some faults a check tells the first in a record only."""
    return one.code, one.record


def _change(record: Record, mend: Mend) -> Change:
    splice, cause = mend.splice, mend.finding
    follows = mend.number == 1 and cause.code != "length"
    return Change(
        offset=splice.offset,
        before=splice.before,
        after=splice.after,
        code=cause.code,
        record=record.name,
        idc=record.idc,
        tag=f"{record.type}.{mend.number:03d}" if mend.number else "",
        mnemonic=mnemonic(record.type, mend.number) if mend.number else "",
        what=f"LEN to match: {cause.repair}" if follows else cause.repair,
        source=cause.source,
    )


def _joined(earlier: Sequence[Change], later: Sequence[Change]) -> list[Change] | None:
    """Both as changes of the original file, in order; `later` has offsets of the file between.

    Bytes that `earlier` wrote and `later` writes again count as one change. None where a later
    change takes in more than an earlier one wrote.
    """
    out = list(earlier)
    written: list[tuple[int, int]] = []  # what each earlier one wrote, in the file between
    shift = 0
    for one in earlier:
        written.append((one.offset + shift, one.offset + shift + len(one.after)))
        shift += len(one.after) - len(one.before)
    for one in later:
        begin, end = one.offset, one.offset + len(one.before)
        touched = [k for k, (b, e) in enumerate(written) if b < end and begin < e]
        if not touched:
            before = [c for c, (_, e) in zip(earlier, written, strict=True) if e <= begin]
            moved = sum(len(c.after) - len(c.before) for c in before)
            out.append(replace(one, offset=begin - moved))
            continue
        place = touched[0]
        b, e = written[place]
        if len(touched) > 1 or begin < b or end > e or out[place] is not earlier[place]:
            return None
        after = out[place].after
        after = after[: begin - b] + one.after + after[end - b :]
        out[place] = replace(out[place], after=after)
    return sorted((c for c in out if c.before != c.after), key=lambda c: (c.offset, c.before))
