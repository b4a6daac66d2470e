"""HTML pages for people; every one has a JSON twin of the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from comity import __version__
from comity.statistics.measures import MEASURES

HERE = Path(__file__).parent
# Every value is escaped: titles, file names and findings are other people's words.
TEMPLATES = Jinja2Templates(directory=HERE / "templates")
TEMPLATES.env.trim_blocks = TEMPLATES.env.lstrip_blocks = True
CSS = (HERE / "page.css").read_text(encoding="utf-8")
FRONT = (
    "submissions", "rejected", "not_searched", "searched", "matches", "withheld", "released",
    "retracted",
)  # fmt: skip
STATUS_WORDS = {
    "in_force": "in force",
    "suspended": "suspended",
    "ended": "ended",
    "dormant": "not yet in force",
}
TEMPLATES.env.globals |= {"version": __version__, "status_words": STATUS_WORDS}


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks: programs that name nothing get JSON."""
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not request.url.path.endswith((".json", ".csv"))


def page(request: Request, name: str, context: Mapping[str, Any], status: int = 200) -> Response:
    """One page from its template."""
    answer: Response = TEMPLATES.TemplateResponse(
        request, f"{name}.html", dict(context), status_code=status
    )
    return answer


def shown_table(body: Mapping[str, Any], measures: Iterable[str] = MEASURES) -> dict[str, Any]:
    """The published table cut to some measures; CSV and JSON have every column."""
    columns = [name for name in measures if name in body["columns"]]
    rows = [
        {
            "name": row.get("jurisdiction", "All"),
            "cells": [_cell(row["counts"][c]) for c in columns],
        }
        for row in [*body["rows"], body["total"]]
    ]
    definitions = [(name, body["definitions"][name]) for name in columns]
    return {
        "columns": columns,
        "rows": rows,
        "definitions": definitions,
        "size": body["ledger"]["size"],
        "level_version": body["level_version"],
        "suppression": body["suppression"],
    }


def _cell(count: int | None) -> str:
    return "hidden" if count is None else str(count)
