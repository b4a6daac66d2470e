"""The whole evaluation: options in, one JSON object out. Each part below is one section of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.frifte import fresh, galleries, machine, metrics, peers, people, searches, stages
from benchmarks.frifte.notes import notes, summary
from benchmarks.frifte.real import real_accuracy
from benchmarks.frifte.rows import rows
from benchmarks.frifte.trials import real_trial, synthetic_trial
from comity.cli._bench_search import SearchOptions
from comity.records import Template
from comity.search.gallery import Gallery

PRESETS = {"easy": ("db1", "db1_b"), "hard": ("db3", "db3_b")}  # names in judge_population
BEYOND_REAL = "mcc_impostor_share_beyond_real"  # beyond its 99th and 99.9th percentile
LIKENESS_PEOPLE, LIKENESS_PAIRS = 240, 100_000
CALIBRATED = (0.001, 0.003, 0.01, 0.03, 0.1)
TIMED = 100  # searches that are timed on one thread
STAGED = 20  # searches whose stages are timed one by one
FRESH = 20  # searches in a process of its own
CHUNK = 200  # probes made at a time
SYNTHETIC = "synthetic"  # the curve of synthetic people
Advance = Callable[[int], None]
Bar = Callable[[str, int], AbstractContextManager[Advance]]


@dataclass(frozen=True, eq=False)
class Evaluated:
    """`body` is what is printed; `curves` what is drawn, by name."""

    body: dict[str, Any]
    curves: dict[str, metrics.Curve]


def evaluate(options: SearchOptions, bar: Bar) -> Evaluated:
    """Build the gallery, search it, and say how often and how fast it was right.

    bar  makes a progress bar of a name and a number of steps
    """
    threads = options.threads or machine.cores()
    before = machine.described()
    folder = options.folder or _folder(options)
    population = people.Population(
        options.seed, people.FINGERS_OF[options.fingers], options.capture
    )
    real = options.real and people.RealPrints(options.real, options.extractor, population.fingers)
    with bar("enrol", options.people) as advance:
        gallery, built = galleries.build(
            folder, population, options.people, real or None, options.extractor, threads, advance
        )
    _warmed(population, gallery, threads)
    with bar("search, not enrolled", options.non_mated) as advance:
        others = searches.non_mated(
            _strangers(population, options.non_mated), gallery, threads, advance
        )
    mated_count = min(options.mated, options.people)
    with bar("search, enrolled", mated_count) as advance:
        mates = searches.mated(
            _mated(population, options.people, mated_count), gallery, threads, advance
        )
    curves = {SYNTHETIC: metrics.curve(others.score, mates.score)}
    body: dict[str, Any] = {
        "data": _data(options),
        "n": options.people,
        "options": {name: _plain(value) for name, value in vars(options).items()},
        "machine": before,
        "enrolment": built.as_json(),
        "accuracy": _accuracy(others, mates),
        "mates_not_returned": stages.lost(_unfound(population, options.people, mates), gallery),
        "calibration": calibration(others, mates),
        "seconds": _seconds(population, gallery, others, mates, threads, bar),
        "size": _size(folder, gallery, population),
        "new_process": fresh.asked(
            folder / "gallery", list(_strangers(population, min(FRESH, options.non_mated)))
        ),
    }
    body["floor"] = _floor(body, options.people, len(population.fingers))
    if real:
        with bar("search, real prints", options.real_searches) as advance:
            body["real"], more = real_accuracy(real, gallery, options, others, threads, advance)
        curves |= more
        if options.real:
            body["likeness"] = likeness(options.real)
    if options.peers or options.peer_command:
        body["peers"] = _peers(options, population, real or None, bar)
    body["notes"] = notes(body)
    body["summary"] = summary(body)
    body["rows"] = rows(body)
    body["det"] = {name: _drawn(one) for name, one in curves.items()}
    return Evaluated(body, curves)


def _strangers(population: people.Population, count: int) -> Iterator[Sequence[Template]]:
    for start in range(0, count, CHUNK):
        yield from population.non_mated(range(start, min(start + CHUNK, count)))


def _mated(
    population: people.Population, enrolled: int, count: int, numbers: Iterable[int] = ()
) -> Iterator[tuple[str, Sequence[Template]]]:
    """Evenly over everyone enrolled, so that each segment of the gallery is asked for."""
    for number in numbers or range(count):
        person = number * enrolled // count
        yield people.identity(person), population.mated(range(person, person + 1))[0]


def _unfound(
    population: people.Population, enrolled: int, mates: searches.Outcome
) -> Iterator[tuple[str, Sequence[Template]]]:
    """The searches that did not return the mate, once more."""
    numbers = np.flatnonzero(mates.rank == 0).tolist()
    return _mated(population, enrolled, len(mates.rank), numbers) if numbers else iter(())


def _warmed(population: people.Population, gallery: Gallery, threads: int) -> None:
    """Compile and map before anything is timed; a new process is timed by itself."""
    for probe in _strangers(population, 3):
        searches.once(probe, gallery, searches.KEEP, threads)


def _accuracy(others: searches.Outcome, mates: searches.Outcome) -> dict[str, Any]:
    points = [metrics.at_fpir(others.score, mates.score, target) for target in metrics.TARGETS]
    return {
        "non_mated": len(others.score),
        "mated": len(mates.score),
        "refused_for_quality": others.poor + mates.poor,
        "at_fpir": {str(point.target): point.as_json() for point in points},
        "rank_1": metrics.within_rank(mates.rank, 1).as_json(),
        f"within_{searches.KEEP}": metrics.within_rank(mates.rank, searches.KEEP).as_json(),
        "compared_in_full_mean": round(float(others.compared.mean()), 1),
    }


def calibration(others: searches.Outcome, mates: searches.Outcome) -> dict[str, Any]:
    """At the FPIR that candidates carry: the FPIR that was measured, and the FNIR there.

    `upper_end`: where the upper end of the candidate's interval must meet the operating point,
    as `identify.identified` asks.
    """
    found = {}
    for stated in CALIBRATED:
        # Rates count what reaches a threshold from below; of FPIRs the least is the best.
        found[str(stated)] = {
            "fpir": metrics.fpir_at(-others.fpir, -stated).as_json(),
            "fnir": metrics.fnir_at(-mates.fpir, -stated).as_json(),
            "upper_end": {
                "fpir": metrics.fpir_at(-others.fpir_high, -stated).as_json(),
                "fnir": metrics.fnir_at(-mates.fpir_high, -stated).as_json(),
            },
        }
    return found


def _seconds(
    population: people.Population,
    gallery: Gallery,
    others: searches.Outcome,
    mates: searches.Outcome,
    threads: int,
    bar: Bar,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "threads": threads,
        "non_mated": metrics.spread(others.seconds),
        "mated": metrics.spread(mates.seconds),
    }
    count = min(TIMED, len(others.seconds))
    with bar("search, one thread", count) as advance:
        cpu = time.process_time()
        alone = searches.non_mated(_strangers(population, count), gallery, 1, advance)
        cpu = time.process_time() - cpu
    found["non_mated_one_thread"] = metrics.spread(alone.seconds)
    found["non_mated_one_thread"]["cpu_mean"] = round(cpu / count, 6)
    for name, used in (("", threads), ("_one_thread", 1)):
        with bar(f"search, fingers as stated, threads {used}", count) as advance:
            some = _strangers(population, count)
            stated = searches.non_mated(some, gallery, used, advance, orders=False)
        found[f"non_mated_as_stated{name}"] = metrics.spread(stated.seconds)
    found["stages_one_thread"] = stages.seconds(
        list(_strangers(population, min(STAGED, count))), gallery
    )
    return found


def _size(folder: Path, gallery: Gallery, population: people.Population) -> dict[str, Any]:
    size = galleries.size_bytes(folder)
    prints = len(gallery) * len(population.fingers)
    return {"bytes": size, "prints": prints, "bytes_a_finger_on_disk": round(size / prints, 1)}


def _floor(body: dict[str, Any], count: int, fingers: int) -> dict[str, Any]:
    floor = machine.floor(count, fingers)
    one = body["seconds"]["non_mated_one_thread"]["mean"]
    floor["times_the_floor_one_thread"] = round(one / floor["seconds_one_thread"], 1)
    return floor


def likeness(folder: Path) -> dict[str, Any]:
    """How far synthetic score distributions are from real ones, by benchmarks.judge_population."""
    from benchmarks import judge_population

    judged, _ = judge_population.judged(folder, LIKENESS_PEOPLE, LIKENESS_PAIRS)
    found: dict[str, Any] = {}
    for capture, (preset, database) in PRESETS.items():
        found[f"{capture} captures and {database}"] = {
            "synthetic_to_real": judged[preset][f"against_{database}"]["distance"],
            "real_to_real": judged[database]["halves"],
            "impostors_beyond_real": judged[preset][f"against_{database}"]["tail"][BEYOND_REAL],
        }
    return found


def _peers(
    options: SearchOptions,
    population: people.Population,
    real: people.RealPrints | None,
    bar: Bar,
) -> list[dict[str, Any]]:
    """Every matcher on the same templates; with real prints also on MINDTCT's, NBIS's own."""
    count = options.peer_searches
    trials = {"synthetic": synthetic_trial(population, count)}
    if real and options.real:
        names = dict.fromkeys([options.extractor, "mindtct"])
        trials = {name: real_trial(options.real, name, count) for name in names}
    matchers = peers.known() if options.peers else peers.known()[:1]
    if options.peer_command:
        matchers.append(peers.Program(options.peer_command))
    found = []
    for name, trial in trials.items():
        for matcher in matchers:
            with bar(f"{matcher.name}, {name}", len(trial.probes)) as advance:
                found.append({"minutiae": name, **peers.compared(matcher, trial, advance)})
    return found


def _drawn(curve: metrics.Curve) -> dict[str, Any]:
    """The curve's steps as plain lists."""
    thin = curve.thinned()
    return {
        "non_mated": thin.non_mated,
        "mated": thin.mated,
        "false_positives": thin.false_positives.tolist(),
        "misses": thin.misses.tolist(),
    }


def _folder(options: SearchOptions) -> Path:
    real = f"-{options.extractor}" if options.real else ""
    return Path("out/bench") / (
        f"search-{options.fingers}-{options.people}-{options.capture}-{options.seed}{real}"
    )


def _data(options: SearchOptions) -> str:
    real = f"; FVC2002 set B by {options.extractor}" if options.real else ""
    return f"synthetic people, {options.capture} captures, {options.fingers} fingers{real}"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
