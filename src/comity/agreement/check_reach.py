"""Clauses that can never matter, proved by going through every case an agreement can tell apart.

A clause is dead if no case is decided otherwise without it. That is tried, not argued: the
agreement is decided over all its facts, then again with the clause taken out, and the answers
are compared. What no case can be is left out: whoever has been convicted is not `non-criminal`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from comity.agreement.answers import WAIT_NEVER
from comity.agreement.columns import FACT_INDEX, LEVEL_CODES, STAGE, STAGE_CODES, Columns
from comity.agreement.contradictions import Path
from comity.agreement.decide import Decisions, decide_batch
from comity.agreement.findings import Remark
from comity.agreement.register import Agreements
from comity.agreement.space import asked_facts, every_case
from comity.agreement.terms import (
    Agreement,
    Answer,
    Exclusion,
    Hold,
    Levels,
    Notice,
    Release,
    Retention,
    Review,
    Scope,
    Term,
    Trigger,
)
from comity.agreement.words import LEVEL_VERSIONS
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES, Question

# When does not matter here: terms are asked at the one instant from which they bind.
WHEN = datetime(2000, 1, 1, tzinfo=UTC)
STAGE_WORDS = {"arrest": "an arrest", "charge": "a charge", "conviction": "a conviction"}

# What a local limit narrows, and whoever is silent on holds: without an agreement that gives
# everything there would be nothing to narrow.
EVERYTHING = Agreement(
    id="everything",
    title="Everything to everyone from arrest on",
    regime="agreement_required",
    parties=("everyone",),
    recorded=WHEN,
    scope=Scope("scope", "-", ("*",)),
    term=Term("term", "-", WHEN),
    notice=Notice("notice", "-", 0, 0),
    trigger=Trigger("trigger", "-", "arrest"),
    levels=Levels("levels", "-", LEVEL_VERSIONS[0], LEVELS),
    release=tuple(Release(to, "-", to, RELEASE_FIELDS) for to in RECIPIENTS),
    answer=Answer("answer", "-", local_agency=True),
    review=Review("review", "-", second_reviewer=False),
    retention=Retention("retention", "-", 1),
    hold=Hold("hold", "-", honoured=True, hours=48),
)


@dataclass(frozen=True)
class Change:
    """An agreement with something taken out, and what to say if nobody would notice.

    questions  those that look at what was taken out
    """

    code: str
    path: Path
    said: str
    without: Agreement
    questions: tuple[Question, ...] = ("search", "release", "hold")


def remarks(agreement: Agreement) -> Iterator[Remark]:
    """What in one agreement could be left out without any case being decided otherwise."""
    plain = replace(
        agreement,
        recorded=WHEN,
        scope=replace(agreement.scope, jurisdictions=("*",)),
        term=replace(agreement.term, effective=WHEN, published=None, told=None),
        notice=replace(agreement.notice, activate_days=0),
        events=(),
    )
    trial, dead = Trial(plain), list[Path]()
    for change in _changes(plain):
        # Of a dead clause nothing more is said: its words are as dead as it is.
        if any(change.path[: len(path)] == path for path in dead):
            continue
        if not any(trial.differs(change.without, question) for question in change.questions):
            dead.append(change.path)
            yield Remark(agreement.id, change.code, change.path, change.said)


def possible_cases(cases: Columns) -> Columns:
    """Those cases that there can be: an offence on record makes a level of its own.

    From 2010 on `non-criminal` is no conviction; in 2008 it is no charge either (levels.py).
    """
    stage = cases.codes[STAGE]
    kept = np.ones(len(cases), np.bool_)
    for version in LEVEL_VERSIONS:
        clean = cases.codes[FACT_INDEX[f"level.{version}"]] == LEVEL_CODES["non-criminal"]
        first = STAGE_CODES["charge" if version == "2008" else "conviction"]
        kept &= ~(clean & (stage >= first))
    codes = np.ascontiguousarray(cases.codes[:, kept])
    return Columns(codes, cases.jurisdictions, cases.jurisdiction[kept])


class Trial:
    """An agreement decided over every case, to be compared with others that ask no more facts."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.before: dict[tuple[Question, tuple[str, ...]], tuple[Columns, Decisions]] = {}

    def differs(self, other: Agreement, question: Question) -> bool:
        """Whether any case is decided otherwise under another agreement."""
        facts = asked_facts([self.agreement, other])
        if (question, facts) not in self.before:
            cases = possible_cases(every_case([self.agreement, other]))
            self.before[question, facts] = cases, _decided(self.agreement, question, cases)
        cases, before = self.before[question, facts]
        after = _decided(other, question, cases)
        # Whether a denial is for ever counts; which of two things it waits for does not.
        later = (before.wait == WAIT_NEVER) != (after.wait == WAIT_NEVER)
        return bool(
            (before.permit != after.permit).any()
            or (before.fields != after.fields).any()
            or (later & ~before.permit).any()
        )


def _decided(agreement: Agreement, question: Question, cases: Columns) -> Decisions:
    # A hold is asked of everybody in force, so that an agreement silent on holds narrows one too.
    beside = agreement.regime == "local_limit" or question == "hold"
    some = (EVERYTHING, agreement) if beside else (agreement,)
    return decide_batch(Agreements(some), question, cases, at=WHEN)


def _changes(agreement: Agreement) -> Iterator[Change]:
    """Whole clauses before their parts."""
    for index, exclusion in enumerate(agreement.exclusions):
        yield from _of_exclusion(agreement, index, exclusion)
    for index, release in enumerate(agreement.release):
        if release.fields:
            yield from _of_release(agreement, index, release)
    permit, hold = agreement.levels.permit, agreement.hold
    gives = not (hold and not hold.honoured) or any(r.fields for r in agreement.release)
    for index, level in enumerate(permit if gives and len(permit) > 1 else ()):
        rest = replace(agreement.levels, permit=permit[:index] + permit[index + 1 :])
        yield Change(
            "level-unreachable",
            ("levels", "permit", index),
            f"no case is of level `{level}` under the {agreement.levels.version} rules "
            f"{_once(agreement)}",
            replace(agreement, levels=rest),
            ("release", "hold"),
        )


def _of_exclusion(agreement: Agreement, index: int, exclusion: Exclusion) -> Iterator[Change]:
    others = agreement.exclusions[:index] + agreement.exclusions[index + 1 :]
    why = "no case is decided otherwise without it"
    if exclusion.until and _asked(agreement, exclusion.until):
        why = f"it ends at {STAGE_WORDS[exclusion.until]}: {why} {_once(agreement)}"
    yield Change(
        "unreachable",
        ("exclusions", index),
        f"`{exclusion.id}`: {why}",
        replace(agreement, exclusions=others),
    )


def _of_release(agreement: Agreement, index: int, release: Release) -> Iterator[Change]:
    def changed(other: Release) -> Agreement:
        return replace(
            agreement,
            release=(*agreement.release[:index], other, *agreement.release[index + 1 :]),
        )

    yield Change(
        "unreachable",
        ("release", index),
        f"`{release.id}` gives {release.to} nothing that it has not already",
        changed(replace(release, fields=())),
        ("release",),
    )
    if release.after:
        yield Change(
            "after-without-effect",
            ("release", index, "after"),
            f"nothing is released {_before(agreement)} anyway",
            changed(replace(release, after=None)),
            ("release",),
        )
    for number, name in enumerate(release.fields):
        rest = release.fields[:number] + release.fields[number + 1 :]
        yield Change(
            "field-given-again",
            ("release", index, "fields", number),
            f"`{name}` is given to {release.to} by another clause already",
            changed(replace(release, fields=rest)),
            ("release",),
        )


def _asked(agreement: Agreement, stage: str) -> bool:
    return STAGES.index(stage) <= STAGES.index(agreement.trigger.stage)


def _once(agreement: Agreement) -> str:
    return f"once there is {STAGE_WORDS[agreement.trigger.stage]}, as `{agreement.trigger.id}` asks"


def _before(agreement: Agreement) -> str:
    return f"before {STAGE_WORDS[agreement.trigger.stage]}, as `{agreement.trigger.id}` asks,"
