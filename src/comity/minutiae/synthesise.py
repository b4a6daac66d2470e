"""Synthetic templates without pixels: 20,000 in ten seconds, for galleries too large to render.

Minutiae lie on the same ridge flow as `image.synthesise` grows (the same key has the same class
and the same cores and deltas), no two closer than a ridge and a half, pointing along the ridge.
An impression turns, shifts, bends, loses and invents some. The minutiae are not those that an
extractor finds in the rendered image of the same key: a gallery holds one sort or the other.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from comity.image import orientation
from comity.image.draws import MINUTIAE, PATTERN, stream
from comity.image.orientation import HEIGHT_PX, WIDTH_PX
from comity.records import BIFURCATION, ENDING, Template

EXTRACTOR = "synthetic"
FRAME_PX = (400, 450)  # width, height, as image.synthesise.ROLLED
APART_PX = 13.0  # a ridge and a half; closer pairs are what extractors remove as false
CANDIDATES = (76, 11)  # mean and deviation before thinning; leaves 61 +- 7 (ROLLED images: 59)
ENDINGS = 0.6

TURN_DEG, SHIFT_PX = 6.0, 12.0
BEND_PX = 4.0  # deviation of the skin's displacement
JITTER_PX, JITTER_DEG = 1.0, 4.0
LOST = (0.04, 0.22)  # share of minutiae an extractor misses, by capture
INVENTED = (0.04, 0.22)  # false minutiae as a share of those left
TURNED_ABOUT = 0.04  # taken for the other kind, so that it points the other way


def master_template(seed: int, person: int, finger: int) -> Template:
    """The minutiae of one synthetic finger, all of them; the same key gives the same template.

    finger  1..10
    Cost    0.3 ms
    """
    pattern = orientation.draw(stream(seed, person, finger, purpose=PATTERN), finger)
    rng = stream(seed, person, finger, purpose=MINUTIAE)
    x, y = _places(rng, pattern)
    along = np.degrees(orientation.direction(pattern, x, y))
    angle = along + 180 * rng.integers(0, 2, len(x)) + rng.normal(0, 4, len(x))
    kind = np.where(rng.random(len(x)) < ENDINGS, ENDING, BIFURCATION)
    left, top = (FRAME_PX[0] - WIDTH_PX) / 2, (FRAME_PX[1] - HEIGHT_PX) / 2
    reliability = rng.integers(70, 100, len(x))
    return _template(x + left, y + top, angle, kind, reliability, finger)


def impression_template(master: Template, rng: np.random.Generator) -> Template:
    """One capture of a finger: turned, shifted, bent, with some minutiae lost and some false.

    Cost  0.2 ms
    """
    m = master.minutiae.astype(float)
    kept = _touching(rng, m[:, 0], m[:, 1]) & (rng.random(len(m)) >= rng.uniform(*LOST))
    false = _false(rng, m, int(kept.sum() * rng.uniform(*INVENTED)))
    reliability = np.concatenate(
        [rng.integers(35, 100, int(kept.sum())), rng.integers(5, 60, len(false))]
    )
    m = np.concatenate([m[kept], false])
    x, y = _bend(rng, m[:, 0], m[:, 1])
    turn = rng.normal(0, TURN_DEG)
    cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    across, down = x - FRAME_PX[0] / 2, y - FRAME_PX[1] / 2
    shift_x, shift_y = rng.normal(0, SHIFT_PX, 2)
    x = FRAME_PX[0] / 2 + cosine * across + sine * down + shift_x + rng.normal(0, JITTER_PX, len(m))
    y = FRAME_PX[1] / 2 - sine * across + cosine * down + shift_y + rng.normal(0, JITTER_PX, len(m))
    about = rng.random(len(m)) < TURNED_ABOUT
    angle = m[:, 2] + turn + rng.normal(0, JITTER_DEG, len(m)) + 180 * about
    kind = np.where(about, ENDING + BIFURCATION - m[:, 3], m[:, 3])
    return _template(x, y, angle, kind, reliability, master.finger)


def _places(
    rng: np.random.Generator, pattern: orientation.Pattern
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points in the pad, each further than APART_PX from those before it (Matern's second)."""
    count = max(60, int(rng.normal(*CANDIDATES)))
    radius, bearing = np.sqrt(rng.random(count)), rng.uniform(0, 2 * np.pi, count)
    x = WIDTH_PX / 2 * (1 + 0.96 * radius * np.cos(bearing))
    y = HEIGHT_PX / 2 * (1 + 0.96 * radius * np.sin(bearing))
    # A fifth crowd round cores and deltas, where ridges must end to turn.
    crowd = count // 5 if len(pattern.singular) else 0
    about = pattern.singular[rng.integers(0, len(pattern.singular), crowd)] if crowd else None
    if about is not None:
        x[:crowd] = np.clip(about[:, 0] + rng.normal(0, 40, crowd), 8, WIDTH_PX - 8)
        y[:crowd] = np.clip(about[:, 1] + rng.normal(0, 40, crowd), 8, HEIGHT_PX - 8)
    near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 < APART_PX**2
    free = ~(near & _earlier(count)).any(axis=1)
    return x[free], y[free]


@cache
def _earlier(count: int) -> NDArray[np.bool_]:
    return np.tri(count, k=-1, dtype=bool)


def _touching(
    rng: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    reach = rng.uniform(0.85, 1.1)
    across = (x - FRAME_PX[0] / 2 - rng.normal(0, 12)) / (WIDTH_PX / 2)
    down = (y - FRAME_PX[1] / 2 - rng.normal(0, 18)) / (HEIGHT_PX / 2)
    return np.asarray(across**2 + down**2 < reach**2)


def _false(rng: np.random.Generator, m: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """False minutiae: anywhere near a true one, along its ridge either way."""
    if len(m) == 0:
        return m
    rows = m[rng.integers(0, len(m), count)]
    rows[:, :2] += rng.normal(0, 22, (count, 2))
    rows[:, 2] += 180 * rng.integers(0, 2, count) + rng.normal(0, 18, count)
    return rows


def _bend(
    rng: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smooth displacement, one slow wave each way, as skin drawn aside leaves."""
    size_x, size_y = rng.normal(0, BEND_PX, 2)
    phase_x, phase_y, turn = rng.uniform(0, 2 * np.pi, 3)
    wave = 2 * np.pi / 420.0
    way = wave * (x * np.cos(turn) + y * np.sin(turn))
    return x + size_x * np.sin(way + phase_x), y + size_y * np.sin(way + phase_y)


def _template(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    angle: NDArray[np.float64],
    kind: NDArray[np.float64] | NDArray[np.int64],
    reliability: NDArray[np.int64],
    finger: int,
) -> Template:
    width, height = FRAME_PX
    rows = np.rint(np.stack([x, y, angle, kind], axis=1)).astype(np.int16)
    rows[:, 2] %= 360
    inside = (rows[:, 0] >= 0) & (rows[:, 0] < width) & (rows[:, 1] >= 0) & (rows[:, 1] < height)
    rows, reliability = rows[inside], reliability[inside]
    order = np.lexsort(rows.T[[3, 2, 0, 1]])
    return Template(
        minutiae=rows[order],
        reliability=reliability[order].astype(np.uint8),
        width_px=width,
        height_px=height,
        finger=finger,
        extractor=EXTRACTOR,
    )
