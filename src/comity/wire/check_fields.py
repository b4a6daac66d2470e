"""Presence, repetition, length, characters and codes of fields, by the table of fields."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding, Severity
from comity.wire.fields import (
    BASE,
    CLASS_NAMES,
    PROFILE_TOTS,
    UNLIMITED,
    Rule,
    fields_of,
    items_of,
    known,
)
from comity.wire.findings import finding, shown
from comity.wire.profile import Profile
from comity.wire.transaction import RS, Field, Item, Record, Transaction

_CHECKED = (1, 2, 14)
_IMAGE, _AMPUTATED = "14.999", 18


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about single fields of tagged records."""
    for record in transaction.records:
        if record.form != "tagged":
            continue
        yield from _repeated(record)
        if record.type in _CHECKED:
            yield from _missing(record, profile)
            yield from _values(record, profile)


def _repeated(record: Record) -> Iterator[Finding]:
    seen: set[tuple[int, int]] = set()
    for one in record.fields:
        key = (one.record_type, one.number)
        if one.number and key in seen:
            yield _about(record, one, "field-repeated", "error", one.offset - len(one.label) - 1,
                         "each tag once in a record", shown(one.value),
                         "ANSI/NIST-ITL 1-2011, annex B")  # fmt: skip
        seen.add(key)


def _missing(record: Record, profile: Profile) -> Iterator[Finding]:
    for rule in fields_of(profile.tot, record.type):
        if not profile.mandatory(rule):
            continue
        one = record.first(rule.number)
        if one is not None and one.value.strip():
            continue
        if rule.tag == _IMAGE and record.first(_AMPUTATED) is not None:
            continue
        yield finding(
            "field-missing",
            "error",
            record.type,
            record.idc,
            rule.number,
            one.offset if one is not None else record.offset,
            expected=f"{rule.mnemonic}, {rule.name}",
            found="an empty field" if one is not None else "no such field",
            source=_source(rule, profile),
        )


def _values(record: Record, profile: Profile) -> Iterator[Finding]:
    for one in record.fields:
        rule = profile.rules.get(one.tag)
        if rule is not None and rule.chars != "B":
            if one.value.strip() or not profile.mandatory(rule):
                yield from _value(record, one, rule, profile)
        elif rule is None and profile.tot in PROFILE_TOTS and record.type == 2:
            named = known(one.tag)
            if named is not None and named.mandatory | named.optional:
                yield _about(record, one, "field-unexpected", "warning", one.offset,
                             f"no {named.mnemonic} in {profile.tot}", shown(one.value),
                             profile.source)  # fmt: skip


def _value(record: Record, one: Field, rule: Rule, profile: Profile) -> Iterator[Finding]:
    """One field's subfields and items against its rule and the rules of its items."""
    severity = _severity(rule, profile)
    source = _source(rule, profile)
    count = one.value.count(RS) + 1
    if count > rule.occurs:
        yield _about(record, one, "occurrence", severity, one.offset,
                     f"at most {rule.occurs} values", str(count), source)  # fmt: skip
        return
    parts = items_of(profile.tot, one.tag)
    if not parts and rule.record_type == 14:
        return  # boxes, quality and segment fields: their items are not in the table
    for items in one.subfields:
        if len(items) > max(len(parts), 1):
            yield _about(record, one, "item-count", severity, items[0].offset,
                         f"at most {max(len(parts), 1)} items", str(len(items)),
                         source)  # fmt: skip
        elif not parts:
            yield from _item(record, one, items[0], rule, severity, source)
        else:
            yield from _parts(record, one, items, parts, profile)


def _parts(
    record: Record, one: Field, items: tuple[Item, ...], parts: tuple[Rule, ...], profile: Profile
) -> Iterator[Finding]:
    for index, rule in enumerate(parts):
        severity, source = _severity(rule, profile), _source(rule, profile)
        present = index < len(items) and bool(items[index].value.strip())
        if present:
            yield from _item(record, one, items[index], rule, severity, source)
        elif rule.least and profile.mandatory(rule):
            yield _about(record, one, "item-missing", severity, items[0].offset,
                         f"{rule.mnemonic}, {rule.name}", "nothing", source)  # fmt: skip


def _item(
    record: Record, one: Field, item: Item, rule: Rule, severity: Severity, source: str
) -> Iterator[Finding]:
    text = item.text
    if rule.chars == "DATE":
        return  # check_dates says more about them
    if not rule.admits(text):
        yield _about(record, one, "characters", severity, item.offset,
                     CLASS_NAMES[rule.chars], shown(text), source)  # fmt: skip
    elif not rule.least <= len(text) <= rule.most:
        yield _about(record, one, "value-length", severity, item.offset, _lengths(rule),
                     f"{shown(text)} ({len(text)} characters)", source)  # fmt: skip
    elif rule.codes and text not in rule.codes:
        yield _about(record, one, "code", severity, item.offset,
                     "one of " + " ".join(sorted(rule.codes)), shown(text), source)  # fmt: skip


def _lengths(rule: Rule) -> str:
    if rule.most >= UNLIMITED:
        return f"at least {rule.least} characters"
    if rule.least == rule.most:
        return f"{rule.least} characters"
    return f"{rule.least} to {rule.most} characters"


def _severity(rule: Rule, profile: Profile) -> Severity:
    if profile.tot == BASE or not profile.mandatory(rule):
        return "warning"
    return "error"


def _source(rule: Rule, profile: Profile) -> str:
    named = rule.mandatory | rule.optional
    return profile.source if profile.tot in named else "ANSI/NIST-ITL 1-2007"


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
