"""The direction ridges run in: a zero-pole model by pattern class.

Cores are zeros and deltas poles of a complex function whose phase, halved, is the ridge
direction (Sherlock and Monro 1993). Each singularity's angle passes through a piecewise linear
correction at eight bearings (Vizcaya and Gerhardt 1996), and the whole rides on an arch, because
far from its singularities a print is not flat: ridges follow the finger's tip.

    z = x - iy;   direction(z) = arch(z) + 1/2 * (sum g(arg(z - core)) - sum g(arg(z - delta)))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["arch", "tented_arch", "left_loop", "right_loop", "whorl", "double_loop"]
KINDS: tuple[Kind, ...] = (
    "arch",
    "tented_arch",
    "left_loop",
    "right_loop",
    "whorl",
    "double_loop",
)

# Per cent of arch, tented arch, radial loop, whorl with double loop; the rest are ulnar loops.
# Means over the digits are the natural shares of Wilson, Candela and Watson 1993 (3.7, 2.9, 27.9
# and 65.5 for loops of both hands). Their spread over the digits is ours, in the order that
# Cummins and Midlo 1943 (ch. 4) report: whorls on thumb and ring finger, arches and radial loops
# on the index finger.
SHARES_BY_DIGIT = {
    1: (2.5, 0.8, 0.5, 35.0),
    2: (7.0, 7.0, 20.0, 32.0),
    3: (5.5, 4.0, 2.5, 18.0),
    4: (1.8, 1.4, 1.0, 40.0),
    5: (1.7, 1.3, 0.5, 14.5),
}
DOUBLE_LOOPS_OF_WHORLS = 0.18

BEARINGS = 8
CORRECTION_RAD = 0.15  # standard deviation; at 0.3 ridges buckle between singularities
SWAY_RAD, SWAY_PX = 0.08, 280.0  # no two fingers of a class flow quite alike

WIDTH_PX, HEIGHT_PX = 320, 400  # the finger's pad at 500 ppi: 16 x 20 mm


@dataclass(frozen=True)
class Pattern:
    """One finger's ridge flow on a pad of 320 x 400 px.

    singular    (n, 3): x_px, y_px, sign (+1 core, -1 delta)
    correction  (n, 8) radians added to the bearing from each singularity, at -180, -135, .. 135
    arch        height of the arch: slope at the sides of the tip, and of a plain arch's bump
    sway        (3, 4): waves across the pad: radians, and 2 pi over px in x and y, and phase
    """

    kind: Kind
    singular: NDArray[np.float64]
    correction: NDArray[np.float64]
    arch: tuple[float, float]
    sway: NDArray[np.float64]
    middle_px: float


def shares(finger: int) -> dict[Kind, float]:
    """Chance of each class for finger 1..10, 0 for a finger not known (their mean)."""
    if finger == 0:
        every = [shares(number) for number in range(1, 11)]
        return {kind: sum(one[kind] for one in every) / 10 for kind in KINDS}
    arch, tented, radial, whorl = (
        share / 100 for share in SHARES_BY_DIGIT[finger if finger <= 5 else finger - 5]
    )
    ulnar = 1 - arch - tented - radial - whorl
    # The little finger lies to the right in a right hand's prints: ulnar loops open to the right.
    left, right = (radial, ulnar) if finger <= 5 else (ulnar, radial)
    double = whorl * DOUBLE_LOOPS_OF_WHORLS
    return {
        "arch": arch,
        "tented_arch": tented,
        "left_loop": left,
        "right_loop": right,
        "whorl": whorl - double,
        "double_loop": double,
    }


def draw(rng: np.random.Generator, finger: int, kind: Kind | None = None) -> Pattern:
    """A pattern of a class drawn with natural frequency, or of `kind`.

    finger  1..10; 0 where unknown
    """
    chances = shares(finger)
    picked = int(rng.choice(len(KINDS), p=[chances[name] for name in KINDS]))
    kind = kind or KINDS[picked]
    singular = np.array(_SINGULAR[kind](rng), dtype=float).reshape(-1, 3)
    singular[:, 0] += WIDTH_PX / 2 + rng.normal(0, 10)
    singular[:, 1] += HEIGHT_PX * 0.45 + rng.normal(0, 16)
    correction = rng.normal(0, CORRECTION_RAD, (len(singular), BEARINGS))
    bump = rng.uniform(0.75, 1.25) if kind == "arch" else 0.0
    arch = (rng.uniform(0.7, 1.1), bump)
    sway = np.column_stack(
        [
            rng.normal(0, SWAY_RAD, 3),
            rng.normal(0, 2 * np.pi / SWAY_PX, (3, 2)),
            rng.uniform(0, 2 * np.pi, 3),
        ]
    )
    return Pattern(kind, singular, correction, arch, sway, WIDTH_PX / 2 + rng.normal(0, 8))


def direction(
    pattern: Pattern, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ridge direction at points in px (y down), radians in 0..pi, counter-clockwise from +x."""
    total = _arch(pattern, x, y)
    for size, by_x, by_y, phase in pattern.sway:
        total = total + size * np.cos(by_x * x + by_y * y + phase)
    bearings = np.linspace(-np.pi, np.pi, BEARINGS + 1)
    for (at_x, at_y, sign), steps in zip(pattern.singular, pattern.correction, strict=True):
        bearing = np.arctan2(at_y - y, x - at_x)
        closed = np.append(steps, steps[0])  # Invariant: g(pi) = g(-pi) + 2 pi, so no seam
        total = total + 0.5 * sign * (bearing + np.interp(bearing, bearings, closed))
    return np.asarray(np.mod(total, np.pi))


def field(pattern: Pattern, step_px: int = 1) -> NDArray[np.float32]:
    """Directions each `step_px` over the pad: float32 (400 / step, 320 / step)."""
    y, x = np.mgrid[0:HEIGHT_PX:step_px, 0:WIDTH_PX:step_px].astype(float)
    return direction(pattern, x, y).astype(np.float32)


def _arch(pattern: Pattern, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope that rises towards the tip and falls away from the middle."""
    across = np.clip((x - pattern.middle_px) / (WIDTH_PX / 2), -1.3, 1.3)
    height = np.clip(1 - y / HEIGHT_PX, 0.0, 1.0)
    tip, bump = pattern.arch
    # A plain arch bends most a third of the way up, where other classes have their deltas.
    bend = bump * np.exp(-(((height - 0.42) / 0.22) ** 2)) * np.exp(-((across / 0.55) ** 2))
    return np.asarray(
        -tip * across * height**0.7 - np.arctan(2.6 * bend * across * (1.6 - np.abs(across)))
    )


def _tented(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    lean = rng.normal(0, 6)
    return [(0, 0, 1), (lean, rng.uniform(55, 105), -1)]


def _loop(rng: np.random.Generator, opens: float) -> list[tuple[float, float, float]]:
    # The delta lies away from the side the loop opens to; 6 to 16 ridges off.
    return [(0, 0, 1), (-opens * rng.uniform(72, 120), rng.uniform(85, 145), -1)]


def _whorl(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    tall = rng.uniform(10, 45)
    return [
        (0, -tall / 2, 1),
        (rng.normal(0, 7), tall / 2, 1),
        (-rng.uniform(85, 125), rng.uniform(85, 135), -1),
        (rng.uniform(85, 125), rng.uniform(85, 135), -1),
    ]


def _double(rng: np.random.Generator) -> list[tuple[float, float, float]]:
    side = rng.choice((-1.0, 1.0))
    apart, tall = rng.uniform(22, 38), rng.uniform(40, 62)
    return [
        (side * apart / 2, -tall / 2, 1),
        (-side * apart / 2, tall / 2, 1),
        (-rng.uniform(88, 125), rng.uniform(85, 130), -1),
        (rng.uniform(88, 125), rng.uniform(85, 130), -1),
    ]


_SINGULAR = {
    "arch": lambda _: [],
    "tented_arch": _tented,
    "left_loop": lambda rng: _loop(rng, -1.0),
    "right_loop": lambda rng: _loop(rng, 1.0),
    "whorl": _whorl,
    "double_loop": _double,
}
