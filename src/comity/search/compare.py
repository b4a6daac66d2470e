"""Two templates: how alike they are, and by which minutiae."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import mcc


def match(probe: records.Template, candidate: records.Template) -> mcc.Match:
    """The whole comparison: similarity, pairs and the number of cylinders behind it."""
    return mcc.match(mcc.cylinders(probe), mcc.cylinders(candidate))


def similarity(probe: records.Template, candidate: records.Template) -> float:
    """How alike two prints are, 0..1; prints of different fingers give 0.01 to 0.03.

    Not a probability: `calibrate` turns it into a likelihood ratio. Templates of different
    extractors can be compared, at a loss; templates of fewer than about 6 minutiae give 0.
    Source: Cappelli et al. 2010 (MCC, LSS-R).
    """
    return match(probe, candidate).score


def similarities(
    probe: mcc.Cylinders, minutiae: NDArray[np.int16], first: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """One probe with many candidates, straight from their minutiae; releases the lock.

    Parameters
    ----------
    minutiae  (M, 4), as `Template.minutiae`, of all candidates one after another
    first     (k + 1,), candidate i has the rows first[i]..first[i + 1]

    Returns
    -------
    similarity (k,), as `match` gives it, bit for bit; cylinders (k,), the smaller numbers
    """
    return mcc.match_many(probe, minutiae, first)


def paired(probe: records.Template, candidate: records.Template) -> list[tuple[int, int, float]]:
    """The minutiae that made the similarity: row in probe, row in candidate, share of the score.

    Greatest share first; no minutia twice.
    """
    found = match(probe, candidate)
    pairs: list[tuple[int, int, float]] = []
    seen_probe: set[int] = set()
    seen_candidate: set[int] = set()
    for (i, j), part in zip(found.pairs.tolist(), found.parts.tolist(), strict=True):
        if i not in seen_probe and j not in seen_candidate:
            pairs.append((i, j, part))
            seen_probe.add(i)
            seen_candidate.add(j)
    return pairs
