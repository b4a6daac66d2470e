import numpy as np
import pytest

from comity.minutiae.batch import joined
from comity.search import kernels_cylinders, mcc
from comity.search.compare import paired, similarities, similarity
from tests.reference import mcc as oracle
from tests.search.prints import capture, hand, moved, plain, scattered

SIZES = [0, 1, 2, 3, 5, 9, 17, 30]


def stored_bits(cylinders: mcc.Cylinders, row: int) -> set[tuple[int, int, int]]:
    return {
        (cell // 8 + 1, cell % 8 + 1, layer + 1)
        for layer in range(6)
        for cell in range(64)
        if int(cylinders.cells[layer, row]) >> cell & 1
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("side", [150, 400])
def test_cylinders_are_the_oracles(size: int, side: int) -> None:
    template = scattered(size, size, side)
    built = mcc.cylinders(template)
    expected = [oracle.cylinder(plain(template), i) for i in range(size)]
    usable = [i for i, c in enumerate(expected) if c]
    rows = sorted(usable, key=lambda i: plain(template)[i][2])
    assert built.place.tolist() == [[*plain(template)[i], i] for i in rows]
    for row, index in enumerate(rows):
        valid, bits = expected[index]
        cells = {(c // 8 + 1, c % 8 + 1) for c in range(64) if int(built.cells[6, row]) >> c & 1}
        assert cells == valid
        assert stored_bits(built, row) == bits


@pytest.mark.parametrize("seed", range(6))
def test_the_score_and_its_pairs_are_the_oracles(seed: int) -> None:
    one, other = capture(seed, 2, 0), moved(capture(seed + seed % 2, 2, 1), 7 * seed - 15, 9, -4)
    score, shares, pairs = oracle.compare(plain(one), plain(other))
    found = mcc.match(mcc.cylinders(one), mcc.cylinders(other))
    assert (found.relaxed, *found.covered) == pytest.approx(shares, abs=1e-6)
    assert found.score == pytest.approx(score, abs=1e-6)
    total = sum(weight for _, _, weight in pairs)
    expected = {(i, j): score * weight / total for i, j, weight in pairs}
    parts = {(i, j): part for (i, j), part in zip(found.pairs.tolist(), found.parts, strict=True)}
    assert parts == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("sizes", [(0, 0), (0, 20), (1, 20), (2, 2), (3, 25), (12, 4), (20, 20)])
def test_few_minutiae_are_compared_as_the_oracle_does(sizes: tuple[int, int]) -> None:
    one, other = (scattered(seed, size, 120) for seed, size in enumerate(sizes))
    expected, _, _ = oracle.compare(plain(one), plain(other))
    assert similarity(one, other) == pytest.approx(expected, abs=1e-6)


def test_minutiae_on_one_line_or_one_point_have_a_hull() -> None:
    line = np.array([5, 1, 3, 1]), np.array([5, 1, 3, 1])
    chain = np.empty(9, np.int64)
    ring = chain[: kernels_cylinders.hull(*line, chain)]
    assert {tuple(p) for p in np.column_stack(line)[ring].tolist()} == {(1, 1), (5, 5)}
    assert kernels_cylinders.hull(np.ones(4, np.int64), np.ones(4, np.int64), chain) <= 2


def test_many_candidates_at_once_are_each_compared_as_one() -> None:
    templates = [capture(0, 2, 1), scattered(1, 0), scattered(2, 1), *hand(3), scattered(4, 40)]
    minutiae, first = joined(templates)
    for probe in (capture(0, 2), scattered(5, 0), scattered(6, 30)):
        mine = mcc.cylinders(probe)
        found = [mcc.match(mine, mcc.cylinders(template)) for template in templates]
        similarity, cylinders = similarities(mine, minutiae, first)
        assert similarity.tolist() == [f.score for f in found]
        assert cylinders.tolist() == [f.cylinders for f in found]


def test_one_finger_is_alike_and_two_are_not() -> None:
    mates = [similarity(capture(p, 2, 0), capture(p, 2, 1)) for p in range(12)]
    others = [similarity(capture(p, 2, 0), capture(p + 1, 2, 1)) for p in range(12)]
    assert min(mates) > 1.5 * max(others)


def test_a_shift_changes_nothing_and_a_turn_little() -> None:
    probe = capture(3, 2)
    itself = similarity(probe, probe)
    assert similarity(probe, moved(probe, 0, 40, -25)) == pytest.approx(itself)
    assert similarity(probe, moved(probe, 20, 0, 0)) > 0.6 * itself


def test_a_print_turned_beyond_the_limit_is_not_found() -> None:
    probe = capture(3, 2)
    assert similarity(probe, moved(probe, 90, 0, 0)) < 0.3 * similarity(probe, probe)


def test_pairs_name_each_minutia_once_and_the_right_mate() -> None:
    probe = capture(5, 2)
    pairs = paired(probe, moved(probe, 10, 5, 5))
    assert [part for _, _, part in pairs] == sorted((p for _, _, p in pairs), reverse=True)
    assert len({i for i, _, _ in pairs}) == len({j for _, j, _ in pairs}) == len(pairs) >= 8
    assert sum(i == j for i, j, _ in pairs) >= len(pairs) - 1
