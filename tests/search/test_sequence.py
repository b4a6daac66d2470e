import pytest

from comity.search import sequence

TEN = frozenset(range(1, 11))


def test_every_reading_is_a_permutation_that_undoes_itself() -> None:
    for order in sequence.READINGS.values():
        assert sorted(order) == list(range(1, 11))
        assert [order[order[f - 1] - 1] for f in range(1, 11)] == list(range(1, 11))


def test_the_readings_share_one_operating_point() -> None:
    assert sequence.weight(sequence.AS_STATED, 1) == 1.0
    for count in (2, 3, 4):
        others = (count - 1) * sequence.weight("hands swapped", count)
        assert sequence.weight(sequence.AS_STATED, count) + others == pytest.approx(1.0)


def test_readings_that_the_gallery_cannot_answer_are_left_out() -> None:
    assert list(sequence.applicable(TEN, TEN)) == list(sequence.READINGS)
    both = frozenset({2, 7})
    assert list(sequence.applicable(both, both)) == ["as stated", "hands swapped"]
    assert list(sequence.applicable(frozenset({2}), TEN)) == ["as stated"]
    assert list(sequence.applicable(frozenset({2, 3}), frozenset({2, 3}))) == ["as stated"]


def test_an_exchange_takes_each_finger_once_best_first() -> None:
    found = {(3, 4): 20.0, (4, 3): 18.0, (3, 5): 7.0, (9, 4): 6.5}
    assert sequence.exchanged({}, found) == ((3, 4), (4, 3))
    assert sequence.exchanged({}, {}) == ()


def test_swapped_hands_with_two_more_exchanged_are_both_told() -> None:
    swapped = dict(sequence.moved(sequence.READINGS["hands swapped"], TEN))
    every = dict(sequence.exchanged(swapped, {(3, 9): 15.0, (4, 8): 15.0}))
    assert (every[1], every[3], every[4]) == (6, 9, 8)
    assert sorted(every.values()) == list(range(1, 11))
