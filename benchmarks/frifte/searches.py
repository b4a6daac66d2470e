"""Searches, one after another, and what of each the error rates need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.frifte.metrics import Floats
from benchmarks.frifte.people import Hand, Probe
from comity.errors import PoorTemplateError
from comity.records import Candidate, Template
from comity.search.gallery import Gallery
from comity.search.identify import search

KEEP = 20  # candidates of a search


@dataclass(frozen=True, eq=False)
class Outcome:
    """n searches. Of none returned: score -inf, fpir and fpir_high inf, rank 0.

    score      float64 (n,), of the mate, or of the highest candidate that is not the mate
    fpir, fpir_high  float64 (n,), the least that the mate carries, or any other candidate
    rank       int64 (n,), the mate's place from 1; 0 throughout non-mated searches
    seconds    float64 (n,)
    compared   int64 (n,), people compared in full
    poor       searches that could not be made, with too few minutiae
    """

    score: Floats
    fpir: Floats
    fpir_high: Floats
    rank: NDArray[np.int64]
    seconds: Floats
    compared: NDArray[np.int64]
    poor: int


@dataclass(frozen=True)
class One:
    """One search's candidates."""

    candidates: Sequence[Candidate]
    seconds: float
    compared: int
    poor: bool


def once(
    probe: Sequence[Template], gallery: Gallery, keep: int, threads: int, *, orders: bool = True
) -> One:
    """Search; a probe that is refused for its quality finds nobody and counts as such."""
    began = time.perf_counter()
    try:
        answer = search(probe, gallery, keep=keep, threads=threads, orders=orders)
    except PoorTemplateError:
        return One((), time.perf_counter() - began, 0, poor=True)
    return One(answer.candidates, time.perf_counter() - began, answer.compared, poor=False)


def non_mated(
    probes: Iterable[Sequence[Template]],
    gallery: Gallery,
    threads: int,
    advance: Callable[[int], None],
    *,
    orders: bool = True,
) -> Outcome:
    """Searches by people who are not enrolled."""
    found = []
    for probe in probes:
        found.append(once(probe, gallery, KEEP, threads, orders=orders))
        advance(1)
    return _outcome(found, [_first(one.candidates) for one in found])


def mated(
    probes: Iterable[tuple[str, Sequence[Template]]],
    gallery: Gallery,
    threads: int,
    advance: Callable[[int], None],
) -> Outcome:
    """Searches by people who are enrolled, each with its identity."""
    found, mates = [], []
    for name, probe in probes:
        one = once(probe, gallery, KEEP, threads)
        found.append(one)
        mates.append(_place(one.candidates, name))
        advance(1)
    return _outcome(found, mates)


def real(
    probes: Sequence[Probe],
    enrolled: Sequence[Hand],
    gallery: Gallery,
    threads: int,
    advance: Callable[[int], None],
) -> tuple[Outcome, Outcome]:
    """Searches with real prints: what they say of mates, and of people who are not enrolled.

    enrolled  every hand of real fingers that the gallery holds
    A finger may be enrolled in several hands. Candidates that share a finger with the probe and
    are not its mate are left out of both; without the mate as well, what remains is the search
    of someone who is not enrolled, so that no finger is mate and impostor at once.
    """
    sharing = {
        hand: {other.identity for other in enrolled if set(other.fingers) & set(hand.fingers)}
        for hand in {probe.hand for probe in probes}
    }
    found, mates, others = [], [], []
    for probe in probes:
        name, alike = probe.hand.identity, sharing[probe.hand]
        one = once(probe.templates, gallery, KEEP + len(alike), threads)
        apart = [c for c in one.candidates if c.identity not in alike]
        kept = [c for c in one.candidates if c.identity == name or c in apart][:KEEP]
        found.append(one)
        mates.append(_place(kept, name))
        others.append(_first(apart))
        advance(1)
    return _outcome(found, mates), _outcome(found, others)


Place = tuple[float, float, float, int]  # score, fpir, fpir_high, rank
NOWHERE: Place = (-np.inf, np.inf, np.inf, 0)


def _first(candidates: Sequence[Candidate]) -> Place:
    if not candidates:
        return NOWHERE
    return (
        max(c.score for c in candidates),
        min(c.fpir for c in candidates),
        min(c.fpir_high for c in candidates),
        0,
    )


def _place(candidates: Sequence[Candidate], name: str) -> Place:
    for rank, candidate in enumerate(candidates, 1):
        if candidate.identity == name:
            return (candidate.score, candidate.fpir, candidate.fpir_high, rank)
    return NOWHERE


def _outcome(found: Sequence[One], places: Sequence[Place]) -> Outcome:
    table = np.array(places, np.float64).reshape(-1, 4)
    return Outcome(
        score=table[:, 0],
        fpir=table[:, 1],
        fpir_high=table[:, 2],
        rank=table[:, 3].astype(np.int64),
        seconds=np.array([one.seconds for one in found]),
        compared=np.array([one.compared for one in found], np.int64),
        poor=sum(one.poor for one in found),
    )
