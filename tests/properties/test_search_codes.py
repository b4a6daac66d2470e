"""A code depends on what the finger is, not on how its minutiae are listed or where they lie."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from comity.records import Template
from comity.search import codes

PLACES = st.integers(0, 400)
MINUTIAE = st.lists(st.tuples(PLACES, PLACES, st.integers(0, 359), st.integers(0, 2)), max_size=40)


def template(rows: list[tuple[int, int, int, int]], dx: int = 0, dy: int = 0) -> Template:
    minutiae = np.array(rows, np.int16).reshape(-1, 4) + np.array([dx, dy, 0, 0], np.int16)
    return Template(minutiae, np.full(len(rows), 50, np.uint8), 1000, 1000, 2, "mindtct")


@given(MINUTIAE, st.randoms(use_true_random=False), st.integers(0, 500), st.integers(0, 500))
def test_neither_the_order_of_minutiae_nor_a_shift_changes_a_code(rows, random, dx, dy) -> None:
    listed = rows.copy()
    random.shuffle(listed)
    expected = codes.encode(template(rows)).tolist()
    assert codes.encode(template(listed, dx, dy)).tolist() == expected


@given(MINUTIAE, st.sampled_from([90, 180, 270]))
def test_a_quarter_turn_changes_no_code(rows, turn_deg) -> None:
    turned = []
    for x, y, deg, kind in rows:
        place = {90: (y, 400 - x), 180: (400 - x, 400 - y), 270: (400 - y, x)}[turn_deg]
        turned.append((*place, (deg + turn_deg) % 360, kind))
    assert codes.encode(template(turned)).tolist() == codes.encode(template(rows)).tolist()


@given(st.permutations(range(1, 11)), st.sets(st.integers(1, 10)))
def test_reading_in_another_order_and_back_is_the_same_probe(order, fingers) -> None:
    rng = np.random.default_rng(1)
    rows = [(*rng.integers(0, 300, 2), rng.integers(0, 360), 1) for _ in range(5)]
    hand = codes.probe_hand(
        [Template(t.minutiae, t.reliability, 300, 300, f, "mindtct")
         for f in sorted(fingers) for t in [template(rows)]]
    )  # fmt: skip
    back = [order.index(finger) + 1 for finger in range(1, 11)]
    again = codes.reordered(codes.reordered(hand, order), back)
    assert again.mask == hand.mask
    assert again.words.tolist() == hand.words.tolist()
    assert again.counts.tolist() == hand.counts.tolist()
