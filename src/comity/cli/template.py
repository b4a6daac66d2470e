"""`comity template`: look into minutiae records, check them, convert them, make them of images."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from comity.errors import CallerError, ComityError, TemplateError
from comity.image import check as image_check
from comity.image import codecs
from comity.minutiae import convert as conversion
from comity.minutiae import describe, iso
from comity.minutiae.extract import Extractor
from comity.minutiae.extract import extract as minutiae_of
from comity.minutiae.faults import Fault, faults
from comity.minutiae.record import NAMES, STANDARDS, MinutiaRecord, Standard
from comity.records import FINGER_NAMES, Template
from comity.search.draw import print_svg

BYTES_MAX = 32 << 20  # 255 views of ISO 2005 with every extension full are 17 MB
SUFFIX = ".fmr"
# 1 and 2 are taken: the command failed, the call was wrong.
EXIT_CODES = {"": 0, "note": 0, "warning": 3, "error": 4}
GRAVITY = ["", "note", "warning", "error"]
FORMATS = ", ".join(f"{name} is {words}" for name, words in NAMES.items())

to_option = click.option(
    "--to",
    type=click.Choice(STANDARDS),
    default="iso-2011",
    show_default=True,
    help=f"The standard to write: {FORMATS}.",
)


@click.group()
def group() -> None:
    """Read, check, convert and make finger minutiae records.

    ISO/IEC 19794-2 of 2005 and 2011, ANSI INCITS 378 of 2004, 2009 and 2009/AM1: a file is known
    by its own version and lengths, whatever it is called.

    \b
    Example:
      comity template show print.fmr
      comity template check prints/*.fmr
    """


@group.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--svg", metavar="OUT", help="Draw the minutiae; with several views OUT-1, OUT-2, ..."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def show(files: tuple[str, ...], svg: str | None, as_json: bool) -> None:
    """Say all that FILES hold, in plain words: device, image, quality, extensions, minutiae.

    FILES are files, or - for standard input. Exit code 4 where one cannot be read.

    \b
    Example:
      comity template show print.fmr
      comity template show print.fmr --svg print.svg
    """
    unread = False
    drawn: list[Template] = []
    for name, data in _sources(files):
        try:
            record = iso.read(data)
            _say(name, data, record, as_json)
            drawn += iso.to_templates(record) if svg is not None else ()
        except TemplateError as error:
            unread = True
            _complain(name, error, as_json)
    if svg is not None:
        _draw(drawn, Path(svg))
    sys.exit(EXIT_CODES["error" if unread else ""])


@group.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Say what in FILES their standard does not allow, with the byte.

    Exit code: 0 nothing worse than a note, 3 warnings, 4 an error in at least one file: it cannot
    be read, or no template can be made of it.

    \b
    Example:
      comity template check print.fmr
    """
    gravest = ""
    for name, data in _sources(files):
        standard, found = _check(data)
        worst = max((fault.severity for fault in found), key=GRAVITY.index, default="")
        gravest = max(gravest, worst, key=GRAVITY.index)
        if as_json:
            body = {"file": name, "standard": standard, "worst": worst}
            click.echo(json.dumps(body | {"faults": [asdict(fault) for fault in found]}))
            continue
        known = NAMES[standard] if standard is not None else "no minutiae record"
        click.echo(f"{name}: {known}, {'nothing wrong' if not found else ''}".rstrip(", "))
        for fault in found:
            click.echo(f"  {fault.severity:8}byte {fault.offset:<6}{fault.where}: {fault.message}")
            click.echo(f"      expected {fault.expected}; found {fault.found}")
    sys.exit(EXIT_CODES[gravest])


@group.command()
@click.argument("files", nargs=-1, required=True)
@to_option
@click.option("--out", required=True, metavar="OUT", help="The file; of several FILES, a folder.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def convert(files: tuple[str, ...], to: Standard, out: str, as_json: bool) -> None:
    """Write FILES in another standard, and say what that has no place for.

    Minutiae, extensions and quality are kept as far as the standard goes. Exit code 4 where a
    file cannot be converted.

    \b
    Example:
      comity template convert print.fmr --to iso-2011 --out print-2011.fmr
    """
    failed = False
    targets = _targets(files, Path(out))
    for name, data in _sources(files):
        target = targets[name]
        try:
            made, lost = conversion.converted(iso.read(data), to)
            _write(target, iso.write(made))
        except TemplateError as error:
            failed = True
            _complain(name, error, as_json)
            continue
        if as_json:
            body = {"file": name, "out": str(target), "standard": to, "lost": lost}
            click.echo(json.dumps(body))
        else:
            click.echo(f"{name}: written as {NAMES[to]} to {target}")
            for what in lost:
                click.echo(f"  lost  {what}")
    sys.exit(EXIT_CODES["error" if failed else ""])


@group.command()
@click.argument("images", nargs=-1, required=True)
@to_option
@click.option("--out", required=True, metavar="OUT", help="The file to write.")
@click.option(
    "--extractor",
    type=click.Choice(["mindtct", "leader"]),
    default="mindtct",
    show_default=True,
    help="What finds the minutiae: mindtct is fast, leader errs less.",
)
@click.option(
    "--finger",
    type=click.IntRange(0, 10),
    default=0,
    show_default=True,
    help="Which finger the images are of: 1 right thumb to 5, 6 left thumb to 10, 0 unknown.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def extract(
    images: tuple[str, ...],
    to: Standard,
    out: str,
    extractor: Extractor,
    finger: int,
    as_json: bool,
) -> None:
    """Find the minutiae of IMAGES of one finger and write them to one record, a view an image.

    An image that is no fingerprint, or that cannot be read, ends it, and nothing is written.

    \b
    Example:
      comity template extract ../shared/data/prints/fvc2002/db1_b/101_1.png --out print.fmr
    """
    templates = [_template(image, extractor, finger) for image in images]
    data = iso.write(iso.from_templates(templates, to))
    _write(Path(out), data)
    counts = [len(template) for template in templates]
    if as_json:
        body = {"out": out, "bytes": len(data), "standard": to, "extractor": extractor}
        click.echo(json.dumps(body | {"finger": finger, "minutiae": counts}))
        return
    click.echo(f"{out}: {NAMES[to]}, {len(data)} bytes, {FINGER_NAMES[finger]}")
    for image, count in zip(images, counts, strict=True):
        click.echo(f"  {count} minutiae of {image}")


def _say(name: str, data: bytes, record: MinutiaRecord, as_json: bool) -> None:
    notes = [f"as a template: {note}" for note in iso.notes(record)]
    if as_json:
        body = {"file": name, "bytes": len(data), **describe.as_json(record)}
        click.echo(json.dumps(body | {"notes": notes}, ensure_ascii=False))
        return
    said = [f"  {line}" for line in (*describe.lines(record), *notes)]
    click.echo("\n".join([f"{name}: {len(data)} bytes", *said]))


def _check(data: bytes) -> tuple[Standard | None, tuple[Fault, ...]]:
    """The standard, and what is wrong; a file that cannot be read is one error at its byte."""
    try:
        record: MinutiaRecord = iso.read(data)
    except TemplateError as error:
        offset = int(error.where.removeprefix("byte "))
        found = Fault("error", "file", offset, error.message, error.expected, error.found)
        return None, (found,)
    return record.standard, faults(record)


def _template(image: str, extractor: Extractor, finger: int) -> Template:
    try:
        print_ = codecs.read_file(image, finger)
        image_check.fingerprint(print_)
        return minutiae_of(print_, extractor)
    except ComityError as error:
        if image not in error.where:
            error.where = f"{image}, {error.where}" if error.where else image
        raise


def _sources(files: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each, one byte more than is read at most so that a larger one shows."""
    for name in files:
        if name == "-":
            yield _small(name, sys.stdin.buffer.read(BYTES_MAX + 1))
            continue
        try:
            with Path(name).open("rb") as stream:
                data = stream.read(BYTES_MAX + 1)
        except OSError as error:
            raise CallerError(
                "the file cannot be read",
                where=name,
                found=error.strerror or str(error),
                next_step="check the name; `-` reads standard input",
            ) from error
        yield _small(name, data)


def _small(name: str, data: bytes) -> tuple[str, bytes]:
    if len(data) > BYTES_MAX:
        raise CallerError(
            "the file is too large for a minutiae record",
            where=name,
            expected=f"at most {BYTES_MAX} bytes",
            next_step="name a minutiae record",
        )
    return name, data


def _targets(files: Sequence[str], out: Path) -> dict[str, Path]:
    """For each file `out`; in it, as a folder, where there are several or it is one already.

    Raises CallerError where two would be written to one place.
    """
    if len(files) == 1 and not out.is_dir():
        return {files[0]: out}
    stems = {name: "stdin" if name == "-" else Path(name).stem for name in files}
    twice = [name for name in stems if list(stems.values()).count(stems[name]) > 1]
    if twice:
        raise CallerError(
            "files of one name would be written to one place",
            where=", ".join(twice),
            expected="names that differ before their suffix",
            next_step="convert them one by one",
        )
    return {name: out / f"{stem}{SUFFIX}" for name, stem in stems.items()}


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise CallerError(
            "the file cannot be written",
            where=str(path),
            found=error.strerror or str(error),
            next_step="choose another place with --out",
        ) from error


def _draw(templates: Sequence[Template], out: Path) -> None:
    for number, template in enumerate(templates, 1):
        path = out if len(templates) == 1 else out.with_stem(f"{out.stem}-{number}")
        _write(path, print_svg(template).encode())
        click.echo(f"{path}: {len(template)} minutiae drawn", err=True)


def _complain(name: str, error: TemplateError, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": name, "error": error.as_json()}, ensure_ascii=False))
    else:
        click.echo(f"{name}: {error}", err=True)
