from __future__ import annotations

import numpy as np
import pytest

from comity.image import orientation
from comity.image.draws import stream
from comity.image.orientation import KINDS

CORES = {
    "arch": (0, 0), "tented_arch": (1, 1), "left_loop": (1, 1), "right_loop": (1, 1),
    "whorl": (2, 2), "double_loop": (2, 2),
}  # fmt: skip


def winding(pattern: orientation.Pattern, x: float, y: float) -> float:
    """Turns of the direction round a small circle, by the definition: +1/2 core, -1/2 delta."""
    bearing = np.linspace(0, 2 * np.pi, 181)
    found = orientation.direction(pattern, x + 4 * np.cos(bearing), y - 4 * np.sin(bearing))
    steps = np.mod(np.diff(found) + np.pi / 2, np.pi) - np.pi / 2
    return float(steps.sum() / (2 * np.pi))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_each_class_has_its_cores_and_deltas(kind: orientation.Kind, seed: int) -> None:
    pattern = orientation.draw(stream(seed, 1, 2), 2, kind)
    signs = pattern.singular[:, 2]
    assert ((signs > 0).sum(), (signs < 0).sum()) == CORES[kind]
    for x, y, sign in pattern.singular:
        assert winding(pattern, x, y) == pytest.approx(sign / 2, abs=0.02)
    assert winding(pattern, 30, 20) == pytest.approx(0, abs=0.02)


def test_a_left_loop_has_its_delta_to_the_right() -> None:
    for kind, side in (("left_loop", 1), ("right_loop", -1)):
        pattern = orientation.draw(stream(1, 2, 3), 3, kind)  # type: ignore[arg-type]
        (core, delta) = pattern.singular[:, 0]
        assert np.sign(delta - core) == side


def test_class_shares_are_the_published_ones() -> None:
    mean = orientation.shares(0)
    assert mean["arch"] == pytest.approx(0.037, abs=0.002)
    assert mean["tented_arch"] == pytest.approx(0.029, abs=0.002)
    assert mean["whorl"] + mean["double_loop"] == pytest.approx(0.279, abs=0.002)
    assert mean["left_loop"] == pytest.approx(mean["right_loop"])
    for finger in range(11):
        assert sum(orientation.shares(finger).values()) == pytest.approx(1)


@pytest.mark.parametrize("finger", range(1, 6))
def test_the_other_hand_is_the_mirror(finger: int) -> None:
    right, left = orientation.shares(finger), orientation.shares(finger + 5)
    assert right["right_loop"] == left["left_loop"]
    assert right["whorl"] == left["whorl"]
    assert right["right_loop"] > right["left_loop"]  # ulnar loops outnumber radial ones


def test_drawn_classes_follow_the_shares() -> None:
    drawn = [orientation.draw(stream(8, person, 1), 1).kind for person in range(1500)]
    for kind, share in orientation.shares(1).items():
        # Four standard errors of a share of 1,500.
        assert drawn.count(kind) / 1500 == pytest.approx(
            share, abs=4 * np.sqrt(share / 1500) + 0.002
        )
