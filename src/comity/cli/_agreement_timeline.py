"""`comity agreement timeline`: who took part when, as a table or a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from comity.agreement.explain import moment
from comity.agreement.read import read_files
from comity.agreement.timeline import Row, Span, latest, timeline
from comity.cli import _pages
from comity.cli._agreement_files import PATH, files_of, instant
from comity.errors import CallerError

_TIMELINE_EXAMPLE = """\b
Example:
  comity agreement timeline src/comity/programme/presets/three_states
  comity agreement timeline src/comity/programme/presets/three_states --out timeline.svg
"""
WIDTH, LABELS, ROW, TOP = 1100, 250, 30, 46
MARGIN = timedelta(days=60)  # drawn beyond the last thing that happened: what holds still holds
STATUS_WORDS = {"in_force": "in force", "suspended": "suspended", "ended": "ended"}
FILLS = {
    "agreement_required": "#0b6e6e", "federal_mandate": "#34507a", "local_limit": "#7a4b8f",
    "suspended": "url(#hatch)", "ended": "#b9c2ca",
}  # fmt: skip
LEGEND = (
    ("agreement_required", "in force by agreement"), ("federal_mandate", "in force by mandate"),
    ("local_limit", "local limit in force"), ("suspended", "suspended"), ("ended", "ended"),
)  # fmt: skip


@click.command("timeline", epilog=_TIMELINE_EXAMPLE)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=PATH)
@click.option("--known-at", metavar="TIME", help="Only what was recorded at this instant.")
@click.option("--out", type=PATH, help="Draw it: an .svg picture or an .html page.")
@click.option("--json", "as_json", is_flag=True, help="The spans as JSON.")
def timeline_command(
    paths: tuple[Path, ...], known_at: str | None, out: Path | None, as_json: bool
) -> None:
    """Show when each agreement in some files or folders was in force, suspended, or over."""
    agreements = read_files(files_of(paths))
    known = instant(known_at) if known_at else None
    rows = timeline(agreements, known)
    end = known or latest(agreements) or datetime.now(UTC)
    if out is not None:
        _draw(rows, end, out)
        click.echo(f"{out}: {len(rows)} agreements, as recorded by {moment(end)}")
    elif as_json:
        click.echo(json.dumps([_json(row) for row in rows], ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(rows)))


def _json(row: Row) -> dict[str, Any]:
    return {
        "agreement": row.agreement.id,
        "regime": row.agreement.regime,
        "jurisdictions": list(row.agreement.jurisdictions),
        "recorded": row.agreement.recorded.isoformat(),
        "spans": [
            {
                "status": span.status,
                "begin": span.begin.isoformat(),
                "end": None if span.end is None else span.end.isoformat(),
                "clause": _clause(row, span),
            }
            for span in row.spans
        ],
    }


def _lines(rows: Sequence[Row]) -> list[str]:
    width = max((len(row.agreement.id) for row in rows), default=0)
    lines = []
    for row in rows:
        name = row.agreement.id
        if not row.spans:
            lines.append(f"  {name:{width}}  never in force")
        for span in row.spans:
            end = "on" if span.end is None else f"to {_day(span.end)}"
            lines.append(
                f"  {name:{width}}  {_day(span.begin)} {end:13}  {STATUS_WORDS[span.status]:9}  "
                f"{_clause(row, span)}"
            )
            name = ""
    return lines


def _clause(row: Row, span: Span) -> str:
    return row.agreement.clause_id(span.event or row.agreement.term)


def _day(at: datetime) -> str:
    midnight = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    return f"{at:%Y-%m-%d}" if midnight else f"{at:%Y-%m-%dT%H:%M}"


# --- the picture --------------------------------------------------------------------------


def _draw(rows: Sequence[Row], end: datetime, out: Path) -> None:
    shown = [row for row in rows if row.spans]
    if not shown:
        raise CallerError(
            "there is nothing to draw",
            expected="an agreement that took effect",
            found="none",
            next_step="leave --known-at out, or name other files",
        )
    picture = _picture(shown, end)
    if out.suffix == ".svg":
        _pages.write(picture, out)
    elif out.suffix == ".html":
        _pages.write(_page(rows, end, picture), out)
    else:
        raise CallerError(
            "no picture is made in this format",
            where=str(out),
            expected="a name ending in .svg or .html",
            found=f"`{out.suffix}`",
        )


def _picture(rows: Sequence[Row], end: datetime) -> str:
    begin = min(row.spans[0].begin for row in rows)
    last = max(end, *(span.begin for row in rows for span in row.spans)) + MARGIN
    left, right = LABELS, WIDTH - 24

    def x(at: datetime) -> float:
        share = (min(max(at, begin), last) - begin) / (last - begin)
        return round(left + share * (right - left), 1)

    drawn = [_row(row, TOP + ROW * number, x, last) for number, row in enumerate(rows)]
    bottom = TOP + ROW * len(rows)
    used = {bar["key"] for row in drawn for bar in row["bars"]}
    legend = [(key, words) for key, words in LEGEND if key in used]
    return _pages.drawing(
        "timeline", width=WIDTH, height=bottom + 56, left=left, right=right, top=TOP,
        bottom=bottom, title="Who took part when", told="; ".join(_lines(rows)),
        ticks=[(x(at), label) for at, label in _ticks(begin, last)], rows=drawn,
        legend=[
            {"x": left + 190 * number, "fill": FILLS[key], "words": words}
            for number, (key, words) in enumerate(legend)
        ],
    )  # fmt: skip


def _row(row: Row, y: float, x: Any, last: datetime) -> dict[str, Any]:
    bars = []
    for span in row.spans:
        key = row.agreement.regime if span.status == "in_force" else span.status
        until = span.end or last
        bars.append(
            {
                "key": key,
                "x": x(span.begin),
                "width": max(round(x(until) - x(span.begin), 1), 2.0),
                "fill": FILLS[key],
                "inset": 7 if span.status == "ended" else 0,
                "title": f"{STATUS_WORDS[span.status]} from {moment(span.begin)}"
                + (f" to {moment(span.end)}" if span.end else "")
                + f": {_clause(row, span)}",
            }
        )
    letters = [
        (x(e.given), f"{e.event}: given {moment(e.given)}, recorded {moment(e.recorded)}, "
                     f"effective {moment(e.effective)} ({e.text})")
        for e in row.agreement.events
    ]  # fmt: skip
    return {
        "y": y, "label": row.agreement.id[:34], "title": row.agreement.title, "bars": bars,
        "letters": letters,
    }  # fmt: skip


def _ticks(begin: datetime, last: datetime) -> list[tuple[datetime, str]]:
    """The first of January of each year shown, thinned to ten; months for less than two years."""
    years = [datetime(year, 1, 1, tzinfo=UTC) for year in range(begin.year, last.year + 2)]
    inside = [at for at in years if begin <= at <= last]
    if len(inside) >= 2:
        return [(at, str(at.year)) for at in inside[:: len(inside) // 10 + 1]]
    months = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(begin.year, last.year + 1)
        for month in range(1, 13)
    ]
    inside = [at for at in months if begin <= at <= last]
    return [(at, f"{at:%b %Y}") for at in inside[:: len(inside) // 8 + 1]]


def _page(rows: Sequence[Row], end: datetime, picture: str) -> str:
    table = [
        {
            "title": row.agreement.title,
            "lines": [
                {
                    "begin": _day(span.begin),
                    "end": "" if span.end is None else _day(span.end),
                    "status": STATUS_WORDS[span.status],
                    "clause": _clause(row, span),
                    "text": (span.event or row.agreement.term).text,
                }
                for span in row.spans
            ]
            or [{"begin": "", "end": "", "status": "never in force", "clause": "", "text": ""}],
        }
        for row in rows
    ]
    return _pages.page("timeline", count=len(rows), known=moment(end), picture=picture, table=table)
