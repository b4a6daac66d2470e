"""The few compared in full: finger by finger, ratios summed, the hopeless left early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.search import calibrate, compare, mcc
from comity.search.reading import Reading
from comity.search.share import Each, in_turn
from comity.search.shortlist import Listed

# After so many fingers, those of most minutiae first, a person they speak against is compared no
# further: all of them would have to fail on a mate.
LOOK_FIRST = 3
CHUNK_ROWS = (8, 128)  # compared by one thread at a time, at least and at most


@dataclass(frozen=True, eq=False)
class Scores:
    """What full comparison gave for k rows, by the probe's stated finger.

    total       float64 (k,), sum of the ratios
    similarity  float64 (k, 10), nan where not compared;  llr  likewise
    extractors  by stated finger: the calibration of each row, "" where not compared, (k,)
    """

    total: NDArray[np.float64]
    similarity: NDArray[np.float64]
    llr: NDArray[np.float64]
    extractors: dict[int, NDArray[np.str_]]

    def of(self, place: int) -> tuple[tuple[records.FingerScore, ...], list[str]]:
        """One row's fingers in order, and the calibration of each."""
        fingers = [f for f in sorted(self.extractors) if self.extractors[f][place]]
        scores = tuple(
            records.FingerScore(
                f, float(self.similarity[place, f - 1]), float(self.llr[place, f - 1])
            )
            for f in fingers
        )
        return scores, [str(self.extractors[f][place]) for f in fingers]


def compare_rows(
    hand: Mapping[int, records.Template], gallery: Reading, listed: Listed, each: Each = in_turn
) -> Scores:
    """Compare a probe, read in one order, with the rows listed for it."""
    rows = listed.rows
    similarity = np.full((len(rows), len(records.FINGERS)), np.nan)
    llr = np.full_like(similarity, np.nan)
    extractors = {finger: np.full(len(rows), "", "U16") for finger in hand}
    ordered = sorted(hand, key=lambda finger: (-len(hand[finger]), finger))
    probes = {finger: mcc.cylinders(hand[finger]) for finger in hand}

    chunk = min(max(len(rows) // 8, CHUNK_ROWS[0]), CHUNK_ROWS[1])

    def one(start: int) -> None:
        places = np.arange(start, min(start + chunk, len(rows)))
        total, compared = np.zeros(len(places)), np.zeros(len(places), int)
        for finger in ordered:
            alive = places[(compared < LOOK_FIRST) | (total >= 0)]
            enrolled = listed.order[finger - 1]
            minutiae, first, names = gallery.minutiae(rows[alive], enrolled)
            found, cylinders = compare.similarities(probes[finger], minutiae, first)
            kinds = np.array(names)
            for name in sorted(set(names) - {""}):
                some = kinds == name
                known = calibrate.weaker(hand[finger].extractor, name)
                ratio = calibrate.ratios(found[some], cylinders[some], known)
                here = alive[some]
                similarity[here, finger - 1], llr[here, finger - 1] = found[some], ratio
                total[here - start] += ratio
                compared[here - start] += 1
                extractors[finger][here] = known

    each(one, range(0, len(rows), chunk))
    return Scores(np.nansum(llr, axis=1), similarity, llr, extractors)
