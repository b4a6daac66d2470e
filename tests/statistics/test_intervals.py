from __future__ import annotations

from math import comb

import pytest

from comity.errors import StatisticsError
from comity.statistics.intervals import clopper_pearson, nearest_rank, rate


def at_most(count, of, share):
    """P(X <= count) for X binomial."""
    return sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count + 1))


@pytest.mark.parametrize(("count", "of"), [(1, 2), (3, 18), (15, 18), (29, 155), (2, 60), (1, 1)])
def test_the_ends_are_where_each_tail_has_a_fortieth(count, of):
    low, high = clopper_pearson(count, of)
    assert 1 - at_most(count - 1, of, low) == pytest.approx(0.025, abs=1e-9)
    if count < of:
        assert at_most(count, of, high) == pytest.approx(0.025, abs=1e-9)


def test_none_and_all_have_an_end_at_the_border():
    assert clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025**0.1))
    assert clopper_pearson(10, 10) == (pytest.approx(0.025**0.1), 1.0)


@pytest.mark.parametrize(("count", "of"), [(-1, 3), (4, 3), (0, 0)])
def test_no_such_proportion(count, of):
    with pytest.raises(StatisticsError):
        clopper_pearson(count, of)


def test_a_rate_of_nothing_is_none():
    assert rate(0, 0).as_json() == {
        "numerator": 0,
        "denominator": 0,
        "estimate": None,
        "low95": None,
        "high95": None,
    }


def test_nearest_rank_gives_observed_values():
    values = [50.0, 15.0, 20.0, 35.0, 40.0]
    assert nearest_rank(values, 50) == 35.0
    assert nearest_rank(values, 90) == 50.0
    assert nearest_rank(values, 20) == 15.0
    assert nearest_rank(values, 21) == 20.0
    assert nearest_rank([7.0], 1) == 7.0
    assert nearest_rank([], 50) is None
    assert nearest_rank([1.0, 2.0], 50) == 1.0
