"""Every case in the YAML beside this file, decided. The files are written to be read by counsel.

A case may leave out facts that are `ordinary` and answers it has nothing to say about.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from comity.agreement.decide import decide
from comity.agreement.explain import account
from comity.agreement.read import read_files
from comity.agreement.register import Agreements
from comity.records import Facts

HERE = Path(__file__).parent
PRESETS = HERE.parents[1] / "src" / "comity" / "programme" / "presets"
EXPECTED = {
    "permit", "timing", "awaits", "clauses", "unknown", "fields", "second_reviewer", "agreements",
}  # fmt: skip


class Text(yaml.SafeLoader):
    """YAML in which times stay as written."""


Text.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if "timestamp" not in tag]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.yaml")):
        sheet = yaml.load(path.read_text("utf-8"), Loader=Text)
        for case in sheet["cases"]:
            whole = {"agreements": sheet["agreements"], **case}
            whole["facts"] = {**sheet["ordinary"], **case["facts"]}
            found.append(pytest.param(whole, id=f"{path.stem}: {case['name']}"))
    return found


def agreements_of(names: list[str]) -> Agreements:
    files: list[Path] = []
    for name in names:
        folder = PRESETS / name
        files += folder.glob("*.yaml") if folder.is_dir() else [HERE / "agreements" / name]
    return read_files(files)


@pytest.mark.parametrize("case", cases())
def test_scenario(case: dict[str, Any]) -> None:
    known_at = case.get("known_at")
    agreements = agreements_of(case["agreements"])
    decision = decide(
        agreements,
        case["question"],
        Facts.from_json(case["facts"]),
        at=datetime.fromisoformat(case["at"]),
        known_at=datetime.fromisoformat(known_at) if known_at else None,
    )
    expected = case["expect"]
    assert set(expected) <= EXPECTED, "a word that is never checked"
    found = decision.as_json()
    assert {word: found[word] for word in expected} == expected, account(decision, agreements)


def test_there_are_scenarios_enough_and_none_twice() -> None:
    names = [case.values[0]["name"] for case in cases()]
    assert len(names) >= 25
    assert len(set(names)) == len(names)
