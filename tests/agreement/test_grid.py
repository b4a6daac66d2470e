"""Decision tables: every square is what the evaluator says of such a case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings

from comity.agreement.decide import decide
from comity.agreement.explain_grid import squares, table_lines
from comity.agreement.grid import grid, ordinary_case
from comity.agreement.read import read_file
from comity.agreement.register import Agreements
from comity.errors import CallerError
from comity.records import LEVELS, STAGES
from tests.agreement.cases import a_set, bodies, day, one

PRESET = Path(__file__).parents[2] / "src/comity/programme/presets/three_states"


def test_birch_answers_after_conviction_at_two_levels() -> None:
    told = squares(grid(read_file(PRESET / "birch.yaml")))
    searched, released = told.tables
    assert dict(searched.rows)["after a conviction"][0].kind == "now"
    by_stage = dict(released.rows)
    assert {one.kind for one in by_stage["after an arrest"]} == {"later"}
    found = [one.kind for one in by_stage["after a conviction"]]
    assert found == ["now", "now", "never", "never", "unknown"]
    assert released.columns[-1] == "level not known"
    ((name, leaves),) = told.sets
    assert (name, len(leaves)) == ("A", 3)
    assert leaves[2] == ("the local agency", "identity number")


def test_columns_that_are_all_alike_are_one() -> None:
    told = squares(grid(read_file(PRESET / "fir.yaml")))
    assert [one.columns for one in told.tables] == [("",), ("any level",)]
    assert all(len(answers) == 1 for one in told.tables for _, answers in one.rows)


def test_the_text_names_every_set_of_fields_that_it_uses() -> None:
    lines = table_lines(grid(read_file(PRESET / "alder.yaml")))
    assert any(line.startswith("  A  to the notified agency") for line in lines)
    assert any(line.startswith("  B  to the notified agency: every field") for line in lines)
    assert any("minor traffic offence: not known" in line for line in lines)


@settings(max_examples=60)
@given(bodies())
def test_every_square_is_what_the_evaluator_says(body: dict[str, Any]) -> None:
    agreement = a_set(body).all[0]
    alone = Agreements((agreement,))
    try:
        table = grid(agreement)
    except CallerError:
        assume(False)
    plain = ordinary_case(agreement)
    version = agreement.levels.version
    limit = agreement.regime == "local_limit"
    asked = [] if limit else ["search", "release"]
    assert [part.question for part in table.parts] == asked + ["hold"] * bool(agreement.hold)
    for part in table.parts:
        levels = (*LEVELS, None) if part.question != "search" else agreement.levels.permit[:1]
        for row, stage in zip(part.rows, (*STAGES, None), strict=True):
            for level, found in zip(levels, row.answers, strict=True):
                case = replace(plain, stage=stage, level={version: level})
                assert found == decide(alone, part.question, case, at=table.at)
        for effect in part.effects:
            for stage, found in zip(STAGES, effect.answers, strict=True):
                case = replace(plain, **{effect.fact: effect.value, "stage": stage})
                assert found == decide(alone, part.question, case, at=table.at)


def test_an_instant_at_which_it_is_not_in_force_is_refused() -> None:
    with pytest.raises(CallerError, match="not in force"):
        grid(one(), day(-5))
