"""Every case in the YAML beside this file, decided. The files are written to be read by counsel.

A case may leave out facts that are `ordinary` and answers it has nothing to say about. Instead
of levels it may give `charges`, each with what became of it; the levels, whether all is minor
traffic, and the stage where a conviction made it, then follow. `why` says what it rests on.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.agreement.decide import decide
from comity.agreement.explain import account
from comity.agreement.levels import levels_of, minor_traffic_only
from comity.agreement.read import read_files
from comity.agreement.register import Agreements
from comity.records import Facts

HERE = Path(__file__).parent
PRESETS = HERE.parents[1] / "src" / "comity" / "programme" / "presets"
SAID = {"name", "why", "agreements", "at", "known_at", "question", "facts", "charges", "expect"}
EXPECTED = {
    "permit", "timing", "awaits", "clauses", "unknown", "fields", "second_reviewer", "agreements",
}  # fmt: skip


class Text(yaml.SafeLoader):
    """YAML in which times stay as written."""


Text.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if "timestamp" not in tag]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def sheet(path: Path) -> Any:
    """A YAML file of this folder, times as written."""
    return yaml.load(path.read_text("utf-8"), Loader=Text)


def cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.yaml")):
        read = sheet(path)
        for case in read.get("cases", ()):
            whole = {"agreements": read["agreements"], "facts": {}, **case}
            whole["ordinary"] = read["ordinary"]
            found.append(pytest.param(whole, id=f"{path.stem}: {case['name']}"))
    return found


def agreements_of(names: list[str]) -> Agreements:
    """Presets by folder or by file, and the files of `agreements`, by name."""
    return _agreements(tuple(names))


@lru_cache
def _agreements(names: tuple[str, ...]) -> Agreements:
    files: list[Path] = []
    for name in names:
        where = next(path for path in (PRESETS / name, HERE / "agreements" / name) if path.exists())
        files += where.glob("*.yaml") if where.is_dir() else [where]
    return read_files(files)


def facts_of(case: dict[str, Any]) -> Facts:
    """The facts a case states, over those that are ordinary in its file."""
    told = dict(case["facts"])
    if "charges" in case:
        charged = [(one["ncic"], one["became"]) for one in case["charges"]]
        assert not {"level", "minor_traffic_only"} & set(told), "charges say that already"
        told["level"] = levels_of(charged)
        told["minor_traffic_only"] = minor_traffic_only([ncic for ncic, _ in charged])
        if any(became == "convicted" for _, became in charged):
            told.setdefault("stage", "conviction")
    return Facts.from_json({**case["ordinary"], **told})


@pytest.mark.parametrize("case", cases())
def test_scenario(case: dict[str, Any]) -> None:
    assert set(case) - {"ordinary"} <= SAID, "a word that nobody reads"
    known_at = case.get("known_at")
    agreements = agreements_of(case["agreements"])
    decision = decide(
        agreements,
        case["question"],
        facts_of(case),
        at=datetime.fromisoformat(case["at"]),
        known_at=datetime.fromisoformat(known_at) if known_at else None,
    )
    expected = case["expect"]
    assert set(expected) <= EXPECTED, "a word that is never checked"
    found = decision.as_json()
    assert {word: found[word] for word in expected} == expected, account(decision, agreements)


def test_there_are_scenarios_enough_and_none_twice() -> None:
    names = [case.values[0]["name"] for case in cases()]
    assert len(names) >= 80
    assert len(set(names)) == len(names)


def test_every_scenario_expects_more_than_that_something_happened() -> None:
    """A permit that names no clause, field or agreement would pass under any file."""
    told = [case.values[0] for case in cases()]
    assert all("permit" in case["expect"] for case in told)
    alone = [case["name"] for case in told if not case["expect"]["permit"] and
             not {"clauses", "timing"} & set(case["expect"])]  # fmt: skip
    assert alone == [], "a denial says which clause, or how long"


def test_every_theme_has_its_file() -> None:
    found = {path.stem for path in HERE.glob("*.yaml")}
    themes = {"history", "requirements", "time", "regimes", "levels", "local_limits"}
    assert themes <= found
