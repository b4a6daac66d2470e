"""`comity explain`: why two prints, or two hands, score as they do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from comity.cli._sides import UNKNOWN, Hand, Side, extractor_for, finger_of, hands_of, side
from comity.errors import CallerError
from comity.minutiae.extract import Extractor
from comity.records import FINGER_NAMES
from comity.search import account, draw, raster
from comity.search.explain import Explanation, FingerAccount, likeliest
from comity.search.sequence import READINGS
from comity.search.sheet import Sides, sheet

WIDTH = 108
HEADS = (
    "code,\nfirst", "code,\nall", "local", "relaxed", "shares\ncovered", "similar", "evidence",
    "pairs", "speak\nagainst",
)  # fmt: skip


@click.command()
@click.argument("probe")
@click.argument("candidate")
@click.option(
    "--out",
    type=click.Path(dir_okay=False),
    help="Where the picture goes: a .png, .svg or .html file. Without it, only the table.",
)
@click.option(
    "--gallery-size",
    type=click.IntRange(1),
    help="People searched, for the FPIR. Default: the gallery's, where one is named; else 1.",
)
@click.option(
    "--finger",
    type=click.IntRange(1, 10),
    help="Which finger a file is of that does not say. Default: the only one of the other side.",
)
@click.option(
    "--extractor",
    type=click.Choice(["mindtct", "leader"]),
    help="What finds minutiae in images. Default: what the other side was read with.",
)
@click.option(
    "--sequence",
    "reading",
    type=click.Choice(list(READINGS)),
    help="The order of the probe's fingers. Default: as stated, unless another is nearly certain.",
)
@click.option("--json", "as_json", is_flag=True, help="All numbers as one JSON object.")
def command(
    probe: str,
    candidate: str,
    out: str | None,
    gallery_size: int | None,
    finger: int | None,
    extractor: Extractor | None,
    reading: str | None,
    as_json: bool,
) -> None:
    """Show which minutiae of two prints were paired, what each stage gave, and how rare that is.

    PROBE and CANDIDATE are each an image, a minutiae record, an ANSI/NIST-ITL transaction, or
    GALLERY:IDENTITY. Fingers that both have are compared; hands and fingers out of order are
    found and told. The exit code is 0 whatever the answer: this explains a score, and decides
    nothing.

    \b
    Example:
      comity gallery build out/fvc --first-impressions ../shared/data/prints/fvc2002
      comity explain ../shared/data/prints/fvc2002/db1_b/101_2.png out/fvc:db1_b/101 --out why.html
    """  # fmt: skip
    write = _writer(out)
    ours, theirs = side(probe), side(candidate)
    extractor = extractor or extractor_for([ours, theirs])
    our_hands, ours = hands_of(ours, extractor)
    their_hands, theirs = hands_of(theirs, extractor)
    our_named = _named(our_hands, their_hands, finger)
    their_named = _named(their_hands, our_hands, finger)
    people = gallery_size or theirs.people or ours.people or 1
    found = likeliest(our_named, their_named, people, reading)
    sides = Sides(
        ours.label, theirs.label,
        _pixels(ours, found), _pixels(theirs, found),
    )  # fmt: skip
    if write is not None:
        write(found, sides)
    if as_json:
        click.echo(json.dumps(_body(found, sides, extractor, [*ours.unused, *theirs.unused], out)))
    else:
        _print(found, sides, [*ours.unused, *theirs.unused], out)


def _named(hands: Sequence[Hand], others: Sequence[Hand], stated: int | None) -> list[Hand]:
    """The hands with a print of an unknown finger under the finger that it is taken for."""
    if not any(UNKNOWN in hand for hand in hands):
        return list(hands)
    finger = finger_of(others, stated)
    return [
        {finger if own == UNKNOWN else own: template for own, template in hand.items()}
        for hand in hands
    ]


def _pixels(one: Side, found: Explanation) -> Mapping[int, Any]:
    """Pixels by finger; those of an unknown finger under the only one that was compared."""
    only = found.fingers[0].evidence.finger
    return {(f if f != UNKNOWN else only): print_.pixels for f, print_ in one.prints.items()}


def _writer(out: str | None) -> Any:
    """What writes the picture, found before anything is computed."""
    if out is None:
        return None
    path = Path(out)
    if path.suffix.lower() not in RENDERED:
        raise CallerError(
            "this kind of picture is not written",
            where=out,
            expected=" or ".join(RENDERED),
            found=f"`{path.suffix}`",
            next_step="choose the kind by the name's ending",
        )

    def write(found: Explanation, sides: Sides) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(RENDERED[path.suffix.lower()](found, sides))
        except OSError as error:
            raise CallerError(
                "the picture cannot be written",
                where=out,
                expected="a place that can be written to",
                found=error.strerror or str(error),
                next_step="name another file",
            ) from error

    return write


def _page(found: Explanation, sides: Sides) -> bytes:
    # The page needs the service's templates, which take half a second to load.
    from comity.service.explanation import page

    return page(found, sides).encode()


RENDERED = {
    ".png": lambda found, sides: raster.png(sheet(found, sides)),
    ".svg": lambda found, sides: draw.svg(sheet(found, sides)).encode(),
    ".html": _page,
}


def _body(
    found: Explanation, sides: Sides, extractor: str, unused: list[str], out: str | None
) -> dict[str, Any]:
    return {
        "probe": sides.probe,
        "candidate": sides.candidate,
        "extractor": extractor,
        "sequence": found.reading,
        "score": found.score,
        "fpir": found.fpir._asdict(),
        "gallery_size": found.gallery_size,
        "fingers": [_finger(one) for one in found.fingers],
        "probe_only": list(found.probe_only),
        "candidate_only": list(found.candidate_only),
        "unused": unused,
        "warning": account.WARNING,
        "out": out,
    }


def _finger(one: FingerAccount) -> dict[str, Any]:
    shown, laid = one.evidence, one.overlay
    pairs = [
        {
            "probe": shown.probe.minutiae[i].tolist(),
            "candidate": shown.candidate.minutiae[j].tolist(),
            "share": share,
        }
        for i, j, share in shown.pairs
    ]
    return {
        "finger": shown.finger,
        "enrolled": shown.enrolled,
        "name": FINGER_NAMES[shown.finger],
        "calibrated_as": one.extractor,
        "llr": shown.llr,
        "held": one.held,
        "similarity": shown.similarity,
        "rarity": one.rarity._asdict(),
        "stages": {
            key: asdict(value) | {"reading": value.reading} for key, value in one.compared.items()
        },
        "minutiae": [len(shown.probe), len(shown.candidate)],
        "covered": list(one.stages.shares),
        "cylinders": list(one.stages.cylinders),
        "pairs": pairs,
        "pose": None if laid.pose is None else asdict(laid.pose),
        "against": [laid.probe.count("against"), laid.candidate.count("against")],
        "elsewhere": [laid.probe.count("elsewhere"), laid.candidate.count("elsewhere")],
    }


def _print(found: Explanation, sides: Sides, unused: list[str], out: str | None) -> None:
    click.echo(f"{sides.probe} compared with {sides.candidate}")
    several = len(found.fingers) > 1
    table = _by_finger(found) if several else _by_stage(found.fingers[0])
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    click.echo(f"score {found.score:+.1f}: {account.weighs(found.score, several=several)}")
    if not several:
        click.echo(account.together(found.fingers[0]))
        click.echo(account.rare(found.fingers[0].rarity))
    click.echo(account.fpir(found))
    not_used = (f"not used: {text}" for text in unused)
    for line in (account.order(found), account.left_out(found), *not_used):
        if line:
            click.echo(line)
    click.echo(account.WARNING)
    if out is not None:
        click.echo(f"written: {out}")


def _by_stage(one: FingerAccount) -> Table:
    """One finger: a row a stage, beside what is usual."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(account.name(one.evidence), no_wrap=True)
    for name in ("here", "different fingers", "mates"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for stage in account.STAGES:
        value = one.compared[stage.key]
        usual = (
            f"{stage.shown(u.low).removesuffix(' %')} to {stage.shown(u.high)}"
            for u in (value.others, value.mates)
        )
        table.add_row(stage.name, stage.shown(value.value), *usual, account.says(value))
    return table


def _by_finger(found: Explanation) -> Table:
    """Several fingers: a row each."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for name in HEADS:
        table.add_column(name, justify="right", no_wrap=True)
    for one in found.fingers:
        laid = one.overlay
        against = laid.probe.count("against") + laid.candidate.count("against")
        table.add_row(
            FINGER_NAMES[one.evidence.finger],
            *(stage.shown(one.compared[stage.key].value) for stage in account.STAGES),
            str(len(one.evidence.pairs)),
            str(against) if laid.pose else "?",
        )
    return table
