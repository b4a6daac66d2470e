"""Why two hands are alike: the paired minutiae of the fingers that say most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comity import records
from comity.search import compare


@dataclass(frozen=True, eq=False)
class FingerEvidence:
    """One finger's part in a candidate's score.

    pairs  row in probe, row in candidate, share of the similarity; greatest share first
    """

    finger: int
    similarity: float
    llr: float
    probe: records.Template
    candidate: records.Template
    pairs: tuple[tuple[int, int, float], ...]


def evidence(
    candidate: records.Candidate,
    probe: Sequence[records.Template],
    enrolled: Mapping[int, records.Template] | Sequence[records.Template],
    *,
    fingers_max: int = 2,
) -> tuple[FingerEvidence, ...]:
    """The fingers of a candidate that raised its score most, with their paired minutiae.

    probe     the templates that were searched with; the one of most minutiae of a finger counts
    enrolled  the candidate's templates, by finger or as `Gallery.templates` gives them
    """
    theirs = enrolled if isinstance(enrolled, Mapping) else {t.finger: t for t in enrolled}
    ours: dict[int, records.Template] = {}
    for template in sorted(probe, key=len):
        ours[records.PLAIN_TO_FINGER.get(template.finger, template.finger)] = template
    best = sorted(candidate.fingers, key=lambda f: (-f.llr, -f.similarity, f.finger))
    return tuple(
        FingerEvidence(
            finger=score.finger,
            similarity=score.similarity,
            llr=score.llr,
            probe=ours[score.finger],
            candidate=theirs[score.finger],
            pairs=tuple(compare.paired(ours[score.finger], theirs[score.finger])),
        )
        for score in best[:fingers_max]
        if score.finger in ours and score.finger in theirs
    )
