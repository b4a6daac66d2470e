"""Where a command that changes files puts what it made: never over something that is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from comity.cli._wire_files import STANDARD_INPUT
from comity.errors import CallerError

STANDARD_NAME = "standard-input.eft"

out_option = click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to, made if it is not there.",
)
resume_option = click.option(
    "--resume", is_flag=True, help="Go on after an interruption: leave out what is written already."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")


class Written:
    """The files that one command writes.

    place    what a source's path becomes
    names    of all sources: two that would be written to one place are refused at once
    resume   a file that is there already is left out instead of refused
    """

    def __init__(
        self, place: Callable[[Path], Path], names: Iterable[str], *, resume: bool
    ) -> None:
        self._resume = resume
        self._skipped = 0
        self._targets: dict[str, Path] = {}
        made: dict[Path, str] = {}
        for name in names:
            path = place(Path(STANDARD_NAME if name == STANDARD_INPUT else name))
            other = made.setdefault(path, name)
            if other != name:
                raise CallerError(
                    "two files would be written to one place",
                    where=str(path),
                    found=f"{other} and {name}",
                    next_step="give each its own --out folder",
                )
            self._targets[name] = path

    def target(self, name: str) -> Path | None:
        """Where to write what was made of `name`; None where it is there and to be left out.

        Raises CallerError where it is there and may not be.
        """
        path = self._targets[name]
        if not path.exists():
            return path
        if not self._resume:
            raise CallerError(
                "there is a file already",
                where=str(path),
                next_step="--resume leaves out what is there; or write to another --out folder",
            )
        self._skipped += 1
        return None

    def told(self) -> None:
        """Say on standard error how many were left out."""
        if self._skipped:
            what = "file was" if self._skipped == 1 else "files were"
            click.echo(f"{self._skipped} {what} there already", err=True)


def write(path: Path, data: bytes) -> None:
    """Write the whole file or none of it, and nothing over another file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
            part.write(data)
        try:
            os.link(part.name, path)  # fails where the name is taken, as a rename would not
        finally:
            os.unlink(part.name)  # noqa: PTH108
    except OSError as error:
        raise CallerError(
            "the file cannot be written", where=str(path), found=error.strerror or str(error)
        ) from error


def replace(path: Path, data: bytes, kept: Path) -> None:
    """Put `data` in the file's place, and what it was beside it as `kept`."""
    if kept.exists():
        raise CallerError(
            "the original of an earlier repair is there already",
            where=str(kept),
            next_step="move it away, or repair into another folder with --out",
        )
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
            part.write(data)
        os.link(path, kept)
        os.replace(part.name, path)  # noqa: PTH105
    except OSError as error:
        raise CallerError(
            "the file cannot be replaced", where=str(path), found=error.strerror or str(error)
        ) from error
