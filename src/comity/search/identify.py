"""One to many: a probe of up to ten fingers against a gallery."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from comity import records
from comity.errors import PoorTemplateError
from comity.search import calibrate, compare, fuse, sequence
from comity.search.gallery import Gallery
from comity.search.reading import Reading
from comity.search.share import Each, sharing
from comity.search.shortlist import Listed, shortlist

MINUTIAE_MIN = 8  # below, a finger's similarity says little; FVC2002 has 1 print in 240 below
# The fewer fingers a code is summed over, the longer the list that holds the mate: so many fingers
# are compared in full at least (40 people by ten fingers, 400 by one), and of large galleries
# this share of the people, by the number of fingers. docs/science/search.md has the recall.
BUDGET_FINGERS = 400
BUDGET_SHARE = (0, 1 / 100, 1 / 400, 1 / 1000, 1 / 4000, 1 / 20000)  # five and more: the last
# Another order of the fingers is reported where it is nearly certain, and a finger that disagrees
# is tried against the candidate's others where the rest is.
CERTAIN_FPIR = 1e-3
EXCHANGED_LLR = 6.0  # e^-6 of pairs by chance; a finger has at most nine others to be


@dataclass(frozen=True)
class Answer:
    """What a search came to.

    candidates  best first
    scanned     rows whose codes were read;  compared  rows compared by their minutiae
    readings    the orders of the fingers that were tried
    """

    candidates: tuple[records.Candidate, ...]
    scanned: int
    compared: int
    readings: tuple[str, ...]


def rank(
    probe: Sequence[records.Template],
    gallery: Gallery,
    *,
    keep: int = 20,
    budget: int | None = None,
    threads: int = 1,
) -> tuple[records.Candidate, ...]:
    """The candidates of `search`."""
    return search(probe, gallery, keep=keep, budget=budget, threads=threads).candidates


def search(
    probe: Sequence[records.Template],
    gallery: Gallery,
    *,
    keep: int = 20,
    budget: int | None = None,
    threads: int = 1,
    orders: bool = True,
) -> Answer:
    """The gallery's identities most like the probe, best first, ties by enrolment order.

    Everyone's codes are scanned; the `budget` best are compared by their minutiae, finger by
    finger; the fingers' log-likelihood ratios are summed. The probe is also read with hands
    swapped and sequences reversed; who is found so is a candidate with that `sequence`.

    Parameters
    ----------
    probe    templates of fingers 1..10, any missing; plain thumbs 11 and 12 count as 1 and 6;
             of two of one finger the one with more minutiae is used, one below 8 is not
    keep     candidates to return at most
    budget   rows compared in full at most; None: 400 by the number of fingers, or of large
             galleries 1 in 100 for one finger to 1 in 20,000 for five and more
    threads  to share the work
    orders   whether the probe is read in other orders of the fingers as well: a third of the time

    Raises
    ------
    PoorTemplateError  no finger has 8 minutiae
    GalleryError       a record that is needed is damaged

    Cost    O(n) codes, 32 bytes a finger; then about 0.1 ms a finger compared
    """
    hand = usable(probe)
    held = gallery.reading  # of this instant: rows keep their numbers though others write
    size = len(held)
    if size == 0:
        return Answer((), 0, 0, ())
    best: dict[str, tuple[float, int, records.Candidate]] = {}
    with sharing(threads) as each:
        listed = shortlist(
            hand, held, budget or default_budget(len(hand), size), each, orders=orders
        )
        for reading in listed:
            for row, candidate in _candidates(hand, held, reading, len(listed), keep, each):
                known = best.get(candidate.identity)
                if known is None or (-candidate.score, row) < known[:2]:
                    best[candidate.identity] = (-candidate.score, row, candidate)
    first = sorted(best.values(), key=lambda entry: entry[:2])[:keep]
    return Answer(
        candidates=tuple(_tried(hand, held, row, candidate) for _, row, candidate in first),
        scanned=size,
        compared=sum(len(reading.rows) for reading in listed),
        readings=tuple(reading.name for reading in listed),
    )


def default_budget(fingers: int, size: int) -> int:
    """Rows compared in full by a search with so many fingers of a gallery of so many rows."""
    share = BUDGET_SHARE[min(fingers, len(BUDGET_SHARE) - 1)]
    return max(BUDGET_FINGERS // fingers, math.ceil(size * share))


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
            stated = template.finger == finger
            hand[finger] = template if stated else replace(template, finger=finger)
    if not hand:
        most = max((len(template) for template in probe), default=0)
        raise PoorTemplateError(
            "the probe cannot be searched with",
            expected=f"a finger of 1..10 with {MINUTIAE_MIN} minutiae or more",
            found=f"{len(probe)} templates, {most} minutiae at most",
            next_step="take the prints again",
        )
    return hand


def _candidates(
    hand: dict[int, records.Template],
    gallery: Reading,
    reading: Listed,
    readings: int,
    keep: int,
    each: Each,
) -> list[tuple[int, records.Candidate]]:
    """The best rows of one reading as candidates, as many as are kept of different identities."""
    scores = fuse.compare_rows(hand, gallery, reading, each)
    comparisons = len(gallery) / sequence.weight(reading.name, readings)
    moved = sequence.moved(reading.order, frozenset(hand))
    found: list[tuple[int, records.Candidate]] = []
    identities: set[str] = set()
    for place in np.lexsort((reading.rows, -scores.total)).tolist():
        row = int(reading.rows[place])
        fingers, extractors = scores.of(place)
        score = float(scores.total[place])
        fpir = calibrate.fpir(score, extractors, comparisons)
        if reading.name != sequence.AS_STATED and fpir.high > CERTAIN_FPIR:
            break
        segment, index = gallery.place(row)
        identity = segment.names(index)[0]
        identities.add(identity)
        if len(identities) > keep:
            break
        candidate = records.Candidate(
            identity, score, fpir.estimate, fingers, fpir.low, fpir.high, moved
        )
        found.append((row, candidate))
    return found


def _tried(
    hand: dict[int, records.Template], gallery: Reading, row: int, candidate: records.Candidate
) -> records.Candidate:
    """The candidate, with the fingers that are one of its others if it is certain enough to ask."""
    against = {f.finger for f in candidate.fingers if f.llr < 0}
    if not against or candidate.fpir_high > CERTAIN_FPIR:
        return candidate
    enrolled = gallery.person(row).templates
    moved = dict(candidate.sequence)
    agreeing = {moved.get(f.finger, f.finger) for f in candidate.fingers} - {
        moved.get(finger, finger) for finger in against
    }
    found = {}
    for stated in against:
        for other in enrolled.keys() - agreeing - {moved.get(stated, stated)}:
            match = compare.match(hand[stated], enrolled[other])
            known = calibrate.weaker(hand[stated].extractor, enrolled[other].extractor)
            ratio = calibrate.log_likelihood_ratio(match.score, match.cylinders, known)
            if ratio >= EXCHANGED_LLR:
                found[stated, other] = ratio
    return replace(candidate, sequence=sequence.exchanged(moved, found))
