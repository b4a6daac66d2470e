"""`comity identify`: search a gallery with images, or measure how well that goes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from comity.cli.gallery import (
    Impression,
    finger_option,
    impressions,
    template_of,
)
from comity.errors import ComityError
from comity.minutiae.extract import Extractor
from comity.records import Candidate
from comity.search.gallery import Gallery
from comity.search.identify import identified, rank


@dataclass(frozen=True)
class Found:
    """One image's search: its candidates, or the error that kept it from being searched."""

    image: Impression
    candidates: tuple[Candidate, ...]
    error: ComityError | None

    def as_json(self, fpir_max: float) -> dict[str, Any]:
        """The image, who was identified at the operating point, and the candidates."""
        if self.error is not None:
            return {"image": str(self.image.path), "error": self.error.as_json()}
        return {
            "image": str(self.image.path),
            "identified": [c.identity for c in identified(self.candidates, fpir_max)],
            "candidates": [asdict(candidate) for candidate in self.candidates],
        }


@click.command()
@click.argument("gallery", type=click.Path())
@click.argument("images", nargs=-1, required=True, type=click.Path())
@click.option(
    "--fpir-max",
    default=0.001,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Operating point: the chance of a false candidate that is accepted a search.",
)
@click.option(
    "--keep",
    default=3,
    show_default=True,
    type=click.IntRange(1),
    help="Candidates shown an image.",
)
@click.option(
    "--evaluate",
    is_flag=True,
    help="Leave out enrolled images; take identities from file names; count the errors.",
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
    images: tuple[str, ...],
    fpir_max: float,
    keep: int,
    evaluate: bool,
    as_json: bool,
    extractor: Extractor | None,
    finger: int,
) -> None:
    r"""Search a gallery with the prints in files and folders.

    A candidate is not an identification: it is one only where the bound on its false positive
    rate is at most --fpir-max, and then still for a person to look at. An image that cannot be
    used is named, with what is wrong, and the rest goes on; the exit code is then 1.

    \b
    Example:
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002
      comity identify out/fvc ../shared/data/prints/fvc2002 --evaluate
    """  # fmt: skip
    opened = Gallery.open(gallery)
    chosen = impressions(images)
    if evaluate:
        chosen = [image for image in chosen if not _enrolled(opened, image)]
    extractor = extractor or _extractor_of(opened)
    tracked = track(chosen, "searching", console=Console(stderr=True), transient=True)
    found = [_search(opened, image, extractor, finger, keep) for image in tracked]
    body = {"gallery": gallery, "encounters": len(opened), "fpir_max": fpir_max}
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


def _search(
    gallery: Gallery, image: Impression, extractor: Extractor, finger: int, keep: int
) -> Found:
    try:
        template = template_of(image, extractor, finger)
        return Found(image, rank([template], gallery, keep=keep), None)
    except ComityError as error:
        return Found(image, (), error)


def _extractor_of(gallery: Gallery) -> Extractor:
    """LEADER where all its prints were read with that, else MINDTCT."""
    return "leader" if gallery.totals().extractors == ("leader",) else "mindtct"


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
    click.echo(f"FNIR         {body['fnir']:.1%}  at FPIR bounded by {body['fpir_max']:g}")
    click.echo(f"wrong identity at that point: {len(body['false_candidates'])} searches")
    for name in body["false_candidates"]:
        click.echo(f"  {name}")
    click.echo(f"not first: {len(body['missed'])}")
    for miss in body["missed"]:
        first = f"{miss['image']}: first was {miss['best']}, score {miss['score']}"
        click.echo(f"  {miss['error'] or first}")


def _print_candidates(found: Sequence[Found], fpir_max: float) -> None:
    table = Table("image", "rank", "identity", "score", "fpir at most", "identified")
    for one in found:
        for place, candidate in enumerate(one.candidates, 1):
            hit = "yes" if candidate.fpir <= fpir_max else "no"
            table.add_row(
                one.image.path.name, str(place), candidate.identity, f"{candidate.score:.2f}",
                f"{candidate.fpir:.1e}", hit,
            )  # fmt: skip
    if table.row_count:
        Console().print(table)
    for one in found:
        if one.error is not None:
            click.echo(f"not searched: {one.error}", err=True)
