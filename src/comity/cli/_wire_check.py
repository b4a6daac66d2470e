"""`comity wire check`: what is wrong with files, one cause at a time."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import click
from rich.console import Console
from rich.text import Text

from comity.cli._wire_files import EXIT_CODES, sources
from comity.errors import WireError
from comity.records import Finding
from comity.wire.causes import Cause, causes, tally
from comity.wire.fields import BASE, NAMES, known
from comity.wire.findings import unreadable
from comity.wire.profile import Profile, profile_of
from comity.wire.read import read
from comity.wire.validate import SEVERITIES, validate, worst

COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan", "": "green"}
GRAVITY = ("", *SEVERITIES)
WORST_SHOWN, CAUSES_SHOWN = 20, 15


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--profile",
    type=click.Choice(NAMES),
    help="The rules to judge by. Default: what each file says it follows.",
)
@click.option("--summary", is_flag=True, help="Of many files only the counts and the causes.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing: the exit code answers.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def check(
    files: tuple[str, ...], profile: str | None, summary: bool, quiet: bool, as_json: bool
) -> None:
    """Say what is wrong with FILES: each cause once, however many fields it spoils.

    FILES are files, folders, patterns, or - for standard input. A cause names its field, the
    records it is in, what was expected and found, the rule's source, and the repair that
    `comity wire repair` would make, where there is one. Several files are summed up at the end.
    Exit code: 0 nothing worse than a note, 3 warnings, 4 an error in at least one file: it would
    be refused.

    \b
    Example:
      comity wire check booking.eft
      comity wire check inbox --summary
      comity wire check booking.eft --profile ebts-10.0
    """
    found = sources(files, "checking")
    total = _Total()
    # Lines are not broken: a terminal does that, and a file is searched by line.
    console = Console(highlight=False, soft_wrap=True, quiet=quiet)
    for name, data in found:
        findings, rules = _judged(data, profile)
        total.add(name, findings)
        if as_json and not quiet:
            click.echo(json.dumps(_body(name, findings, rules)))
        elif not (as_json or summary):
            for line in _told(name, findings, rules):
                console.print(line)
    if len(found) > 1 and not as_json:
        for line in total.lines():
            console.print(line)
    sys.exit(EXIT_CODES["error" if found.unread else total.gravest])


def _judged(data: bytes, profile: str | None) -> tuple[tuple[Finding, ...], Profile | None]:
    """The findings, and the rules they are by; none where the file cannot be read."""
    try:
        transaction = read(data)
    except WireError as error:
        return (unreadable(error),), None
    return validate(transaction, profile), profile_of(transaction, profile)


def _body(name: str, findings: tuple[Finding, ...], rules: Profile | None) -> dict[str, object]:
    return {
        "file": name,
        "profile": rules.name if rules is not None else None,
        "transaction": rules.tot if rules is not None else None,
        "worst": worst(findings),
        "causes": [cause.as_json() for cause in causes(findings)],
        "findings": [asdict(one) for one in findings],
    }


def _told(name: str, findings: tuple[Finding, ...], rules: Profile | None) -> Iterator[Text]:
    gravest = worst(findings)
    refused = "; would be refused" if gravest == "error" else ""
    by = (
        ""
        if rules is None
        else f"  by {rules.source}{', ' + rules.tot if rules.tot != BASE else ''}"
    )
    judged = (f"{tally(findings)}{refused}", COLOURS[gravest])
    yield Text.assemble((name, "bold"), ": ", judged, (by, "dim"))
    for cause in causes(findings):
        yield from _lines(cause)


def _lines(cause: Cause) -> Iterator[Text]:
    """What and where; what was expected and found, by which rule; and the repair, if any."""
    first = cause.first
    rule = known(first.tag) if first.tag else None
    yield Text.assemble(
        "  ",
        (f"{first.severity:<8}", COLOURS[first.severity]),
        (cause.what, "bold"),
        f" {rule.name.partition(';')[0]}" if rule is not None else "",
        f"  [{first.code}]  {cause.times}: {cause.where}",
    )
    yield Text.assemble(
        f"          expected {cause.expected}; found {cause.found}", (f"  ({first.source})", "dim")
    )
    if cause.repair:
        yield Text(f"          repair: {cause.repair}", "green")


@dataclass
class _Total:
    """What many files come to; holds a line a file, no file's bytes."""

    files: list[tuple[str, str, str]] = field(default_factory=list)  # name, worst, tally
    sizes: Counter[str] = field(default_factory=Counter)  # findings a file
    times: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    spread: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def gravest(self) -> str:
        return max((worst for _, worst, _ in self.files), key=GRAVITY.index, default="")

    def add(self, name: str, findings: tuple[Finding, ...]) -> None:
        self.files.append((name, worst(findings), tally(findings)))
        self.sizes[name] = len(findings)
        grouped: Counter[tuple[str, str, str]] = Counter()
        for cause in causes(findings):
            grouped[cause.first.severity, cause.what, cause.first.code] += len(cause.findings)
        self.times.update(grouped)
        self.spread.update(grouped.keys())

    def lines(self) -> Iterator[Text]:
        counts = Counter(worst for _, worst, _ in self.files)
        words = ((counts[name], f"with {name}s", name) for name in reversed(SEVERITIES))
        yield Text.assemble(
            "\n",
            (f"{len(self.files)} files", "bold"),
            *(
                part
                for count, said, name in (*words, (counts[""], "without findings", ""))
                for part in (
                    (", " if name != "error" else ": "),
                    (f"{count} {said}", COLOURS[name]),
                )
            ),
        )
        bad = [one for one in self.files if one[1] in ("error", "warning")]
        bad.sort(key=lambda one: (-GRAVITY.index(one[1]), -self.sizes[one[0]]))
        for name, severity, told in bad[:WORST_SHOWN]:
            yield Text.assemble("  ", (f"{severity:<8}", COLOURS[severity]), f"{name}: {told}")
        if len(bad) > WORST_SHOWN:
            yield Text(f"  and {len(bad) - WORST_SHOWN} more files")
        if self.times:
            yield Text("most frequent causes", "bold")
        ranked = sorted(self.spread, key=lambda key: (-self.spread[key], -self.times[key], key))
        for severity, what, code in ranked[:CAUSES_SHOWN]:
            files, times = self.spread[severity, what, code], self.times[severity, what, code]
            spread = f"{files:>5} {'file ' if files == 1 else 'files'} {times:>6} times"
            said = f"{spread}  {what} [{code}]"
            yield Text.assemble("  ", (f"{severity:<8}", COLOURS[severity]), said)
