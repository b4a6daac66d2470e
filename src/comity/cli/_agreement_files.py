"""What the `comity agreement` commands are given: files, folders, facts and instants."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from comity.errors import CallerError
from comity.records import Facts

PATH = click.Path(path_type=Path)


def files_of(paths: tuple[Path, ...]) -> list[Path]:
    """Each file named, and of each folder the `*.yaml` in it, sorted."""
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise CallerError("no such file", where=str(path), next_step="name an agreement file")
        files += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise CallerError("no agreement files", where=str(paths[0]), expected="*.yaml")
    return files


def text_of(path: Path, what: str, expected: str) -> str:
    """The text of a file that a caller named; `what` it should be, for the message."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CallerError(
            f"{what} that cannot be read",
            where=str(path),
            expected=expected,
            found=str(error),
            next_step="name such a file",
        ) from error


def facts_of(path: Path) -> Facts:
    """The facts of one case from a JSON file."""
    try:
        return Facts.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CallerError(
            "facts that cannot be read",
            where=str(path),
            expected='JSON such as {"jurisdiction": "XN0010000", "stage": "arrest"}',
            found=str(error),
            next_step="see docs/spec/agreement.md for the facts of a case",
        ) from error


def instant(said: str) -> datetime:
    """An instant as written by a caller, with its offset."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError as error:
        raise CallerError("not a time", expected="2011-03-01T12:00:00-06:00", found=said) from error
    if at.tzinfo is None:
        raise CallerError("a time without an offset", expected="an offset such as -06:00",
                          found=said, next_step="add the offset")  # fmt: skip
    return at
