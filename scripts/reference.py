"""Write docs/reference/ from the code, so that no page can say what the code does not.

    .venv/bin/python scripts/reference.py     (or: make reference)

tests/test_docs.py fails when a page here is not what this would write.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from comity import errors
from comity.cli import EXIT_CALLER, EXIT_FAILED, main
from comity.errors import CallerError, ComityError

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- made by scripts/reference.py (make reference); changes here are lost -->"
WIDTH = 90  # columns of a help text, whatever terminal this runs in


def commands(
    command: click.Command = main, parent: click.Context | None = None, name: str = "comity"
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command with its full name, parents before children, by name."""
    context = context_of(command, parent, name)
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for child_name in command.list_commands(context):
            child = command.get_command(context, child_name)
            if child is not None and not child.hidden:
                yield from commands(child, context, child_name)


def context_of(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    """The context that running it would have; a command keeps the help names of its first."""
    return click.Context(
        command,
        parent,
        info_name=name,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        **command.context_settings,
    )


def error_classes(root: type[ComityError] = ComityError) -> Iterator[type[ComityError]]:
    """Every error of the tree in errors.py, parents before children, as they stand there."""
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from error_classes(child)


def cli_page() -> str:
    parts = [MADE, "# The command line", ""]
    for path, command, context in commands():
        parts += [f"## {path}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(parts)


def errors_page() -> str:
    tree = inspect.cleandoc(errors.__doc__ or "")
    head, _, rest = tree.partition("\n\n")
    drawn, _, notes = inspect.cleandoc(rest).partition("\n\n")
    parts = [
        MADE,
        "# Errors",
        "",
        head,
        "",
        "```text",
        inspect.cleandoc(drawn),
        "```",
        "",
        " ".join(notes.split()),
        "",
        "On the command line an error is a message on standard error, or with `--json` one JSON",
        "object there with the keys `code`, `message`, `where`, `expected`, `found` and",
        f"`next_step`. The exit code is {EXIT_CALLER} where the command itself was wrong and"
        f" {EXIT_FAILED} otherwise.",
        "",
        "| class | is a | `code` | exit code | meaning |",
        "|---|---|---|---|---|",
    ]
    for error in error_classes():
        exit_code = EXIT_CALLER if issubclass(error, CallerError) else EXIT_FAILED
        meaning = " ".join((error.__doc__ or "").partition("\n\n")[0].split())
        kind = (error.__base__ or object).__name__
        parts.append(
            f"| `{error.__name__}` | `{kind}` | `{error.code}` | {exit_code} | {meaning} |"
        )
    return "\n".join([*parts, ""])


PAGES = {"cli.md": cli_page, "errors.md": errors_page}

if __name__ == "__main__":
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        print(f"docs/reference/{name}")
