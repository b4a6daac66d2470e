from __future__ import annotations

import numpy as np
import pytest

from comity.image import orientation
from comity.image.draws import PATTERN, stream
from comity.minutiae import synthesise
from comity.minutiae.synthesise import APART_PX, impression_template, master_template
from comity.records import Template


def paired(a: Template, b: Template, px: float = 12.0) -> float:
    """Share of a's minutiae that lie on b's after the best shift of their middles."""
    first, second = a.minutiae[:, :2].astype(float), b.minutiae[:, :2].astype(float)
    best = 0.0
    for row in first[::3]:
        for other in second[::3]:
            gap = np.hypot(*np.moveaxis((first + other - row)[:, None] - second[None], -1, 0))
            best = max(best, float((gap.min(axis=1) < px).mean()))
    return best


def test_the_same_key_gives_the_same_template() -> None:
    first, again = master_template(1, 2, 3), master_template(1, 2, 3)
    assert (first.minutiae == again.minutiae).all()
    assert first.finger == 3
    assert first.extractor == "synthetic"
    others = [master_template(*key) for key in ((9, 2, 3), (1, 9, 3), (1, 2, 9))]
    assert all(other.minutiae.tobytes() != first.minutiae.tobytes() for other in others)


def test_counts_are_those_of_rolled_prints() -> None:
    counts = [len(master_template(1, person, 1 + person % 10)) for person in range(200)]
    assert 52 < np.mean(counts) < 70
    assert min(counts) >= 30
    assert max(counts) <= 110


def test_minutiae_lie_along_the_ridges_and_apart() -> None:
    for person in range(20):
        template = master_template(4, person, 2)
        pattern = orientation.draw(stream(4, person, 2, purpose=PATTERN), 2)
        x, y = template.minutiae[:, 0] - 40.0, template.minutiae[:, 1] - 25.0
        along = np.degrees(orientation.direction(pattern, x, y))
        off = np.abs((template.minutiae[:, 2] - along + 90) % 180 - 90)
        assert np.median(off) < 6
        gap = np.hypot(x[:, None] - x, y[:, None] - y) + 99 * np.eye(len(x))
        assert gap.min() >= APART_PX - 1.5  # each coordinate is rounded


def test_rows_are_in_the_order_that_templates_have() -> None:
    for template in (
        master_template(1, 1, 1),
        impression_template(master_template(1, 1, 1), stream(1, 1)),
    ):
        m = template.minutiae
        assert (np.lexsort(m.T[[3, 2, 0, 1]]) == np.arange(len(m))).all()
        assert (m[:, :2] >= 0).all()
        assert (m[:, 0] < template.width_px).all()
        assert (m[:, 1] < template.height_px).all()


def test_impressions_are_of_their_finger_and_of_no_other() -> None:
    mates, strangers = [], []
    for person in range(6):
        finger, stranger = master_template(6, person, 2), master_template(6, person + 100, 2)
        first, second = (
            impression_template(finger, stream(6, person, 2, event)) for event in (1, 2)
        )
        assert first.minutiae.tobytes() != second.minutiae.tobytes()
        mates.append(paired(first, second))
        strangers.append(paired(first, impression_template(stranger, stream(6, person, 2, 3))))
    assert np.mean(mates) > np.mean(strangers) + 0.15


def test_a_turn_turns_the_angles_with_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TURN_DEG": 20.0, "SHIFT_PX": 0.0, "BEND_PX": 0.0, "JITTER_PX": 0.0, "JITTER_DEG": 0.0,
        "LOST": (0.0, 0.0), "INVENTED": (0.0, 0.0), "TURNED_ABOUT": 0.0,
    }.items():  # fmt: skip
        monkeypatch.setattr(synthesise, name, value)
    finger = master_template(1, 1, 1)
    taken = impression_template(finger, stream(1, 7))
    middle = np.array([200.0, 225.0])
    # The turn is not given back: find the one that lays the places over each other.
    best = (9e9, 0.0, finger.minutiae[:1, 2])
    for turn in np.arange(-70, 70, 0.5):
        cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        arms = finger.minutiae[:, :2] - middle
        turned = middle + np.stack(
            [cosine * arms[:, 0] + sine * arms[:, 1], cosine * arms[:, 1] - sine * arms[:, 0]], 1
        )
        gap = np.hypot(*np.moveaxis(taken.minutiae[:, None, :2] - turned[None], -1, 0))
        if gap.min(axis=1).mean() < best[0]:
            best = (gap.min(axis=1).mean(), turn, finger.minutiae[gap.argmin(axis=1), 2])
    assert best[0] < 1.5
    off = (taken.minutiae[:, 2] - best[2] - best[1] + 180) % 360 - 180
    assert np.abs(off).max() < 2.5


def test_an_empty_template_has_an_empty_impression() -> None:
    empty = Template(np.zeros((0, 4), np.int16), np.zeros(0, np.uint8), 400, 450, 2, "synthetic")
    assert len(impression_template(empty, stream(1, 1))) == 0
