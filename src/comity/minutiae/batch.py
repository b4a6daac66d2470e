"""Templates of many fingers in a few arrays: what enrols and compares at speed works on these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.records import Template


@dataclass(frozen=True, eq=False)
class Batch:
    """n templates, grouped by person; the minutiae of template i are rows first[i]..first[i+1].

    minutiae     int16 (M, 4), as `Template.minutiae`
    reliability  uint8 (M,), 0..100
    first        int64 (n + 1,), first[0] is 0 and first[n] is M
    finger       uint8 (n,), 1..10
    person       int64 (n,), not decreasing; templates of one person stand together
    width_px, height_px  of every template's frame
    extractor    of every template
    """

    minutiae: NDArray[np.int16]
    reliability: NDArray[np.uint8]
    first: NDArray[np.int64]
    finger: NDArray[np.uint8]
    person: NDArray[np.int64]
    width_px: int
    height_px: int
    extractor: str

    def __len__(self) -> int:
        return len(self.finger)

    def template(self, row: int) -> Template:
        """One of the templates, 0..n-1."""
        rows = slice(int(self.first[row]), int(self.first[row + 1]))
        return Template(
            minutiae=self.minutiae[rows].copy(),
            reliability=self.reliability[rows].copy(),
            width_px=self.width_px,
            height_px=self.height_px,
            finger=int(self.finger[row]),
            extractor=self.extractor,
        )


def joined(templates: Sequence[Template]) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Minutiae of templates one after another, int16 (M, 4), and where each begins, (n + 1,)."""
    counts = np.array([len(template) for template in templates], np.int64)
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    if not templates:
        return np.zeros((0, 4), np.int16), first
    return np.concatenate([template.minutiae for template in templates]), first
