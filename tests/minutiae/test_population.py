from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import CallerError
from comity.image.draws import stream
from comity.image.orientation import shares
from comity.minutiae import kernels as draws
from comity.minutiae import population
from comity.minutiae.batch import Batch
from comity.minutiae.population import DB1, DB3, Anatomy, hands, kernels
from comity.records import Template
from tests.reference import population as reference

WORD = st.integers(0, 2**64 - 1)
SMALL = st.integers(0, 2**31)


def alike(one: Batch, other: Batch) -> bool:
    return all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in ("minutiae", "reliability", "first", "finger", "person")
    )


def flow_of(seed: int, person: int, finger: int) -> np.ndarray:
    flow = np.zeros(draws.FLOW_SIZE)
    cuts = population.class_cuts()[finger - 1]
    draws.draw_flow(
        np.uint64(seed), np.uint64(person), finger, cuts, population.CLASS_WEIGHTS, flow
    )
    return flow


# --- random numbers -----------------------------------------------------------------------


@given(WORD, WORD, st.integers(0, 400), st.integers(0, 2**62), st.integers(0, 99), SMALL)
@settings(max_examples=200, deadline=None)
def test_a_block_is_philox(
    seed: int, person: int, finger: int, event: int, purpose: int, index: int
) -> None:
    given_ = draws.block(np.uint64(seed), np.uint64(person), finger, event, purpose, index)
    assert tuple(map(int, given_)) == reference.block(seed, person, finger, event, purpose, index)


def test_a_block_is_four_words_of_the_stream_that_numpy_gives() -> None:
    words = stream(5, 6, 7, 8, 9).bit_generator.random_raw(40)
    for index in range(10):
        block = draws.block(np.uint64(5), np.uint64(6), 7, 8, 9, index)
        assert [int(word) for word in block] == words[4 * index : 4 * index + 4].tolist()


@given(WORD)
@settings(deadline=None)
def test_shares_and_bells_are_those_of_the_word(word: int) -> None:
    assert draws.low_share(np.uint64(word)) == reference.low(word)
    assert draws.high_share(np.uint64(word)) == reference.high(word)
    assert draws.bell(np.uint64(word)) == pytest.approx(reference.bell(word), abs=1e-12)


def test_bells_have_deviation_one() -> None:
    drawn = [draws.bell(np.uint64(word)) for word in stream(1, 1).bit_generator.random_raw(20_000)]
    assert abs(np.mean(drawn)) < 0.03
    assert np.std(drawn) == pytest.approx(1, abs=0.03)


@given(st.floats(-50, 50), st.floats(-500, 500), st.floats(-500, 500))
@settings(max_examples=300, deadline=None)
def test_sines_and_angles_are_as_near_as_they_say(turns: float, up: float, right: float) -> None:
    assert draws.sine(turns) == pytest.approx(np.sin(2 * np.pi * turns), abs=4e-6)
    if np.hypot(up, right) > 1e-6:
        off = draws.turns_of(up, right) - np.arctan2(up, right) / (2 * np.pi)
        assert abs(off - round(off)) < 2e-6  # -0.5 and 0.5 are one angle


# --- fingers ------------------------------------------------------------------------------


@given(SMALL, SMALL, st.integers(1, 10), st.floats(60, 220), st.floats(60, 260))
@settings(max_examples=60, deadline=None)
def test_places_are_the_oracles(
    seed: int, person: int, finger: int, half_x: float, half_y: float
) -> None:
    flow, anatomy = flow_of(seed, person, finger), Anatomy()
    window = np.array([150.0, 215.0, half_x, half_y])
    size = kernels.PLACES_MAX
    x, y, words = np.empty(size), np.empty(size), np.empty((size, 2), np.uint64)
    number, chosen = np.empty(size, np.int64), np.empty(size, np.int64)
    count = kernels.places(
        np.uint64(seed), np.uint64(person), finger, flow, 160,
        np.array(astuple(anatomy)), window, x, y, words, number, chosen,
        np.empty((size, 4), np.uint64),
    )  # fmt: skip
    found = [(int(number[i]), x[i], y[i]) for i in chosen[:count]]
    wanted = reference.places(
        seed, person, finger, flow.tolist(), 160, asdict(anatomy), window.tolist()
    )
    assert [row[0] for row in found] == [row[0] for row in wanted]
    np.testing.assert_allclose(found, wanted, atol=1e-3)


@given(SMALL, st.integers(1, 10), st.floats(0, 320), st.floats(-20, 440))
@settings(max_examples=200, deadline=None)
def test_the_flow_is_the_oracles(person: int, finger: int, x: float, y: float) -> None:
    flow = flow_of(1, person, finger)
    off = draws.direction(flow, x, y) - reference.direction(flow.tolist(), x, y)
    # On the line where a singular point's angle closes, either side may be taken: half a turn.
    assert abs(off * 2 - round(off * 2)) < 1e-4


def test_classes_come_as_often_as_they_are_said_to() -> None:
    for finger in (2, 9):
        kinds = np.array([flow_of(3, person, finger)[60] for person in range(4000)])
        said = shares(finger)
        loops = said["left_loop"] + said["right_loop"]
        assert np.mean((kinds == 2) | (kinds == 3)) == pytest.approx(loops, abs=0.03)
        assert np.mean(kinds == 0) == pytest.approx(said["arch"], abs=0.02)
        assert np.mean(kinds == 5) == pytest.approx(said["whorl"], abs=0.03)


def test_fingers_of_a_hand_are_alike_in_class() -> None:
    whorl = np.array([[flow_of(3, p, finger)[60] == 5 for finger in (2, 7)] for p in range(2000)])
    both, either = whorl.all(axis=1).mean(), whorl.mean()
    assert both > 1.5 * either**2


# --- hands --------------------------------------------------------------------------------


@given(SMALL, st.integers(0, 9), st.lists(st.integers(1, 10), min_size=1, max_size=4, unique=True))
@settings(max_examples=25, deadline=None)
def test_a_finger_is_the_same_wherever_it_is_drawn(
    start: int, impression: int, fingers: list[int]
) -> None:
    some = hands(7, range(start, start + 5), impression, fingers)
    assert some.finger.tolist() == fingers * 5
    assert some.person.tolist() == [p for p in range(start, start + 5) for _ in fingers]
    row = 2 * len(fingers) + len(fingers) - 1
    alone = hands(7, range(start + 2, start + 3), impression, (fingers[-1],)).template(0)
    assert alone.minutiae.tobytes() == some.template(row).minutiae.tobytes()
    assert alone.reliability.tobytes() == some.template(row).reliability.tobytes()


def test_chunks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = hands(1, range(60), 0)
    monkeypatch.setattr(population, "CHUNK", 70)
    assert alike(hands(1, range(60), 0), whole)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda p: hands(1, range(p, p + 1), 0), range(60)))
    assert np.concatenate([part.minutiae for part in parts]).tobytes() == whole.minutiae.tobytes()


def test_seeds_persons_fingers_and_impressions_differ() -> None:
    batch = hands(1, range(50), 0)
    again, other = hands(1, range(50), 1), hands(2, range(50), 0)
    seen = {
        one.template(row).minutiae.tobytes() for one in (batch, again, other) for row in range(500)
    }
    assert len(seen) == 1500


@pytest.mark.parametrize("capture", [DB1, DB3])
def test_rows_are_as_templates_have_them(capture: population.Capture) -> None:
    batch = hands(4, range(40), 2, capture=capture)
    assert len(batch) == 400
    assert batch.first[0] == 0
    assert batch.first[-1] == len(batch.minutiae) == len(batch.reliability)
    for row in range(len(batch)):
        template = batch.template(row)
        m = template.minutiae
        assert (np.lexsort(m.T[[3, 2, 0, 1]]) == np.arange(len(m))).all()
        assert (m[:, :2] >= capture.edge_px).all()
        assert (m[:, 0] < capture.width_px - capture.edge_px).all()
        assert (m[:, 1] < capture.height_px - capture.edge_px).all()
        assert set(m[:, 3].tolist()) <= {1, 2}
        assert template.reliability.max(initial=0) <= 100


def test_nobody_and_no_finger_are_empty_batches() -> None:
    for batch in (hands(1, range(0), 0), hands(1, range(3), 0, ())):
        assert len(batch) == 0
        assert batch.first.tolist() == [0]
        assert batch.minutiae.shape == (0, 4)


@pytest.mark.parametrize(
    ("seed", "persons", "impression", "fingers"),
    [
        (-1, range(2), 0, (1,)),
        (2**64, range(2), 0, (1,)),
        (1, range(-1, 2), 0, (1,)),
        (1, range(0, 4, 2), 0, (1,)),
        (1, range(2), -1, (1,)),
        (1, range(2), 0, (0,)),
        (1, range(2), 0, (11,)),
    ],
)
def test_what_no_population_has_is_refused(
    seed: int, persons: range, impression: int, fingers: tuple[int, ...]
) -> None:
    with pytest.raises(CallerError):
        hands(seed, persons, impression, fingers)


# --- marginals ----------------------------------------------------------------------------


def gaps(template: Template) -> np.ndarray:
    at = template.minutiae[:, :2].astype(float)
    return np.hypot(*np.moveaxis(at[:, None] - at, -1, 0)) + 999 * np.eye(len(at))


def test_counts_are_those_of_small_and_large_sensors() -> None:
    large, small = (np.diff(hands(2, range(100), 0, capture=c).first) for c in (DB1, DB3))
    assert 32 < np.median(large) < 46
    assert 17 < np.median(small) < 27
    assert large.max() < kernels.ROWS_MAX


def test_minutiae_keep_apart_and_near_ones_point_apart() -> None:
    batch = hands(2, range(100), 0)
    nearest, opposite = [], []
    for row in range(0, 1000, 4):
        template = batch.template(row)
        if len(template) > 8:
            gap = gaps(template)
            nearest += gap.min(axis=1).tolist()
            deg = template.minutiae[:, 2]
            turn = np.abs((deg - deg[gap.argmin(axis=1)] + 180) % 360 - 180)
            opposite += turn[gap.min(axis=1) < 13].tolist()
    assert 18 < np.median(nearest) < 25
    assert np.mean(np.array(nearest) < 8) < 0.02
    assert np.mean(np.array(opposite) > 90) > 0.55


def test_minutiae_lie_along_their_flow() -> None:
    still = replace(
        DB1, turn_deg=0, far=0, bend_px=0, jitter_px=0, jitter_deg=0, false=0, off_px=0, shift_px=0
    )
    anatomy = replace(Anatomy(), scale_deviation=0)
    off = []
    for person in range(20):
        template = hands(5, range(person, person + 1), 0, (3,), still, anatomy).template(0)
        flow = flow_of(5, person, 3)
        for x, y, deg, _ in template.minutiae.tolist():
            at = (x - still.width_px / 2 + kernels.PAD_X, y - still.height_px / 2 + kernels.PAD_Y)
            off.append((deg - 360 * reference.direction(flow.tolist(), *at) + 90) % 180 - 90)
    assert np.std(off) < 6
    assert abs(np.mean(off)) < 1


def paired(a: Template, b: Template) -> float:
    """Share of a's minutiae that lie on b's after the best shift of places; turns are small."""
    first, second = a.minutiae[:, :2].astype(float), b.minutiae[:, :2].astype(float)
    best = 0.0
    for row in first[::2]:
        for other in second:
            gap = np.hypot(*np.moveaxis((first + other - row)[:, None] - second[None], -1, 0))
            best = max(best, float((gap.min(axis=1) < 8).mean()))
    return best


def test_impressions_of_a_finger_are_alike_and_those_of_two_are_not() -> None:
    kind = replace(DB1, far=0, turn_deg=2)
    first, again = (hands(6, range(12), event, (2,), kind) for event in (0, 1))
    mates = [paired(first.template(p), again.template(p)) for p in range(12)]
    others = [paired(first.template(p), again.template((p + 1) % 12)) for p in range(12)]
    assert np.median(mates) > np.median(others) + 0.2


def test_a_bad_hand_is_bad_on_all_its_fingers() -> None:
    anatomy = np.array(astuple(Anatomy()), np.float64)
    assert (anatomy[9:13] ** 2).sum() == pytest.approx(1)
    bad = np.array(
        [
            [
                kernels.quality(np.uint64(1), np.uint64(person), finger, event, anatomy, 0.0)
                for finger, event in ((2, 0), (3, 0), (3, 1))
            ]
            for person in range(2000)
        ]
    )
    between = np.corrcoef(bad.T)
    assert between[0, 1] == pytest.approx(0.52 / 0.68, abs=0.05)  # same person, same occasion
    assert between[0, 2] == pytest.approx(0.36 / 0.68, abs=0.05)  # same person alone
