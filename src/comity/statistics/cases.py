"""What the ledger says of each submission, gathered from verified entries in leaf order.

Nothing personal is read: the values of `received` that name a file or a person are not needed,
and the openings that statisticians hold do not have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from comity.errors import StatisticsError
from comity.ledger.entry import OpenedEntry, Opening, opened_entry

Levels = Mapping[str, str | None]


@dataclass
class Case:
    """One submission and everything that followed it. None is unknown or has not happened.

    month             of receipt, `YYYY-MM`
    search_clauses    of the latest decision on the search, where that denied it
    release_clauses   of the latest decision on a release, where that denied it
    match, custody, removal   offence levels by version at that stage
    releases          leaf of each release -> whether it was held until a later event
    cancelled         leaves of releases that were stopped before they left
    """

    token: str
    jurisdiction: str
    month: str
    refused: bool
    missing_charge: bool | None
    first_seconds: float | None = None
    second_seconds: float | None = None
    searched: bool = False
    search_clauses: tuple[str, ...] = ()
    match: Levels | None = None
    person: str | None = None
    lawful_process_only: bool | None = None
    citizen: bool | None = None
    release_clauses: tuple[str, ...] = ()
    decided_again: bool = False
    releases: dict[int, bool] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    retractions: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    determination: str | None = None
    custody: Levels | None = None
    removal: Levels | None = None
    accessed: bool = False
    contested: bool = False

    @property
    def released(self) -> bool:
        """Whether anything left that was not stopped on its way."""
        return bool(self.releases.keys() - self.cancelled)

    @property
    def released_later(self) -> bool:
        """Whether any of that was held until a later event."""
        return any(late for leaf, late in self.releases.items() if leaf not in self.cancelled)


def open_rows(leaves: Iterable[bytes], openings: Mapping[int, Opening]) -> Iterable[OpenedEntry]:
    """Every entry with its verified values, in leaf order.

    Raises
    ------
    LedgerError      a value that is not what was committed to
    StatisticsError  a leaf whose opening is missing; public documents need none
    """
    for index, leaf in enumerate(leaves):
        row = opened_entry(index, leaf, openings.get(index, Opening({})))
        if not row.values and not row.public:
            raise StatisticsError(
                "an entry cannot be opened",
                where=f"leaf {index}, `{row.kind}`",
                expected="its opening",
                next_step="ask the operator for the openings of every leaf below the tree size",
            )
        yield row


def gather(rows: Iterable[OpenedEntry]) -> list[Case]:
    """The cases in the order they were received; `rows` in any order, sorted here by leaf.

    Raises
    ------
    StatisticsError  a value that is needed is not opened, a case received twice or never, or
                     entries of one case under two jurisdictions
    """
    cases: dict[str, Case] = {}
    for row in sorted(rows, key=lambda r: r.index):
        if row.kind == "agreement":
            continue
        token = _value(row, "case")
        if row.kind == "received":
            if token in cases:
                raise _wrong(row, "a case was received twice", f"`{token}`")
            cases[token] = Case(
                token,
                _value(row, "jurisdiction"),
                row.period,
                not _value(row, "accepted"),
                _value(row, "missing_charge"),
            )
            continue
        case = cases.get(token)
        if case is None:
            raise _wrong(row, "an entry of a case that was never received", f"`{token}`")
        if _value(row, "jurisdiction") != case.jurisdiction:
            raise _wrong(row, "a case changed its jurisdiction", f"`{_value(row, 'jurisdiction')}`")
        READERS.get(row.kind, _nothing)(case, row)
    return list(cases.values())


def policies(rows: Iterable[OpenedEntry]) -> tuple[str, ...]:
    """The policy hashes under which entries were made, sorted, without the empty one."""
    return tuple(sorted({row.policy for row in rows} - {""}))


def _first_response(case: Case, row: OpenedEntry) -> None:
    if case.first_seconds is None:
        case.first_seconds = float(_value(row, "seconds"))
    case.refused |= _value(row, "response") == "ERRT"
    case.person = case.person or _value(row, "person")


def _second_response(case: Case, row: OpenedEntry) -> None:
    # Where nothing was searched there was nothing to wait for.
    if case.second_seconds is None and _value(row, "response") != "not-searched":
        case.second_seconds = float(_value(row, "seconds"))


def _decision(case: Case, row: OpenedEntry) -> None:
    decision = _value(row, "decision")
    denied: Sequence[str] = () if decision["permit"] else decision["clauses"]
    case.decided_again |= _value(row, "number") > 1
    if _value(row, "question") == "search":
        case.search_clauses = tuple(denied)
    else:
        case.release_clauses = tuple(denied)


def _search(case: Case, row: OpenedEntry) -> None:
    case.searched = True
    if _value(row, "matched") and case.match is None:
        case.match = _value(row, "level")
        case.person = case.person or _value(row, "person")
        case.lawful_process_only = _value(row, "lawful_process_only")
        case.citizen = _value(row, "citizen")


def _release(case: Case, row: OpenedEntry) -> None:
    case.releases[row.index] = _value(row, "late")


def _cancellation(case: Case, row: OpenedEntry) -> None:
    case.cancelled.add(_value(row, "of_leaf"))


def _determination(case: Case, row: OpenedEntry) -> None:
    case.determination = _value(row, "determination")


def _outcome(case: Case, row: OpenedEntry) -> None:
    if _value(row, "stage") == "custody":
        case.custody = case.custody if case.custody is not None else _value(row, "level")
    else:
        case.removal = case.removal if case.removal is not None else _value(row, "level")


def _retraction(case: Case, row: OpenedEntry) -> None:
    case.retractions.add(row.index)


def _acknowledgement(case: Case, row: OpenedEntry) -> None:
    case.acknowledged.add(_value(row, "of_leaf"))


def _subject_access(case: Case, row: OpenedEntry) -> None:
    case.accessed = True
    case.contested |= _value(row, "contested")


def _nothing(case: Case, row: OpenedEntry) -> None:
    """A disposition counts through the decisions that it re-opens."""


READERS: Mapping[str, Callable[[Case, OpenedEntry], None]] = MappingProxyType(
    {
        "first_response": _first_response,
        "second_response": _second_response,
        "decision": _decision,
        "search": _search,
        "release": _release,
        "cancellation": _cancellation,
        "determination": _determination,
        "outcome": _outcome,
        "retraction": _retraction,
        "acknowledgement": _acknowledgement,
        "subject_access": _subject_access,
    }
)


def _value(row: OpenedEntry, name: str) -> Any:
    if name not in row.values:
        raise _wrong(row, f"`{name}` is needed and not opened", "nothing")
    return row.values[name]


def _wrong(row: OpenedEntry, message: str, found: str) -> StatisticsError:
    return StatisticsError(
        message,
        where=f"leaf {row.index}, `{row.kind}`",
        found=found,
        next_step="compare the openings with the ledger, from this leaf on",
    )
