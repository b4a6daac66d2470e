"""What one clause says of one case, tabulated over every value its facts can have.

A clause looks at one fact and at the stage. Its answer is a set of flags, empty when the case
passes. `no`, `both` are Kleene's three-valued connectives with None for unknown: an answer
that stays unknown becomes the flag that names the missing fact, and any flag denies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.agreement.columns import (
    FACT_INDEX,
    FACT_NAMES,
    KEY_SHIFTS,
    STAGE,
    STAGE_CODES,
    STAGE_SHIFT,
    TRUTH_CODES,
)  # fmt: skip
from comity.agreement.terms import BEFORE_SEARCH, Agreement, Exclusion, Levels
from comity.records import LEVELS, STAGES, Question

# Bits 0..2 say how it is denied, bits 3..12 which fact of FACT_NAMES was missing.
NEVER, AWAITS_CHARGE, AWAITS_CONVICTION = 1, 2, 4
AWAITS = {"charge": AWAITS_CHARGE, "conviction": AWAITS_CONVICTION}
UNKNOWN_SHIFT = 3

FLAGS_COUNT = 1 << (UNKNOWN_SHIFT + len(FACT_NAMES))

FACT_CODES, STAGE_COUNT = 5, 4  # levels have the most codes; stage has 4
NOT_CRIMINAL = "default#not-a-criminal-submission"

Truth = bool | None


def no(a: Truth) -> Truth:
    """Kleene negation."""
    return None if a is None else not a


def both(a: Truth, b: Truth) -> Truth:
    """Kleene conjunction: one false is enough, one unknown leaves the rest unknown."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def missing(name: str) -> int:
    """The flag that names an unknown fact."""
    return 1 << (UNKNOWN_SHIFT + FACT_INDEX[name])


def below(stage: str | None, limit: str) -> Truth:
    """Whether a case has not yet reached a stage."""
    return None if stage is None else STAGES.index(stage) < STAGES.index(limit)


@dataclass(frozen=True, eq=False)
class Condition:
    """One clause made ready to be asked.

    clause  its full id;  column  the row of Columns.codes that it looks at
    table   uint16 (20,), flags at [fact code * 4 + stage code]
    """

    clause: str
    column: int
    table: NDArray[np.uint16]


def conditions(agreement: Agreement, question: Question) -> list[Condition]:
    """Everything an agreement asks of a case before the answer is yes, in reading order."""
    found = [_trigger(agreement)]
    if question != "search" and set(agreement.levels.permit) != set(LEVELS):
        # All four permitted is no limit: then a missing charge withholds nothing.
        found.append(_levels(agreement, agreement.levels))
    # What an identity's encounters say cannot be known before the search that finds them.
    found += [
        _exclusion(agreement, exclusion)
        for exclusion in agreement.exclusions
        if question != "search" or exclusion.fact in BEFORE_SEARCH
    ]
    return found


def refusal(clause: str) -> Condition:
    """A clause that denies every case for ever, whatever its facts."""
    return Condition(clause, STAGE, _blank())


def laid_over(asked: Iterable[Condition]) -> NDArray[np.uint16]:
    """The tables of many conditions on one another, uint16 (10, 20) by column.

    The flags of all are their union, so that many conditions on one fact cost what one does.
    """
    flags = np.zeros((len(FACT_NAMES), FACT_CODES * STAGE_COUNT), dtype=np.uint16)
    for condition in asked:
        flags[condition.column] |= condition.table
    return flags


def joint(flags: NDArray[np.uint16]) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """The tables of all columns joined: flags by the upper 13 and the lower 12 bits of a key.

    flags  as `laid_over` gives them; a case raises the union of what its two bit fields find
    """
    by_stage = flags.reshape(len(FACT_NAMES), FACT_CODES, STAGE_COUNT)
    upper = by_stage[STAGE].diagonal()
    lower = np.zeros(STAGE_COUNT, dtype=np.uint16)
    for name in sorted(FACT_NAMES, key=KEY_SHIFTS.__getitem__):
        table = by_stage[FACT_INDEX[name]]
        if KEY_SHIFTS[name] > STAGE_SHIFT:
            upper = _joined(table, upper, 8 if name.startswith("level.") else 4)
        elif KEY_SHIFTS[name] < STAGE_SHIFT:
            lower = _joined(table, lower, 4)
    # The stage is the lowest of the upper bits already; of the lower bits it is the highest.
    return upper, np.ascontiguousarray(lower.reshape(-1, STAGE_COUNT).T).reshape(-1)


def _joined(
    table: NDArray[np.uint16], so_far: NDArray[np.uint16], codes: int
) -> NDArray[np.uint16]:
    """One more column above the bits `so_far`; codes it does not have deny for ever."""
    block = np.full((codes, 1, STAGE_COUNT), NEVER, dtype=np.uint16)
    block[: min(codes, FACT_CODES), 0] = table[:codes]
    return np.bitwise_or(block, so_far.reshape(1, -1, STAGE_COUNT)).reshape(-1)


def criminal_submission() -> Condition:
    """The rule above all agreements: only criminal ten-print submissions are considered."""
    table = _blank()
    for stage in range(STAGE_COUNT):
        _put(table, None, stage, missing("criminal"))
        _put(table, False, stage, NEVER)
        _put(table, True, stage, 0)
    return Condition(NOT_CRIMINAL, FACT_INDEX["criminal"], table)


def _trigger(agreement: Agreement) -> Condition:
    # The stage is both the fact and the stage, so the table is indexed by it twice.
    table = _blank()
    limit = agreement.trigger.stage
    for stage, code in STAGE_CODES.items():
        early = below(stage, limit)
        flags = missing("stage") if early is None else AWAITS[limit] if early else 0
        table[code * STAGE_COUNT + code] = flags
    return Condition(agreement.clause_id(agreement.trigger), STAGE, table)


def _levels(agreement: Agreement, limit: Levels) -> Condition:
    name = f"level.{limit.version}"
    table = _blank()
    for stage, stage_code in STAGE_CODES.items():
        for code, level in enumerate((None, *LEVELS)):
            if level is None:
                flags = missing(name)
            elif level in limit.permit:
                flags = 0
            elif limit.version != "2008" and stage != "conviction":
                # From 2010 on convictions make the level, so a conviction may yet change it.
                flags = AWAITS_CONVICTION
            else:
                flags = NEVER
            table[code * STAGE_COUNT + stage_code] = flags
    return Condition(agreement.clause_id(limit), FACT_INDEX[name], table)


def _exclusion(agreement: Agreement, exclusion: Exclusion) -> Condition:
    table = _blank()
    for stage, stage_code in STAGE_CODES.items():
        holds = True if exclusion.until is None else below(stage, exclusion.until)
        for fact in (None, False, True):
            _put(table, fact, stage_code, _excluded(exclusion, fact, holds))
    return Condition(agreement.clause_id(exclusion), FACT_INDEX[exclusion.fact], table)


def _excluded(exclusion: Exclusion, fact: Truth, holds: Truth) -> int:
    passes = no(both(fact, holds))
    if passes:
        return 0
    if passes is None:
        return (missing(exclusion.fact) if fact is None else 0) | (
            missing("stage") if holds is None else 0
        )
    return NEVER if exclusion.until is None else AWAITS[exclusion.until]


def _blank() -> NDArray[np.uint16]:
    # Codes that no fact takes deny for ever: a table is only ever opened by a line above.
    return np.full(FACT_CODES * STAGE_COUNT, NEVER, dtype=np.uint16)


def _put(table: NDArray[np.uint16], fact: Truth, stage: int, flags: int) -> None:
    table[TRUTH_CODES[fact] * STAGE_COUNT + stage] = flags
