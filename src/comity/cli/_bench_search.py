"""The options of `comity bench search`, which benchmarks/frifte takes as one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class SearchOptions:
    """What is enrolled, who is searched, and what is written; the fields are the options."""

    fingers: str
    people: int
    mated: int
    non_mated: int
    threads: int | None
    folder: Path | None
    seed: int
    capture: str
    real: Path | None
    real_searches: int
    extractor: str
    peers: bool
    peer_command: str | None
    peer_searches: int
    report: Path | None

    def as_words(self) -> list[str]:
        """The options as a command line has them."""
        words = []
        for name, value in vars(self).items():
            option = "--" + name.replace("_", "-")
            if isinstance(value, bool):
                words += [option] if value else []
            elif value is not None:  # the script stands elsewhere, so paths go whole
                words += [option, str(value.resolve() if isinstance(value, Path) else value)]
        return words


_OPTIONS = (
    click.option(
        "--fingers",
        type=click.Choice(["1", "2", "flats", "10"]),
        default="10",
        show_default=True,
        help="One index finger, both, identification flats (both hands' four), or all ten.",
    ),
    click.option(
        "--people",
        type=click.IntRange(1),
        default=10_000,
        show_default=True,
        help="Synthetic people enrolled.",
    ),
    click.option(
        "--mated",
        type=click.IntRange(1),
        default=500,
        show_default=True,
        help="Searches by people who are enrolled, by another impression; at most as many.",
    ),
    click.option(
        "--non-mated",
        type=click.IntRange(1),
        default=1000,
        show_default=True,
        help="Searches by others. An FPIR of 0.001 takes 1,000 to be seen at all.",
    ),
    click.option(
        "--threads", type=click.IntRange(1), help="Of a search; as many as there are cores."
    ),
    click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where the gallery is kept and used again; out/bench/ and a name by the options.",
    ),
    click.option("--seed", type=click.IntRange(0), default=1, show_default=True),
    click.option(
        "--capture",
        type=click.Choice(["easy", "hard"]),
        default="easy",
        show_default=True,
        help="Synthetic impressions like FVC2002's DB1 or like its DB3.",
    ),
    click.option(
        "--real",
        type=click.Path(path_type=Path, file_okay=False),
        help="A folder of FVC2002 set B: its fingers are enrolled and searched as well.",
    ),
    click.option(
        "--real-searches",
        type=click.IntRange(1),
        default=210,
        show_default=True,
        help="Searches with real prints, at most.",
    ),
    click.option(
        "--extractor",
        type=click.Choice(["leader", "mindtct"]),
        default="leader",
        show_default=True,
        help="What finds the minutiae of real prints.",
    ),
    click.option("--peers", is_flag=True, help="Other matchers on the same prints, one finger."),
    click.option(
        "--peer-command",
        metavar="CMD",
        help="A matcher of your own beside them, called as CMD PROBE.fmr LIST.txt.",
    ),
    click.option(
        "--peer-searches",
        type=click.IntRange(1),
        default=30,
        show_default=True,
        help="Searches each of these matchers makes, at most.",
    ),
    click.option(
        "--report",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write a page with the DET picture here.",
    ),
)


def search_options(function: Function) -> Function:
    """Give a command the options; it is called with them by name."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
