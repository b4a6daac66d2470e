"""Error rates of identification: by hand, and against their definitions search by search."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.frifte import metrics
from tests.reference import error_rates

NOBODY = -np.inf
# Ten people who are not enrolled, five who are; worked out by hand below.
TOP = np.array([9.0, 7.0, 5.0, 5.0, 3.0, 2.0, 2.0, 1.0, 0.0, NOBODY])
MATE = np.array([20.0, 8.0, 7.0, 4.0, NOBODY])


@pytest.mark.parametrize(
    ("target", "false_candidates", "missed"),
    [
        (0.0, 0, 4),  # above 9: only the mate at 20
        (0.1, 1, 3),  # above 7: 20 and 8, not the mate level with a stranger
        (0.19, 1, 3),
        (0.2, 2, 2),  # above 5: 20, 8 and 7
        (0.3, 2, 2),  # the two at 5 come together
        (0.4, 4, 1),  # above 3: all but the one that was not returned
        (0.9, 9, 1),
        (1.0, 9, 1),  # one search brings nobody at any threshold
    ],
)
def test_fnir_at_fpir_by_hand(target: float, false_candidates: int, missed: int) -> None:
    point = metrics.at_fpir(TOP, MATE, target)
    assert (point.fpir.numerator, point.fpir.denominator) == (false_candidates, 10)
    assert (point.fnir.numerator, point.fnir.denominator) == (missed, 5)


def test_a_target_that_the_searches_cannot_show_is_said_to_be_unresolved() -> None:
    assert not metrics.at_fpir(TOP, MATE, 0.09).resolved
    assert metrics.at_fpir(TOP, MATE, 0.1).resolved


def test_a_share_of_searches_is_not_lost_to_rounding() -> None:
    top = np.arange(1000.0)
    assert metrics.fpir_at(top, metrics.threshold_at(top, 0.003)).numerator == 3


def test_the_interval_is_clopper_and_pearson_s() -> None:
    # Clopper and Pearson 1934: none of 10 leaves up to 1 - 0.025 ** (1 / 10).
    point = metrics.at_fpir(TOP, np.full(10, 30.0), 0.1)
    assert point.fnir.low == 0.0
    assert point.fnir.high == pytest.approx(1 - 0.025**0.1, abs=1e-6)


SCORES = st.sampled_from([NOBODY, 0.0, 0.5, 1.0, 2.0, 3.0])


@settings(max_examples=200)
@given(
    st.lists(st.lists(SCORES, max_size=3), min_size=1, max_size=12),
    st.lists(st.tuples(SCORES, st.lists(SCORES, max_size=2)), min_size=1, max_size=8),
    st.integers(0, 12),
)
def test_the_rates_are_those_of_their_definitions(
    strangers: list[list[float]], enrolled: list[tuple[float, list[float]]], errors: int
) -> None:
    seen = [[s for s in one if s > NOBODY] for one in strangers]
    searched = [
        [(s, mate) for s, mate in [(own, True), *((s, False) for s in rest)] if s > NOBODY]
        for own, rest in enrolled
    ]
    top = np.array([max(one, default=NOBODY) for one in seen])
    mate = np.array([own for own, _ in enrolled])
    allowed = Fraction(min(errors, len(top)), len(top))
    point = metrics.at_fpir(top, mate, float(allowed))
    assert Fraction(point.fpir.numerator, len(top)) <= allowed
    truth = error_rates.fnir_at_fpir(seen, searched, allowed)
    assert Fraction(point.fnir.numerator, len(mate)) == truth
    curve = metrics.curve(top, mate)
    by_level = dict(zip(curve.false_positives.tolist(), curve.misses.tolist(), strict=True))
    reached = max(level for level in by_level if level <= allowed * len(top))
    assert by_level[reached] == point.fnir.numerator
    assert (np.diff(curve.misses) <= 0).all()


def test_a_curve_by_hand() -> None:
    curve = metrics.curve(TOP, MATE)
    assert curve.false_positives.tolist() == [0, 1, 2, 4, 5, 7, 8, 9]
    assert curve.misses.tolist() == [4, 3, 2, 1, 1, 1, 1, 1]
    assert (curve.non_mated, curve.mated) == (10, 5)


def test_a_thinned_curve_keeps_its_ends() -> None:
    rng = np.random.default_rng(1)
    curve = metrics.curve(rng.normal(0, 1, 5000), rng.normal(2, 1, 500))
    thin = curve.thinned(50)
    assert 20 < len(thin.misses) <= 50
    assert thin.false_positives[0] == 0
    assert thin.misses[-1] == curve.misses[-1]
    assert set(zip(thin.false_positives, thin.misses, strict=True)) <= set(
        zip(curve.false_positives, curve.misses, strict=True)
    )


def test_rank_zero_is_nowhere() -> None:
    rank = np.array([1, 1, 2, 20, 21, 0])
    assert metrics.within_rank(rank, 1).numerator == 2
    assert metrics.within_rank(rank, 20).numerator == 4


def test_disjoint_people_are_counted_greedily() -> None:
    pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "b"), ("e", "f")]
    assert metrics.disjoint(pairs) == 3


def test_searches_that_share_a_finger_count_as_that_one_finger() -> None:
    # Ten fingers, 100 searches each; all of one finger's fail. As independent searches the
    # interval of 10 % would be 0.08 to 0.12; ten fingers allow far more.
    fingers = [(f"f{n % 10}",) for n in range(1000)]
    missed = np.array([n % 10 == 0 for n in range(1000)])
    low, high = metrics.over_fingers(missed, fingers, np.random.default_rng(1))
    assert low == 0.0
    assert 0.2 <= high <= 0.5


def test_fingers_drawn_again_agree_with_the_binomial_where_each_searches_once() -> None:
    fingers = [(f"f{n}",) for n in range(400)]
    missed = np.arange(400) < 40
    low, high = metrics.over_fingers(missed, fingers, np.random.default_rng(1))
    # The normal approximation: 1.96 standard errors of 0.015 to either side of 0.1.
    assert low == pytest.approx(0.0706, abs=0.006)
    assert high == pytest.approx(0.1294, abs=0.006)


def test_where_none_was_missed_the_interval_is_of_disjoint_people() -> None:
    fingers = [("a", "b"), ("c", "d"), ("a", "c")] * 50
    low, high = metrics.over_fingers(np.zeros(150, bool), fingers, np.random.default_rng(1))
    assert (low, high) == (0.0, pytest.approx(1 - 0.025**0.5))
    low, high = metrics.over_fingers(np.ones(150, bool), fingers, np.random.default_rng(1))
    assert (low, high) == (pytest.approx(0.025**0.5), 1.0)


def test_pairs_weigh_by_both_fingers_and_tens_by_the_person() -> None:
    rng = np.random.default_rng(1)
    pairs = [(f"f{a}", f"f{b}") for a in range(10) for b in range(a)]
    missed = np.array(["f0" in pair for pair in pairs])
    low, high = metrics.over_fingers(missed, pairs, rng)
    assert low == 0.0  # without f0 nothing is missed
    assert high > 0.35
    tens = [tuple(f"{person}-{n}" for n in range(10)) for person in range(3) for _ in range(40)]
    low, high = metrics.over_fingers(np.arange(120) < 40, tens, rng)
    assert (low, high) == (0.0, 1.0)  # three people: drawn thrice, or not at all


def test_seconds_are_spread() -> None:
    found = metrics.spread([float(n) for n in range(1, 101)])
    assert found == {"n": 100, "mean": 50.5, "median": 50.5, "p95": 95.05, "least": 1.0}
    assert metrics.spread([]) == {"n": 0}
