"""Which transaction files a `comity wire` command is given, read one at a time."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from comity.errors import CallerError
from comity.wire.read import BYTES_MAX

SUFFIXES = frozenset({".an2", ".an2k", ".ebts", ".eft", ".nist", ".nst"})
# 1 and 2 are taken: the command failed, the call was wrong.
EXIT_CODES = {"": 0, "note": 0, "warning": 3, "error": 4}
STANDARD_INPUT = "-"
MANY = 20  # files from which on a progress bar is worth its line


class Sources:
    """Name and bytes of each file in turn; iterate once.

    unread  names of the files that could not be read; each was told on standard error
    """

    def __init__(self, names: tuple[str, ...], label: str) -> None:
        self.names = names
        self.unread: list[str] = []
        self._label = label

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        with _progress(len(self.names)) as bar:
            for name in bar.track(self.names, description=self._label):
                data = self._bytes(name)
                if data is not None:
                    yield name, data

    def _bytes(self, name: str) -> bytes | None:
        """One byte more than is read at most, so that a larger file is refused as such."""
        if name == STANDARD_INPUT:
            return sys.stdin.buffer.read(BYTES_MAX + 1)
        try:
            with Path(name).open("rb") as stream:
                return stream.read(BYTES_MAX + 1)
        except OSError as error:
            self.unread.append(name)
            click.echo(f"{name}: cannot be read: {error.strerror or error}", err=True)
            return None


def sources(names: Iterable[str], label: str) -> Sources:
    """The files that `names` stand for: files, folders, patterns such as `in/*.eft`, or `-`.

    Of folders the files with a transaction's suffix, at any depth, by name. A file named twice
    is read once. `label` stands beside the progress bar, which many files have on a terminal.

    Raises
    ------
    CallerError  nothing of a name, or no file at all
    """
    given = tuple(names)
    found = tuple(dict.fromkeys(path for name in given for path in _named(name)))
    if not found:
        raise CallerError(
            "there is no transaction file here",
            where=", ".join(given),
            expected=f"files ending in {', '.join(sorted(SUFFIXES))}",
            next_step="name files of another ending one by one, or by a pattern such as `in/*.dat`",
        )
    return Sources(found, label)


def _named(name: str) -> list[str]:
    path = Path(name)
    if name == STANDARD_INPUT or path.is_file():
        return [name]
    if path.is_dir():
        inside = (p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        return [str(p) for p in sorted(inside)]
    # `Path.glob` takes no absolute pattern.
    matched = sorted(p for p in glob.glob(name, recursive=True) if Path(p).is_file())  # noqa: PTH207
    if matched or path.exists():  # a pipe is read, and says itself if it cannot be
        return matched or [name]
    raise CallerError(
        "there is no such file or folder",
        where=name,
        next_step="check the name; `-` reads standard input",
    )


def _progress(count: int) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # Where the output goes to a file the bar must not catch it.
        redirect_stdout=console.is_terminal and sys.stdout.isatty(),
        disable=count < MANY or not console.is_terminal,
    )
