"""Writing a table as CSV (RFC 4180) and JSON, in a stable order, with what it rests on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from comity.ledger.checkpoint import Checkpoint
from comity.statistics.disclosure import Suppression
from comity.statistics.measures import RATES, SECONDS_OF, definitions
from comity.statistics.relations import all_rows
from comity.statistics.table import Row, Table

FORMAT = "comity statistics 1"
HIDDEN = "hidden"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def document(
    table: Table, head: Checkpoint, suppression: Suppression | None = None
) -> dict[str, Any]:
    """The table as one JSON object; hidden counts, and what would show them, are null.

    head  the ledger's checkpoint whose entries were counted
    """
    shown = [_row_json(table, row, i, suppression) for i, row in enumerate(all_rows(table))]
    return {
        "format": FORMAT,
        "ledger": head.as_json(),
        "policies": list(table.policies),
        "level_version": table.level_version,
        "by": list(table.by),
        "suppression": suppression.as_json() if suppression else "none",
        "definitions": definitions(table.level_version),
        "columns": list(table.columns),
        "rows": shown[:-1],
        "total": shown[-1],
    }


def to_json(table: Table, head: Checkpoint, suppression: Suppression | None = None) -> bytes:
    """The document as UTF-8 text, the same bytes for the same ledger."""
    body = document(table, head, suppression)
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def to_csv(table: Table, suppression: Suppression | None = None) -> bytes:
    """One line a row, the total last: counts, then seconds, then rates with their intervals."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    seconds = list(table.total.seconds)
    rate_columns = [f"{name}{end}" for name in RATES for end in ("", "_low95", "_high95")]
    writer.writerow([*table.by, *table.columns, *seconds, *rate_columns])
    for number, row in enumerate(all_rows(table)):
        shown = _row_json(table, row, number, suppression)
        key = row.key or ("total", *("",) * (len(table.by) - 1))
        rates = [shown["rates"][name] for name in RATES]
        ends = [(r or {}).get(end) for r in rates for end in ("estimate", "low95", "high95")]
        writer.writerow(
            [
                *map(_harmless, key),
                *(HIDDEN if v is None else v for v in shown["counts"].values()),
                *("" if v is None else v for v in shown["seconds"].values()),
                *("" if v is None else v for v in ends),
            ]
        )
    return buffer.getvalue().encode()


def _row_json(
    table: Table, row: Row, number: int, suppression: Suppression | None
) -> dict[str, Any]:
    hidden = {c for r, c in suppression.hidden if r == number} if suppression else set()
    small = suppression.threshold if suppression else 0
    rates: dict[str, Mapping[str, Any] | None] = {}
    for name, rate in row.rates.items():
        # A rate times its denominator is its numerator: shown only where both are.
        unsafe = hidden & set(RATES[name]) or 1 <= rate.numerator < small
        rates[name] = None if unsafe else rate.as_json()
    return {
        **dict(zip(table.by, row.key, strict=False)),
        "counts": {name: None if name in hidden else n for name, n in row.counts.items()},
        "seconds": {name: _seconds(name, at, hidden) for name, at in row.seconds.items()},
        "rates": rates,
    }


def _seconds(name: str, seconds: float | None, hidden: set[str]) -> float | None:
    response = name.partition("_seconds_")[0]
    return None if SECONDS_OF[response] in hidden else seconds


def _harmless(text: str) -> str:
    """A place name that a spreadsheet would run as a formula is quoted; files name their places."""
    return f"'{text}" if text.startswith(FORMULA) else text
