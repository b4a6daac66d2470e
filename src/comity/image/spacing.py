"""How far apart ridges lie from place to place: the period map of a synthetic finger.

Ridges are the level lines of a phase wherever none begins or ends, so direction and spacing are
not free of each other. With n the unit normal and f the frequency, no ridge has to end where

    curl(f n) = 0,   that is   e . grad(ln f) = n . grad(theta),   e along the ridge

A map that ignores it forces minutiae wherever the flow fans out, in the same places and pointing
the same way on every finger of a class: prints of different fingers then resemble one another
more than real ones do (docs/decisions/0400). So ln f is solved for, in least squares, and followed
most of the way; what is left over grows into minutiae.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import spsolve

from comity.image import orientation
from comity.image.orientation import HEIGHT_PX, WIDTH_PX, Pattern

PERIOD_PX = (8.6, 0.65)  # mean and deviation over fingers; FVC2002 DB1 median 8.3 (check.measure)
PERIOD_SWAY = 0.07  # within one finger, beside what its flow asks for
PERIOD_MIN_PX, PERIOD_MAX_PX = 6.4, 12.4
FOLLOWED = 0.8  # of what the flow asks; 0 doubles the impostors' excess, 1 leaves few minutiae
ASKED_MAX = 0.3  # of ln f; next to cores and deltas the flow asks for more than skin does

_STEP_PX = 20
_SMOOTH, _SMALL = 0.05, 2e-5  # weights of ln f's slope (px^2) and size; flat over a factor of 3
_FAN_MAX = 1 / 40  # rad/px; more is a singularity, which no spacing can resolve


def draw(rng: np.random.Generator, pattern: Pattern, step_px: int = 1) -> NDArray[np.float32]:
    """Ridge period in px each `step_px` over the pad: float32 (400 / step, 320 / step), 6.4..12.4.

    Wider below the pattern, towards the joint.
    Source  curl condition: as for AM-FM fingerprint models, Larkin and Fletcher 2007
    """
    mean = rng.normal(*PERIOD_PX)
    y, _ = _nodes()
    sway = zoom(rng.normal(0, PERIOD_SWAY, (5, 4)), (y.shape[0] / 5, y.shape[1] / 4), order=3)
    low = pattern.singular[:, 1].max() if len(pattern.singular) else HEIGHT_PX * 0.6
    below = np.clip((y - low) / 120, 0, 1)
    asked = FOLLOWED * np.clip(_log_frequency(pattern), -ASKED_MAX, ASKED_MAX)
    period = mean * (1 + sway) * (1 + 0.14 * below) * np.exp(-asked)
    fine = zoom(period, _STEP_PX // step_px, order=1, grid_mode=True, mode="nearest")
    half = _STEP_PX // step_px // 2
    fine = fine[half : half + HEIGHT_PX // step_px, half : half + WIDTH_PX // step_px]
    return np.asarray(np.clip(fine, PERIOD_MIN_PX, PERIOD_MAX_PX), np.float32)


def _log_frequency(pattern: Pattern) -> NDArray[np.float64]:
    """ln f each 20 px, median 0, that lets ridges run unbroken as nearly as can be."""
    across, up, smooth = _operators()
    y, x = (axis.ravel() for axis in _nodes())
    theta = orientation.direction(pattern, x, y)
    slope_x = _turn(pattern, x, y, 3.0, 0.0)
    slope_y = _turn(pattern, x, y, 0.0, -3.0)
    fan = np.clip(np.sin(theta) * slope_x - np.cos(theta) * slope_y, -_FAN_MAX, _FAN_MAX)
    along = diags_array(np.cos(theta)) @ across + diags_array(np.sin(theta)) @ up
    solved = spsolve((along.T @ along + smooth).tocsc(), along.T @ fan)
    return np.asarray((solved - np.median(solved)).reshape(_nodes()[0].shape))


def _turn(
    pattern: Pattern, x: NDArray[np.float64], y: NDArray[np.float64], dx: float, dy: float
) -> NDArray[np.float64]:
    """Change of direction per px towards (dx, dy), the shorter way round."""
    ahead = orientation.direction(pattern, x + dx, y + dy)
    behind = orientation.direction(pattern, x - dx, y - dy)
    return np.asarray(
        (np.mod(ahead - behind + np.pi / 2, np.pi) - np.pi / 2) / (2 * np.hypot(dx, dy))
    )


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[0 : HEIGHT_PX + 1 : _STEP_PX, 0 : WIDTH_PX + 1 : _STEP_PX].astype(float)
    return y, x


@cache
def _operators() -> tuple[Any, Any, Any]:
    """Slopes to the right and up, and the penalty on slope and size, sparse over the nodes."""
    rows, columns = _nodes()[0].shape
    across = np.kron(np.eye(rows), _slope(columns))
    up = -np.kron(_slope(rows), np.eye(columns))
    steps = np.concatenate(
        [
            np.kron(np.eye(rows), np.diff(np.eye(columns), axis=0)),
            np.kron(np.diff(np.eye(rows), axis=0), np.eye(columns)),
        ]
    )
    smooth = _SMOOTH * steps.T @ steps / _STEP_PX**2 + _SMALL * np.eye(rows * columns)
    return csr_array(across), csr_array(up), csr_array(smooth)


def _slope(count: int) -> NDArray[np.float64]:
    """Central differences, one-sided at the ends."""
    return np.asarray(np.gradient(np.eye(count), _STEP_PX, axis=0))
