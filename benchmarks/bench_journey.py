"""Seconds a booking takes through the whole journey, by stage, and whether it was answered right.

    python benchmarks/bench_journey.py [--people 500] [--bookings 12]

A house with synthetic people in both repositories (templates without pixels), and six more whose
ten fingers are rendered: three known to the second repository, all booked in turn from WSQ files.
Envelope: ten images at some 70 ms of MINDTCT on two threads are 0.4 s; 50 people compared finger
by finger at 60 us a pair (bench_compare) are 30 ms a repository; a step is one commit with a sync,
some 5 ms. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from comity import journey
from comity.agreement.read import read_directory
from comity.exchange import intake, release, respond
from comity.exchange.clock import SimulatedClock
from comity.exchange.house import House
from comity.exchange.outbox import deliver
from comity.exchange.partner import FolderPartner
from comity.exchange.publish import publish
from comity.image import codecs
from comity.image.draws import stream
from comity.image.synthesise import ROLLED, Master, impression, master
from comity.minutiae.extract import extract
from comity.minutiae.synthesise import impression_template, master_template
from comity.programme.plan import PRESETS
from comity.records import FINGERS, Charge, ImageRecord, Submission, Template
from comity.wire import build

SEED = 11
RENDERED = 6  # people with prints; every other one is in the second repository
CAPTURE = 903  # purpose of the random streams drawn here
COUNTY = "XN0010000"  # Alder County of the preset: in force at arrest
NOW = datetime(2011, 3, 2, 9, 0, tzinfo=UTC)
STAGES: tuple[tuple[Any, str], ...] = (
    (intake, "receive"),
    (intake, "probe"),
    (respond, "search_criminal"),
    (respond, "first_response"),
    (journey, "decide"),
    (respond, "search_second"),
    (release, "release"),
    (release, "second_response"),
)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=500)
    options.add_argument("--bookings", type=int, default=12)
    given = options.parse_args()
    hands = {person: [master(SEED, person, f) for f in FINGERS] for person in range(RENDERED)}
    with TemporaryDirectory() as folder:
        house = House.create(Path(folder) / "house", origin="ledger.example/bench")
        house.adopt(read_directory(PRESETS / "three_states"), NOW)
        fill(house, given.people, hands)
        body = run(house, hands, given.bookings, Path(folder))
        house.close()
    rendered = f"{RENDERED} with rendered prints"
    print(json.dumps({"data": f"synthetic, {rendered}", "n": given.people, **body}, indent=1))


def run(
    house: House, hands: dict[int, list[Master]], bookings: int, folder: Path
) -> dict[str, Any]:
    spent = watch()
    clock, right, whole = SimulatedClock(NOW), 0, []
    files = [(n % RENDERED, n // RENDERED) for n in range(bookings)]
    partner = FolderPartner(folder / "outbox")
    for person, time in files:
        data = booking(person, time, hands[person])
        began = perf_counter()
        case, _ = journey.answer(data, "bench.eft", house, clock, {"juvenile": False})
        answered = perf_counter()
        deliver(house, clock, partner)
        delivered = perf_counter()
        publish(house, folder / "ledger")
        spent["deliver"].append(delivered - answered)
        spent["publish"].append(perf_counter() - delivered)
        whole.append(answered - began)
        first, second = case.event("criminal search"), case.event("second search")
        right += as_it_should(first, second, person, time)
    return {
        "bookings": bookings,
        "seconds_a_booking": round(median(whole), 3),
        "seconds_of_the_first": round(whole[0], 3),
        "milliseconds_a_booking": {
            stage: round(1000 * sum(taken) / bookings, 1) for stage, taken in spent.items()
        },
        "answered_right": right / bookings,
        "ledger_entries": len(house.store.leaves()),
    }


def watch() -> dict[str, list[float]]:
    """Seconds by stage, taken by standing in for each stage's function."""
    spent: dict[str, list[float]] = defaultdict(list)

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def stage(*given: Any, **named: Any) -> Any:
            began = perf_counter()
            try:
                return work(*given, **named)
            finally:
                spent[name].append(perf_counter() - began)

        return stage

    for module, name in STAGES:
        setattr(module, name, timed(name, getattr(module, name)))
    return spent


def as_it_should(first: Any, second: Any, person: int, time: int) -> bool:
    """Known at the second booking and not at the first; found in the second repository or not."""
    known = bool(first and first.body["identified"])
    found = second.body["identity"] if second else "not asked"
    return known == (time > 0) and found == (alien(person) if person % 2 == 0 else None)


def alien(person: int) -> str:
    return f"A{person:09d}"


def fill(house: House, people: int, hands: dict[int, list[Master]]) -> None:
    """Strangers in both repositories; every other rendered person in the second."""
    for gallery, event in ((house.criminal.gallery, 1), (house.second.gallery, 2)):
        first = RENDERED + event * people
        gallery.extend([(f"S{n}", templates(n, event), "") for n in range(first, first + people)])
    known = [(p, grown) for p, grown in hands.items() if p % 2 == 0]
    house.second.gallery.extend(
        [(alien(p), [extract(codecs.decode(image(f, 0))) for f in grown], "") for p, grown in known]
    )
    with house.store.writing() as connection:
        for person, _ in known:
            house.second.note(connection, alien(person), "visa", date(2008, 8, 2))
            house.second.write_record(connection, alien(person), {"citizen": False})


def templates(person: int, event: int) -> list[Template]:
    return [
        impression_template(
            master_template(SEED, person, f), stream(SEED, person, f, event, purpose=CAPTURE)
        )
        for f in FINGERS
    ]


def image(grown: Master, event: int) -> ImageRecord:
    return ImageRecord(
        data=codecs.encode_wsq(impression(grown, event, ROLLED).pixels),
        compression="WSQ20",
        width_px=ROLLED.width_px,
        height_px=ROLLED.height_px,
        resolution_ppi=500.0,
        finger=grown.finger,
        impression=1,
        record_type=14,
        idc=grown.finger,
        offset=0,
    )


def booking(person: int, time: int, grown: list[Master]) -> bytes:
    return build.car(
        Submission(
            tcn=f"BENCH-{person:03d}-{time:03d}",
            tot="CAR",
            ori=COUNTY,
            destination="XNBUREAU0",
            cri=COUNTY,
            sent=NOW.date(),
            subject={
                "NAM": f"SYNTHETIC,PERSON {'ABCDEF'[person]}", "POB": "XX", "DOB": "19800102",
                "SEX": "M", "RAC": "U", "HGT": "508", "WGT": "160", "EYE": "XXX", "HAI": "XXX",
            },
            arrest_date=NOW.date(),
            charges=(Charge("BURGLARY", NOW.date(), "2299"),),
            images=tuple(image(f, 1 + time) for f in grown),
            sha256="",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
