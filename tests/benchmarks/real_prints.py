"""Templates under FVC2002's names, made by the synthetic population: no images, no extraction."""

from __future__ import annotations

from pathlib import Path

from benchmarks.fvc import DATABASES, FINGERS, IMPRESSIONS, Impression
from comity.minutiae import population
from comity.records import Template


def load(folder: Path, extractor: str) -> dict[Impression, Template]:
    """As `benchmarks.fvc.load`: 30 fingers, 8 impressions each, all of finger 2."""
    prints = {}
    for impression in IMPRESSIONS:
        batch = population.hands(99, range(30), impression, (2,))
        for n, (database, finger) in enumerate((d, f) for d in DATABASES for f in FINGERS):
            prints[database, finger, impression] = batch.template(n)
    return prints


def folder(parent: Path) -> Path:
    """One that looks like FVC2002's."""
    for database in DATABASES:
        (parent / "fvc" / database).mkdir(parents=True)
    return parent / "fvc"
