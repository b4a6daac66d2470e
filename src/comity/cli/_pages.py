"""Pages that commands write: one file each, without script and without any request."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from comity.errors import CallerError

HERE = Path(__file__).parent / "pages"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def page(name: str, **context: Any) -> str:
    """The page of that name (`pages/NAME.html`), its style within it."""
    css = (HERE / "page.css").read_text(encoding="utf-8")
    return _environment().get_template(f"{name}.html").render(css=css, **context)


def drawing(name: str, **context: Any) -> str:
    """A picture of that name (`pages/NAME.svg`), whole in itself."""
    return _environment().get_template(f"{name}.svg").render(**context)


def write(text: str, path: Path) -> None:
    """Write a page where it is asked for; CallerError where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CallerError("the page cannot be written", where=str(path), found=str(error)) from None
