"""`comity wire diff`: what two transaction files say differently."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.text import Text

from comity.cli._wire_files import EXIT_CODES, sources
from comity.errors import CallerError, ComityError, WireError
from comity.wire.diff import Change, Difference, Pair, difference
from comity.wire.explain import VALUE_CHARS
from comity.wire.friction import ridge_image
from comity.wire.read import read
from comity.wire.transaction import Record, Transaction

EXIT_SAME, EXIT_DIFFERENT = 0, 1


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--all", "everything", is_flag=True, help="LEN and CNT too, which follow the rest.")
@click.option("--pixels", is_flag=True, help="Decode friction ridge images that differ.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def diff(before: str, after: str, everything: bool, pixels: bool, as_json: bool) -> None:
    """Say which records and fields of two files differ, and how.

    BEFORE and AFTER are files, or - for standard input. Records are matched by type and IDC, then
    by order. Images are compared by their bytes; with --pixels also by what they show. Of records
    without friction ridges only sizes and digests are told. Exit code: 0 they say the same,
    1 they differ, 4 one cannot be read.

    \b
    Example:
      comity wire diff sent.eft received.eft
      comity wire diff original.eft repaired.eft --all
    """
    try:
        ours, theirs = (_transaction(name) for name in (before, after))
    except WireError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CODES["error"])
    found = difference(ours, theirs)
    seen = {id(pair): _seen(pair, ours, theirs) for pair in found.pairs} if pixels else {}
    if as_json:
        body = found.as_json()
        for row, pair in zip(body["records"], found.pairs, strict=True):
            row["pixels"] = seen.get(id(pair))
        click.echo(json.dumps({"before_file": before, "after_file": after, **body}))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for line in _lines(found, (before, after), everything, seen):
            console.print(line)
    sys.exit(EXIT_SAME if found.same else EXIT_DIFFERENT)


def _transaction(name: str) -> Transaction:
    found = sources((name,), "reading")
    if len(found) > 1:
        raise CallerError(
            "two files are compared, not folders or patterns",
            where=name,
            expected="one file",
            found=f"{len(found)} files",
            next_step="name the two files",
        )
    for _, data in found:
        try:
            return read(data)
        except WireError as error:
            error.where = f"{name}, {error.where}"
            raise
    raise CallerError("the file cannot be read", where=name, next_step="check its permissions")


def _lines(
    found: Difference,
    names: tuple[str, str],
    everything: bool,
    seen: dict[int, dict[str, Any] | None],
) -> Iterator[Text]:
    changed = 0
    folded = 0
    for pair in found.pairs:
        if pair.alone:
            yield Text(f"{pair.name}: only in {names[pair.before is None]}", "bold")
            continue
        shown = [one for one in pair.changes if everything or not one.follows]
        folded += len(pair.changes) - len(shown)
        changed += len(shown)
        if shown:
            yield Text(pair.name, "bold")
        for one in shown:
            yield from _change(one)
            if one.image and seen.get(id(pair)):
                yield Text(f"      pixels: {_said(seen[id(pair)] or {})}")
    yield Text(_summary(found, changed, folded), "green" if found.same else "")


def _change(one: Change) -> Iterator[Text]:
    label = f"{one.tag} {one.mnemonic}".strip()
    yield Text.assemble("  ", (label, "cyan"), (f"  {one.name}" if one.name else "", "dim"))
    for sign, texts, colour in (("-", one.before, "red"), ("+", one.after, "green")):
        for text in texts or ("(no such field)",):
            yield Text(f"    {sign} {text[:VALUE_CHARS]}", colour)


def _summary(found: Difference, changed: int, folded: int) -> str:
    if found.same:
        how = f"; {found.rewritten} tags or separators are written otherwise"
        return "the files say the same" + (how if found.rewritten else "")
    alone = sum(pair.alone for pair in found.pairs)
    parts = []
    if changed:
        parts.append(f"{changed} field{'s differ' if changed > 1 else ' differs'}")
    if alone:
        parts.append(f"{alone} record{'s are' if alone > 1 else ' is'} in one file only")
    if folded:
        parts.append(f"{folded} of LEN and CNT differ (--all shows them)")
    return "; ".join(parts)


# --- pixels -------------------------------------------------------------------------------


def _seen(pair: Pair, before: Transaction, after: Transaction) -> dict[str, Any] | None:
    """How two images differ to the eye; None where the record's image is the same or none."""
    if pair.before is None or pair.after is None or not any(one.image for one in pair.changes):
        return None
    try:
        ours, theirs = _pixels(before, pair.before), _pixels(after, pair.after)
    except ComityError as error:
        return {"error": str(error)}
    if ours is None or theirs is None:
        return None
    if ours.shape != theirs.shape:
        sizes = [f"{shape[1]} x {shape[0]}" for shape in (ours.shape, theirs.shape)]
        return {"error": f"{sizes[0]} against {sizes[1]}"}
    apart = np.abs(ours.astype(np.int16) - theirs.astype(np.int16))
    return {
        "unlike": float((apart > 0).mean()),
        "mean": float(apart.mean()),
        "most": int(apart.max(initial=0)),
    }


def _pixels(transaction: Transaction, record: Record) -> Any:
    # Decoders take half a second to load, which the other ways of this command need not wait for.
    from comity.cli._wire_pixels import pixels

    image = ridge_image(transaction, record)
    return None if image is None else pixels(image)


def _said(seen: dict[str, Any]) -> str:
    if "error" in seen:
        return str(seen["error"])
    if not seen["most"]:
        return "the same"
    return (
        f"{seen['unlike']:.1%} differ, by {seen['mean']:.2f} grey levels on average, "
        f"{seen['most']} at most"
    )
