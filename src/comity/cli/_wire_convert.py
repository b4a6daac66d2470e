"""`comity wire convert`: transactions to JSON that loses nothing, and back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from comity.cli._wire_files import EXIT_CODES, STANDARD_INPUT, sources
from comity.cli._wire_written import Written, out_option, resume_option, write
from comity.errors import CallerError, WireError
from comity.wire.jsonform import from_json, to_json
from comity.wire.jsontext import TEXT_MAX, dumps, loads
from comity.wire.read import BYTES_MAX, read

JSON, TRADITIONAL = "json", "an2"


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--to",
    "form",
    type=click.Choice([JSON, TRADITIONAL]),
    default=JSON,
    show_default=True,
    help="json, or the traditional encoding from json.",
)
@out_option
@resume_option
def convert(files: tuple[str, ...], form: str, folder: Path | None, resume: bool) -> None:
    """Convert FILES to JSON and back, to the very byte; damaged files too.

    FILES are files, folders, patterns, or - for standard input; with --to an2 the JSON files
    among them. Written by hand, JSON needs neither LEN nor CNT. One file goes to standard output;
    with --out NAME.json or NAME.an2 go into that folder. Exit code: 0, or 4 where a file could
    not be converted.

    \b
    Example:
      comity wire convert booking.eft > booking.json
      comity wire convert booking.json --to an2 --out made
    """
    found = sources(_json_within(files) if form == TRADITIONAL else files, "converting")
    if folder is None and len(found) > 1:
        raise CallerError(
            "many files cannot go to standard output",
            where="--out",
            expected="a folder",
            next_step="name one with --out",
        )
    out = folder
    written = Written(lambda path: _place(out or Path(), path, form), found.names, resume=resume)
    failed = False
    for name, data in found:
        target = written.target(name) if folder is not None else None
        if folder is not None and target is None:
            continue
        try:
            made = _converted(name, data, form)
        except WireError as error:
            failed = True
            click.echo(f"{name}: {error}", err=True)
            continue
        if target is not None:
            write(target, made)
        else:
            sys.stdout.buffer.write(made)
    written.told()
    sys.exit(EXIT_CODES["error" if failed or found.unread else ""])


def _converted(name: str, data: bytes, form: str) -> bytes:
    if form == JSON:
        return dumps(to_json(read(data))).encode("utf-8")
    if len(data) > BYTES_MAX and name != STANDARD_INPUT:  # JSON may be a third longer
        with Path(name).open("rb") as stream:
            data = stream.read(TEXT_MAX + 1)
    return from_json(loads(data))


def _place(folder: Path, path: Path, form: str) -> Path:
    """booking.eft becomes booking.eft.json, and that booking.eft again."""
    if form == JSON:
        return folder / f"{path.name}.json"
    bare = path.stem if path.suffix.lower() == ".json" else path.name
    return folder / (bare if Path(bare).suffix else f"{bare}.an2")


def _json_within(files: tuple[str, ...]) -> list[str]:
    """Of folders the JSON files; the rest as named."""
    out: list[str] = []
    for name in files:
        path = Path(name)
        if name == STANDARD_INPUT or not path.is_dir():
            out.append(name)
            continue
        inside = (p for p in path.rglob("*") if p.suffix.lower() == ".json" and p.is_file())
        out.extend(str(p) for p in sorted(inside))
    if not out:
        raise CallerError(
            "there is no JSON file here", where=", ".join(files), expected="files ending in .json"
        )
    return out
