"""Minutia Cylinder-Code: a template as bit cylinders, and how alike two sets of them are.

Source: Cappelli, Ferrara and Maltoni, "Minutia Cylinder-Code: a new representation and matching
technique for fingerprint recognition", IEEE TPAMI 32(12), 2010; bit form of section 3.4, local
similarity sort with distortion-tolerant relaxation (LSS-R) of section 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import kernels, kernels_batch, kernels_cylinders

# Table 3 of the paper unless a line says otherwise; lengths at 500 ppi.
RADIUS_PX = 70.0
CELL_PX = 2 * RADIUS_PX / kernels.CELLS
SIGMA_PX = 28 / 3
REACH_PX = 28.0  # 3 sigma; further along or across a minutia adds nothing to a cell
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
RELAXED_MAX = 60  # pairs, and no more than the smaller print has cylinders
RELAXATION = np.array([0.5, 5, 29])  # a pair's own weight; rounds; voices at most (decision 0500)
RELAX_SIGMOIDS = np.array([[5.0, -8 / 5], [math.pi / 12, -30.0], [math.pi / 12, -30.0]])
# Laying one print on the other by its best pairs (decision 0509). Flat within a third either way.
POSE_GAP_PX, POSE_STRETCH, POSE_TURN_DEG = 12.0, 0.2, 30.0
POSE_REFINED_PX, POSE_LEVER_PX = 18.0, 20.0
# Minutiae then fall on each other within two ridges, once nearby pairs have told how the skin bent.
NEAR_PX, NEAR_LOOSE_PX, NEAR_TURN_DEG = 14.0, 20.0, 25.0
BEND_PX, BEND_PRIOR = 60.0, 1.0
OVERLAP_MARGIN_PX = 10.0
SPARE = 6.0  # minutiae supposed unmatched in either overlap: two of two are not all of twelve
# What a kernel counts in: bits are then the same on every machine (decision 0508).
WHOLE = 1 << 14  # a cosine of 1
WEIGHT_MAX = 255
HALF_PX_MAX = 180  # 61.25 px to the outermost cell's centre, 28 px beyond it


def _centres_px() -> NDArray[np.float64]:
    """Of a side's cells, from the minutia."""
    steps = np.arange(kernels.CELLS, dtype=np.float64)
    return (steps - (kernels.CELLS - 1) / 2) * CELL_PX


def _circle() -> tuple[int, int, float]:
    """The cells whose centres lie in the circle, as a word; their number; the furthest, px."""
    away = np.hypot.outer(_centres_px(), _centres_px()).ravel()
    word = sum(1 << cell for cell in np.flatnonzero(away <= RADIUS_PX).tolist())
    return word, word.bit_count(), float(away[away <= RADIUS_PX].max())


def _turns() -> NDArray[np.int64]:
    angles = [math.radians(deg) for deg in range(kernels.TURN_DEG)]
    return np.array([(round(WHOLE * math.cos(a)), round(WHOLE * math.sin(a))) for a in angles])


def _spread() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The weight of an offset on a side's cells, and the first cell of four that it can touch."""
    gap = np.arange(-HALF_PX_MAX, HALF_PX_MAX + 1)[:, None] / 2 - _centres_px()
    weight = np.where(
        np.abs(gap) <= REACH_PX, np.rint(WEIGHT_MAX * np.exp(-(gap**2) / (2 * SIGMA_PX**2))), 0
    )
    first = np.minimum((weight > 0).argmax(axis=1), kernels.CELLS - 4)
    return weight.astype(np.float32), first.astype(np.int64)


def _area(gap_rad: float) -> float:
    """Of a Gaussian, within a layer whose middle lies so far away: equation 11."""
    half, scale = math.pi / kernels.LAYERS, SIGMA_RAD * math.sqrt(2)
    return (math.erf((gap_rad + half) / scale) - math.erf((gap_rad - half) / scale)) / 2


def _layers() -> NDArray[np.float32]:
    """Each layer's weight by turn in whole degrees, (360, 6)."""
    table = np.empty((kernels.TURN_DEG, kernels.LAYERS), np.float32)
    for deg in range(kernels.TURN_DEG):
        for layer in range(kernels.LAYERS):
            gap = (60 * layer + 30 - deg) % 360 - 180
            table[deg, layer] = round(WEIGHT_MAX * _area(math.radians(gap)) / _area(0.0))
    return table


def _tables() -> tuple[NDArray[Any], ...]:
    """What `kernels_cylinders.build` takes between the minutiae and what it fills."""
    circle, cells, furthest_px = _circle()
    peak = _area(0.0) / (SIGMA_PX * math.sqrt(2 * math.pi))  # a cell's sum for weights of 255
    near_sq = (RADIUS_PX + REACH_PX) ** 2
    threshold = math.ceil(THRESHOLD / peak * WEIGHT_MAX**3)
    sizes = np.array([CELL_PX, furthest_px, HULL_MARGIN_PX, near_sq, threshold])
    base = np.array([circle, math.ceil(VALID_CELLS_MIN * cells), NEIGHBOURS_MIN], np.uint64)
    return _turns(), *_spread(), _layers(), sizes, base


def pair_count(fewer: int) -> int:
    """How many pairs make the score, given the smaller number of cylinders (equation 20)."""
    share = 1 / (1 + math.exp(-PAIRS_SLOPE * (fewer - PAIRS_MIDDLE)))
    return PAIRS_MIN + round(share * (PAIRS_MAX - PAIRS_MIN))


# Numba's decorator hides what a kernel takes from the type checker.
_fill: Any = kernels_cylinders.build
_compare_one: Any = kernels_batch.compare_one
_compare_many: Any = kernels_batch.compare_many
TABLES = _tables()
POSING = np.array(
    [POSE_GAP_PX**2, POSE_STRETCH**2, POSE_TURN_DEG, POSE_REFINED_PX**2, POSE_LEVER_PX**2]
)
LAYING = np.array(
    [NEAR_LOOSE_PX, NEAR_PX, NEAR_TURN_DEG, OVERLAP_MARGIN_PX, BEND_PX, BEND_PRIOR, SPARE,
     NEAR_LOOSE_PX + NEAR_PX]
)  # fmt: skip
LIMITS = np.array([TURN_MAX_DEG, math.ceil(COMMON_CELLS_MIN * _circle()[1])], np.int64)
WANTED = np.array([pair_count(fewer) for fewer in range(64)])  # the same from 27 up


@dataclass(frozen=True, eq=False)
class Cylinders:
    """The usable cylinders of one template, in order of angle, and where its minutiae lie.

    cells   uint64 (7, c), the bits of six direction layers, then the cells inside the print
    place   int64 (c, 4), x_px, y_px upwards, degrees, row of the template's minutia
    points  int64 (m, 3), x_px, y_px upwards, degrees of every minutia
    edges   float64 (e, 3), inward normals and offsets of the hull
    """

    cells: NDArray[np.uint64]
    place: NDArray[np.int64]
    points: NDArray[np.int64]
    edges: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.place)


def build(minutiae: NDArray[np.int16]) -> Cylinders:
    """The cylinders of minutiae (m, 4); those near the edge or without neighbours are left out.

    Cost 0.02 ms for 30 minutiae, 0.04 ms for 45
    """
    m = len(minutiae)
    cells, place = np.empty((kernels.LAYERS + 1, m), np.uint64), np.empty((m, 4), np.int64)
    points, edges = np.empty((m, 3), np.int64), np.empty((2 * m + 1, 3))
    count, corners = _fill(minutiae, *TABLES, cells, place, points, edges)
    return Cylinders(
        np.ascontiguousarray(cells[:, :count]), place[:count].copy(), points, edges[:corners].copy()
    )


@lru_cache(maxsize=8192)  # about 6 KB each; a shortlist is compared more than once
def cylinders(template: records.Template) -> Cylinders:
    """The template's cylinders, as `build` makes them."""
    return build(template.minutiae)


@dataclass(frozen=True, eq=False)
class Match:
    """How two prints compare.

    score      0..1, the geometric mean of the three next
    relaxed    0..1, similarity of the best cylinders after relaxation (LSS-R)
    covered    of the probe's and of the candidate's minutiae in the overlap of both prints, the
               shares that fall on the other's, each 0..1
    cylinders  the smaller of the two numbers of cylinders
    pairs  int64 (p, 2), rows of probe and candidate minutiae that fall on each other, each once
    parts  float64 (p,), each pair's share of the score, greatest first
    """

    score: float
    relaxed: float
    covered: tuple[float, float]
    cylinders: int
    pairs: NDArray[np.int64]
    parts: NDArray[np.float64]


def match(a: Cylinders, b: Cylinders) -> Match:
    """Compare a probe's cylinders with a candidate's.

    Cost    O(ab), then O(min(a, b)^2)
    """
    ring = np.empty((kernels.LAYERS + 1, 2 * len(a)), np.uint64)
    start = np.empty(kernels.TURN_DEG + 1, np.int64)
    kernels.double(a.cells, a.place, ring, start)
    rows, weights = np.empty((len(b.points), 2), np.int64), np.empty(len(b.points))
    shares = np.empty(4)
    count = _compare_one(
        ring, start, a.place, a.points, a.edges, b.cells, b.place, b.points, b.edges,
        LIMITS, RELAX_SIGMOIDS, RELAXATION, RELAXED_MAX, WANTED, POSING, LAYING,
        shares, rows, weights,
    )  # fmt: skip
    relaxed, ours, theirs, score = shares.tolist()
    order = np.argsort(-weights[:count], kind="stable")
    parts = weights[order] * (score / max(float(weights[:count].sum()), 1e-9))
    return Match(score, relaxed, (ours, theirs), min(len(a), len(b)), rows[order], parts)


def match_many(
    probe: Cylinders, minutiae: NDArray[np.int16], first: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """`match` of one probe with many candidates' minutiae: scores and numbers of cylinders."""
    scores, fewer = np.zeros(len(first) - 1), np.zeros(len(first) - 1, np.int64)
    _compare_many(
        probe.cells, probe.place, probe.points, probe.edges, minutiae, first, *TABLES,
        LIMITS, RELAX_SIGMOIDS, RELAXATION, RELAXED_MAX, WANTED, POSING, LAYING, scores, fewer,
    )  # fmt: skip
    return scores, fewer
