"""`comity wire redact`: copies that can be shown to others, with the same faults."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from comity.cli._wire_files import EXIT_CODES, sources
from comity.cli._wire_written import Written, json_option, resume_option, write
from comity.errors import WireError
from comity.records import Finding
from comity.wire.read import read
from comity.wire.redact import Redacted
from comity.wire.redact import redact as hide


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to, made if it is not there.",
)
@click.option("--keep", multiple=True, metavar="TAG", help="A field to leave: 1.008, or ORI.")
@resume_option
@json_option
def redact(
    files: tuple[str, ...], folder: Path, keep: tuple[str, ...], resume: bool, as_json: bool
) -> None:
    """Copy FILES without anybody's data, so that they can be shared for help.

    Names, numbers, dates, addresses, agencies, texts, minutiae, state fields and unknown tags
    become X and 9 in the same length; images keep only what their header says of size and format.
    Lengths, counts, tags and offsets stay, and so do the findings of `check`: those that do not
    are named. File names stay as well: look at them before you share. Exit code: 0, or 4 where a
    file could not be read.

    \b
    Example:
      comity wire redact refused.eft --out to-share
      comity wire redact inbox --out to-share --keep ORI --keep 2.073
    """
    found = sources(files, "redacting")
    written = Written(lambda path: folder / path.name, found.names, resume=resume)
    unread = False
    for name, data in found:
        target = written.target(name)
        if target is None:
            continue
        try:
            done = hide(read(data), keep)
        except WireError as error:
            unread = True
            click.echo(f"{name}: not redacted: {error}", err=True)
            continue
        write(target, done.data)
        if as_json:
            click.echo(json.dumps(_body(name, target, done)))
        else:
            click.echo("\n".join(_lines(name, target, done)))
    written.told()
    sys.exit(EXIT_CODES["error" if found.unread or unread else ""])


def _lines(name: str, target: Path, done: Redacted) -> Iterator[str]:
    kinds = Counter(one.what for one in done.taken)
    told = ", ".join(f"{n} {kind}{'s' if n > 1 and kind != 'bytes' else ''}"
                     for kind, n in sorted(kinds.items(), reverse=True))  # fmt: skip
    yield f"{name}: written to {target}"
    yield f"  out of sight: {told or 'nothing'}"
    records: dict[str, Counter[str]] = {}
    for one in done.taken:
        names = records.setdefault(one.record, Counter())
        names[one.mnemonic or one.tag or f"{one.size} bytes"] += 1
    for record, names in records.items():
        yield f"    {record}: " + " ".join(
            f"{what} x{n}" if n > 1 else what for what, n in names.items()
        )
    yield from _differences("no longer found", done.lost)
    yield from _differences("found only now", done.new)


def _differences(label: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    kinds = Counter((one.code, f"{one.tag} {one.mnemonic}".strip()) for one in findings)
    for (code, where), n in kinds.items():
        yield f"  {label}: {code} {where}".rstrip() + (f", {n} times" if n > 1 else "")


def _body(name: str, target: Path, done: Redacted) -> dict[str, Any]:
    """What was taken out, by tag and place; of findings no value, since it may be a person's."""
    return {
        "file": name,
        "out": str(target),
        "taken": [asdict(one) for one in done.taken],
        "lost": [_place(one) for one in done.lost],
        "new": [_place(one) for one in done.new],
    }


def _place(one: Finding) -> dict[str, Any]:
    return {"code": one.code, "tag": one.tag, "record": one.record, "offset": one.offset}
