"""One to many: a probe of up to ten fingers against a gallery."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import PoorTemplateError
from comity.search import calibrate, codes, compare
from comity.search.gallery import Block, Gallery
from comity.search.segment import Enrolled

MINUTIAE_MIN = 8  # below, a finger's similarity says little; FVC2002 has 1 print in 240 below
# The fewer fingers a code is summed over, the longer the shortlist that holds the mate: by default
# so many fingers are compared in full, 40 people by ten fingers or 400 by one.
BUDGET_FINGERS = 400
BUDGET_SHARE = 1000  # one in so many is compared in full


def rank(
    probe: Sequence[records.Template],
    gallery: Gallery,
    *,
    keep: int = 20,
    budget: int | None = None,
) -> tuple[records.Candidate, ...]:
    """The gallery's identities most like the probe, best first, ties by enrolment order.

    First everyone's binary codes are scanned; then the `budget` best are compared by their
    minutiae, finger by finger; the fingers' log-likelihood ratios are summed.

    Parameters
    ----------
    probe   templates of fingers 1..10, any missing; plain thumbs 11 and 12 count as 1 and 6;
            of two of one finger the one with more minutiae is used, one below 8 is not
    keep    candidates to return at most
    budget  rows compared in full; None: 400 by the number of fingers, or 1 in 1,000 if more

    Raises
    ------
    PoorTemplateError  no finger has 8 minutiae
    GalleryError       a record that is needed is damaged

    Cost    O(n) codes, 688 bytes a row; then about 0.2 ms a finger compared
    """
    hand = usable(probe)
    size = len(gallery)
    if budget is None:
        budget = max(BUDGET_FINGERS // len(hand), size // BUDGET_SHARE)
    best: dict[str, tuple[float, int, records.Candidate]] = {}
    for row in shortlist(hand, gallery, budget).tolist():
        person = gallery.person(row)
        candidate = _candidate(hand, person, size)
        entry = (-candidate.score, row, candidate)
        known = best.get(person.identity)
        if candidate.fingers and (known is None or entry[:2] < known[:2]):
            best[person.identity] = entry
    return tuple(entry[2] for entry in sorted(best.values(), key=lambda e: e[:2])[:keep])


def identified(
    candidates: Sequence[records.Candidate], fpir_max: float
) -> tuple[records.Candidate, ...]:
    """The candidates that meet the operating point, in their order.

    The upper end of the FPIR's interval must meet it: what is not known speaks against. Prints
    that speak against the identity (a score below 0) identify nobody at any operating point.
    """
    return tuple(c for c in candidates if c.fpir_high <= fpir_max and c.score > 0)


def usable(probe: Sequence[records.Template]) -> dict[int, records.Template]:
    """The probe's templates by finger 1..10, without those that have too few minutiae."""
    hand: dict[int, records.Template] = {}
    for template in probe:
        finger = records.PLAIN_TO_FINGER.get(template.finger, template.finger)
        enough = finger in records.FINGERS and len(template) >= MINUTIAE_MIN
        if enough and (finger not in hand or len(template) > len(hand[finger])):
            hand[finger] = template
    if not hand:
        most = max((len(template) for template in probe), default=0)
        raise PoorTemplateError(
            "the probe cannot be searched with",
            expected=f"a finger of 1..10 with {MINUTIAE_MIN} minutiae or more",
            found=f"{len(probe)} templates, {most} minutiae at most",
            next_step="take the prints again",
        )
    return hand


def shortlist(
    hand: dict[int, records.Template], gallery: Gallery, budget: int
) -> NDArray[np.int64]:
    """The rows to compare in full: most agreeing code bits first, ties by enrolment order."""
    masks = [block.masks for block in gallery.blocks()]
    live = np.flatnonzero(np.concatenate(masks)) if masks else np.empty(0, np.int64)
    if len(live) <= budget:
        return live.astype(np.int64)
    scores = np.concatenate([scan(hand, block) for block in gallery.blocks()])
    first = np.argpartition(-scores, budget - 1)[:budget]
    # Everyone level with the last is weighed again, so that ties go by enrolment order.
    level = np.flatnonzero(scores >= scores[first].min())
    return level[np.argsort(-scores[level], kind="stable")[:budget]].astype(np.int64)


def scan(hand: dict[int, records.Template], block: Block) -> NDArray[np.int32]:
    """How alike a probe's codes are with every row of a block, int32 (n,)."""
    out = np.empty((1, len(block.masks)), np.int32)
    probe = codes.probe_hand(list(hand.values())).at(block.fingers)
    codes.scan([probe], block.first, block.masks, out)
    return out[0]


def _candidate(hand: dict[int, records.Template], person: Enrolled, size: int) -> records.Candidate:
    fingers = compare_hands(hand, person)
    score = sum(f.llr for f in fingers)
    extractors = [_calibrated(hand, person, f.finger) for f in fingers]
    fpir = calibrate.fpir(score, extractors, size)
    return records.Candidate(person.identity, score, fpir.estimate, fingers, fpir.low, fpir.high)


def compare_hands(
    hand: dict[int, records.Template], person: Enrolled
) -> tuple[records.FingerScore, ...]:
    """The fingers that both have, compared by their minutiae, in order of finger."""
    scores = []
    for finger in sorted(hand.keys() & person.templates.keys()):
        found = compare.match(hand[finger], person.templates[finger])
        llr = calibrate.log_likelihood_ratio(
            found.score, found.cylinders, _calibrated(hand, person, finger)
        )
        scores.append(records.FingerScore(finger, found.score, llr))
    return tuple(scores)


def _calibrated(hand: dict[int, records.Template], person: Enrolled, finger: int) -> str:
    return calibrate.weaker(hand[finger].extractor, person.templates[finger].extractor)
