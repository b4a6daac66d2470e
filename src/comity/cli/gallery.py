"""`comity gallery`: build galleries of prints, add and delete, say and check what they hold."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from comity.cli._enrol import Reader, enrol, progress
from comity.cli._prints import IMAGES, TEMPLATES, Impression, impressions
from comity.errors import CallerError
from comity.records import FINGER_NAMES
from comity.search.gallery import Gallery
from comity.search.manifest import ALL_FINGERS, MANIFEST

extractor_option = click.option(
    "--extractor",
    type=click.Choice(["mindtct", "leader"]),
    default="leader",
    show_default=True,
    help="What finds the minutiae: leader takes 0.13 s a print and errs least, mindtct 0.03 s.",
)
finger_option = click.option(
    "--finger",
    type=click.IntRange(1, 10),
    default=2,
    show_default=True,
    help="Which finger the images are of; only prints of the same finger are compared.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
gallery_argument = click.argument("gallery", type=click.Path())


@click.group()
def group() -> None:
    """Build galleries of prints, add to them, delete, say and check what they hold.

    \b
    Example:
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002
    """


ENROLLING = (
    gallery_argument,
    click.argument("prints", nargs=-1, required=True, type=click.Path()),
    click.option(
        "--identity", help="Whose prints these are. Without it: folder and name before `_N`."
    ),
    click.option("--first-impressions", is_flag=True, help="Only files named `ID_1`."),
    extractor_option,
    click.option(
        "--finger",
        type=click.IntRange(1, 10),
        default=2,
        show_default=True,
        help="Which finger a file is of that does not state it; no image does.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1),
        help="Processes that read the files. Default: as many as there are cores.",
    ),
    click.option("--json", "as_json", is_flag=True, help="The counts and refusals as one object."),
)


def enrolling(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments and options that enrolling takes."""
    for part in reversed(ENROLLING):
        command = part(command)
    return command


def _fingers(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, ...]:
    if text is None:
        return ALL_FINGERS
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise click.BadParameter("numbers of 1..10 with commas between, such as 2,7")
    return tuple(map(int, parts))


@group.command()
@enrolling
@click.option(
    "--fingers",
    callback=_fingers,
    metavar="2,7",
    help="The fingers that the gallery takes, by their numbers. Default: all ten. Fewer take less "
    "disk and scan faster; prints of others are left out.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a build that was interrupted: what is in stays and is not read again.",
)
def build(gallery: str, fingers: tuple[int, ...], resume: bool, **options: Any) -> None:
    """Make a new gallery of the prints in files and folders.

    Takes images (PNG, WSQ, BMP, JPEG 2000, TIFF, JPEG) and minutiae records (ISO/IEC 19794-2,
    ANSI INCITS 378; in folders .fmr .iso .ansi .tpl). A file that cannot be used is named, with
    what is wrong, and the rest goes on; the exit code is then 1.

    \b
    Example:
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002 --resume
      comity gallery build out/index --fingers 2,7 ../shared/data/prints/fvc2002/db1_b
    """
    chosen = _chosen(options)
    there = resume and (Path(gallery) / MANIFEST).exists()
    opened = Gallery.open(gallery) if there else Gallery.create(gallery, fingers)
    if there and opened.fingers != tuple(sorted(set(fingers))):
        raise CallerError(
            "the gallery that was begun takes other fingers",
            where=gallery,
            expected=f"--fingers {','.join(map(str, opened.fingers))}",
            found=",".join(map(str, fingers)),
            next_step="resume with the same fingers, or build elsewhere",
        )
    sys.exit(_enrol(opened, chosen, options, resume=resume))


@group.command()
@enrolling
def add(gallery: str, **options: Any) -> None:
    """Add prints to a gallery. What it holds already is left as it is, so a run can be repeated.

    \b
    Example:
      comity gallery add out/fvc ../shared/data/prints/fvc2002/db1_b/101_2.png
    """
    chosen = _chosen(options)
    sys.exit(_enrol(Gallery.open(gallery), chosen, options, resume=False))


@group.command()
@gallery_argument
@click.argument("identities", nargs=-1, required=True)
@json_option
def delete(gallery: str, identities: tuple[str, ...], as_json: bool) -> None:
    """Delete every encounter of identities: nobody finds them from now on.

    Their bytes stay in the files until `comity gallery compact`. The exit code is 1 where an
    identity is not in the gallery.

    \b
    Example:
      comity gallery delete out/fvc db1_b/101
      comity gallery compact out/fvc
    """
    opened = Gallery.open(gallery)
    deleted = {identity: opened.delete(identity) for identity in identities}
    if as_json:
        click.echo(json.dumps({"gallery": gallery, "deleted": deleted}))
    else:
        for identity, rows in deleted.items():
            click.echo(f"{identity}: {f'{rows} deleted' if rows else 'not in the gallery'}")
    sys.exit(0 if all(deleted.values()) else 1)


@group.command()
@gallery_argument
@json_option
def compact(gallery: str, as_json: bool) -> None:
    """Write a gallery anew without what was deleted; the deleted bytes are then gone.

    Searches that run go on. Needs as much free disk as the gallery takes.

    \b
    Example:
      comity gallery compact out/fvc
    """
    opened = Gallery.open(gallery)
    before = sum(opened.totals().bytes_by_kind.values())
    rows = opened.compact()
    after = sum(opened.totals().bytes_by_kind.values())
    if as_json:
        click.echo(json.dumps({"gallery": gallery, "removed": rows, "bytes": after}))
    else:
        click.echo(f"{rows} deleted encounters removed, {len(opened)} kept")
        click.echo(f"{before:,} bytes before, {after:,} now")


@group.command()
@gallery_argument
@json_option
def info(gallery: str, as_json: bool) -> None:
    """Say what a gallery holds, from its rows alone; `verify` reads the rest.

    \b
    Example:
      comity gallery info out/fvc
    """
    opened = Gallery.open(gallery)
    totals = opened.totals()
    size, prints = sum(totals.bytes_by_kind.values()), sum(totals.prints.values())
    body = {
        "gallery": gallery,
        "identities": totals.identities,
        "encounters": totals.rows - totals.deleted,
        "deleted": totals.deleted,
        "prints": prints,
        "fingers": [FINGER_NAMES[finger] for finger in totals.prints],
        "slots": list(opened.fingers),
        "extractors": list(totals.extractors),
        "minutiae_mean": round(totals.minutiae / max(prints, 1), 1),
        "codes": opened.codes,
        "segments": totals.segments,
        "bytes": size,
        "bytes_by_file": totals.bytes_by_kind,
        "bytes_a_print": round(size / max(prints, 1), 1),
        "bytes_torn": opened.torn_bytes(),
    }
    _show(body, as_json)


@group.command()
@gallery_argument
@json_option
def verify(gallery: str, as_json: bool) -> None:
    """Read everything and check every sum; says the digest, which is equal where contents are.

    The exit code is 1 where anything is damaged; the message names the file and the place.

    \b
    Example:
      comity gallery verify out/fvc
    """
    opened = Gallery.open(gallery)
    with progress() as bar:
        task = bar.add_task("checking", total=len(opened))
        rows = opened.verify(lambda checked: bar.advance(task, checked))
    body = {
        "gallery": gallery,
        "rows": rows,
        "deleted": rows - opened.live,
        "bytes_torn": opened.torn_bytes(),
        "digest": opened.digest(),
    }
    _show(body, as_json)


def _show(body: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(body))
        return
    for name, value in body.items():
        shown = value
        if isinstance(value, list):
            shown = ", ".join(map(str, value))
        elif isinstance(value, dict):
            shown = ", ".join(f"{key} {number:,}" for key, number in value.items())
        click.echo(f"{name.replace('_', ' '):15}{shown}")


def _chosen(options: Mapping[str, Any]) -> list[Impression]:
    found = impressions(options["prints"], options["identity"], IMAGES | TEMPLATES)
    return [i for i in found if i.number == "1"] if options["first_impressions"] else found


def _enrol(
    gallery: Gallery, files: list[Impression], options: Mapping[str, Any], *, resume: bool
) -> int:
    """Enrol files; the exit code is 1 where any could not be."""
    reader = Reader(options["extractor"], options["finger"], options["workers"])
    done = enrol(gallery, files, reader, resume=resume)
    if options["as_json"]:
        counts: dict[str, Any] = {"enrolled": done.enrolled, "already_there": done.already_there}
        refused = [error.as_json() for error in done.refused]
        click.echo(json.dumps(counts | {"refused": refused}))
    else:
        shown = f"{done.enrolled} prints enrolled, {done.already_there} were there already"
        click.echo(f"{shown}, {len(done.refused)} could not be used")
    return 1 if done.refused else 0
