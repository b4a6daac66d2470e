"""The gallery that is searched: built in steps, kept, gone on with where a run was stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.frifte import people
from comity.errors import CallerError
from comity.search.gallery import Gallery

NOTE = "population.json"  # beside the gallery's own files, in the folder above them
STEP = 2_000  # people made and enrolled at a time: a stopped run loses so many at most


@dataclass
class Built:
    """What is enrolled and what enrolling it took, over all runs that did.

    seconds, cpu_seconds  of enrolment from templates, without making them
    """

    seed: int
    fingers: tuple[int, ...]
    capture: str
    people: int = 0
    real: int = 0
    real_extractor: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    making_seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Its figures; none of the rates where nothing was enrolled."""
        people_of = self.people or 1
        return {
            "people": self.people,
            "real_people": self.real,
            "seconds": round(self.seconds, 3),
            "people_a_second": round(people_of / self.seconds) if self.seconds else None,
            "people_a_cpu_second": round(people_of / self.cpu_seconds)
            if self.cpu_seconds
            else None,
            "making_the_templates_seconds": round(self.making_seconds, 3),
        }


def build(
    folder: Path,
    population: people.Population,
    count: int,
    real: people.RealPrints | None,
    real_extractor: str,
    advance: Callable[[int], None],
) -> tuple[Gallery, Built]:
    """Open the gallery of the first `count` synthetic people and the real hands, building it.

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
    while built.people < count:
        persons = range(built.people, min(built.people + STEP, count))
        began = time.perf_counter()
        batch = population.enrolled(persons)
        made, cpu = time.perf_counter(), time.process_time()
        gallery.extend_batch([people.identity(person) for person in persons], batch)
        built.making_seconds += made - began
        built.seconds += time.perf_counter() - made
        built.cpu_seconds += time.process_time() - cpu
        built.people = persons.stop
        _note(folder, built)
        advance(len(persons))
    if real is not None and not built.real:
        hands = real.hands()
        gallery.extend([(hand.identity, real.enrolled(hand), "") for hand in hands])
        built.real, built.real_extractor = len(hands), real_extractor
    _note(folder, built)
    return gallery, built


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
