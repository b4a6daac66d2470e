"""The cases of a recorded history: the facts of every decision in a ledger that was opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity.agreement.columns import Columns, of_facts
from comity.cli import _audit
from comity.errors import CallerError, LedgerError
from comity.ledger import tiles
from comity.records import Facts, Question
from comity.statistics.cases import open_rows


@dataclass(frozen=True, eq=False)
class Recorded:
    """One question's decisions: the facts they were made on, and when, datetime64 (n,) in UTC.

    leaves  the ledger entries they are recorded in, int64 (n,)
    """

    columns: Columns
    at: NDArray[np.datetime64]
    leaves: NDArray[np.int64]


def recorded(folder: Path, openings: Path | None, question: Question) -> Recorded:
    """The decisions of one question in a ledger's folder, by its openings.

    Raises
    ------
    CallerError  no ledger there, or no openings beside it;  LedgerError  what they hold is no facts
    """
    place = _audit.place(folder, openings)
    if place.openings is None:
        raise CallerError(
            "the facts of cases are in the openings, and there are none",
            where=str(place.ledger),
            expected="openings handed over by the operator",
            next_step="name them with --openings",
        )
    opened = _audit.openings_of(place.openings)
    key = _audit.key_of(None, place.ledger)
    head, _, _ = _audit.ledger_check(place.ledger, [key.text], 0)
    facts, at, leaves = [], [], []
    for row in open_rows(tiles.read_entries(place.ledger, head.size), opened):
        if row.kind != "decision" or row.values.get("question") != question:
            continue
        try:
            facts.append(Facts.from_json(row.values["facts"]))
            when = datetime.fromisoformat(row.values["decision"]["at"])
            at.append(np.datetime64(when.astimezone(UTC).replace(tzinfo=None), "us"))
        except (KeyError, TypeError, ValueError) as error:
            raise LedgerError(
                "a decision's facts cannot be read",
                where=f"leaf {row.index}",
                expected="the facts of a case",
                found=f"{type(error).__name__}: {error}"[:100],
            ) from None
        leaves.append(row.index)
    return Recorded(
        of_facts(facts), np.array(at, dtype="datetime64[us]"), np.array(leaves, dtype=np.int64)
    )
