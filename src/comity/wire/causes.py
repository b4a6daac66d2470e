"""Findings that have one cause, told as one: a field missing in 14 records is one thing wrong.

Alike are findings of one severity, code, kind of record, field and rule, whose expectations
differ in numbers only: the right LEN of each record is another number, but one mistake.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from comity.records import Finding
from comity.wire.validate import SEVERITIES

VALUES_SHOWN = 3
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Cause:
    """One thing wrong, in one place or many; findings in order of offset, at least one."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def what(self) -> str:
        """The field by tag and mnemonic, or the kind of record."""
        return f"{self.first.tag} {self.first.mnemonic}".strip() or self.first.record

    @property
    def times(self) -> str:
        count = len(self.findings)
        return "once" if count == 1 else f"{count} times"

    @property
    def where(self) -> str:
        """The records by IDC, and the first place: `Type-14, IDC 1-14, first at byte 512`."""
        idcs = sorted({one.idc for one in self.findings if one.idc is not None})
        parts = [self.first.record] if self.first.record != "file" else []
        if idcs:
            parts.append(f"IDC {spans(idcs)}")
        parts.append(f"{'first at ' if len(self.findings) > 1 else ''}byte {self.first.offset}")
        return ", ".join(parts)

    @property
    def expected(self) -> str:
        return _joined(one.expected for one in self.findings)

    @property
    def found(self) -> str:
        return _joined(one.found for one in self.findings)

    @property
    def repair(self) -> str:
        return _joined(one.repair for one in self.findings)

    def as_json(self) -> dict[str, Any]:
        first = self.first
        return {
            "severity": first.severity,
            "code": first.code,
            "record": first.record,
            "tag": first.tag,
            "mnemonic": first.mnemonic,
            "times": len(self.findings),
            "idcs": sorted({one.idc for one in self.findings if one.idc is not None}),
            "offset": first.offset,
            "expected": self.expected,
            "found": self.found,
            "source": first.source,
            "repair": self.repair,
        }


def causes(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """The gravest first, then by offset."""
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for one in findings:
        shape = _NUMBERS.sub("#", one.expected)
        rule = _NUMBERS.sub("#", one.source)
        groups[one.severity, one.code, one.record, one.tag, shape, rule].append(one)
    found = (Cause(tuple(sorted(group, key=lambda one: one.offset))) for group in groups.values())
    return tuple(sorted(found, key=lambda c: (-SEVERITIES.index(c.first.severity), c.first.offset)))


def tally(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`, the gravest first; `no findings` where there are none."""
    counts: dict[str, int] = defaultdict(int)
    for one in findings:
        counts[one.severity] += 1
    told = (
        f"{counts[name]} {name}{'s' if counts[name] > 1 else ''}"
        for name in reversed(SEVERITIES)
        if counts[name]
    )
    return ", ".join(told) or "no findings"


def spans(numbers: Sequence[int]) -> str:
    """Rising numbers in short: `1-4, 7, 9-10`."""
    runs = []
    for _, pairs in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in pairs]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(runs)


def _joined(texts: Iterable[str]) -> str:
    """The different texts, at most VALUES_SHOWN of them."""
    different = list(dict.fromkeys(text for text in texts if text))
    more = len(different) - VALUES_SHOWN
    told = " | ".join(different[:VALUES_SHOWN])
    return f"{told} | and {more} more" if more > 0 else told
