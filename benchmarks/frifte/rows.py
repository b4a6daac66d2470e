"""The figures of one evaluation that are kept in benchmarks/results.csv: those compared later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comity.cli._bench_run import figures

KEPT = frozenset({"estimate", "low95", "high95"})  # of a rate; counts are in the JSON object
WHOLE = ("seconds", "size", "new_process", "floor", "enrolment", "mates_not_returned")


def rows(body: Mapping[str, Any]) -> dict[str, float]:
    """By dotted name; of real prints the first candidates and FNIR, of peers errors and speed."""
    found: dict[str, Any] = {name: body[name] for name in WHOLE}
    found["rank_1"] = body["accuracy"]["rank_1"]
    for target, point in body["accuracy"]["at_fpir"].items():
        found[f"fnir_at_fpir_{target}"] = point["fnir"]
    for stated, point in body["calibration"].items():
        found[f"fpir_where_{stated}_is_stated"] = point["fpir"]
    for name, part in body.get("real", {}).items():
        if isinstance(part, Mapping):
            found[f"real.{name}.rank_1"] = part["rank_1"]
            for target, rate in part["at_synthetic_fpir"].items():
                found[f"real.{name}.fnir_at_fpir_{target}"] = rate
    for peer in body.get("peers", []):
        key = f"peer.{peer['matcher']}.{peer['minutiae']}"
        found[f"{key}.rank_1"] = peer["rank_1"]
        found[f"{key}.comparisons_a_second"] = peer["comparisons_a_second"]
        for target, point in peer["at_fpir"].items():
            found[f"{key}.fnir_at_fpir_{target}"] = point["fnir"]
    kept = {name: _rate(value) for name, value in found.items()}
    return dict(figures(kept))


def _rate(value: Any) -> Any:
    if isinstance(value, Mapping) and value.keys() >= KEPT:
        return {name: value[name] for name in sorted(KEPT)}
    return value
