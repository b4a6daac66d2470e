"""Pages and pictures made from templates: whole in themselves, the same for the same context."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2


def render(template: Path, **context: Any) -> str:
    """The text of a template (.html, .svg) with its context; a name it lacks is an error.

    Every value is escaped unless the template marks it safe.
    """
    return _environment(template.parent).get_template(template.name).render(**context)


@lru_cache(maxsize=8)
def _environment(folder: Path) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
