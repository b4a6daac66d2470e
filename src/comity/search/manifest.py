"""A gallery's manifest: what it is, and which of its segments are sealed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from comity.errors import GalleryError
from comity.search import codes
from comity.search.segment import damaged

FORMAT = "comity-gallery"
VERSION = 1
MANIFEST = "manifest.json"


def write(folder: Path, sealed: Sequence[dict[str, Any]]) -> None:
    """Replace the manifest as a whole: a crash leaves the old one or the new one."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "codes": codes.projection()[2],
        "sealed": list(sealed),
    }
    fresh = folder / (MANIFEST + ".new")
    with fresh.open("w") as file:
        json.dump(body, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / MANIFEST)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(folder: Path) -> list[dict[str, Any]]:
    """The sealed segments. Raises GalleryError where it is missing, broken or of another kind."""
    path = folder / MANIFEST
    try:
        body = json.loads(path.read_text())
        version, name = (body["format"], body["version"]), body["codes"]
        sealed = [{"number": int(s["number"]), "rows": int(s["rows"]), **s} for s in body["sealed"]]
    except FileNotFoundError as error:
        raise GalleryError(
            "there is no gallery",
            where=str(folder),
            expected=f"a folder with {MANIFEST}",
            next_step="build one with `comity gallery build`",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(str(path), "a gallery's manifest", str(error)) from error
    if version != (FORMAT, VERSION):
        raise damaged(str(path), f"{FORMAT} version {VERSION}", f"{version[0]} {version[1]}")
    if name != codes.projection()[2]:
        raise GalleryError(
            "the gallery's codes were made with other parameters",
            where=str(path),
            expected=f"codes `{codes.projection()[2]}`",
            found=f"`{name}`",
            next_step="build the gallery again from its images with this release",
        )
    return sealed
