from __future__ import annotations

import pytest

from comity.errors import StatisticsError
from comity.statistics.disclosure import attack, check, suppress
from comity.statistics.relations import relations, value
from comity.statistics.table import BY_MONTH, compute
from tests.statistics.stories import county

LEVELS = ("1", "2", "3", "non-criminal")


def places(*matches_by_level):
    """A table of jurisdictions A, B, C, ... of 400 submissions each."""
    rows = []
    for number, counts in enumerate(matches_by_level):
        matches = dict(zip(LEVELS, counts, strict=True))
        rows.append(county("ABCDEF"[number], submissions=400, matches=matches, removed={}))
    told = []
    for part in rows:
        told += [row.__class__(len(told) + i, *fields(row)) for i, row in enumerate(part)]
    return compute(told, "2010")


def fields(row):
    return row.kind, row.period, row.policy, row.public, row.values


def small_cells(table, threshold):
    rows = (*table.rows, table.total)
    return {
        (number, column)
        for number, row in enumerate(rows)
        for column, count in row.counts.items()
        if 1 <= count < threshold
    }


ONE_SMALL = places((20, 20, 20, 3), (20, 30, 40, 50), (60, 70, 80, 90))


def test_hiding_only_the_small_cell_gives_it_away():
    hidden = small_cells(ONE_SMALL, 10)
    assert hidden == {(0, "matches_non-criminal")}
    found = attack(ONE_SMALL, hidden, relations(ONE_SMALL))
    assert [(i.low, i.high) for i in found.values()] == [(3, 3)]
    with pytest.raises(StatisticsError, match="can be recovered") as caught:
        check(ONE_SMALL, hidden)
    assert caught.value.where == "A, `matches_non-criminal`"
    assert caught.value.found == "3 to 3"


def test_one_complement_in_the_row_is_not_enough():
    # The row no longer gives it away, and the column still does.
    hidden = {(0, "matches_non-criminal"), (0, "matches_1")}
    with pytest.raises(StatisticsError, match="can be recovered"):
        check(ONE_SMALL, hidden)


def test_four_corners_protect_one_cell():
    corners = {(r, c) for r in (0, 1) for c in ("matches_non-criminal", "matches_1")}
    check(ONE_SMALL, corners)
    found = attack(ONE_SMALL, corners, relations(ONE_SMALL))
    # 3 can grow until 20 in its row or 20 in B's level 1 is down to 1.
    assert (found[0, "matches_non-criminal"].low, found[0, "matches_non-criminal"].high) == (1, 22)


def test_two_small_cells_that_only_share_a_small_sum_are_found():
    table = places((20, 20, 3, 4), (20, 20, 4, 3))
    hidden = {(r, f"matches_{level}") for r in (0, 1) for level in ("3", "non-criminal")}
    hidden |= {(2, "matches_3"), (2, "matches_non-criminal")}
    with pytest.raises(StatisticsError, match="can be recovered"):
        check(table, hidden)


def test_suppress_hides_every_small_cell_and_withstands_its_own_attack():
    for table in (
        ONE_SMALL,
        places((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12)),
        places((0, 0, 0, 1), (0, 0, 0, 40)),
        places((3, 0, 0, 0), (0, 3, 0, 0), (0, 0, 3, 0), (30, 30, 30, 30)),
    ):
        chosen = suppress(table)
        assert small_cells(table, 10) <= set(chosen.hidden)
        check(table, chosen.hidden)
        for cell, interval in chosen.hidden.items():
            assert interval.low <= value(table, cell) <= interval.high
            assert interval.width >= 10


def test_suppress_hides_no_more_than_it_must_where_nothing_is_small():
    table = places((20, 20, 20, 30), (20, 30, 40, 50))
    assert suppress(table).hidden == {}
    assert suppress(table).as_json()["hidden_counts"] == 0
    assert suppress(table).as_json()["narrowest_interval"] is None


def test_one_small_cell_costs_about_four():
    assert len(suppress(ONE_SMALL).hidden) <= 6


def test_a_small_count_left_in_sight_is_refused():
    with pytest.raises(StatisticsError, match="small count is shown"):
        check(ONE_SMALL, set())


def test_a_table_too_small_to_protect_is_refused():
    table = compute(county("A", submissions=4, matches={"1": 2}, removed={}), "2010")
    chosen = suppress(table)  # everything goes, and nothing bounds it
    assert {c for c, n in table.total.counts.items() if n} <= {c for _, c in chosen.hidden}
    with pytest.raises(StatisticsError, match="threshold"):
        suppress(table, 1)


def test_a_contradicting_table_is_no_table():
    table = compute(county("A", submissions=40, matches={"1": 30}, removed={}), "2010")
    with pytest.raises(StatisticsError, match="contradicts"):
        attack(table, {(0, "matches_1"), (0, "matches_2")}, relations(table))


def test_months_are_rows_like_any():
    rows = county("A", submissions=40, matches={"1": 30}, removed={})
    table = compute(rows, "2010", BY_MONTH)
    check(table, suppress(table).hidden)
