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
    """How alike two prints are, 0..1.

    Prints of different fingers give 0.03 to 0.14, good prints of one finger 0.3 to 0.7.
    Not a probability: `calibrate` turns it into a likelihood ratio. Templates of different
    extractors can be compared, at a loss; templates of fewer than about 6 minutiae give 0.
    Which of the two is the probe matters a little: the candidate is laid on it.
    Source: Cappelli et al. 2010 (MCC, LSS-R); decision 0509 for what follows it.
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
    """The minutiae that fall on each other: row in probe, row in candidate, share of the score.

    Greatest share first; no minutia twice. The closer in place and direction, the greater.
    """
    found = match(probe, candidate)
    return [
        (i, j, part)
        for (i, j), part in zip(found.pairs.tolist(), found.parts.tolist(), strict=True)
    ]
