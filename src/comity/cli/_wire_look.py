"""`comity wire show` and `comity wire explain`: what a file holds, and what a field is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from comity.cli._wire_files import EXIT_CODES, Sources, sources
from comity.errors import WireError
from comity.wire import explain as explanation
from comity.wire import meaning
from comity.wire.explain import SUBFIELDS_SHOWN, VALUE_CHARS, TreeField, told
from comity.wire.read import read

NAME_CHARS = 34


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--html", metavar="OUT", help="Write one page with the prints and the findings.")
@click.option("--full", is_flag=True, help="Cut no value short, leave none out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, complete.")
def show(files: tuple[str, ...], html: str | None, full: bool, as_json: bool) -> None:
    """Show the records and fields of FILES: byte, tag, mnemonic, name, value.

    FILES are files, folders, patterns, or - for standard input. In the terminal images are told
    by size and format; the page shows those of friction ridges, with minutiae and segment boxes.
    Of other records, faces among them, nothing but type and size is shown. The page stands alone:
    no script, no request to anywhere. Exit code 4 where a file cannot be read.

    \b
    Example:
      comity wire show booking.eft
      comity wire show booking.eft --html booking.html
    """
    found = sources(files, "showing")
    unread = _page(found, Path(html), as_json) if html is not None else _lines(found, full, as_json)
    sys.exit(EXIT_CODES["error" if unread or found.unread else ""])


def _lines(found: Sources, full: bool, as_json: bool) -> bool:
    """Write the trees; say whether a file could not be read."""
    unread = False
    console = Console(highlight=False, soft_wrap=True)
    for name, data in found:
        try:
            transaction = read(data)
        except WireError as error:
            unread = True
            click.echo(f"{name}: {error}", err=True)
            continue
        if as_json:
            click.echo(json.dumps({"file": name, **explanation.as_json(transaction)}))
            continue
        console.print(Text(name, "bold underline"))
        for record in told(transaction, whole=full):
            console.print(Text(record.title, "bold"))
            for field in record.fields:
                for line in _field(field, full):
                    console.print(line)
    return unread


def _field(one: TreeField, full: bool) -> Iterator[Text]:
    """A line a value; the first says where it is and what it is called."""
    name = one.name if len(one.name) <= NAME_CHARS else one.name[: NAME_CHARS - 3] + "..."
    values = one.values if full else one.values[:SUBFIELDS_SHOWN]
    head = (f"{one.field.offset:>10}  ", f"{one.label:<12}", f"{name:<{NAME_CHARS}}  ")
    for value in values or ("",):
        cut = value if full or len(value) <= VALUE_CHARS else value[: VALUE_CHARS - 3] + "..."
        yield Text.assemble(
            (head[0], "dim"),
            (head[1], "cyan"),
            (head[2], "dim"),
            (cut, "dim" if one.closed else ""),
            (f"  {one.meaning}" if one.meaning else "", "green"),
        )
        head = (" " * len(head[0]), " " * len(head[1]), " " * len(head[2]))
    if len(one.values) > len(values):
        yield Text.assemble("".join(head), (f"and {len(one.values) - len(values)} more", "dim"))


def _page(found: Sources, out: Path, as_json: bool) -> bool:
    """Write the page; say whether a file could not be read."""
    # Templates and pictures take a while to load, which the tree need not wait for.
    from comity.cli import _pages
    from comity.cli._wire_page import page

    text, unread = page(found)
    _pages.write(text, out)
    told_ = {"html": str(out), "files": len(found), "bytes": len(text.encode())}
    click.echo(json.dumps(told_) if as_json else f"written: {out}")
    return unread


@click.command()
@click.argument("tag")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, an object a rule.")
def explain(tag: str, as_json: bool) -> None:
    """Say what a TAG is (2.022), a mnemonic (DOB), a finding's code or a type of transaction.

    Of a field: its name, size and characters, its codes in words, its items, where it must or may
    be, an example, and the source; a row for each profile that says something else. Of a code:
    what it means, what usually brings it about, and what to do.

    \b
    Example:
      comity wire explain 2.022
      comity wire explain FGP
      comity wire explain image-size
      comity wire explain CAR
    """
    if as_json:
        click.echo(json.dumps(meaning.as_json(tag)))
        return
    console = Console(highlight=False, soft_wrap=True)
    for line in meaning.tag(tag):
        console.print(Text(line, "" if line.startswith(" ") else "bold"))
