"""Where the test material lies that others made, and what to do without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def shared(*parts: str) -> Path:
    """The path of one piece of shared test data, such as shared("templates", "minex").

    It is looked for under $COMITY_SHARED_DATA, else ../shared/data from the project's root.
    Where it is absent the calling test skips, saying so; with CI=true it fails instead,
    since a run that skipped half its evidence would look green.
    """
    root = Path(os.environ.get("COMITY_SHARED_DATA") or PROJECT.parent / "shared" / "data")
    path = root.joinpath(*parts)
    if not path.exists():
        reason = f"shared test data `{'/'.join(parts)}` is not under {root}; set COMITY_SHARED_DATA"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
