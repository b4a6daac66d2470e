"""The fast choice of the best rows against sorting them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from comity.search import codes
from comity.search.kernels_select import BINS, cut_for, tally

values = st.one_of(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(-5, 5), st.just(codes.NOBODY))


def chosen(scores: NDArray[np.int32], wanted: int) -> list[int]:
    counts = np.zeros(BINS, np.int64)
    for part in (scores[::2], scores[1::2]):
        tally(np.ascontiguousarray(part), codes.NOBODY, counts)
    return np.flatnonzero(scores >= cut_for(counts, wanted)).tolist()


@settings(max_examples=300, deadline=None)
@given(st.lists(values, max_size=60), st.integers(1, 70))
def test_the_greatest_are_all_there_and_nobody_is_not(numbers: list[int], wanted: int) -> None:
    scores = np.array(numbers, np.int32)
    rows = chosen(scores, wanted)
    somebody = [n for n in numbers if n != codes.NOBODY]
    assert rows == sorted(rows)
    assert all(numbers[row] != codes.NOBODY for row in rows)
    assert len(rows) >= min(wanted, len(somebody))
    if somebody:
        last = sorted(somebody, reverse=True)[:wanted][-1]
        level = {row for row, n in enumerate(numbers) if n >= last and n != codes.NOBODY}
        assert level <= set(rows)


def test_few_more_than_wanted_are_taken_of_many_different_ones() -> None:
    scores = np.random.default_rng(1).permutation(np.arange(-50_000, 50_000, dtype=np.int32))
    rows = chosen(scores, 1000)
    assert 1000 <= len(rows) <= 1000 + 64
    assert scores[rows].min() > 50_000 - 1100
