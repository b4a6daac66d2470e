"""The gallery that is searched: built in steps, kept, gone on with where a run was stopped."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.frifte import people
from comity.errors import CallerError
from comity.minutiae.batch import Batch
from comity.search import codes
from comity.search.gallery import Gallery

NOTE = "population.json"  # beside the gallery's own files, in the folder above them
STEP = 2_000  # people made and enrolled at a time: a stopped run loses so many at most


@dataclass
class Built:
    """What is enrolled and what enrolling it took, over all runs that did.

    making, encoding, writing  processor seconds of one thread: templates, their codes, the rest
    seconds  by the clock, all three together, on `threads`
    """

    seed: int
    fingers: tuple[int, ...]
    capture: str
    people: int = 0
    real: int = 0
    real_extractor: str = ""
    threads: int = 1
    seconds: float = 0.0
    making: float = 0.0
    encoding: float = 0.0
    writing: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Its figures. Rates are of one core and from templates, without making them."""
        alone = self.encoding + self.writing
        return {
            "people": self.people,
            "real_people": self.real,
            "people_a_second_one_core": round(self.people / alone) if alone else None,
            "encoding_cpu_seconds": round(self.encoding, 3),
            "writing_cpu_seconds": round(self.writing, 3),
            "making_synthetic_templates_cpu_seconds": round(self.making, 3),
            "seconds_with_making": round(self.seconds, 3),
            "threads": self.threads,
        }


def build(
    folder: Path,
    population: people.Population,
    count: int,
    real: people.RealPrints | None,
    real_extractor: str,
    threads: int,
    advance: Callable[[int], None],
) -> tuple[Gallery, Built]:
    """Open the gallery of the first `count` synthetic people and the real hands, building it.

    threads  make and encode; one writes
    advance  told how many people have just been enrolled
    Raises CallerError where the folder holds a gallery of other people.
    """
    built = _known(folder, population)
    path = folder / "gallery"
    known = (path / "manifest.json").exists()
    gallery = Gallery.open(path) if known else Gallery.create(path, population.fingers)
    # The note may be a step behind what a stopped run enrolled; the gallery itself counts.
    built.people = len(gallery) - built.real
    if built.people > count or (built.real and built.real_extractor != real_extractor):
        raise CallerError(
            "the folder's gallery holds other people",
            where=str(folder),
            expected=f"{count} synthetic people at most, real prints by `{real_extractor}` or none",
            found=f"{built.people} and `{built.real_extractor or 'none'}`",
            next_step="name another folder with `--folder`, or remove this one",
        )
    advance(built.people)
    if built.people < count:
        _warmed(population)
        built.threads = threads
        _enrol(gallery, built, population, range(built.people, count), folder, advance)
    if real is not None and not built.real:
        hands = real.hands()
        gallery.extend([(hand.identity, real.enrolled(hand), "") for hand in hands])
        built.real, built.real_extractor = len(hands), real_extractor
    _note(folder, built)
    return gallery, built


def _enrol(
    gallery: Gallery,
    built: Built,
    population: people.Population,
    persons: range,
    folder: Path,
    advance: Callable[[int], None],
) -> None:
    """Steps are made side by side and written in order, so that any run leaves the same gallery."""
    steps = [
        range(at, min(at + STEP, persons.stop)) for at in range(persons.start, persons.stop, STEP)
    ]
    began = time.perf_counter()
    with ThreadPoolExecutor(built.threads) as pool:
        ready = deque(pool.submit(_made, population, step) for step in steps[: built.threads + 1])
        for number, step in enumerate(steps):
            batch, words, making, encoding = ready.popleft().result()
            if number + built.threads + 1 < len(steps):
                ready.append(pool.submit(_made, population, steps[number + built.threads + 1]))
            cpu = time.thread_time()
            gallery.extend_batch([people.identity(p) for p in step], batch, codes=words)
            built.writing += time.thread_time() - cpu
            built.making += making
            built.encoding += encoding
            built.seconds += time.perf_counter() - began
            began = time.perf_counter()
            built.people = step.stop
            _note(folder, built)
            advance(len(step))


def _made(
    population: people.Population, persons: range
) -> tuple[Batch, NDArray[np.uint64], float, float]:
    """Templates and codes, and the processor's seconds for each."""
    began = time.thread_time()
    batch = population.enrolled(persons)
    made = time.thread_time()
    words = codes.encode_batch(batch)
    return batch, words, made - began, time.thread_time() - made


def _warmed(population: people.Population) -> None:
    """Compile what enrols before its seconds are counted."""
    with TemporaryDirectory() as name:
        gallery = Gallery.create(Path(name) / "gallery", population.fingers)
        gallery.extend_batch([people.identity(0)], population.enrolled(range(1)))


def size_bytes(folder: Path) -> int:
    """Of the gallery's files."""
    return sum(path.stat().st_size for path in (folder / "gallery").iterdir() if path.is_file())


def _known(folder: Path, population: people.Population) -> Built:
    wanted = Built(population.seed, population.fingers, population.capture)
    path = folder / NOTE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _note(folder, wanted)
        return wanted
    body = json.loads(path.read_text(encoding="utf-8"))
    body = {field.name: body[field.name] for field in fields(Built) if field.name in body}
    known = Built(**{**body, "fingers": tuple(body["fingers"])})
    same = ("seed", "fingers", "capture")
    if any(getattr(known, name) != getattr(wanted, name) for name in same):
        raise CallerError(
            "the folder's gallery was built of another population",
            where=str(path),
            expected=", ".join(f"{name} {getattr(wanted, name)}" for name in same),
            found=", ".join(f"{name} {getattr(known, name)}" for name in same),
            next_step="name another folder with `--folder`, or remove this one",
        )
    return known


def _note(folder: Path, built: Built) -> None:
    (folder / NOTE).write_text(json.dumps(asdict(built), indent=1) + "\n", encoding="utf-8")
