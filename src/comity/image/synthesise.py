"""Synthetic prints: a finger nobody has, and impressions of it.

A master is grown as SFinGe grows one (Cappelli 2003): a direction for each place, a ridge period
for each place, then noise passed again and again through the Gabor filter of that place until
ridges, endings and bifurcations have formed. An impression lays the master on a sensor: placement,
turn, skin distortion (Cappelli, Maio and Maltoni 2001), pressure, dryness, noise, partial contact.

docs/science/synthetic-prints.md says how far they are like real ones, by measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from comity.image import kernels, orientation, spacing
from comity.image.draws import IMPRESSION, PATTERN, PERIOD, RIDGES, SKIN, stream
from comity.image.orientation import HEIGHT_PX, WIDTH_PX, Kind, Pattern
from comity.records import Print

# Ridges are grown at 250 ppi: a quarter of the pixels and of the filter's taps, and a period of
# 4.5 px is still twice what sampling needs.
COARSE = 2
STEPS = 14  # minutiae still merge slowly after it: 22 steps leave a tenth fewer
GAIN = 2.2
DIRECTIONS = 60  # 3 degrees apart
PERIODS = np.linspace(spacing.PERIOD_MIN_PX, spacing.PERIOD_MAX_PX, 16)
RADIUS = 7  # coarse px; 1.5 periods of the mean
SPREAD = (0.42, 0.50)  # of the Gabor's bell across and along, in periods; SFinGe has 0.40
CREASES = 1.5  # mean number on a finger
CELL_PX = 34.0  # between nodes of the pressure and dryness lattices


@dataclass(frozen=True, eq=False)
class Master:
    """One synthetic finger.

    pattern    class and singular points, on the pad of 320 x 400 px
    direction  float32 (200, 160), each 2 px: radians 0..pi, counter-clockwise from +x
    period_px  float32 (200, 160), each 2 px: ridge period
    ridges     float32 (400, 320): -1 valley .. 1 ridge, creases cut in
    pores      float32 (400, 320): the ridges' own unevenness, unit deviation
    breadth    width of what touches, as a share of the pad's, 0.78..1.04
    """

    seed: int
    person: int
    finger: int
    pattern: Pattern
    direction: NDArray[np.float32]
    period_px: NDArray[np.float32]
    ridges: NDArray[np.float32]
    pores: NDArray[np.float32]
    breadth: float


@dataclass(frozen=True)
class Conditions:
    """How impressions are taken: each figure is a scale that one impression's draw is within.

    width_px, height_px  of the image
    turn_deg, shift_px   normal deviations of rotation and of placement across and along
    slip_px, twist_deg   normal deviations of the skin's distortion
    contact              share of the pad's radius that touches, lowest and highest
    pressure             mean and deviation of the ridge's thickness; 0 as thick as valleys
    dryness              median and log-deviation; 0 even ink, 1 ridges broken into dots
    paper, ink           grey of background and of the darkest ridge
    """

    width_px: int = 388
    height_px: int = 374
    turn_deg: float = 9.0
    shift_px: tuple[float, float] = (18.0, 26.0)
    slip_px: float = 6.0
    twist_deg: float = 4.0
    contact: tuple[float, float] = (0.88, 1.12)
    pressure: tuple[float, float] = (0.0, 0.35)
    dryness: tuple[float, float] = (0.55, 0.42)
    paper: int = 252
    ink: int = 20


PLAIN = Conditions()
ROLLED = Conditions(
    width_px=400,
    height_px=450,
    turn_deg=4.0,
    shift_px=(6.0, 8.0),
    slip_px=5.0,
    twist_deg=3.0,
    contact=(1.05, 1.15),
    pressure=(0.05, 0.2),
    dryness=(0.4, 0.3),
)
FAINT = Conditions(pressure=(-0.45, 0.1), dryness=(1.1, 0.2), contact=(0.6, 0.8))


def master(seed: int, person: int, finger: int, *, kind: Kind | None = None) -> Master:
    """The finger of one key; the same key gives the same finger.

    finger  1..10: sets how often each class is drawn (orientation.shares)
    kind    a class instead of a drawn one
    Cost    see benchmarks/bench_synthesis.py
    """
    pattern = orientation.draw(stream(seed, person, finger, purpose=PATTERN), finger, kind)
    direction = orientation.field(pattern, COARSE)
    period = spacing.draw(stream(seed, person, finger, purpose=PERIOD), pattern, COARSE)
    ridges = _grow(stream(seed, person, finger, purpose=RIDGES), direction, period)
    rng = stream(seed, person, finger, purpose=SKIN)
    ridges = _crease(rng, ridges)
    pores = _speckle(rng, ridges.shape)
    breadth = float(rng.uniform(0.78, 1.04))
    return Master(seed, person, finger, pattern, direction, period, ridges, pores, breadth)


def impression(
    finger: Master, event: int | np.random.Generator = 0, conditions: Conditions = PLAIN
) -> Print:
    """One capture of a finger: uint8 (height_px, width_px) at 500 ppi.

    event  number of the capture, the same each time it is asked for; or a generator to draw from
    """
    rng = (
        stream(finger.seed, finger.person, finger.finger, event, IMPRESSION)
        if isinstance(event, int)
        else event
    )
    ink = _press(rng, finger, conditions)
    return Print(_develop(rng, ink, conditions), finger.finger)


def _grow(
    rng: np.random.Generator, direction: NDArray[np.float32], period: NDArray[np.float32]
) -> NDArray[np.float32]:
    turn = np.rint(direction * (DIRECTIONS / np.pi)).astype(np.int32)
    nearest = np.rint((period - PERIODS[0]) / (PERIODS[1] - PERIODS[0])).astype(np.int32)
    which = nearest * DIRECTIONS + turn % DIRECTIONS
    which[~_pad()] = -1
    bank = _bank()
    state = rng.standard_normal(which.shape, np.float32) * np.float32(0.5)
    out = np.empty_like(state)
    for step in range(STEPS):
        # The last pass is not driven to the stops: its flanks tell pressure how thick a ridge is.
        gain = GAIN if step < STEPS - 1 else 1.0
        kernels.grow(np.pad(state, RADIUS, mode="reflect"), bank, which, gain, out)
        state, out = out, state
    return np.asarray(np.clip(zoom(state, COARSE, order=3), -1.0, 1.0), np.float32)


@cache
def _pad() -> NDArray[np.bool_]:
    """The finger's outline at 250 ppi: an ellipse, flattened below as a finger is."""
    height, width = HEIGHT_PX // COARSE, WIDTH_PX // COARSE
    y, x = np.mgrid[0:height, 0:width]
    across = np.abs((x + 0.5) / width * 2 - 1)
    along = (y + 0.5) / height * 2 - 1
    down = np.where(along > 0, np.abs(along) ** 4, np.abs(along) ** 2.2)
    return np.asarray(across**2.4 + down <= 1.08)


@cache
def _bank() -> NDArray[np.float32]:
    """Gabor filters float32 (periods * directions, 15, 15), no mean, unit gain on their wave."""
    y, x = np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1].astype(float)
    filters = []
    for period in PERIODS / COARSE:
        for number in range(DIRECTIONS):
            turn = number * np.pi / DIRECTIONS
            along = x * np.cos(turn) - y * np.sin(turn)
            across = x * np.sin(turn) + y * np.cos(turn)
            bell = np.exp(
                -((across / (SPREAD[0] * period)) ** 2 + (along / (SPREAD[1] * period)) ** 2) / 2
            )
            wave = np.cos(2 * np.pi * across / period)
            filter_ = bell * wave - bell * ((bell * wave).sum() / bell.sum())
            filters.append(filter_ / np.abs((filter_ * wave).sum()))
    return np.asarray(filters, np.float32)


def _crease(rng: np.random.Generator, ridges: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut a few white lines, mostly across, 2 to 4 px wide, as old cuts and folds leave."""
    ridges = ridges.copy()
    for _ in range(int(rng.poisson(CREASES))):
        left, top = rng.uniform(0, WIDTH_PX), rng.uniform(0, HEIGHT_PX)
        turn, bow = rng.normal(0, 0.5), rng.normal(0, 8e-4)
        length, thick, deep = rng.uniform(25, 90), rng.uniform(1.0, 2.2), rng.uniform(1.2, 2.6)
        reach = int(length * 1.4)
        rows = slice(max(0, int(top) - reach), int(top) + reach)
        columns = slice(max(0, int(left) - reach), int(left) + reach)
        near = ridges[rows, columns]
        y, x = np.mgrid[: near.shape[0], : near.shape[1]].astype(np.float32)
        x += np.float32(columns.start - left)
        y += np.float32(rows.start - top)
        along, across = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
        off = ((across + bow * along**2) / thick) ** 2 + (along / length) ** 6
        near -= np.asarray(deep * np.exp(-np.minimum(off, 30.0)), np.float32)
    return ridges


def _speckle(rng: np.random.Generator, size: tuple[int, ...]) -> NDArray[np.float32]:
    """Unit noise with a grain of about 3 px."""
    return np.asarray(gaussian_filter(rng.standard_normal(size, np.float32), 1.1) * 3.9, np.float32)


def _drawn(
    rng: np.random.Generator, mean: float, deviation: float | tuple[float, float]
) -> NDArray[np.float64]:
    """Normal, cut at two deviations: an operator takes the worst captures again."""
    spread = np.asarray(deviation)
    return np.asarray(mean + spread * np.clip(rng.standard_normal(spread.shape), -2.0, 2.0))


def _press(rng: np.random.Generator, finger: Master, conditions: Conditions) -> NDArray[np.float32]:
    """Ink 0..1 on each pixel of the sensor."""
    size = (conditions.height_px, conditions.width_px)
    middle_x, middle_y = WIDTH_PX / 2, HEIGHT_PX / 2
    place = (np.radians(rng.normal(0, conditions.turn_deg)), *_drawn(rng, 0.0, conditions.shift_px))
    skin = (
        *rng.normal(0, conditions.slip_px, 2),
        np.radians(rng.normal(0, conditions.twist_deg)),
        middle_x + rng.normal(0, 12),
        middle_y + rng.normal(0, 16),
        rng.uniform(45, 75),
        rng.uniform(55, 95),
        rng.uniform(0.8, 1.6),
    )
    reach = rng.uniform(*conditions.contact)
    contact = (
        middle_x + rng.normal(0, 8),
        middle_y + rng.normal(0, 12),
        reach * finger.breadth * WIDTH_PX / 2,
        reach * HEIGHT_PX / 2,
    )
    outline = gaussian_filter(1 + rng.normal(0, 0.11, 24), 1.5, mode="wrap")
    lattice = (2, int(size[0] / CELL_PX) + 3, int(size[1] / CELL_PX) + 3)
    coarse = rng.standard_normal(lattice, np.float32)
    dryness = conditions.dryness[0] * float(np.exp(_drawn(rng, 0.0, conditions.dryness[1])))
    tone = (
        float(_drawn(rng, *conditions.pressure)) - 0.2 * dryness,
        rng.uniform(0.12, 0.35),
        0.3,
        dryness,
        0.5 * dryness,
        0.18,
        rng.uniform(0.3, 0.9),
    )
    out = np.empty(size, np.float32)
    kernels.press(
        finger.ridges,
        finger.pores,
        np.array(place),
        np.array(skin),
        np.array(contact),
        outline.astype(np.float32),
        coarse,
        CELL_PX,
        _speckle(rng, size),
        np.array(tone),
        out,
    )
    return out


def _develop(
    rng: np.random.Generator, ink: NDArray[np.float32], conditions: Conditions
) -> NDArray[np.uint8]:
    """Grey levels: the sensor's blur, the paper's tint and its grain."""
    dark = conditions.ink + rng.uniform(-10, 30)
    grey = conditions.paper + (dark - conditions.paper) * gaussian_filter(ink, 0.7)
    grey += rng.standard_normal(ink.shape, np.float32) * np.float32(2.0)
    return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)
