"""A population's fingers by the million, as minutiae: 10 to 14 microseconds each, without pixels.

A finger is a function of (seed, person, finger), a capture of it of (.., impression) too: any
part of the population comes out the same in any order, on any number of threads. Persons of
two seeds have no finger in common. How like real prints they are: docs/science/population.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from comity import errors
from comity.image.orientation import shares
from comity.minutiae.batch import Batch
from comity.minutiae.population import kernels

EXTRACTOR = "synthetic"
CHUNK = 4096  # fingers drawn at a time, so that working memory stays at 12 MiB


@dataclass(frozen=True)
class Anatomy:
    """What fingers are like, whoever captures them. Lengths at 500 ppi."""

    places: float = 142.0  # candidates on the whole pad, before thinning
    places_spread: float = 0.33  # their growth by one deviation, half the person's
    scale_deviation: float = 0.05  # of ridge spacing and all lengths, nine tenths the person's
    crowd: float = 0.3  # share of minutiae that lie about cores and deltas
    crowd_px: float = 40.0
    apart_px: float = 13.5
    paired: float = 0.15  # share of odd candidates that are short ridges' other ends
    paired_px: float = 9.5
    endings: float = 0.68
    # Weights of person, occasion, finger and the capture alone in its quality; squares add to 1.
    quality_person: float = 0.6
    quality_event: float = 0.4
    quality_finger: float = 0.4
    quality_own: float = 0.5656854249492380
    wander_deg: float = 3.5  # a minutia's direction off the flow
    down: float = 0.35  # upright ridges end downwards by this more often than half the time
    local: float = 0.4  # the same by place: neighbours point alike
    clump: float = 0.6  # share missing where a finger's minutiae are thinnest


@dataclass(frozen=True)
class Capture:
    """How a finger is captured; lengths at 500 ppi. `DB1` and `DB3` are fitted examples."""

    width_px: int = 388
    height_px: int = 374
    edge_px: float = 6.0  # no minutiae nearer to the frame's edge
    reach: float = 0.76  # of the pad's half axes that touch
    reach_deviation: float = 0.148
    off_px: float = 26.0  # which part of the pad touches; 1.5 times this lengthwise
    turn_deg: float = 3.4
    shift_px: float = 30.0  # of the contact on the sensor
    jitter_px: float = 0.98
    jitter_deg: float = 2.1
    bend_px: float = 2.57  # of each of ten smooth displacements at 160 px from the middle
    loss: float = 0.015  # share of minutiae not found
    false: float = 0.05  # of those found
    turned_about: float = 0.004
    kind_wrong: float = 0.06
    spread: float = 0.84  # growth of loss, false and bend by one deviation of quality
    far: float = 0.28  # share of captures turned five times as far
    patch_px: float = 16.0  # greatest radius of a place where nothing is found; half have one


DB1 = Capture()
DB3 = Capture(
    width_px=300, height_px=300, reach=0.56, reach_deviation=0.08, off_px=20.1, turn_deg=3.2,
    far=0.21, shift_px=22.0, jitter_px=1.24, jitter_deg=2.5, bend_px=2.64, loss=0.082, false=0.023,
    spread=0.67, patch_px=32.0, turned_about=0.004,
)  # fmt: skip
PRESETS = {"db1": DB1, "db3": DB3}


def hands(
    seed: int,
    persons: range,
    impression: int,
    fingers: Sequence[int] = tuple(range(1, 11)),
    capture: Capture = DB1,
    anatomy: Anatomy = Anatomy(),
) -> Batch:
    """One capture of these fingers of each person, persons in order, fingers in the order given.

    seed        0..2**64 - 1; persons of one seed are never mates of another's
    persons     within 0..2**63 - 1
    impression  0.. ; each number is another capture of the same fingers
    fingers     1..10

    Cost    10 to 14 microseconds a finger; nogil, so threads may share the work
    Raises  CallerError for numbers out of these ranges
    """
    _check(seed, persons, impression, fingers)
    wanted = np.array(fingers, np.int64)
    table, body = class_cuts(), np.array(astuple(anatomy), np.float64)
    taken = np.array(astuple(capture), np.float64)
    step = max(1, CHUNK // max(1, len(wanted)))
    rows = np.empty((step * len(wanted) * kernels.ROWS_MAX, 4), np.int16)
    marks = np.empty(len(rows), np.uint8)
    minutiae, reliability, ends = [], [], [np.zeros(1, np.int64)]
    for start in range(persons.start, persons.stop, step):
        some = np.arange(start, min(start + step, persons.stop), dtype=np.uint64)
        first = np.empty(len(some) * len(wanted) + 1, np.int64)
        count = kernels.draw_hands(
            np.uint64(seed), some, wanted, impression, table, CLASS_WEIGHTS, body, taken,
            rows, marks, first,
        )  # fmt: skip
        minutiae.append(rows[:count].copy())
        reliability.append(marks[:count].copy())
        ends.append(first[1:] + ends[-1][-1])
    return Batch(
        minutiae=np.concatenate([*minutiae, rows[:0]]),
        reliability=np.concatenate([*reliability, marks[:0]]),
        first=np.concatenate(ends),
        finger=np.tile(wanted.astype(np.uint8), len(persons)),
        person=np.repeat(np.arange(persons.start, persons.stop), len(wanted)),
        width_px=capture.width_px,
        height_px=capture.height_px,
        extractor=EXTRACTOR,
    )


def _check(seed: int, persons: range, impression: int, fingers: Sequence[int]) -> None:
    """What the kernel takes on trust: it would read beyond its tables, or repeat its keys."""
    for name, wrong, expected in (
        ("seed", not 0 <= seed < 2**64, "0 .. 2**64 - 1"),
        ("persons", persons.step != 1 or persons.start < 0, "a range of step 1 from 0 up"),
        ("impression", not 0 <= impression < 2**63, "0 .. 2**63 - 1"),
        ("fingers", not all(1 <= finger <= 10 for finger in fingers), "numbers 1 .. 10"),
    ):
        if wrong:
            raise errors.CallerError(
                f"a population cannot be drawn from these `{name}`",
                where="population.hands",
                expected=expected,
                next_step=f"change `{name}`",
            )


# Weights of the person, of the same digit on both hands and of the finger alone in its class;
# squares add to 1. Ours: hands are alike in class, the two hands' same digits most (Holt 1968).
CLASS_WEIGHTS = np.sqrt(np.array([0.4, 0.25, 0.35]))


def class_cuts() -> NDArray[np.float64]:
    """Where a normal deviate passes from class to class, (10, 5), by image.orientation's shares."""
    table = []
    for finger in range(1, 11):
        share = shares(finger)
        radial, ulnar = share["left_loop"], share["right_loop"]
        if finger > 5:
            radial, ulnar = ulnar, radial
        order = (share["arch"], share["tented_arch"], radial, ulnar, share["double_loop"])
        table.append([NormalDist().inv_cdf(float(total)) for total in np.cumsum(order)])
    return np.array(table)
