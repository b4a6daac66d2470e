"""Short ways to write what happened to a submission, as opened entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comity.ledger.entry import OpenedEntry

AT = "2010-03-31T01:46:40+00:00"


def decision(permit: bool, *clauses: str) -> dict[str, Any]:
    return {"permit": permit, "clauses": list(clauses) or ["sample-2010#trigger"]}


@dataclass
class Story:
    """Entries in the order they were told, numbered as ledger leaves."""

    rows: list[OpenedEntry] = field(default_factory=list)

    def tell(self, kind: str, case: str, place: str, period: str = "2010-03", **values: Any) -> int:
        told = {"case": case, "jurisdiction": place, "at": AT, **values}
        index = len(self.rows)
        self.rows.append(OpenedEntry(index, kind, period, "", {}, told))
        return index

    def received(self, case: str, place: str, **changes: Any) -> None:
        values = {"tot": "CAR", "accepted": True, "findings": [], "missing_charge": False}
        self.tell("received", case, place, **{**values, **changes})

    def search(self, case: str, place: str, **changes: Any) -> None:
        values = {
            "matched": True,
            "person": None,
            "reasons": [],
            "lawful_process_only": False,
            "citizen": False,
            "level": {},
        }
        self.tell("search", case, place, **{**values, **changes})

    def decided(self, case: str, place: str, question: str, made: Mapping[str, Any], number=1):
        self.tell(
            "decision",
            case,
            place,
            question=question,
            facts={},
            decision=made,
            number=number,
            because="submission",
        )


def county(place: str, *, submissions: int, matches: dict[str, int], removed: dict[str, int]):
    """A jurisdiction of which only these totals are known; levels under the version `2010`."""
    story = Story()
    levels = [level for level, count in matches.items() for _ in range(count)]
    left = dict(removed)
    for number in range(submissions):
        case = f"{place}-{number}"
        story.received(case, place)
        matched = number < len(levels)
        level = {"2010": levels[number]} if matched else {}
        story.search(case, place, matched=matched, level=level)
        if matched and left.get(levels[number], 0):
            left[levels[number]] -= 1
            story.tell("outcome", case, place, stage="removal", level=level)
    assert not any(left.values())
    return story.rows
