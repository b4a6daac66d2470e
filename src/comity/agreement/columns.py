"""The facts of many cases as columns of small codes; one case is a column of one.

A code is 0 where the fact is unknown, in every column, so that memory nobody filled reads as
unknown and denies (invariant I4):

    yes-or-no facts   0 unknown, 1 no, 2 yes
    stage             0 unknown, 1 arrest, 2 charge, 3 conviction
    level.VERSION     0 unknown, 1 "1", 2 "2", 3 "3", 4 "non-criminal"

All codes of a case side by side are its key, 23 bits, from which clauses are looked up:

    bits 21..22 criminal, 12..20 three levels, 10..11 stage, 0..9 five yes-or-no facts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.agreement.terms import EXCLUSIONS, LEVEL_VERSIONS
from comity.errors import CallerError
from comity.records import LEVELS, STAGES, Facts

UNKNOWN, NO, YES = 0, 1, 2

# Rows of `Columns.codes`, and the order in which a decision names what was unknown.
FACT_NAMES: tuple[str, ...] = (
    "criminal", "stage", *(f"level.{version}" for version in LEVEL_VERSIONS), *EXCLUSIONS,
)  # fmt: skip
FACT_INDEX = {name: index for index, name in enumerate(FACT_NAMES)}
STAGE = FACT_INDEX["stage"]

STAGE_CODES: dict[str | None, int] = {None: 0} | {s: i for i, s in enumerate(STAGES, 1)}
LEVEL_CODES: dict[str | None, int] = {None: 0} | {x: i for i, x in enumerate(LEVELS, 1)}
TRUTH_CODES: dict[bool | None, int] = {None: UNKNOWN, False: NO, True: YES}

# Where each row of codes lies in a key: the stage in the middle, so that the 13 bits from it
# upwards and the 12 bits up to it are each a whole index (clauses.joint).
KEY_SHIFTS: dict[str, int] = {
    "criminal": 21, "stage": 10, **{f"level.{v}": 12 + 3 * i for i, v in enumerate(LEVEL_VERSIONS)},
    **{name: 2 * i for i, name in enumerate(EXCLUSIONS)},
}  # fmt: skip
STAGE_SHIFT = KEY_SHIFTS["stage"]
_SHIFTS = np.array([[KEY_SHIFTS[name]] for name in FACT_NAMES], dtype=np.uint8)
_BLOCK = 1 << 15  # cases at a time: ten rows of these in 8 bytes each stay in the cache

# How many codes each row may hold, so that a stray one is refused and not looked up.
CODE_COUNTS = np.array(
    [4 if n == "stage" else 5 if n.startswith("level.") else 3 for n in FACT_NAMES], dtype=np.uint8
)


@dataclass(frozen=True, eq=False)
class Columns:
    """The facts of n cases.

    codes          uint8 (10, n), rows in the order of FACT_NAMES
    jurisdictions  the distinct ORIs;  jurisdiction  int32 (n,), index into them
    """

    codes: NDArray[np.uint8]
    jurisdictions: tuple[str, ...]
    jurisdiction: NDArray[np.int32]

    def __post_init__(self) -> None:
        shape = (len(FACT_NAMES), len(self.jurisdiction))
        if self.codes.dtype != np.uint8 or self.codes.shape != shape:
            raise CallerError(
                "facts of the wrong shape",
                expected=f"uint8 {shape}",
                found=f"{self.codes.dtype} {self.codes.shape}",
            )
        if self.codes.size and (self.codes.max(axis=1) >= CODE_COUNTS).any():
            raise CallerError("a fact has a code that means nothing", expected="codes of columns")
        index = self.jurisdiction
        if index.size and not 0 <= index.min() <= index.max() < len(self.jurisdictions):
            raise CallerError("a case points at no jurisdiction")

    def __len__(self) -> int:
        return len(self.jurisdiction)


def keys(columns: Columns) -> NDArray[np.intp]:
    """The key of each case, intp (n,), 0..2**23 - 1."""
    found = np.empty(len(columns), dtype=np.intp)
    for begin in range(0, len(columns), _BLOCK):
        block = columns.codes[:, begin : begin + _BLOCK]
        spread = np.left_shift(block, _SHIFTS, dtype=np.intp)
        np.bitwise_or.reduce(spread, axis=0, out=found[begin : begin + _BLOCK])
    return found


def of_facts(cases: Sequence[Facts]) -> Columns:
    """Columns of records, in their order."""
    if not all(isinstance(case.jurisdiction, str) for case in cases):
        raise CallerError("a case without a jurisdiction", expected="the ORI of a booking station")
    index: dict[str, int] = {}
    jurisdiction = [index.setdefault(case.jurisdiction, len(index)) for case in cases]
    codes = np.array([_codes(case) for case in cases], dtype=np.uint8)
    return Columns(
        np.ascontiguousarray(codes.reshape(len(cases), len(FACT_NAMES)).T),
        tuple(index),
        np.array(jurisdiction, dtype=np.int32),
    )


def facts_of(columns: Columns, i: int) -> Facts:
    """Case i as a record again."""
    code = dict(zip(FACT_NAMES, columns.codes[:, i].tolist(), strict=True))
    truth = (None, False, True)
    return Facts(
        columns.jurisdictions[columns.jurisdiction[i]],
        truth[code["criminal"]],
        (None, *STAGES)[code["stage"]],
        {version: (None, *LEVELS)[code[f"level.{version}"]] for version in LEVEL_VERSIONS},
        *(truth[code[name]] for name in EXCLUSIONS),
    )


def of_arrays(
    jurisdictions: tuple[str, ...],
    jurisdiction: NDArray[np.int32],
    facts: Mapping[str, NDArray[np.uint8]],
) -> Columns:
    """Columns of a population: `facts` maps names of FACT_NAMES to codes uint8 (n,).

    A name that is left out is unknown in every case.
    """
    codes = np.zeros((len(FACT_NAMES), len(jurisdiction)), dtype=np.uint8)
    for name, column in facts.items():
        if name not in FACT_INDEX:
            raise CallerError(
                "no such fact", expected=f"one of {', '.join(FACT_NAMES)}", found=f"`{name}`"
            )
        codes[FACT_INDEX[name]] = column
    return Columns(codes, jurisdictions, jurisdiction)


def _codes(case: Facts) -> list[int]:
    level = case.level
    try:
        return [
            TRUTH_CODES[case.criminal],
            STAGE_CODES[case.stage],
            *[LEVEL_CODES[level.get(version)] for version in LEVEL_VERSIONS],
            TRUTH_CODES[case.minor_traffic_only],
            TRUTH_CODES[case.juvenile],
            TRUTH_CODES[case.victim_or_witness],
            TRUTH_CODES[case.lawful_process_only],
            TRUTH_CODES[case.citizen],
        ]
    except (KeyError, TypeError) as error:
        raise CallerError(
            "a fact has a value that means nothing",
            expected=f"true, false or null; a stage of {STAGES}; levels of {LEVELS}",
            found=str(error),
        ) from error
