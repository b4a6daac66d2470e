"""`comity identify`: search a gallery with prints, or measure how well that goes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from comity.cli._prints import IMAGES, TEMPLATES, Impression, impressions
from comity.cli._sides import UNKNOWN, hands_of, side
from comity.cli.gallery import finger_option
from comity.errors import ComityError
from comity.minutiae.extract import Extractor
from comity.records import FINGER_NAMES, Candidate, Template
from comity.search.gallery import Gallery
from comity.search.identify import Answer, identified, search

TRANSACTIONS = frozenset({".an2", ".an2k", ".eft"})
NOT_SEARCHED = Answer((), 0, 0, ())


@dataclass(frozen=True)
class Found:
    """One file's search: its answer, or the error that kept it from being searched."""

    image: Impression
    answer: Answer
    error: ComityError | None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Best first; none where it was not searched."""
        return self.answer.candidates

    def as_json(self, fpir_max: float) -> dict[str, Any]:
        """The image, who was identified at the operating point, and the candidates."""
        if self.error is not None:
            return {"image": str(self.image.path), "error": self.error.as_json()}
        return {
            "image": str(self.image.path),
            "identified": [c.identity for c in identified(self.candidates, fpir_max)],
            "scanned": self.answer.scanned,
            "compared": self.answer.compared,
            "readings": list(self.answer.readings),
            "candidates": [asdict(candidate) for candidate in self.candidates],
        }


@click.command()
@click.argument("gallery", type=click.Path())
@click.argument("prints", nargs=-1, required=True, type=click.Path())
@click.option(
    "--fpir-max",
    default=0.001,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Operating point: the share of searches by strangers that may bring anybody.",
)
@click.option(
    "--keep",
    default=3,
    show_default=True,
    type=click.IntRange(1),
    help="Candidates shown a file.",
)
@click.option(
    "--budget",
    type=click.IntRange(1),
    help="Enrolments compared in full at most. Default: by fingers and the gallery's size.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="That share a search. Default: as many as there are cores.",
)
@click.option(
    "--as-stated",
    is_flag=True,
    help="Take the order of the fingers for granted, which saves a third of the time.",
)
@click.option(
    "--evaluate",
    is_flag=True,
    help="Leave out enrolled files; take identities from file names; count the errors.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--extractor",
    type=click.Choice(["mindtct", "leader"]),
    help="What finds the minutiae. Default: what the gallery's prints were read with.",
)
@finger_option
def command(
    gallery: str,
    prints: tuple[str, ...],
    fpir_max: float,
    keep: int,
    budget: int | None,
    threads: int | None,
    as_stated: bool,
    evaluate: bool,
    as_json: bool,
    extractor: Extractor | None,
    finger: int,
) -> None:
    """Search a gallery with files: images, minutiae records, ANSI/NIST-ITL transactions.

    A file is one probe with all the fingers it holds. A candidate is not an identification: it
    is one only where the false positive rate of so high a score, at the upper end of its
    interval, is at most --fpir-max, and then still for a person to look at. Hands and fingers out
    of order are found and told. A file that cannot be used is named, with what is wrong, and the
    rest goes on; the exit code is then 1.

    \b
    Example:
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002
      comity identify out/fvc ../shared/data/prints/fvc2002 --evaluate
    """
    opened = Gallery.open(gallery)
    chosen = impressions(prints, suffixes=IMAGES | TEMPLATES | TRANSACTIONS)
    if evaluate:
        chosen = [image for image in chosen if not _enrolled(opened, image)]
    extractor = extractor or _extractor_of(opened)
    threads = threads or os.cpu_count() or 1

    def searched(file: Impression) -> Found:
        try:
            probe = probe_of(file, extractor, finger)
            answer = search(
                probe, opened, keep=keep, budget=budget, threads=threads, orders=not as_stated
            )
        except ComityError as error:
            return Found(file, NOT_SEARCHED, error)
        return Found(file, answer, None)

    tracked = track(chosen, "searching", console=Console(stderr=True), transient=True)
    found = [searched(file) for file in tracked]
    body = {"gallery": gallery, "encounters": opened.live, "fpir_max": fpir_max}
    if evaluate:
        body |= _errors(opened, found, fpir_max)
    if as_json:
        click.echo(json.dumps(body | {"searches": [f.as_json(fpir_max) for f in found]}))
    elif evaluate:
        _print_errors(body, found)
    else:
        _print_candidates(found, fpir_max)
    # An evaluation counts what cannot be searched as missed; a search says that it failed.
    sys.exit(1 if not evaluate and any(f.error for f in found) else 0)


def probe_of(file: Impression, extractor: Extractor, finger: int) -> list[Template]:
    """Every finger that a file holds; one that does not state which it is of is `finger`.

    Raises ComityError: what is there cannot be read or shows too little.
    """
    hands, _ = hands_of(side(str(file.path)), extractor)
    return [
        replace(template, finger=finger) if template.finger == UNKNOWN else template
        for hand in hands
        for template in hand.values()
    ]


def _extractor_of(gallery: Gallery) -> Extractor:
    """What the first print was read with; MINDTCT where that was neither."""
    somebody = next(gallery.identities(), None)
    made = gallery.templates(somebody)[0].extractor if somebody is not None else ""
    return "leader" if made == "leader" else "mindtct"


def _enrolled(gallery: Gallery, image: Impression) -> bool:
    return image.number in gallery.encounters(image.identity)


def _errors(gallery: Gallery, found: Sequence[Found], fpir_max: float) -> dict[str, Any]:
    """Rank-1 rate and FNIR over the images whose identity is enrolled, with every miss."""
    mated = [f for f in found if gallery.find(f.image.identity) is not None]
    first = [f for f in mated if f.candidates and f.candidates[0].identity == f.image.identity]
    at_point = [
        f
        for f in mated
        if any(c.identity == f.image.identity for c in identified(f.candidates, fpir_max))
    ]
    false = [
        f
        for f in found
        if any(c.identity != f.image.identity for c in identified(f.candidates, fpir_max))
    ]
    return {
        "searched": len(found),
        "mated": len(mated),
        "rank_1": len(first),
        "rank_1_rate": len(first) / max(len(mated), 1),
        "fnir": 1 - len(at_point) / max(len(mated), 1),
        "false_candidates": [str(f.image.path) for f in false],
        "missed": [_miss(f) for f in mated if f not in first],
    }


def _miss(found: Found) -> dict[str, Any]:
    best = found.candidates[0] if found.candidates else None
    return {
        "image": str(found.image.path),
        "identity": found.image.identity,
        "best": best.identity if best else None,
        "score": round(best.score, 2) if best else None,
        "error": str(found.error) if found.error else None,
    }


def _print_errors(body: dict[str, Any], found: Sequence[Found]) -> None:
    click.echo(
        f"{body['encounters']} prints enrolled, {len(found)} searched, {body['mated']} of them of "
        f"someone enrolled"
    )
    click.echo(f"rank-1 rate  {body['rank_1_rate']:.1%}  ({body['rank_1']} of {body['mated']})")
    click.echo(f"FNIR         {body['fnir']:.1%}  at an FPIR of at most {body['fpir_max']:g}")
    click.echo(f"wrong identity at that point: {len(body['false_candidates'])} searches")
    for name in body["false_candidates"]:
        click.echo(f"  {name}")
    click.echo(f"not first: {len(body['missed'])}")
    for miss in body["missed"]:
        first = f"{miss['image']}: first was {miss['best']}, score {miss['score']}"
        click.echo(f"  {miss['error'] or first}")


def _print_candidates(found: Sequence[Found], fpir_max: float) -> None:
    table = Table("file", "rank", "identity", "score", "fpir", "95 % interval", "identified")
    for one in found:
        for place, candidate in enumerate(one.candidates, 1):
            hit = "yes" if identified([candidate], fpir_max) else "no"
            table.add_row(
                one.image.path.name, str(place), candidate.identity, f"{candidate.score:.2f}",
                f"{candidate.fpir:.1e}", f"{candidate.fpir_low:.0e} to {candidate.fpir_high:.0e}",
                hit,
            )  # fmt: skip
    if table.row_count:
        Console().print(table)
    for one in found:
        if one.error is not None:
            click.echo(f"not searched: {one.error}", err=True)
        for candidate in identified(one.candidates, fpir_max):
            for stated, enrolled in candidate.sequence:
                click.echo(
                    f"{one.image.path.name}: out of sequence: its {FINGER_NAMES[stated]} is the "
                    f"{FINGER_NAMES[enrolled]} of {candidate.identity}"
                )
