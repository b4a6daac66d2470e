"""How one print lies on another: the movement that its paired minutiae agree on, and what it shows.

Templates have y downwards and angles counter-clockwise; in here y points up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from comity import records

# Two minutiae lie on each other within this much: the skin stretches by about a ridge (9 px) over a
# print. Of the minutiae in the common area so many have a partner in mates and in different
# fingers, FVC2002 DB1 set B: MINDTCT 68 and 30 % within 10 px, 73 and 34 % within 14, 76 and 37 %
# within 18; LEADER 89 and 37, 92 and 40, 93 and 44 % (benchmarks/bench_explain.py).
NEAR_PX, NEAR_DEG = 14.0, 30.0
PAIR_PX = 24.0  # for a pair that made the score to agree with a movement, before the skin's stretch
PAIRS_MIN = 3  # agreeing on one movement, for it to be believed
STRETCH_PX = 80.0  # how far a pair's own offset reaches, to follow the skin's stretch
MARGIN_PX = 12.0  # beyond the outermost minutiae, still common area: a ridge and a bit

# counted: in a pair that made the score; agrees: has a partner where the other print has one,
# without having made the score; against: inside the common area without a partner;
# elsewhere: outside the common area, or nothing is known of it.
Standing = Literal["counted", "agrees", "against", "elsewhere"]


@dataclass(frozen=True)
class Pose:
    """The turn about `centre` and the shift that lay the candidate on the probe.

    turn_deg       counter-clockwise, -180..180;  dx_px, dy_px  right and down
    centre         x_px, y_px in the candidate's own coordinates
    pairs          how many of the pairs agree with it
    """

    turn_deg: float
    dx_px: float
    dy_px: float
    centre: tuple[float, float]
    pairs: int


@dataclass(frozen=True, eq=False)
class Overlay:
    """The candidate laid on the probe.

    pose       None where no three pairs agree on a movement; then nothing is known of an area
    moved      float64 (n, 3), the candidate's minutiae in the probe's coordinates: x_px, y_px down,
               angle_deg; follows the skin's stretch. Empty without a pose
    probe, candidate  each minutia's standing, in the templates' order
    further    pairs (row in probe, row in candidate) that agree but did not make the score
    """

    pose: Pose | None
    moved: NDArray[np.float64]
    probe: tuple[Standing, ...]
    candidate: tuple[Standing, ...]
    further: tuple[tuple[int, int], ...]


def overlay(
    probe: records.Template,
    candidate: records.Template,
    pairs: Sequence[tuple[int, int, float]],
) -> Overlay:
    """Lay the candidate on the probe by the pairs that made their score, and see what else agrees.

    pairs  row in probe, row in candidate, share of the similarity
    Cost   O(pairs^2 + m n), in plain numpy: for one pair of prints, not for a search
    """
    a, b = _upright(probe), _upright(candidate)
    rows = np.array([(i, j) for i, j, _ in pairs], np.int64).reshape(-1, 2)
    shares = np.array([share for _, _, share in pairs])
    found = _movement(a[rows[:, 0]], b[rows[:, 1]], shares)
    counted_a, counted_b = set(rows[:, 0].tolist()), set(rows[:, 1].tolist())
    if found is None:
        return Overlay(
            None,
            np.zeros((0, 3)),
            _standing(len(a), counted_a, set(), set()),
            _standing(len(b), counted_b, set(), set()),
            (),
        )
    turn, shift, agreeing = found
    moved = _moved(b, turn, shift)
    offsets = a[rows[agreeing, 0], :2] - moved[rows[agreeing, 1], :2]
    moved[:, :2] += _stretch(moved[:, :2], moved[rows[agreeing, 1], :2], offsets)
    further = _partners(a, moved, counted_a, counted_b)
    common = _inside(a[:, :2], moved[:, :2]), _inside(moved[:, :2], a[:, :2])
    centre = b[:, :2].mean(axis=0)
    at = _turned(centre, turn) + shift - centre
    pose = Pose(
        turn_deg=math.degrees(turn),
        dx_px=float(at[0]),
        dy_px=float(-at[1]),
        centre=(float(centre[0]), float(-centre[1])),
        pairs=int(agreeing.sum()),
    )
    return Overlay(
        pose=pose,
        moved=np.column_stack([moved[:, 0], -moved[:, 1], np.degrees(moved[:, 2]) % 360]),
        probe=_standing(len(a), counted_a, {i for i, _ in further}, common[0]),
        candidate=_standing(len(b), counted_b, {j for _, j in further}, common[1]),
        further=further,
    )


def _upright(template: records.Template) -> NDArray[np.float64]:
    """x_px, y_px up, angle_rad, (m, 3)."""
    m = template.minutiae.astype(np.float64)
    return np.column_stack([m[:, 0], -m[:, 1], np.radians(m[:, 2])])


def _turned(points: NDArray[np.float64], turn: float) -> NDArray[np.float64]:
    c, s = math.cos(turn), math.sin(turn)
    return np.asarray(points @ np.array([[c, s], [-s, c]]))


def _moved(m: NDArray[np.float64], turn: float, shift: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([_turned(m[:, :2], turn) + shift, m[:, 2] + turn])


def _gaps(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances in px and absolute turns in degrees; broadcasts over leading axes."""
    away = np.hypot(a[..., 0] - b[..., 0], a[..., 1] - b[..., 1])
    turn = np.degrees((a[..., 2] - b[..., 2] + np.pi) % (2 * np.pi) - np.pi)
    return away, np.abs(turn)


def _movement(
    a: NDArray[np.float64], b: NDArray[np.float64], shares: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.bool_]] | None:
    """The turn, shift and agreeing pairs: the pair whose own movement most shares agree with.

    Then twice the least-squares movement of those that agree.
    """
    best: tuple[float, float, NDArray[np.float64]] | None = None
    for p in range(len(a)):
        turn = float(a[p, 2] - b[p, 2])
        shift = a[p, :2] - _turned(b[p, :2], turn)
        # A pair turns the print about itself by its own error: others may be off by more.
        support = float(shares[_agreeing(a, b, turn, shift, 1.5)].sum())
        if best is None or support > best[0]:
            best = support, turn, shift
    if best is None:
        return None
    _, turn, shift = best
    agreeing = _agreeing(a, b, turn, shift, 1.5)
    for _ in range(2):
        if agreeing.sum() < PAIRS_MIN:
            return None
        turn, shift = _least_squares(a[agreeing, :2], b[agreeing, :2])
        agreeing = _agreeing(a, b, turn, shift, 1.0)
    return (turn, shift, agreeing) if agreeing.sum() >= PAIRS_MIN else None


def _agreeing(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    turn: float,
    shift: NDArray[np.float64],
    slack: float,
) -> NDArray[np.bool_]:
    away, off = _gaps(a, _moved(b, turn, shift))
    return np.asarray((away <= slack * PAIR_PX) & (off <= NEAR_DEG))


def _least_squares(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """The turn and shift with the least sum of squares (Procrustes in the plane)."""
    u, v = a - a.mean(axis=0), b - b.mean(axis=0)
    turn = math.atan2(
        float((v[:, 0] * u[:, 1] - v[:, 1] * u[:, 0]).sum()),
        float((v * u).sum()),
    )
    return turn, a.mean(axis=0) - _turned(b.mean(axis=0), turn)


def _stretch(
    points: NDArray[np.float64], at: NDArray[np.float64], offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The pairs' own offsets, spread to other points by nearness; none far from all of them."""
    gaps = ((points[:, None] - at[None]) ** 2).sum(axis=2)
    weights = np.exp(-gaps / (2 * STRETCH_PX**2))
    return np.asarray(weights @ offsets / (weights.sum(axis=1, keepdims=True) + 0.5))


def _partners(
    a: NDArray[np.float64], moved: NDArray[np.float64], used_a: set[int], used_b: set[int]
) -> tuple[tuple[int, int], ...]:
    """Nearest first, each minutia once, without those already paired."""
    away, off = _gaps(a[:, None], moved[None])
    near = np.argwhere((away <= NEAR_PX) & (off <= NEAR_DEG))
    order = np.argsort(away[near[:, 0], near[:, 1]], kind="stable")
    taken_a, taken_b = set(used_a), set(used_b)
    found = []
    for i, j in near[order].tolist():
        if i not in taken_a and j not in taken_b:
            found.append((i, j))
            taken_a.add(i)
            taken_b.add(j)
    return tuple(found)


def _inside(points: NDArray[np.float64], around: NDArray[np.float64]) -> set[int]:
    """Rows of the points within the convex hull of others, or MARGIN_PX outside it."""
    ring = _hull(around)
    if len(ring) < 3:
        return set()
    edges = np.roll(ring, -1, axis=0) - ring
    normals = np.column_stack([edges[:, 1], -edges[:, 0]])  # outwards of a ring that turns left
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    outside = ((points[:, None] - ring[None]) * normals[None]).sum(axis=2).max(axis=1)
    return set(np.flatnonzero(outside <= MARGIN_PX).tolist())


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted(set(map(tuple, points.tolist())))
    ring: list[tuple[float, ...]] = []
    for chain in (ordered, ordered[::-1]):
        floor = len(ring) + 1
        for x, y in chain:
            while len(ring) > floor:
                (ax, ay), (bx, by) = ring[-2], ring[-1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                ring.pop()
            ring.append((x, y))
        ring.pop()
    return np.array(ring).reshape(-1, 2)


def _standing(
    count: int, counted: set[int], agrees: set[int], common: set[int]
) -> tuple[Standing, ...]:
    return tuple(
        "counted"
        if row in counted
        else "agrees"
        if row in agrees
        else "against"
        if row in common
        else "elsewhere"
        for row in range(count)
    )
