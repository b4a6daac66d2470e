"""How fast decisions are made, beside the least they could cost and beside Cedar. Prints JSON.

    python benchmarks/bench_agreement.py [--cases 1000000] [--agreements 50]

Envelope: a case is 10 bytes of facts, a place and an instant of 8 bytes; its answer is 8 bytes
and the number of its terms: 34 MB a million, some 5 ms at 7 GB/s. Cases must be brought together
by place and time, which is two sorts of 16 bits and four gathers of a million, and looked up
twice: `floor_s` times just that, with no agreement in it. A case alone cannot cost less than the
forty or so numpy calls and one record that the column of one makes: 25 to 40 microseconds.

Three sets: each agreement with a place of its own, as in a roll-out; a mandate over all of them
beside; and, as the worst there is, every agreement over every place, so that each case is asked
up to all of them. `agrees` counts cases decided again one by one with the same result. One by
one, a thousand different cases are asked, each at its own instant; the first time what they need
is compiled. `reform_ms` is a reform of one agreement and a first decision under it, `fresh_ms`
the same decision under a set of which nothing was compiled. `witness_s` is going through every
case and span of time there is, to find that a reform changes none.

Cedar answers the searches of the same cases, in the export of cedar.py, in its fastest way: one
parsed policy set for each place, which holds only what covers that place, no entities, no
schema, all requests of a place in one call. Seconds are of processor time, the least of a few.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as cedarpy_version
from typing import Any

import cedarpy
import numpy as np
from numpy.typing import NDArray

from comity.agreement import cedar
from comity.agreement.canonical import from_canonical
from comity.agreement.columns import FACT_NAMES, Columns, facts_of
from comity.agreement.decide import QUESTIONS, decide, decide_batch
from comity.agreement.reform import SetValue, reform
from comity.agreement.register import Agreements
from comity.agreement.witness import witness
from comity.records import LEVELS, RELEASE_FIELDS, STAGES, Facts, Question

FEW = 5
Instants = NDArray[np.datetime64]

START = datetime(2011, 1, 1, tzinfo=UTC)
BEGIN = np.datetime64("2011-01-01T00:00:00", "s")


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
        "hold": {"id": "hold", "text": "8", "honoured": True, "hours": 48},
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


def seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """Processor time, the least of several runs after one that compiles."""
    work()
    return min(once(work) for _ in range(repeat))


def once(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def floor(columns: Columns, at: Instants) -> float:
    """Two sorts, the gathers and two look-ups of as many cases, with tables of nothing."""
    upper, lower = np.zeros(1 << 13, np.uint16), np.zeros(1 << 12, np.uint16)
    answers = np.zeros(1 << 13, np.uint64)
    key = (columns.codes[0].astype(np.intp) << 9) + columns.jurisdiction
    instants = at.astype(np.int64)
    spans = (instants & 255).astype(np.uint16)

    def bare() -> object:
        rows = np.argsort(columns.jurisdiction.astype(np.uint16), kind="stable")
        rows = rows[np.argsort(spans[rows], kind="stable")]
        there = key[rows]
        out = np.empty(len(rows), np.uint64)
        out[rows] = answers[upper[there >> 1] | lower[there & 4095]] + instants[rows].view(
            np.uint64
        )
        return out

    return seconds(bare)


def alone(agreements: Agreements, cases: list[tuple[Facts, datetime]], question: Question) -> None:
    for facts, at in cases:
        decide(agreements, question, facts, at=at)


def reform_ms(agreements: Agreements, facts: Facts, at: datetime) -> dict[str, float]:
    """A reform of the first agreement and one decision, and the decision under a fresh set."""
    first = agreements.all[0]
    change = SetValue(first.id, first.trigger.id, "stage", "conviction")

    def changed() -> None:
        decide(reform(agreements, [change]), "release", facts, at=at)

    def fresh() -> None:
        decide(Agreements(agreements.all), "release", facts, at=at)

    return {
        "reform_ms": round(seconds(changed) * 1e3, 2), "fresh_ms": round(seconds(fresh) * 1e3, 2),
    }  # fmt: skip


def witness_s(agreements: Agreements) -> float:
    """Going through every case there is, to find that other days of retention change none."""
    after = reform(agreements, [SetValue(a.id, a.retention.id, "days", 7) for a in agreements])

    def search() -> None:
        if witness(Agreements(agreements.all), after) is not None:
            raise AssertionError("retention decides nothing")

    return round(seconds(search, 2), 2)


def cedar_us(
    agreements: Agreements, columns: Columns, at: Instants, count: int
) -> dict[str, float | int]:
    """Microseconds a search by Cedar, in batches and one by one, and how many agree with us."""
    sets, requests, rows = {}, {}, {}
    instants = [START + since for since in (at[:count] - BEGIN).tolist()]
    for code, place in enumerate(columns.jurisdictions):
        rows[code] = np.flatnonzero(columns.jurisdiction[:count] == code)
        sets[code] = cedarpy.PolicySet.from_str(cedar.policies(agreements.covering(place)))
        requests[code] = [
            cedar.request("search", facts_of(columns, int(i)), instants[i], instants[i])
            for i in rows[code]
        ]
    none = cedarpy.Entities.from_json_str("[]")

    def batch() -> list[list[bool]]:
        return [
            [r.allowed for r in cedarpy.is_authorized_batch(requests[c], sets[c], none)]
            for c in sets
        ]

    def each() -> None:
        for code, some in requests.items():
            for one in some[: max(1, 500 // len(sets))]:
                cedarpy.is_authorized(one, sets[code], none)

    asked = sum(len(some[: max(1, 500 // len(sets))]) for some in requests.values())
    ours = decide_batch(agreements, "search", columns, at=at).permit
    agrees = sum(
        int((ours[rows[c]] == np.array(found, dtype=bool)).sum())
        for c, found in zip(sets, batch(), strict=True)
    )
    return {
        "cedar_batch_us": round(seconds(batch, repeat=2) / count * 1e6, 1),
        "cedar_one_us": round(seconds(each, repeat=2) / asked * 1e6, 1),
        "cedar_agrees": agrees,
        "cedar_compared": count,
    }


def measure(agreements: Agreements, columns: Columns, at: Instants) -> dict[str, Any]:
    first_s = once(lambda: decide_batch(agreements, "release", columns, at=at))
    batch = decide_batch(agreements, "release", columns, at=at)
    checked = range(0, len(columns), max(1, len(columns) // 2000))
    instants = [START + since for since in (at - BEGIN)[checked].tolist()]
    cases = [(facts_of(columns, i), when) for i, when in zip(checked, instants, strict=True)]
    agrees = sum(
        batch[i] == decide(agreements, "release", facts, at=when)
        for i, (facts, when) in zip(checked, cases, strict=True)
    )
    batch_s = {
        q: seconds(lambda q=q: decide_batch(agreements, q, columns, at=at))  # type: ignore[misc]
        for q in QUESTIONS
    }
    one_us = {
        q: seconds(lambda q=q: alone(agreements, cases[:1000], q), 3) / 1000 * 1e6  # type: ignore[misc]
        for q in QUESTIONS
    }
    most_over_a_place = max(len(agreements.covering(place)) for place in columns.jurisdictions)
    fresh = Agreements(agreements.all)
    first_us = once(lambda: alone(fresh, cases[:1000], "release")) / 1000 * 1e6
    beside = cedar_us(agreements, columns, at, min(2000, len(columns)))
    ours_us = batch_s["search"] / len(columns) * 1e6
    return {
        "batch_s": {q: round(s, 3) for q, s in batch_s.items()},
        "first_batch_s": round(first_s, 3),
        "clause_counts_s": round(seconds(batch.clause_counts, repeat=2), 3),
        "one_us": {q: round(us, 1) for q, us in one_us.items()},
        "one_us_first_time": round(first_us, 1),
        **reform_ms(agreements, *cases[0]),
        # Every pair of spans of all that cover a place: with fifty of them that is minutes.
        **({"witness_s": witness_s(agreements)} if most_over_a_place <= FEW else {}),
        **beside,
        "times_faster_than_cedar": {
            "batch": round(beside["cedar_batch_us"] / ours_us),
            "one": round(beside["cedar_one_us"] / one_us["search"], 1),
        },
        "permitted": int(batch.permit.sum()),
        "terms": len(batch.cells),
        "agrees": agrees,
        "compared": len(checked),
    }


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
    at = BEGIN + rng.integers(400 * 86400, size=asked.cases).astype("timedelta64[s]")
    print(
        json.dumps(
            {
                "cases": asked.cases,
                "agreements": asked.agreements,
                "machine": f"{platform.machine()}, python {platform.python_version()}, "
                f"numpy {np.__version__}, one thread",
                "floor_s": round(floor(columns, at), 3),
                "cedarpy": cedarpy_version("cedarpy"),
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
