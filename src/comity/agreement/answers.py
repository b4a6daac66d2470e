"""One decision packed into 64 bits, so that deciding is looking up and joining with `|`.

    bit 0       permitted
    bits 1..3   what could change a denial, or is still to follow a permit: the charge, the
                conviction, a fact that is unknown; the lowest that is set counts
    bits 4..13  facts of FACT_NAMES whose absence denied
    bits 14..23 those among them that a change could help
    bits 24..56 RELEASE_FIELDS, 11 bits for each of RECIPIENTS

Several regimes' answers lie over each other: either permits, fields add up, and of what they
wait for the first is what the case waits for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from comity.agreement.clauses import (
    AWAITS_CHARGE,
    AWAITS_CONVICTION,
    FLAGS_COUNT,
    NEVER,
    STAGE_COUNT,
    UNKNOWN_SHIFT,
)
from comity.agreement.columns import FACT_NAMES
from comity.records import RECIPIENTS, RELEASE_FIELDS

Answers = NDArray[np.uint64]

# How long a denial lasts, in the order of preference between regimes: awaits the charge,
# awaits the conviction, awaits an unknown fact, never.
WAIT_CHARGE, WAIT_CONVICTION, WAIT_FACT, WAIT_NEVER = 2, 3, 4, 9

PERMIT = 1
_WAIT_BITS = {WAIT_CHARGE: 1 << 1, WAIT_CONVICTION: 1 << 2, WAIT_FACT: 1 << 3, WAIT_NEVER: 0}
_UNKNOWN_AT, _HOPED_AT = 4, 14
_FIELDS_AT = tuple(24 + number * len(RELEASE_FIELDS) for number in range(len(RECIPIENTS)))
_FACTS = (1 << len(FACT_NAMES)) - 1
_FIELDS = (1 << len(RELEASE_FIELDS)) - 1

FIELD_BITS = {name: 1 << bit for bit, name in enumerate(RELEASE_FIELDS)}

# The three wait bits -> the wait: the lowest that is set.
_WAITS = (WAIT_NEVER, 2, 3, 2, 4, 2, 3, 2)


def _denied() -> Answers:
    """The answer of every set of flags (clauses.py); no flag is no denial, and says nothing."""
    flags = np.arange(FLAGS_COUNT, dtype=np.uint64)
    missing = flags >> np.uint64(UNKNOWN_SHIFT)
    waits = np.select(
        [flags & NEVER > 0, flags & AWAITS_CONVICTION > 0, flags & AWAITS_CHARGE > 0, flags > 0],
        [0, _WAIT_BITS[WAIT_CONVICTION], _WAIT_BITS[WAIT_CHARGE], _WAIT_BITS[WAIT_FACT]],
        0,
    ).astype(np.uint64)
    hoped = missing * (waits > 0)
    denied: Answers = waits | missing << np.uint64(_UNKNOWN_AT) | hoped << np.uint64(_HOPED_AT)
    return denied


DENIED = _denied()
DENIED.setflags(write=False)


def permitted() -> Answers:
    """By stage code, for a group that passes and releases nothing: the stage must be known."""
    return np.array([0, PERMIT, PERMIT, PERMIT], dtype=np.uint64)


def released(fields: NDArray[np.uint16]) -> Answers:
    """By stage code, what a group that passes gives: (3, 4) bits by recipient and stage.

    An answer without a field is no permit. More to follow at a later stage is a wait for it.
    """
    answers = np.zeros(STAGE_COUNT, dtype=np.uint64)
    for stage in range(1, STAGE_COUNT):
        given = sum(int(b) << at for at, b in zip(_FIELDS_AT, fields[:, stage], strict=True))
        answers[stage] = given | (PERMIT if given else 0) | _WAIT_BITS[_next(fields, stage)]
    return answers


def _next(fields: NDArray[np.uint16], stage: int) -> int:
    """The first later stage with other fields. Stage codes 2 and 3 are the waits for them."""
    for later in range(stage + 1, STAGE_COUNT):
        if (fields[:, later] != fields[:, stage]).any():
            return later
    return WAIT_NEVER


# --- read again ---------------------------------------------------------------------------


class Opened(NamedTuple):
    """One answer unpacked: `wait` a WAIT_*, facts and fields (by recipient) as bits."""

    permit: bool
    wait: int
    unknown: int
    hoped: int
    fields: tuple[int, ...]


def opened(answer: int) -> Opened:
    """One answer, without making arrays of it."""
    return Opened(
        bool(answer & PERMIT),
        _WAITS[answer >> 1 & 7],
        answer >> _UNKNOWN_AT & _FACTS,
        answer >> _HOPED_AT & _FACTS,
        tuple(answer >> at & _FIELDS for at in _FIELDS_AT),
    )


def permit_of(answers: Answers) -> NDArray[np.bool_]:
    """Whether each is permitted."""
    return (answers & np.uint64(PERMIT)).astype(np.bool_)


def wait_of(answers: Answers) -> NDArray[np.uint8]:
    """What each awaits: a WAIT_*."""
    return np.array(_WAITS, np.uint8)[(answers >> np.uint64(1) & np.uint64(7)).astype(np.intp)]


def unknown_of(answers: Answers) -> NDArray[np.uint16]:
    """Bits of FACT_NAMES."""
    return (answers >> np.uint64(_UNKNOWN_AT) & np.uint64(_FACTS)).astype(np.uint16)


def fields_of(answers: Answers) -> NDArray[np.uint16]:
    """Bits of RELEASE_FIELDS, uint16 (3, n) by recipient."""
    rows = [answers >> np.uint64(at) & np.uint64(_FIELDS) for at in _FIELDS_AT]
    return np.stack(rows).astype(np.uint16)
