"""How fast decisions are made. Prints one JSON object.

    python benchmarks/bench_agreement.py [--cases 1000000] [--agreements 50]

Envelope: 1,000,000 cases, each asked about 8 clauses, is 8 million table look-ups at some 10 ns:
0.1 s, and as much again to sort the cases by place and time. A case alone costs the 40 or so
numpy calls that the column of one makes: 40 to 80 microseconds.

Three sets: each agreement with a place of its own, as in a roll-out; a mandate over all of them
beside; and, as the worst there is, every agreement over every place, so that each case is asked
up to all of them. `agrees` counts cases decided again one by one with the same result.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from comity.agreement.canonical import from_canonical
from comity.agreement.columns import FACT_NAMES, Columns
from comity.agreement.decide import decide, decide_batch
from comity.agreement.register import Agreements
from comity.records import LEVELS, RELEASE_FIELDS, STAGES, Facts

START = datetime(2011, 1, 1, tzinfo=UTC)


def body(n: int, jurisdictions: list[str], regime: str) -> dict[str, Any]:
    """A full agreement: a level limit, four exclusions, three recipients, a year of events."""

    def day(days: int) -> str:
        return (START + timedelta(days=days)).isoformat()

    return {
        "agreement": f"bench-{n:03}",
        "title": f"Agreement {n}",
        "regime": regime,
        "parties": ["Bureau", "Agency"],
        "recorded": day(n % 30),
        "scope": {"id": "scope", "text": "1", "jurisdictions": jurisdictions},
        "term": {"id": "term", "text": "2", "effective": day(n % 60)},
        "notice": {"id": "notice", "text": "3", "activate_days": 0, "terminate_days": 30},
        "trigger": {"id": "trigger", "text": "4", "stage": STAGES[n % 3]},
        "levels": {"id": "levels", "text": "5", "version": ("2008", "2010", "2014")[n % 3],
                   "permit": list(LEVELS[: 1 + n % 3])},
        "exclusions": [
            {"id": "x1", "text": "6", "fact": "juvenile"},
            {"id": "x2", "text": "6", "fact": "minor_traffic_only", "until": "conviction"},
            {"id": "x3", "text": "6", "fact": "lawful_process_only"},
            {"id": "x4", "text": "6", "fact": "citizen"},
        ],
        "release": [
            {"id": "r1", "text": "7", "to": "notified_agency", "fields": list(RELEASE_FIELDS[:8])},
            {"id": "r2", "text": "7", "to": "notified_agency", "after": "conviction",
             "fields": list(RELEASE_FIELDS[8:])},
            {"id": "r3", "text": "7", "to": "local_agency", "fields": ["identity_number"]},
        ],
        "answer": {"id": "answer", "text": "8", "local_agency": True},
        "review": {"id": "review", "text": "9", "second_reviewer": n % 2 == 0},
        "retention": {"id": "retention", "text": "10", "days": 365},
        "events": [
            {"id": "stop", "text": "a", "event": "suspended", "given": day(150 + n),
             "recorded": day(155 + n), "effective": day(150 + n)},
            {"id": "go", "text": "b", "event": "resumed", "given": day(220 + n),
             "recorded": day(220 + n), "effective": day(220 + n)},
            {"id": "end", "text": "c", "event": "terminated", "given": day(290 + n),
             "recorded": day(290 + n), "effective": day(320 + n)},
        ],
    }  # fmt: skip


def population(rng: np.random.Generator, n: int, places: tuple[str, ...]) -> Columns:
    """Facts of which about one in twelve is unknown."""
    codes = np.empty((len(FACT_NAMES), n), dtype=np.uint8)
    for row, name in enumerate(FACT_NAMES):
        if name == "stage":
            codes[row] = rng.choice(4, n, p=[0.04, 0.4, 0.26, 0.3])
        elif name.startswith("level."):
            codes[row] = rng.choice(5, n, p=[0.08, 0.3, 0.22, 0.2, 0.2])
        elif name == "criminal":
            codes[row] = rng.choice(3, n, p=[0.01, 0.01, 0.98])
        else:
            codes[row] = rng.choice(3, n, p=[0.08, 0.84, 0.08])
    return Columns(codes, places, rng.integers(len(places), size=n).astype(np.int32))


def facts_of(columns: Columns, i: int) -> Facts:
    code = dict(zip(FACT_NAMES, columns.codes[:, i].tolist(), strict=True))
    truth = (None, False, True)
    return Facts(
        columns.jurisdictions[columns.jurisdiction[i]],
        truth[code["criminal"]],
        (None, *STAGES)[code["stage"]],
        {v: (None, *LEVELS)[code[f"level.{v}"]] for v in ("2008", "2010", "2014")},
        *(truth[code[name]] for name in FACT_NAMES[5:]),
    )


def seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """Median of several runs, after one that compiles."""
    work()
    taken = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def measure(agreements: Agreements, columns: Columns, at: np.ndarray[Any, Any]) -> dict[str, Any]:
    batch = decide_batch(agreements, "release", columns, at=at)
    checked = range(0, len(columns), max(1, len(columns) // 2000))
    since = (at - np.datetime64(START.replace(tzinfo=None))).tolist()
    alone = [
        decide(agreements, "release", facts_of(columns, i), at=START + since[i]) for i in checked
    ]
    one, when = facts_of(columns, 0), alone[0].at
    rounds = 1000
    return {
        "batch_s": round(seconds(lambda: decide_batch(agreements, "release", columns, at=at)), 3),
        "clause_counts_s": round(seconds(batch.clause_counts, repeat=1), 3),
        "one_us": {
            question: round(
                seconds(
                    lambda q=question: [  # type: ignore[misc]
                        decide(agreements, q, one, at=when) for _ in range(rounds)
                    ]
                ) / rounds * 1e6, 1,
            )
            for question in ("search", "release")
        },
        "permitted": int(batch.permit.sum()),
        "terms": len(batch.cells),
        "agrees": sum(batch[i] == found for i, found in zip(checked, alone, strict=True)),
        "compared": len(checked),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--agreements", type=int, default=50)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    places = tuple(f"XN{n:03}0000" for n in range(asked.agreements))
    states = [body(n, [place], "agreement_required") for n, place in enumerate(places)]
    crowd = [body(n, ["XN*"], "agreement_required") for n in range(asked.agreements)]
    mandate = body(asked.agreements, ["XN*"], "federal_mandate")
    columns = population(rng, asked.cases, places)
    begins = np.datetime64("2011-01-01T00:00:00", "s")
    at = begins + rng.integers(400 * 86400, size=asked.cases).astype("timedelta64[s]")
    print(
        json.dumps(
            {
                "cases": asked.cases,
                "agreements": asked.agreements,
                "machine": f"{platform.machine()}, python {platform.python_version()}, "
                f"numpy {np.__version__}, one thread",
                "a place each": measure(
                    Agreements(tuple(from_canonical(b) for b in states)), columns, at
                ),
                "and a mandate over all": measure(
                    Agreements(tuple(from_canonical(b) for b in [*states, mandate])), columns, at
                ),
                "all in one place": measure(
                    Agreements(tuple(from_canonical(b) for b in crowd)), columns, at
                ),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
