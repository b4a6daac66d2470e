from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from comity.image import check, spacing, synthesise
from comity.image.draws import stream
from comity.image.orientation import KINDS, Kind
from comity.image.synthesise import FAINT, PLAIN, ROLLED


def digest(pixels: np.ndarray) -> str:
    return hashlib.sha256(pixels.tobytes()).hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_every_class_grows_ridges_along_its_directions(kind: Kind) -> None:
    finger = synthesise.master(1, 2, 2, kind=kind)
    assert finger.pattern.kind == kind
    assert finger.ridges.shape == (400, 320)
    gy, gx = np.gradient(finger.ridges)
    theta = np.kron(finger.direction, np.ones((2, 2)))
    along = np.abs(gx * np.cos(theta) - gy * np.sin(theta))[40:-60, 50:-50]
    across = np.abs(gx * np.sin(theta) + gy * np.cos(theta))[40:-60, 50:-50]
    assert along.mean() < 0.4 * across.mean()


def test_ridges_are_as_far_apart_as_the_map_says() -> None:
    finger = synthesise.master(1, 5, 3)
    pixels = np.clip(127.5 - 127.5 * finger.ridges, 0, 255).astype(np.uint8)
    found = check.measure(pixels[20:380, 20:300].copy()).spacing_px
    assert found == pytest.approx(float(np.median(finger.period_px)), rel=0.12)


@pytest.mark.parametrize("conditions", [PLAIN, ROLLED])
def test_impressions_pass_for_fingerprints_of_their_size(
    conditions: synthesise.Conditions,
) -> None:
    for person in range(6):
        finger = synthesise.master(2, person, person + 1)
        taken = synthesise.impression(finger, 1, conditions)
        check.fingerprint(taken)
        assert taken.finger == person + 1
        assert taken.pixels.shape == (conditions.height_px, conditions.width_px)


def test_the_same_key_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "from comity.image.synthesise import *; import hashlib;"
        "p = impression(master(5, 6, 7), 8).pixels; print(hashlib.sha256(p.tobytes()).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = synthesise.impression(synthesise.master(5, 6, 7), 8).pixels
    assert other.stdout.strip() == digest(here)


def test_every_part_of_a_key_matters_and_order_does_not() -> None:
    keys = [(5, 6, 7, 8), (9, 6, 7, 8), (5, 9, 7, 8), (5, 6, 9, 8), (5, 6, 7, 9)]

    def taken(key: tuple[int, int, int, int]) -> str:
        return digest(synthesise.impression(synthesise.master(*key[:3]), key[3]).pixels)

    forward = [taken(key) for key in keys]
    assert len(set(forward)) == len(keys)
    assert [taken(key) for key in reversed(keys)] == forward[::-1]


def test_a_generator_may_stand_for_the_event() -> None:
    finger = synthesise.master(5, 6, 7)
    first = synthesise.impression(finger, stream(1, 2, 3))
    assert digest(first.pixels) == digest(synthesise.impression(finger, stream(1, 2, 3)).pixels)


def test_a_faint_capture_has_less_ink() -> None:
    finger = synthesise.master(3, 3, 3)
    assert (
        synthesise.impression(finger, 0, FAINT).pixels.mean()
        > synthesise.impression(finger, 0, PLAIN).pixels.mean() + 15
    )


@pytest.mark.parametrize("seed", range(3))
def test_spacing_lets_ridges_run_on(seed: int) -> None:
    """The curl of frequency times normal, which forces minutiae, is less than an even map has."""
    finger = synthesise.master(seed, 1, 2, kind="right_loop")
    theta = finger.direction[10:-10, 10:-10].astype(float)
    normal = np.stack([-np.sin(theta), np.cos(theta)])  # x right, y up

    def curl(frequency: np.ndarray) -> float:
        # Doubled, so that the sign of the normal, which is free, drops out of the products.
        log_y, log_x = np.gradient(np.log(frequency), 2.0)
        turn = np.exp(2j * theta)
        turn_y, turn_x = np.gradient(turn, 2.0)
        turn_x, turn_y = (turn.conj() * turn_x).imag / 2, (turn.conj() * turn_y).imag / 2
        fan = normal[0] * turn_x - normal[1] * turn_y
        change = np.cos(theta) * log_x - np.sin(theta) * log_y
        lost = np.abs(fan + change)
        return float(np.median(lost))

    followed = curl(1 / finger.period_px[10:-10, 10:-10])
    assert followed < 0.8 * curl(np.full(theta.shape, 1 / 9.0))


def test_periods_stay_within_what_skin_has() -> None:
    for person in range(5):
        period = spacing.draw(stream(1, person), synthesise.master(1, person, 2).pattern)
        assert period.shape == (400, 320)
        assert period.min() >= spacing.PERIOD_MIN_PX
        assert period.max() <= spacing.PERIOD_MAX_PX
