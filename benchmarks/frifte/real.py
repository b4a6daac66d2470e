"""Error rates of searches with real prints, whose searches share fingers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.frifte import metrics, people, searches
from comity.cli._bench_search import SearchOptions
from comity.search.gallery import Gallery

ALL = "all"


def real_accuracy(
    real: people.RealPrints,
    gallery: Gallery,
    options: SearchOptions,
    strangers: searches.Outcome,
    threads: int,
    advance: Callable[[int], None],
) -> tuple[dict[str, Any], dict[str, metrics.Curve]]:
    """FNIR by database at thresholds that synthetic and that real non-mated searches set.

    strangers  the synthetic non-mated searches of the same gallery
    """
    rng = np.random.default_rng(options.seed)
    probes = real.probes(options.real_searches, rng)
    mates, others = searches.real(probes, real.hands(), gallery, threads, advance)
    body: dict[str, Any] = {
        "extractor": options.extractor,
        "people": len(real.hands()),
        "searches": len(probes),
        "refused_for_quality": mates.poor,
    }
    curves = {}
    for database in (*dict.fromkeys(probe.hand.database for probe in probes), ALL):
        rows = [n for n, p in enumerate(probes) if database in (p.hand.database, ALL)]
        fingers = [probes[n].hand.fingers for n in rows]
        score, stated = mates.score[rows], mates.fpir[rows]
        own = others.score[rows]
        body[database] = {
            "mated": len(rows),
            "disjoint_people": metrics.disjoint(fingers),
            "rank_1": metrics.within_rank(mates.rank[rows], 1).as_json(),
            "at_synthetic_fpir": _missed(score, strangers.score, fingers, rng),
            "at_real_fpir": _missed(score, others.score, fingers, rng),
            "at_stated_fpir": {
                str(target): _share(stated > target, fingers, rng) for target in metrics.TARGETS
            },
            "stated_fpir_reached": {
                str(target): _share(others.fpir[rows] <= target, fingers, rng)
                for target in (0.01, 0.1)
            },
        }
        curves[f"real, {database}"] = metrics.curve(own, score)
    if len(curves) == 2:  # one database is all there is
        curves.pop(f"real, {ALL}")
    return body, curves


def _missed(
    score: metrics.Floats,
    top: metrics.Floats,
    fingers: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """FNIR at the thresholds of these non-mated searches, with intervals over the fingers."""
    found = {}
    for target in metrics.TARGETS:
        threshold = metrics.threshold_at(top, target)
        found[str(target)] = {
            "threshold": round(threshold, 4) if np.isfinite(threshold) else None,
            "resolved": len(top) * target >= 1,
            **_share((score < threshold) | (score == -np.inf), fingers, rng),
        }
    return found


def _share(
    happened: np.ndarray[Any, np.dtype[np.bool_]],
    fingers: Sequence[tuple[str, ...]],
    rng: np.random.Generator,
) -> dict[str, Any]:
    low, high = metrics.over_fingers(happened, fingers, rng)
    return {
        "numerator": int(happened.sum()),
        "denominator": len(happened),
        "estimate": round(float(happened.mean()), 6),
        "low95": round(low, 6),
        "high95": round(high, 6),
    }
