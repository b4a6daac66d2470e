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
    by_stage = {stage: (search, release) for stage, search, release in told.rows}
    assert {one.kind for one in by_stage["after an arrest"][1]} == {"later"}
    search, release = by_stage["after a conviction"]
    assert search.kind == "now"
    assert [one.kind for one in release] == ["now", "now", "never", "never", "unknown"]
    assert told.columns[-1] == "level not known"
    ((name, leaves),) = told.sets
    assert (name, len(leaves)) == ("A", 3)
    assert leaves[2] == ("the local agency", "identity number")


def test_columns_that_are_all_alike_are_one() -> None:
    told = squares(grid(read_file(PRESET / "fir.yaml")))
    assert told.columns == ("any level",)
    assert all(len(release) == 1 for _, _, release in told.rows)


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
    for row, stage in zip(table.rows, (*STAGES, None), strict=True):
        case = replace(plain, stage=stage)
        assert row.search == decide(alone, "search", case, at=table.at)
        for level, found in zip((*LEVELS, None), row.release, strict=True):
            at_level = replace(case, level={version: level})
            assert found == decide(alone, "release", at_level, at=table.at)
    for effect in table.effects:
        case = replace(plain, **{effect.fact: effect.value})
        for stage, found in zip(STAGES, effect.release, strict=True):
            assert found == decide(alone, "release", replace(case, stage=stage), at=table.at)


def test_an_instant_at_which_it_is_not_in_force_is_refused() -> None:
    with pytest.raises(CallerError, match="not in force"):
        grid(one(), day(-5))
