"""What each field is and what a profile asks of it, from the tables in `tables/`.

A folder a profile, a file a record type: `ansi-nist-itl-2011` is the standard, `ebts-9.1` the
FBI's fields by type of transaction, `ebts-10.0` only what differs from 9.1. All of it is stated
in our own words; a field without a rule is one that we know by name only (decision 0310).
Columns: `min`, `max` characters (`*` no limit), `occurs` values at most, `chars` the class,
`special` what that lets in besides; `need` M, O or C (conditional, see `when`); in the tables of
EBTS `must` and `may` are types of transaction, `*` all, `@group` those of a group in
transactions.csv. An item's row follows its field's. A tag has several rows where the rule differs
by type of transaction. Each file is read when it is first asked for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from comity.wire.makeup import TABLES, expanded
from comity.wire.rule import BASE, CLASS_NAMES, UNLIMITED, Rule

__all__ = ["BASE", "CLASS_NAMES", "PROFILE_TOTS", "UNLIMITED", "Rule"]

STANDARD, EBTS_9_1, EBTS_10_0 = NAMES = ("ansi-nist-itl-2011", "ebts-9.1", "ebts-10.0")
# The transactions of the programme: what builders write, and intake takes.
PROFILE_TOTS = frozenset({"CAR", "CNA", "CPDR", "CPNU", "SRE", "ERRT"})
RECORD_TYPES = (*range(1, 23), 98, 99)
_DOCUMENT = {
    STANDARD: "ANSI/NIST-ITL 1-2011",
    EBTS_9_1: "EBTS 9.1",
    EBTS_10_0: "EBTS 10.0",
}
# Where a profile says nothing of a field, the one after it does.
_LATEST_FIRST = {
    STANDARD: (STANDARD,),
    EBTS_9_1: (EBTS_9_1, STANDARD),
    EBTS_10_0: (EBTS_10_0, EBTS_9_1, STANDARD),
}
_NOWHERE: frozenset[str] = frozenset()


@lru_cache(maxsize=128)
def table(name: str, record_type: int) -> tuple[Rule, ...]:
    """The rows of one file, in its order; none where a profile adds nothing to that type."""
    path = files("comity.wire").joinpath(TABLES, name, f"type-{record_type:02d}.csv")
    if not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_rules(name, csv.DictReader(lines)))


def _rules(name: str, rows: Iterable[dict[str, str]]) -> Iterator[Rule]:
    field: Rule | None = None
    for row in rows:
        if row["tag"].count(".") == 2 and field is not None:
            yield _item(row, field)
        else:
            field = _field(name, row)
            yield field


def _field(name: str, row: dict[str, str]) -> Rule:
    if name == STANDARD:
        both = frozenset({BASE})
        must, may = (both, _NOWHERE) if row["need"] == "M" else (_NOWHERE, both)
    else:
        must, may = expanded(name, row["must"]), expanded(name, row["may"])
    return _rule(row, must, may, f"{_DOCUMENT[name]}, {row['source']}")


def _item(row: dict[str, str], field: Rule) -> Rule:
    needed = row["need"] == "M"
    must, may = (field.binds, _NOWHERE) if needed else (_NOWHERE, field.binds)
    return _rule(row, must, may, field.source)


def _rule(
    row: dict[str, str], mandatory: frozenset[str], optional: frozenset[str], source: str
) -> Rule:
    record_type, number, item = (*map(int, row["tag"].split(".")), 0)[:3]
    return Rule(
        tag=row["tag"],
        record_type=record_type,
        number=number,
        item=item,
        mnemonic=row["mnemonic"],
        name=row["name"],
        least=int(row["min"] or 0),
        most=_limit(row["max"]),
        occurs=_limit(row["occurs"]),
        chars=row["chars"],
        special=row["special"],
        codes=frozenset(row["codes"].split()),
        mandatory=mandatory,
        optional=optional,
        when=row.get("when") or "",
        source=source,
        older=frozenset(row["older"].split()),
        open=row["open"] == "yes",
    )


def _limit(cell: str) -> int:
    return UNLIMITED if cell in ("", "*") else int(cell)


@lru_cache(maxsize=32)
def rows_about(record_type: int) -> tuple[Rule, ...]:
    """Every row about one record type, the standard's first, in the order of the files."""
    return tuple(rule for name in NAMES for rule in table(name, record_type))


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Every row of every profile: by record type, then profile, in the order of the files."""
    return tuple(rule for record_type in RECORD_TYPES for rule in rows_about(record_type))


@lru_cache(maxsize=512)
def of_type(tot: str, record_type: int, name: str = EBTS_9_1) -> dict[str, Rule]:
    """Tag -> the rule that binds in records of one type of such a transaction."""
    chosen: dict[str, Rule] = {}
    for source in reversed(_LATEST_FIRST[name]):
        asked = BASE if source == STANDARD else tot
        # Invariant: a row that replaces a field has as many items or more, so none is left over.
        chosen.update((r.tag, r) for r in table(source, record_type) if asked in r.binds)
    return chosen


@lru_cache(maxsize=128)
def profile(tot: str, name: str = EBTS_9_1) -> dict[str, Rule]:
    """Tag -> the rule that binds, over all record types; the standard's for other types."""
    return {
        tag: rule
        for record_type in RECORD_TYPES
        for tag, rule in of_type(tot, record_type, name).items()
    }


@lru_cache(maxsize=512)
def fields_of(tot: str, record_type: int, name: str = EBTS_9_1) -> tuple[Rule, ...]:
    """The rules of that profile about whole fields of one record type."""
    return tuple(r for r in of_type(tot, record_type, name).values() if not r.item)


@dataclass(frozen=True, slots=True)
class Demand:
    """A field that must be there: always, or by `condition` of its rule."""

    rule: Rule
    always: bool
    condition: tuple[bool, int] | None


@lru_cache(maxsize=512)
def demands(tot: str, record_type: int, name: str = EBTS_9_1) -> tuple[Demand, ...]:
    """What must be in each record of one type; conditions in words bind nobody."""
    found = []
    for rule in fields_of(tot, record_type, name):
        always = tot in rule.mandatory or BASE in rule.mandatory
        if always or rule.condition is not None:
            found.append(Demand(rule, always, rule.condition))
    return tuple(found)


@lru_cache(maxsize=2048)
def items_of(tot: str, tag: str, name: str = EBTS_9_1) -> tuple[Rule, ...]:
    """The rules of that profile about the items of one field, in their order."""
    chosen = of_type(tot, int(tag.split(".", 1)[0]), name)
    found: list[Rule] = []
    while (rule := chosen.get(f"{tag}.{len(found) + 1}")) is not None:
        found.append(rule)
    return tuple(found)


@lru_cache(maxsize=32)
def _by_tag(record_type: int) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for rule in rows_about(record_type):
        found.setdefault(rule.tag, rule)
    return found


def known(tag: str) -> Rule | None:
    """The first row about a tag such as `2.022` or `2.047.1`."""
    head = tag.split(".", 1)[0]
    if not head.isascii() or not head.isdigit() or len(head) > 2:
        return None
    return _by_tag(int(head)).get(tag) if int(head) in RECORD_TYPES else None


def mnemonic(record_type: int, number: int) -> str:
    """`DOB` for 2, 22; LEN and IDC in every type; empty where no table knows."""
    rule = known(f"{record_type}.{number:03d}")
    if rule is not None:
        return rule.mnemonic
    return {1: "LEN", 2: "IDC"}.get(number, "")


@lru_cache(maxsize=32)
def tags_by_mnemonic(record_type: int) -> dict[str, str]:
    """Mnemonic -> tag of the fields of one record type, without their items."""
    rows = [r for r in _by_tag(record_type).values() if not r.item]
    return {r.mnemonic: r.tag for r in reversed(rows)}
