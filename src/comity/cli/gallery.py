"""`comity gallery`: build galleries from images, add to them, say and check what they hold."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from comity.errors import CallerError, ComityError
from comity.exchange.prints import usable
from comity.image import codecs
from comity.minutiae.extract import Extractor
from comity.records import FINGER_NAMES, Template
from comity.search.gallery import Gallery

SUFFIXES = frozenset({".png", ".wsq", ".bmp", ".jp2", ".tif", ".tiff", ".jpg", ".jpeg"})
_NAME = re.compile(r"(?P<identity>.+)_(?P<number>[0-9]+)$")


@dataclass(frozen=True)
class Impression:
    """One image file: `101_3.png` in folder `db1_b` is impression 3 of identity `db1_b/101`."""

    path: Path
    identity: str
    number: str


def impressions(paths: Sequence[str], identity: str | None = None) -> list[Impression]:
    """The images of files and folders, by name.

    A file that does not exist is found out when it is read. Raises CallerError where a folder
    holds no image.
    """
    return [_named(path, identity) for given in paths for path in _images(Path(given))]


def _images(given: Path) -> Iterator[Path]:
    if not given.is_dir():
        yield given
        return
    found = sorted(path for path in given.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise CallerError(
            "the folder holds no image",
            where=str(given),
            expected=f"files ending in {', '.join(sorted(SUFFIXES))}",
            next_step="name a folder of images",
        )
    yield from found


def _named(path: Path, identity: str | None) -> Impression:
    named = _NAME.fullmatch(path.stem)
    if identity is not None:
        return Impression(path, identity, path.stem)
    whole = path.resolve()
    if named is None:
        return Impression(path, f"{whole.parent.name}/{path.stem}", "")
    return Impression(path, f"{whole.parent.name}/{named['identity']}", named["number"])


def template_of(image: Impression, extractor: Extractor, finger: int) -> Template:
    """Read one image, make sure that it is a fingerprint, and take its minutiae."""
    try:
        return usable(codecs.read_file(image.path, finger), extractor)
    except ComityError as error:
        if str(image.path) not in error.where:
            error.where = f"{image.path}, {error.where}" if error.where else str(image.path)
        raise


extractor_option = click.option(
    "--extractor",
    type=click.Choice(["mindtct", "leader"]),
    default="mindtct",
    show_default=True,
    help="What finds the minutiae: mindtct takes 0.03 s a print, leader 0.5 s and errs less.",
)
finger_option = click.option(
    "--finger",
    type=click.IntRange(1, 10),
    default=2,
    show_default=True,
    help="Which finger the images are of; only prints of the same finger are compared.",
)


@click.group()
def group() -> None:
    r"""Build galleries of prints, add to them, say what they hold.

    \b
    Example:
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002
    """


ENROLLING = (
    click.argument("gallery", type=click.Path()),
    click.argument("images", nargs=-1, required=True, type=click.Path()),
    click.option(
        "--identity", help="Whose prints these are. Without it: folder and name before `_N`."
    ),
    click.option("--first-impressions", is_flag=True, help="Only images named `ID_1`."),
    extractor_option,
    finger_option,
    click.option("--json", "as_json", is_flag=True, help="The counts and refusals as one object."),
)


def enrolling(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments and options that enrolling takes."""
    for part in reversed(ENROLLING):
        command = part(command)
    return command


@group.command()
@enrolling
def build(gallery: str, **options: Any) -> None:
    r"""Make a new gallery of the prints in files and folders.

    An image that cannot be used is named, with what is wrong, and the rest goes on.

    \b
    Example:
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002
    """
    chosen = _chosen(options)
    sys.exit(_enrol(Gallery.create(gallery), chosen, options))


@group.command()
@enrolling
def add(gallery: str, **options: Any) -> None:
    r"""Add prints to a gallery. What it holds already is left as it is, so a run can be repeated.

    \b
    Example:
      comity gallery add out/fvc ../shared/data/prints/fvc2002/db1_b/101_2.png
    """
    chosen = _chosen(options)
    sys.exit(_enrol(Gallery.open(gallery), chosen, options))


@group.command()
@click.argument("gallery", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def info(gallery: str, as_json: bool) -> None:
    r"""Say what a gallery holds, after checking every sum in it.

    \b
    Example:
      comity gallery info out/fvc
    """
    opened = Gallery.open(gallery)
    rows = opened.verify()
    people = [opened.person(row) for row in range(rows)]
    templates = [t for person in people for t in person.templates.values()]
    size = sum(path.stat().st_size for path in Path(gallery).iterdir())
    body = {
        "gallery": gallery,
        "identities": len({person.identity for person in people}),
        "encounters": rows,
        "prints": len(templates),
        "fingers": sorted({FINGER_NAMES[t.finger] for t in templates}),
        "extractors": sorted({t.extractor for t in templates}),
        "minutiae_mean": round(sum(map(len, templates)) / max(len(templates), 1), 1),
        "bytes": size,
        "bytes_torn": opened.torn_bytes(),
        "digest": opened.digest(),
    }
    if as_json:
        click.echo(json.dumps(body))
        return
    for name, value in body.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"{name.replace('_', ' '):15}{shown}")


def _chosen(options: Mapping[str, Any]) -> list[Impression]:
    found = impressions(options["images"], options["identity"])
    return [i for i in found if i.number == "1"] if options["first_impressions"] else found


def _enrol(gallery: Gallery, images: Sequence[Impression], options: Mapping[str, Any]) -> int:
    """Enrol one image after another; the exit code is 1 where any could not be."""
    added = 0
    refused: list[dict[str, Any]] = []
    console = Console(stderr=True)
    for image in track(images, "enrolling", console=console, transient=True):
        try:
            template = template_of(image, options["extractor"], options["finger"])
            added += gallery.append(image.identity, [template], image.number)
        except ComityError as error:
            refused.append(error.as_json())
            console.print(f"not enrolled: {error}", markup=False, highlight=False)
    left = len(images) - added - len(refused)
    if options["as_json"]:
        click.echo(json.dumps({"enrolled": added, "already_there": left, "refused": refused}))
    else:
        counts = f"{added} prints enrolled, {left} were there already"
        click.echo(f"{counts}, {len(refused)} could not be used")
    return 1 if refused else 0
