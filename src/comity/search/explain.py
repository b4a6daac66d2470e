"""Why two hands are alike: each finger through every stage, and the minutiae that decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from comity import records
from comity.errors import CallerError
from comity.search import calibrate, compare, sequence
from comity.search.identify import CERTAIN_FPIR
from comity.search.pose import Overlay, overlay
from comity.search.stages import Stages, stages
from comity.search.usual import HIGH, LOW, MIDDLE, Compared, Usual, compared


@dataclass(frozen=True, eq=False)
class FingerEvidence:
    """One finger's part in a candidate's score.

    finger    as the probe states it;  enrolled  the candidate's that it was compared with
    pairs     minutiae that fall on each other: row in probe, row in candidate, share of the
              similarity; greatest share first
    """

    finger: int
    enrolled: int
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
               `stages.MEASURED` (usual on a synthetic population), `llr` (usual on the real
               prints behind the calibration)
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

    reading       of `sequence.READINGS`: which of the candidate's fingers each was compared with
    score         natural-log likelihood ratio, summed over the fingers
    fpir          share of searches of a gallery of `gallery_size` people, by someone not in it,
                  that bring any candidate at this score or above by this reading
    probe_only, candidate_only  fingers that were not compared
    """

    reading: str
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

    A finger that was found to be another one is compared with that one (`Candidate.sequence`).

    probe     the templates that were searched with; the one of most minutiae of a finger counts
    enrolled  the candidate's templates, by finger or as `Gallery.templates` gives them
    """
    theirs = enrolled if isinstance(enrolled, Mapping) else {t.finger: t for t in enrolled}
    ours, taken = hand(probe), dict(candidate.sequence)
    best = sorted(candidate.fingers, key=lambda f: (-f.llr, -f.similarity, f.finger))
    return tuple(
        _evidence(score.finger, enrolled_as, ours[score.finger], theirs[enrolled_as])
        for score in best[:fingers_max]
        if (enrolled_as := taken.get(score.finger, score.finger)) in theirs and score.finger in ours
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
    reading: str = sequence.AS_STATED,
) -> Explanation:
    """Compare two hands finger by finger and keep what every stage gave.

    probe, candidate  by finger; 0 for a finger that neither side knows
    gallery_size      people the probe was searched among, 1 for two prints alone
    reading           of `sequence.READINGS`: what each of the probe's fingers is taken for

    Raises
    ------
    CallerError  no finger in common
    """
    known = frozenset(probe) & frozenset(records.FINGERS)
    moved = dict(sequence.moved(sequence.READINGS[reading], known))
    taken = {finger: moved.get(finger, finger) for finger in sorted(probe)}
    if not candidate.keys() & taken.values():
        raise CallerError(
            "the two have no finger in common",
            expected=f"one of {_names(taken.values())}",
            found=_names(candidate),
            next_step="state which finger an image is of, or name prints of the same finger",
        )
    found = [
        _account(finger, enrolled, probe[finger], candidate[enrolled])
        for finger, enrolled in taken.items()
        if enrolled in candidate
    ]
    score = sum(account.evidence.llr for account in found)
    # As a search of ten fingers counts: it pays for every reading that it tries.
    readings = len(sequence.applicable(known, frozenset(records.FINGERS)))
    comparisons = gallery_size / sequence.weight(reading, readings)
    return Explanation(
        reading=reading,
        score=score,
        fpir=calibrate.fpir(score, [account.extractor for account in found], comparisons),
        gallery_size=gallery_size,
        fingers=tuple(sorted(found, key=lambda a: (-a.evidence.llr, a.evidence.finger))),
        probe_only=tuple(finger for finger in taken if taken[finger] not in candidate),
        candidate_only=tuple(sorted(candidate.keys() - taken.values())),
    )


def likeliest(
    probes: Sequence[Mapping[int, records.Template]],
    candidates: Sequence[Mapping[int, records.Template]],
    gallery_size: int = 1,
    reading: str | None = None,
) -> Explanation:
    """Of several hands of two sides, such as encounters, the two that are most alike.

    reading  by which they are compared; None finds it: another one than as stated is taken
             where it is nearly certain, as in a search

    Raises
    ------
    CallerError  no finger in common
    """
    found: list[Explanation] = []
    refused: CallerError | None = None
    for probe in probes:
        for candidate in candidates:
            known = frozenset(probe) & frozenset(records.FINGERS)
            tried = sequence.applicable(known, frozenset(candidate))
            for name in tried if reading is None else (reading,):
                try:
                    one = explain(probe, candidate, gallery_size, name)
                except CallerError as error:
                    refused = error
                    continue
                if name in (reading, sequence.AS_STATED) or one.fpir.high <= CERTAIN_FPIR:
                    found.append(one)
    if not found and refused:
        raise refused
    return max(found, key=lambda one: one.score)


def _evidence(
    finger: int, enrolled: int, probe: records.Template, candidate: records.Template
) -> FingerEvidence:
    match = compare.match(probe, candidate)
    extractor = calibrate.weaker(probe.extractor, candidate.extractor)
    llr = calibrate.log_likelihood_ratio(match.score, match.cylinders, extractor)
    pairs = tuple(compare.paired(probe, candidate))
    return FingerEvidence(finger, enrolled, match.score, llr, probe, candidate, pairs)


def _account(
    finger: int, enrolled: int, probe: records.Template, candidate: records.Template
) -> FingerAccount:
    evidence = _evidence(finger, enrolled, probe, candidate)
    found = stages(probe, candidate)
    extractor = calibrate.weaker(probe.extractor, candidate.extractor)
    line = calibrate.lines()[extractor]
    real = [
        Usual(*(float(values[percent]) for percent in (LOW, MIDDLE, HIGH)))
        for values in (line.mated, line.non_mated)
    ]
    most = line.per_cylinder * min(found.cylinders)
    held = {line.low: "low", line.high: "high", most: "cylinders"}
    return FingerAccount(
        evidence=evidence,
        extractor=extractor,
        stages=found,
        compared={**compared(found), "llr": Compared(evidence.llr, *real)},
        rarity=calibrate.rarity(evidence.llr, extractor),
        held=held.get(evidence.llr, ""),
        overlay=overlay(probe, candidate, evidence.pairs),
    )


def _names(fingers: Iterable[int]) -> str:
    return ", ".join(records.FINGER_NAMES[f] for f in sorted(fingers)) or "no finger"
