"""A change of agreements in plain words: clauses side by side, and cases answered differently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from comity.agreement.columns import NO, UNKNOWN, YES, Columns
from comity.agreement.difference import ClauseChange, Group, Pair, telling
from comity.agreement.explain import FIELD_WORDS, RECIPIENT_WORDS, listed, moment, sentence, verdict
from comity.agreement.terms import Clause
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES, Decision

NOTHING_WORDS = {
    "search": "The second repository may not be searched",
    "release": "Nothing may leave",
    "hold": "No hold may be honoured",
}
ABSENT = "(no such clause)"
TRUTH_WORDS = {UNKNOWN: "not known", NO: "no", YES: "yes"}
FACT_NAMES_PLAIN = {
    "criminal": "criminal submission",
    "stage": "stage",
    "minor_traffic_only": "minor traffic only",
    "juvenile": "juvenile",
    "victim_or_witness": "victim or witness",
    "lawful_process_only": "lawful process only",
    "citizen": "evidence of citizenship",
} | {f"level.{v}": f"level ({v} rules)" for v in ("2008", "2010", "2014")}


def pair_line(pair: Pair) -> str:
    """What happened to an agreement as a whole."""
    if pair.before is None:
        return f"{pair.name}: new"
    return f"{pair.name}: gone" if pair.after is None else pair.name


def clause_words(change: ClauseChange) -> tuple[str, str]:
    """A clause before and after, each as a sentence with its place in the text."""
    return _clause(change.before), _clause(change.after)


def _clause(value: Clause | Any | None) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, Clause):
        return f"{sentence(value)} ({value.text})"
    if isinstance(value, datetime):
        return moment(value)
    return listed(value) if isinstance(value, tuple) else str(value)


def answer(decision: Decision) -> str:
    """What a group of decisions answers: one sentence that is true of all of them.

    Which fact is missing may differ from case to case, so none is named.
    """
    if not decision.permit and decision.awaits is not None and decision.awaits not in STAGES:
        return f"{NOTHING_WORDS[decision.question]} while a fact it depends on is not known."
    said = verdict(decision)
    if decision.permit and decision.question == "release" and decision.awaits:
        said = f"{said[:-1]}, more on {decision.awaits}."
    return said


def gained(before: Decision, after: Decision) -> Iterator[tuple[str, str]]:
    """Recipient and the fields it has after and had not before, in words."""
    for to in RECIPIENTS:
        new = [
            name
            for name in RELEASE_FIELDS
            if name in after.fields.get(to, ()) and name not in before.fields.get(to, ())
        ]
        if new:
            yield RECIPIENT_WORDS[to], listed([FIELD_WORDS[name] for name in new])


def where(columns: Columns, group: Group) -> str:
    """What the cases of a group have in common, as `stage arrest or charge; juvenile no`."""
    parts = [
        f"{FACT_NAMES_PLAIN[name]} {either([value_words(name, code) for code in codes])}"
        for name, codes in telling(columns, group.rows)
    ]
    return "; ".join(parts) or "any case"


def value_words(name: str, code: int) -> str:
    """A fact's code as a reader knows it."""
    if name == "stage":
        return ("not known", *STAGES)[code]
    if name.startswith("level."):
        return ("not known", *LEVELS)[code]
    return TRUTH_WORDS[code]


def either(words: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def change_lines(group: Group) -> list[tuple[str, str]]:
    """What a group gains and loses, as a word and what it is about."""
    lines = [("gains", f"{to}: {names}") for to, names in gained(group.before, group.after)]
    lines += [("loses", f"{to}: {names}") for to, names in gained(group.after, group.before)]
    if group.after.permit and group.before.second_reviewer != group.after.second_reviewer:
        two = group.after.second_reviewer
        lines.append(("review", "two people must determine" if two else "one person determines"))
    return lines


def group_lines(columns: Columns, group: Group, of: int) -> list[str]:
    """One group of cases as lines of text.

    of  how many cases there are in all
    """
    told = [("before", answer(group.before)), ("after", answer(group.after)), *change_lines(group)]
    return [
        f"{group.count:,} of {of:,} cases: {where(columns, group)}",
        *(f"  {word:7} {words}" for word, words in told),
    ]
