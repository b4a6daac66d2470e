"""One booking told step by step, with its print, its match, its decisions and its proof."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from comity.errors import CallerError
from comity.exchange import intake, publish
from comity.exchange.access import Use
from comity.exchange.case import Case
from comity.image import codecs
from comity.ledger import entry
from comity.programme.steps import CLOCK, Step, told
from comity.records import FINGER_NAMES, Candidate, FingerScore, Print
from comity.search.draw import pair_svg
from comity.search.explain import FingerEvidence, evidence


@dataclass(frozen=True)
class Story:
    """Everything the page says of one booking."""

    summary: str
    print: str
    finger: str
    match: str
    match_caption: str
    steps: Sequence[Step]
    proof_leaf: int
    proof_kind: str
    proof_entry: str
    proof: str
    receipt: str
    uses: Sequence[dict[str, str]]


def tell(case: Case, uses: Sequence[Use], summary: str) -> Story:
    """The story of a case that matched in the second repository."""
    house = case.house
    found = _found(case)
    probe, _ = intake.probe(case)
    theirs = house.second.gallery.templates(found.identity)
    (best,) = evidence(found, probe, theirs, fingers_max=1)
    booked = _print(case, best.finger)
    release = case.events("release ")[0]
    leaf = release.leaves[0]
    return Story(
        summary=summary,
        print=_data_uri(booked),
        finger=FINGER_NAMES[best.finger],
        match=pair_svg(best, booked.pixels, labels=("as booked", "in the second repository")),
        match_caption=_caption(best, found, len(house.second.gallery)),
        steps=[step for event in case.events() if (step := told(case, event)) is not None],
        proof_leaf=leaf,
        proof_kind=entry.read(house.store.leaves()[leaf]).kind,
        proof_entry=_readable(house.store.leaves()[leaf]),
        proof=publish.prove(house, leaf).decode(),
        receipt=case.token,
        uses=[_use(use) for use in uses],
    )


def _found(case: Case) -> Candidate:
    """The candidate that the second search found, as it was recorded."""
    second = case.event("second search")
    if second is None or second.body["identity"] is None:
        raise CallerError("this booking has no match to tell of", where=case.token)
    best = second.body["candidates"][0]
    fingers = tuple(FingerScore(int(f), *scores) for f, scores in best["fingers"].items())
    return Candidate(
        identity=best["identity"],
        score=best["score"],
        fpir=best["fpir"],
        fingers=fingers,
        fpir_low=best["fpir_low"],
        fpir_high=best["fpir_high"],
        sequence=tuple((stated, enrolled) for stated, enrolled in best["sequence"]),
    )


def _caption(best: FingerEvidence, found: Candidate, size: int) -> str:
    return (
        f"{FINGER_NAMES[best.finger]}: {len(best.pairs)} minutiae agree; the wider a line, the "
        f"more it counts. Similarity {best.similarity:.3f}, a likelihood ratio of e^{best.llr:.1f} "
        f"for this finger and e^{found.score:.0f} for all {len(found.fingers)} together. By the "
        f"calibration, a search by someone who is not among these {size:,} people comes this far "
        f"with a chance of at most {found.fpir_high:.0e} (fingers taken as independent)."
    )


def _print(case: Case, finger: int) -> Print:
    images = case.submission.images if case.submission else ()
    return codecs.decode(next(i for i in images if i.finger == finger))


def _data_uri(print_: Print) -> str:
    file = io.BytesIO()
    Image.fromarray(print_.pixels).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _readable(leaf: bytes) -> str:
    return leaf.decode().replace(',"', ',\n"').replace(':{"', ':{\n"')


def _use(use: Use) -> dict[str, str]:
    return {
        "at": use.at.strftime(CLOCK),
        "what": use.what,
        "detail": use.detail,
        "leaves": ", ".join(map(str, use.leaves)),
    }
