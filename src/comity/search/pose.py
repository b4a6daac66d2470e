"""How one print lies on another by the minutiae that fall on each other, and what does not.

As the comparison sees it (`mcc`, decision 0509): the same points, hulls and bending, y upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import kernels_pose, mcc

PAIRS_MIN = 3  # fewer lie on each other however two prints are laid

# paired: falls on a minutia of the other print; against: where both prints are, without a partner;
# elsewhere: where the other print is not, or nothing is known of it.
Standing = Literal["paired", "against", "elsewhere"]
_fit: Any = kernels_pose.fit_pose


@dataclass(frozen=True)
class Pose:
    """The turn about `centre` and the shift that lay the candidate on the probe.

    turn_deg       counter-clockwise, -180..180;  dx_px, dy_px  right and down
    centre         x_px, y_px in the candidate's own coordinates
    """

    turn_deg: float
    dx_px: float
    dy_px: float
    centre: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Overlay:
    """The candidate laid on the probe.

    pose       None where fewer than three pairs tell it; then nothing is known of an area
    moved      float64 (n, 3), the candidate's minutiae in the probe's coordinates: x_px, y_px down,
               angle_deg; follows the skin's stretch. Empty without a pose
    probe, candidate  each minutia's standing, in the templates' order
    """

    pose: Pose | None
    moved: NDArray[np.float64]
    probe: tuple[Standing, ...]
    candidate: tuple[Standing, ...]


def overlay(
    probe: records.Template,
    candidate: records.Template,
    pairs: Sequence[tuple[int, int, float]],
) -> Overlay:
    """Lay the candidate on the probe by the minutiae that fall on each other.

    pairs  as `compare.paired` gives them
    """
    a, b = mcc.cylinders(probe), mcc.cylinders(candidate)
    ours, theirs = (np.array([pair[n] for pair in pairs], np.int64) for n in (0, 1))
    if len(pairs) < PAIRS_MIN:
        none = np.zeros(len(a.points), np.bool_), np.zeros(len(b.points), np.bool_)
        return Overlay(None, np.zeros((0, 3)), _standing(ours, none[0]), _standing(theirs, none[1]))
    shares = np.array([share for _, _, share in pairs])
    laid = np.column_stack([a.points[ours], b.points[theirs], shares])
    found = np.empty(5)
    _fit(laid, np.ones(len(laid), np.bool_), mcc.POSE_LEVER_PX**2, found)
    cos, sin, *shift, turn_deg = found.tolist()
    turned = np.array([[cos, sin], [-sin, cos]])  # of rows
    on_a = b.points[:, :2] @ turned + shift
    on_b = (a.points[:, :2] - shift) @ turned.T
    centre = b.points[:, :2].mean(axis=0)
    across, up = centre @ turned + shift - centre
    bent = on_a + _bend(on_a, theirs, a.points[ours, :2] - on_a[theirs])
    return Overlay(
        pose=Pose(turn_deg, float(across), float(-up), (float(centre[0]), float(-centre[1]))),
        moved=np.column_stack([bent[:, 0], -bent[:, 1], (b.points[:, 2] + turn_deg) % 360]),
        probe=_standing(ours, _inside(on_b, b.edges)),
        candidate=_standing(theirs, _inside(on_a, a.edges)),
    )


def _bend(
    points: NDArray[np.float64], known: NDArray[np.int64], gaps: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How the skin was moved at each point by the known ones around it, as `kernels_pose.bend`."""
    away = ((points[:, None] - points[known][None]) ** 2).sum(axis=2)
    near = 1 / (1 + away / (2 * mcc.BEND_PX**2)) ** 2
    near[known, np.arange(len(known))] = 0.0  # none speaks for itself
    return np.asarray(near @ gaps / (near.sum(axis=1, keepdims=True) + mcc.BEND_PRIOR))


def _inside(points: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    away = points @ edges[:, :2].T - edges[:, 2]
    return np.asarray((away >= -mcc.OVERLAP_MARGIN_PX).all(axis=1))


def _standing(paired: NDArray[np.int64], common: NDArray[np.bool_]) -> tuple[Standing, ...]:
    mates = set(paired.tolist())
    return tuple(
        "paired" if row in mates else "against" if here else "elsewhere"
        for row, here in enumerate(common.tolist())
    )
