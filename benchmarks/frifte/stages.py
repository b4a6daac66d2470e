"""Where a search's seconds go, and where it loses a mate."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks.frifte.searches import KEEP, once
from comity.errors import PoorTemplateError
from comity.records import Template
from comity.search import codes, sequence, shortlist
from comity.search.gallery import Gallery
from comity.search.identify import default_budget, usable


def seconds(probes: Sequence[Sequence[Template]], gallery: Gallery) -> dict[str, float]:
    """Means on one thread; each stage is what its step takes beyond the steps within it."""
    rows = [_of_one(probe, gallery) for probe in probes]
    names = ("encoding the probe", "scanning everyone", "weighing the best", "comparing in full")
    means = np.mean([row for row in rows if row] or [(0.0,) * len(names)], axis=0)
    return dict(zip(names, (round(max(0.0, float(m)), 6) for m in means), strict=True))


def _of_one(probe: Sequence[Template], gallery: Gallery) -> tuple[float, ...] | None:
    try:
        hand = usable(probe)
    except PoorTemplateError:
        return None
    held = gallery.reading
    began = time.perf_counter()
    stated = codes.probe_hand(list(hand.values()))
    encoded = time.perf_counter()
    readings = sequence.applicable(frozenset(hand), frozenset(held.fingers))
    hands = [codes.reordered(stated, order) for order in readings.values()]
    shortlist.scanned(hands, tuple(held.blocks()), shortlist.WEIGHED_MIN)
    scanned = time.perf_counter()
    shortlist.shortlist(hand, held, default_budget(len(hand), len(held)))
    listed = time.perf_counter()
    whole = once(probe, gallery, KEEP, 1).seconds
    steps = encoded - began, scanned - encoded
    weighed = listed - scanned - sum(steps)
    return (*steps, weighed, whole - (listed - scanned))


def lost(searched: Iterable[tuple[str, Sequence[Template]]], gallery: Gallery) -> dict[str, int]:
    """Of searches that did not return the mate: at which step it was lost."""
    found = {"refused for quality": 0, "not on the shortlist": 0, "compared and outscored": 0}
    for name, probe in searched:
        try:
            hand = usable(probe)
        except PoorTemplateError:
            found["refused for quality"] += 1
            continue
        held = gallery.reading
        listed = shortlist.shortlist(hand, held, default_budget(len(hand), len(held)))
        there = gallery.find(name) in {int(row) for reading in listed for row in reading.rows}
        found["compared and outscored" if there else "not on the shortlist"] += 1
    return found
