"""How fast the image room is on one core; prints one JSON object.

    python benchmarks/bench_synthesis.py

Medians of processor seconds over 15 runs in one process, after one that compiles (its seconds are
given too, and are those of loading where numba's cache is warm). Envelope for a master: 14 steps x
32,000 px x 225 taps = 100 million multiply-adds; at 2 a nanosecond 50 ms.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from itertools import count
from statistics import median
from time import perf_counter, process_time

from comity.image import check, codecs, quality, synthesise
from comity.image.draws import stream
from comity.minutiae.synthesise import impression_template, master_template
from comity.records import ImageRecord

RUNS = 15
TEMPLATES = 2000


def main() -> None:
    began = perf_counter()
    finger = synthesise.master(1, 1, 2)
    plain = synthesise.impression(finger, 0)
    first_seconds = perf_counter() - began
    height, width = plain.pixels.shape
    wsq = codecs.encode_wsq(plain.pixels)
    record = ImageRecord(wsq, "WSQ20", width, height, 500.0, 2, 0, 4, 1, 0)
    codecs.decode(record)
    person = count(2)
    body = {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "runs": RUNS,
        "first_print_seconds": round(first_seconds, 3),
        "milliseconds": {
            "master": timed(lambda: synthesise.master(1, next(person), 2)),
            "impression_388x374": timed(lambda: synthesise.impression(finger, next(person))),
            "impression_rolled_400x450": timed(
                lambda: synthesise.impression(finger, next(person), synthesise.ROLLED)
            ),
            "encode_wsq": timed(lambda: codecs.encode_wsq(plain.pixels)),
            "decode_wsq_wall": timed(lambda: codecs.decode(record), perf_counter),
            "check": timed(lambda: check.fingerprint(plain)),
            "nfiq2": timed(lambda: quality.nfiq2(plain)),
        },
        "seconds_for_20000_templates": templates(),
    }
    print(json.dumps(body, indent=1))


def timed(run: Callable[[], object], clock: Callable[[], float] = process_time) -> float:
    taken = []
    for _ in range(RUNS):
        began = clock()
        run()
        taken.append(clock() - began)
    return round(1000 * median(taken), 2)


def templates() -> dict[str, float]:
    began = process_time()
    masters = [master_template(1, person, 1 + person % 10) for person in range(TEMPLATES)]
    made = process_time()
    for person, one in enumerate(masters):
        impression_template(one, stream(1, person, 1, 1))
    ended = process_time()
    scale = 20_000 / TEMPLATES
    return {
        "masters": round(scale * (made - began), 1),
        "impressions": round(scale * (ended - made), 1),
    }


if __name__ == "__main__":
    main()
