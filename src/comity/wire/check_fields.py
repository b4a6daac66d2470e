"""Presence, repetition, length, characters and codes of fields, by the tables of fields."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire.fields import CLASS_NAMES, Demand, Rule, known
from comity.wire.findings import finding, shown
from comity.wire.profile import Profile
from comity.wire.transaction import RS, Field, Item, Record, Transaction

# Descriptions, and records of fingers and palms. Of all others, faces and irises among them, not
# one value is looked at (decision 0301).
CHECKED = frozenset({1, 2, 9, 13, 14, 15})
_DETAIL = 2
_ENCODING = "ANSI/NIST-ITL 1-2011, annex B"


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about single fields of tagged records."""
    for record in transaction.records:
        if record.form != "tagged":
            continue
        yield from _repeated(record)
        if record.type in CHECKED:
            yield from _missing(record, profile)
            yield from _values(record, profile)


def _repeated(record: Record) -> Iterator[Finding]:
    seen: set[tuple[int, int]] = set()
    for one in record.fields:
        key = (one.record_type, one.number)
        if one.number and key in seen:
            yield _about(record, one, "field-repeated", "error", one.offset - len(one.label) - 1,
                         "each tag once in a record", shown(one.value), _ENCODING)  # fmt: skip
        seen.add(key)


def _missing(record: Record, profile: Profile) -> Iterator[Finding]:
    for demand in profile.demands(record.type):
        rule = demand.rule
        one = record.first(rule.number)
        if one is not None and one.value and not one.value.isspace():
            continue
        if not demand.always and not _called_for(demand, record):
            continue
        yield finding(
            "field-missing",
            profile.demand(rule) if demand.always else profile.hard,
            record.type,
            record.idc,
            rule.number,
            one.offset if one is not None else record.offset,
            expected=f"{rule.mnemonic}, {rule.name}",
            found="an empty field" if one is not None else "no such field",
            source=rule.source,
        )


def _called_for(demand: Demand, record: Record) -> bool:
    """Does another field that is there, or is not, make it mandatory?"""
    if demand.condition is None:
        return False
    there, number = demand.condition
    other = record.first(number)
    return (other is not None and bool(other.value)) == there


def _values(record: Record, profile: Profile) -> Iterator[Finding]:
    rules = profile.of_type(record.type)
    for one in record.fields:
        rule = rules.get(one.tag)
        if rule is not None:
            if rule.chars != "B" and (one.value.strip() or not profile.mandatory(rule)):
                yield from _value(record, one, rule, profile)
        elif profile.closed and record.type == _DETAIL:
            named = known(one.tag)
            if named is not None and named.binds:
                yield _about(record, one, "field-unexpected", "warning", one.offset,
                             f"no {named.mnemonic} ({named.name}) in a {profile.tot}",
                             shown(one.value), profile.source)  # fmt: skip


def _value(record: Record, one: Field, rule: Rule, profile: Profile) -> Iterator[Finding]:
    """One field's values and items against its rule and the rules of its items."""
    severity = profile.fault(rule)
    count = one.value.count(RS) + 1
    if count > rule.occurs:
        values = "one value" if rule.occurs == 1 else f"at most {rule.occurs} values"
        yield _about(record, one, "occurrence", severity, one.offset,
                     _of(values, rule), str(count), rule.source)  # fmt: skip
        return
    parts = profile.items(one.tag)
    if not parts and rule.open:
        return
    most = max(len(parts), 1)
    for items in one.subfields:
        if len(items) > most and not rule.open:
            told = "one item" if most == 1 else f"at most {most} items"
            yield _about(record, one, "item-count", severity, items[0].offset,
                         _of(told, rule), str(len(items)), rule.source)  # fmt: skip
        elif not parts:
            yield from _item(record, one, items[0], rule, severity)
        else:
            yield from _parts(record, one, items, parts, profile)


def _parts(
    record: Record, one: Field, items: tuple[Item, ...], parts: tuple[Rule, ...], profile: Profile
) -> Iterator[Finding]:
    for index, rule in enumerate(parts):
        if index < len(items) and rule.sound(items[index].value):
            continue
        if index < len(items) and items[index].value.strip():
            yield from _item(record, one, items[index], rule, profile.fault(rule))
        elif rule.least and profile.mandatory(rule):
            yield _about(record, one, "item-missing", profile.fault(rule), items[0].offset,
                         f"{rule.mnemonic}, {rule.name}", "nothing", rule.source)  # fmt: skip


def _item(
    record: Record, one: Field, item: Item, rule: Rule, severity: Severity
) -> Iterator[Finding]:
    if rule.chars == "DATE" or rule.sound(item.value):
        return  # check_dates says more about dates
    text = item.text
    if not rule.admits(text):
        yield _about(record, one, "characters", severity, item.offset,
                     _of(CLASS_NAMES[rule.chars], rule), shown(text), rule.source)  # fmt: skip
    elif not rule.least <= len(text) <= rule.most:
        yield _about(record, one, "value-length", severity, item.offset,
                     _of(rule.size_told, rule), f"{shown(text)} ({len(text)} characters)",
                     rule.source)  # fmt: skip
    elif not rule.has_code(text):
        yield _about(record, one, "code", severity, item.offset,
                     _of("one of " + " ".join(rule.codes_told), rule), shown(text),
                     rule.source)  # fmt: skip


def _of(told: str, rule: Rule) -> str:
    """What is expected, and in plain words of what."""
    return f"{told} ({rule.name})"


def _about(
    record: Record,
    one: Field,
    code: str,
    severity: Severity,
    offset: int,
    expected: str,
    found: str,
    source: str,
) -> Finding:
    return finding(
        code, severity, record.type, record.idc, one.number, offset,
        expected=expected, found=found, source=source,
    )  # fmt: skip
