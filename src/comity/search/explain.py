"""Why two hands are alike: each finger through every stage, and the minutiae that decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comity import records
from comity.errors import CallerError
from comity.search import calibrate, compare
from comity.search.pose import Overlay, overlay
from comity.search.stages import Stages, stages
from comity.search.usual import HIGH, LOW, MIDDLE, Compared, Usual, compared


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


@dataclass(frozen=True, eq=False)
class FingerAccount:
    """One finger of two hands, explained.

    extractor  whose calibration the pair was given
    compared   the number of each stage beside what mates and different fingers usually give:
               `first`, `refined`, `before`, `after` (see `stages.Stages`; usual on synthetic
               fingers), `llr` (usual on the real prints behind the calibration)
    rarity     share of pairs of different fingers with an llr this high or higher
    held       `high`, `low` or `cylinders` where a limit of the calibration set the llr
    """

    evidence: FingerEvidence
    extractor: str
    stages: Stages
    compared: Mapping[str, Compared]
    rarity: calibrate.Rate
    held: str
    overlay: Overlay


@dataclass(frozen=True, eq=False)
class Explanation:
    """Two hands, explained; fingers by their part in the score, greatest first.

    score         natural-log likelihood ratio, summed over the fingers
    fpir          share of searches of a gallery of `gallery_size` people, by someone not in it,
                  that bring any candidate at this score or above
    probe_only, candidate_only  fingers that the other hand lacks
    """

    score: float
    fpir: calibrate.Rate
    gallery_size: int
    fingers: tuple[FingerAccount, ...]
    probe_only: tuple[int, ...]
    candidate_only: tuple[int, ...]


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
    ours = hand(probe)
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


def hand(templates: Sequence[records.Template]) -> dict[int, records.Template]:
    """By finger; plain thumbs count as thumbs; of two of one finger the one of more minutiae."""
    return {
        records.PLAIN_TO_FINGER.get(template.finger, template.finger): template
        for template in sorted(templates, key=len)
    }


def explain(
    probe: Mapping[int, records.Template],
    candidate: Mapping[int, records.Template],
    gallery_size: int = 1,
) -> Explanation:
    """Compare two hands finger by finger and keep what every stage gave.

    probe, candidate  by finger; 0 for a finger that neither side knows
    gallery_size      people the probe was searched among, 1 for two prints alone

    Raises
    ------
    CallerError  no finger in common
    """
    common = sorted(probe.keys() & candidate.keys())
    if not common:
        raise CallerError(
            "the two have no finger in common",
            expected=f"one of {_names(probe)}",
            found=_names(candidate),
            next_step="state which finger an image is of, or name prints of the same finger",
        )
    found = [_account(finger, probe[finger], candidate[finger]) for finger in common]
    score = sum(account.evidence.llr for account in found)
    return Explanation(
        score=score,
        fpir=calibrate.fpir(score, [account.extractor for account in found], gallery_size),
        gallery_size=gallery_size,
        fingers=tuple(sorted(found, key=lambda a: (-a.evidence.llr, a.evidence.finger))),
        probe_only=tuple(sorted(probe.keys() - candidate.keys())),
        candidate_only=tuple(sorted(candidate.keys() - probe.keys())),
    )


def _account(finger: int, probe: records.Template, candidate: records.Template) -> FingerAccount:
    found = stages(probe, candidate)
    extractor = calibrate.weaker(probe.extractor, candidate.extractor)
    cylinders = min(found.cylinders)
    llr = calibrate.log_likelihood_ratio(found.after, cylinders, extractor)
    line = calibrate.lines()[extractor]
    real = [
        Usual(*(float(values[percent]) for percent in (LOW, MIDDLE, HIGH)))
        for values in (line.mated, line.non_mated)
    ]
    held = {line.low: "low", line.high: "high", line.per_cylinder * cylinders: "cylinders"}
    return FingerAccount(
        evidence=FingerEvidence(finger, found.after, llr, probe, candidate, found.pairs),
        extractor=extractor,
        stages=found,
        compared={**compared(found), "llr": Compared(llr, *real)},
        rarity=calibrate.rarity(llr, extractor),
        held=held.get(llr, ""),
        overlay=overlay(probe, candidate, found.pairs),
    )


def _names(fingers: Mapping[int, records.Template]) -> str:
    return ", ".join(records.FINGER_NAMES[f] for f in sorted(fingers)) or "no finger"
