"""Pages that commands write: one file each, without script and without any request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from comity.errors import CallerError
from comity.programme.page import render

HERE = Path(__file__).parent / "pages"


def page(name: str, **context: Any) -> str:
    """The page of that name (`pages/NAME.html`), its style within it."""
    css = (HERE / "page.css").read_text(encoding="utf-8")
    return render(HERE / f"{name}.html", css=css, **context)


def drawing(name: str, **context: Any) -> str:
    """A picture of that name (`pages/NAME.svg`), whole in itself."""
    return render(HERE / f"{name}.svg", **context)


def write(text: str, path: Path) -> None:
    """Write a page where it is asked for; CallerError where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CallerError("the page cannot be written", where=str(path), found=str(error)) from None
