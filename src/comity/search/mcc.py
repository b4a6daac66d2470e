"""Minutia Cylinder-Code: a template as bit cylinders, and how alike two sets of them are.

Source: Cappelli, Ferrara and Maltoni, "Minutia Cylinder-Code: a new representation and matching
technique for fingerprint recognition", IEEE TPAMI 32(12), 2010; bit form of section 3.4, local
similarity sort with distortion-tolerant relaxation (LSS-R) of section 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import kernels

# Table 3 of the paper unless a line says otherwise; lengths at 500 ppi.
RADIUS_PX = 70.0
CELL_PX = 2 * RADIUS_PX / kernels.CELLS
SIGMA_PX = 28 / 3
SIGMA_RAD = 2 * math.pi / 9
# Of a cell's sum, for its bit to be set. Paper 0.01; swept 0.003 to 0.015 on FVC2002 set B: equal
# error rate across databases, MINDTCT 5.4 % at 0.01 and 4.6 % at 0.003 and 0.006, LEADER flat.
THRESHOLD = 0.006
HULL_MARGIN_PX = 50.0
# Of the cells in the circle, for a cylinder to be used. Paper 0.75; flat from 0.5 to 0.75, and
# a lower one leaves small prints more cylinders.
VALID_CELLS_MIN = 0.60
NEIGHBOURS_MIN = 2
COMMON_CELLS_MIN = 0.60  # of the cells in the circle, valid in both cylinders
# Paper 90. Booked prints stand upright within about 20 degrees; 60 takes a third off the work
# and MINDTCT's equal error rate from 4.6 to 4.4 %. Prints turned further apart are missed.
TURN_MAX_DEG = 60
PAIRS_MIN, PAIRS_MAX = 4, 12
PAIRS_MIDDLE, PAIRS_SLOPE = 20.0, 0.4
# Pairs that are relaxed, at most. Paper: as many as the smaller print has cylinders; but a rolled
# print of 150 minutiae and a plain one of 90 share a third, and pairs by chance then water the
# rest down. On four thumbs of two ten-print cards, rolled and plain, 30 doubles the similarity of
# mates; on FVC2002 set B equal error rates are flat from 20 up.
RELAXED_MAX = 30
RELAX_WEIGHT, RELAX_ROUNDS = 0.5, 5
RELAX_SIGMOIDS = np.array([[5.0, -8 / 5], [math.pi / 12, -30.0], [math.pi / 12, -30.0]])


def _circle() -> tuple[int, int]:
    """The cells whose centres lie in the circle, as a word, and their number."""
    middle = (kernels.CELLS - 1) / 2
    word = 0
    for cell in range(kernels.CELLS**2):
        i, j = divmod(cell, kernels.CELLS)
        if math.hypot(i - middle, j - middle) * CELL_PX <= RADIUS_PX:
            word |= 1 << cell
    return word, word.bit_count()


def _direction_weights() -> NDArray[np.float64]:
    """Each layer's weight by turn in whole degrees, (360, 6): equation 11."""
    step = 2 * math.pi / kernels.LAYERS
    table = np.empty((360, kernels.LAYERS))
    for deg in range(360):
        for layer in range(kernels.LAYERS):
            centre = -math.pi + (layer + 0.5) * step
            gap = (centre - math.radians(deg) + math.pi) % (2 * math.pi) - math.pi
            upper, lower = gap + step / 2, gap - step / 2
            scale = SIGMA_RAD * math.sqrt(2)
            table[deg, layer] = (math.erf(upper / scale) - math.erf(lower / scale)) / 2
    return table


_CIRCLE, _CIRCLE_CELLS = _circle()
_DIRECTION = _direction_weights()
_SIZES = np.array([CELL_PX, SIGMA_PX, RADIUS_PX, HULL_MARGIN_PX, THRESHOLD, NEIGHBOURS_MIN])
_BASE = np.array([_CIRCLE, math.ceil(VALID_CELLS_MIN * _CIRCLE_CELLS)], np.uint64)
_LIMITS = np.array([TURN_MAX_DEG, math.ceil(COMMON_CELLS_MIN * _CIRCLE_CELLS)], np.int64)


@dataclass(frozen=True, eq=False)
class Cylinders:
    """The usable cylinders of one template.

    bits    uint64 (c, 6), one bit a cell, one word a direction layer
    valid   uint64 (c,), cells inside the print
    deg     int64 (c,);  place  float64 (c, 3), x_px, y_px upwards, angle_rad
    source  int64 (c,), row of the template's minutia
    """

    bits: NDArray[np.uint64]
    valid: NDArray[np.uint64]
    deg: NDArray[np.int64]
    place: NDArray[np.float64]
    source: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.deg)


@lru_cache(maxsize=8192)  # about 4 KB each; a shortlist is compared more than once
def cylinders(template: records.Template) -> Cylinders:
    """The template's cylinders; those near the edge or without neighbours are left out."""
    x = template.minutiae[:, 0].astype(np.float64)
    y = -template.minutiae[:, 1].astype(np.float64)
    deg = template.minutiae[:, 2].astype(np.int64)
    count = len(template)
    bits = np.zeros((count, kernels.LAYERS), np.uint64)
    valid = np.zeros(count, np.uint64)
    source = np.zeros(count, np.int64)
    if count:
        count = kernels.build_cylinders(x, y, deg, _DIRECTION, _SIZES, _BASE, bits, valid, source)
    source = source[:count]
    place = np.column_stack([x[source], y[source], np.radians(deg[source])])
    return Cylinders(bits[:count], valid[:count], deg[source], place, source)


def pair_count(fewer: int) -> int:
    """How many pairs make the score, given the smaller number of cylinders (equation 20)."""
    share = 1 / (1 + math.exp(-PAIRS_SLOPE * (fewer - PAIRS_MIDDLE)))
    return PAIRS_MIN + round(share * (PAIRS_MAX - PAIRS_MIN))


@dataclass(frozen=True, eq=False)
class Match:
    """How two prints compare.

    score      0..1
    cylinders  the smaller of the two numbers of cylinders
    pairs  int64 (p, 2), rows of probe and candidate minutiae
    parts  float64 (p,), each pair's share of the score, greatest first
    """

    score: float
    cylinders: int
    pairs: NDArray[np.int64]
    parts: NDArray[np.float64]


def match(a: Cylinders, b: Cylinders) -> Match:
    """Compare two sets of cylinders by LSS-R. Cost O(ab), then O(min(a, b)^2)."""
    fewer = min(len(a), len(b))
    if fewer == 0:
        return Match(0.0, 0, np.zeros((0, 2), np.int64), np.zeros(0))
    kept = min(fewer, RELAXED_MAX)
    wanted = min(kept, pair_count(fewer))
    pairs, strengths = kernels.lss_r(
        a.bits, a.valid, a.deg, a.place, b.bits, b.valid, b.deg, b.place,
        _LIMITS, RELAX_SIGMOIDS, RELAX_WEIGHT, RELAX_ROUNDS, kept, wanted,
    )  # fmt: skip
    parts = strengths / pair_count(fewer)
    order = np.argsort(-parts, kind="stable")
    rows = np.column_stack([a.source[pairs // len(b)], b.source[pairs % len(b)]])
    return Match(min(1.0, float(parts.sum())), fewer, rows[order], parts[order])
