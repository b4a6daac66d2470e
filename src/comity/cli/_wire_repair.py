"""`comity wire repair`: mend what has one right answer, into a copy, and say every change."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from comity.cli._wire_files import EXIT_CODES, STANDARD_INPUT, sources
from comity.cli._wire_written import (
    Written,
    json_option,
    out_option,
    replace,
    resume_option,
    write,
)
from comity.errors import CallerError, WireError
from comity.wire.fields import NAMES
from comity.wire.findings import shown
from comity.wire.repair import Change, Repaired
from comity.wire.repair import repair as mend
from comity.wire.validate import SEVERITIES, worst

GRAVITY = ("", *SEVERITIES)
ALIKE_SHOWN = 12  # bytes before the first that differs


@click.command()
@click.argument("files", nargs=-1, required=True)
@out_option
@click.option("--in-place", is_flag=True, help="Replace each file; keep it as NAME.original.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--profile", type=click.Choice(NAMES), help="The rules to judge by.")
@resume_option
@json_option
def repair(
    files: tuple[str, ...],
    folder: Path | None,
    in_place: bool,
    dry_run: bool,
    profile: str | None,
    resume: bool,
    as_json: bool,
) -> None:
    """Mend in FILES what has exactly one right answer, and say every change.

    Lengths (LEN), the list of records (CNT), separators, blank bytes at the end, and image sizes
    and compression codes that the image's own header contradicts. Names, dates, charges and
    images stay as they were sent. A changed file becomes NAME.repaired.eft beside it; with --out
    every file goes into that folder, changed or not. Of standard input the file goes to standard
    output and the words to standard error. Exit code: 0 nothing worse than a note is left, 3
    warnings, 4 an error in at least one file.

    \b
    Example:
      comity wire repair refused.eft --dry-run
      comity wire repair inbox --out mended
    """
    if in_place and folder is not None:
        raise CallerError("--out and --in-place exclude each other", where="--in-place")
    found = sources(files, "repairing")
    job = _Job(folder, found.names, in_place=in_place, dry_run=dry_run, resume=resume)
    gravest = ""
    for name, data in found:
        if name == STANDARD_INPUT and (in_place or (as_json and folder is None and not dry_run)):
            raise CallerError(
                "there is no place for the repaired file",
                where="standard input",
                next_step="name a folder with --out, or use --dry-run",
            )
        try:
            done = mend(data, profile)
        except WireError as error:
            gravest = "error"
            click.echo(f"{name}: {error}", err=True)
            continue
        gravest = max(gravest, worst(done.left), key=GRAVITY.index)
        place, put = job.write(name, done)
        if as_json:
            click.echo(json.dumps(_body(name, place, done)))
        else:
            piped = name == STANDARD_INPUT and folder is None and not dry_run
            click.echo("\n".join(_lines(name, place, done)), err=piped)
        put()
    job.written.told()
    sys.exit(EXIT_CODES["error" if found.unread else gravest])


class _Job:
    """Where repaired files go."""

    def __init__(
        self,
        folder: Path | None,
        names: tuple[str, ...],
        *,
        in_place: bool,
        dry_run: bool,
        resume: bool,
    ) -> None:
        self.folder = folder
        self.in_place = in_place
        self.dry_run = dry_run
        self.written = Written(self._place, names, resume=resume)

    def _place(self, path: Path) -> Path:
        if self.folder is not None:
            return self.folder / path.name
        return path.with_name(f"{path.stem}.repaired{path.suffix or '.eft'}")

    def write(self, name: str, done: Repaired) -> tuple[str, Callable[[], None]]:
        """Write it; the place, and what is still to do once it has been told."""
        if self.dry_run or (not done.changes and self.folder is None and name != STANDARD_INPUT):
            return "", lambda: None
        if name == STANDARD_INPUT and self.folder is None:
            return "standard output", lambda: _to_standard_output(done.data)
        if self.in_place:
            path = Path(name)
            replace(path, done.data, path.with_name(f"{path.name}.original"))
            return name, lambda: None
        target = self.written.target(name)
        if target is not None:
            write(target, done.data)
        return str(target or ""), lambda: None


def _to_standard_output(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _lines(name: str, place: str, done: Repaired) -> Iterator[str]:
    count = len(done.changes)
    told = "nothing to mend" if not count else f"{count} change{'s' if count > 1 else ''}"
    yield f"{name}: {told}" + (f", written to {place}" if place else "")
    for one in done.changes:
        where = f"{one.tag} {one.mnemonic}".strip() or one.record
        idc = f" IDC {one.idc}" if one.idc is not None else ""
        yield f"  byte {one.offset:<8} {where}{idc}: {_value(one)}"
        yield f"      {one.what} ({one.source})"
    left = {kind: sum(f.severity == kind for f in done.left) for kind in reversed(SEVERITIES)}
    told = ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in left.items() if n)
    if told:
        yield f"  left for a person: {told}"


def _value(one: Change) -> str:
    """What becomes of what, from a little before the first difference."""
    if not one.before:
        return f"`{shown(one.after)}` is put in"
    if not one.after:
        return f"`{shown(one.before)}` goes"
    pairs = enumerate(zip(one.before, one.after, strict=False))
    differs = next((k for k, (b, a) in pairs if b != a), min(len(one.before), len(one.after)))
    begin = max(differs - ALIKE_SHOWN, 0)
    before, after = (
        ("..." if begin else "") + shown(value[begin:]) for value in (one.before, one.after)
    )
    return f"`{before}` becomes `{after}`"


def _body(name: str, place: str, done: Repaired) -> dict[str, Any]:
    changes = [
        {**asdict(one), "before": shown(one.before), "after": shown(one.after)}
        for one in done.changes
    ]
    left = [asdict(one) for one in done.left]
    return {"file": name, "out": place, "changes": changes, "worst": worst(done.left), "left": left}
