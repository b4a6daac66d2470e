"""The `comity` command: one module here is one command, found by looking, listed nowhere.

A module of this package that exports `command` (a click command) or `group` (a click group)
becomes the subcommand of its own file name, with `_` written `-`. It is loaded when it is
called, so that `comity verify` need not wait for the fingerprint engines of `comity submit`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click

from comity import __version__
from comity.errors import CallerError, ComityError

EXIT_FAILED, EXIT_CALLER = 1, 2  # 2 is also what click exits with on a wrong option


class Commands(click.Group):
    """The modules of this package as commands, and every error as one readable message."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        modules = (module.name for module in iter_modules(__path__))
        return sorted(name.replace("_", "-") for name in modules if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        found = getattr(module, "command", None) or getattr(module, "group", None)
        return found if isinstance(found, click.Command) else None

    def main(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> Any:
        """Run one command; a `ComityError` ends it with a message and exit code 1 or 2."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            return super().main(given, *rest, **settings)
        except ComityError as error:
            report(error, as_json="--json" in given)
            sys.exit(EXIT_CALLER if isinstance(error, CallerError) else EXIT_FAILED)


def report(error: ComityError, *, as_json: bool) -> None:
    """Write one error to standard error, as JSON (`ComityError.as_json`) or for a reader."""
    if as_json:
        click.echo(json.dumps(error.as_json(), ensure_ascii=False), err=True)
        return
    place = f"{error.where}: " if error.where else ""
    click.echo(f"comity: {place}{error.message}", err=True)
    lines = (("expected", error.expected), ("found", error.found), ("next", error.next_step))
    for label, text in lines:
        if text:
            click.echo(f"  {label:9}{text}", err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="comity")
def main() -> None:
    """Run, govern and audit a fingerprint-sharing programme.

    Nothing is shared without an agreement in force, nothing leaves without an entry that
    outsiders can verify, and every published number can be recomputed.
    """
