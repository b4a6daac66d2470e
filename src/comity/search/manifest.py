"""A gallery's manifest: what it is, and which files it consists of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from comity import records
from comity.errors import GalleryError
from comity.search import codes
from comity.search.disk import durable
from comity.search.disk.record import damaged

FORMAT = "comity-gallery"
VERSION = 2
MANIFEST = "manifest.json"
ALL_FINGERS = tuple(records.FINGERS)


@dataclass(frozen=True)
class Sealed:
    """A full segment: its rows, the bytes of its records, and the crc of its file of rows."""

    number: int
    rows: int
    data_bytes: int
    rows_crc: int


@dataclass(frozen=True)
class Manifest:
    """fingers have slots for codes; `open` is the number of the segment that grows.

    generation  counts compactions: row numbers are those of one generation
    """

    fingers: tuple[int, ...] = ALL_FINGERS
    generation: int = 1
    sealed: tuple[Sealed, ...] = ()
    open: int = 1
    codes: str = field(default_factory=lambda: codes.projection()[2])


def write(folder: Path, body: Manifest) -> None:
    """Replace the manifest as a whole: a crash leaves the old one or the new one."""
    text = json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "codes": body.codes,
            "words": [codes.FIRST_WORDS, codes.WORDS],
            "fingers": body.fingers,
            "generation": body.generation,
            "open": body.open,
            "sealed": [vars(entry) for entry in body.sealed],
        },
        indent=1,
    )
    durable.replace(folder / MANIFEST, text.encode())


def stamp(folder: Path) -> tuple[int, int, int]:
    """Changes whenever the manifest is replaced. Raises GalleryError where there is none."""
    try:
        found = (folder / MANIFEST).stat()
    except OSError as error:
        raise _missing(folder) from error
    return found.st_ino, found.st_mtime_ns, found.st_size


def read(folder: Path) -> Manifest:
    """The manifest. Raises GalleryError where it is missing, broken or of another kind."""
    path = folder / MANIFEST
    try:
        body = json.loads(path.read_text())
        kind, version = body["format"], body["version"]
        if (kind, version) == (FORMAT, 1):
            raise _too_old(path)
        if (kind, version) != (FORMAT, VERSION):
            raise damaged(str(path), f"{FORMAT} version {VERSION}", f"{kind} {version}")
        found = Manifest(
            fingers=tuple(int(finger) for finger in body["fingers"]),
            generation=int(body["generation"]),
            sealed=tuple(
                Sealed(*(int(entry[k]) for k in Sealed.__dataclass_fields__))
                for entry in body["sealed"]
            ),
            open=int(body["open"]),
            codes=str(body["codes"]),
        )
        words = list(body["words"])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _missing(folder) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(str(path), "a gallery's manifest", f"{error!r}") from error
    if not found.fingers or not set(found.fingers) <= set(records.FINGERS):
        raise damaged(str(path), "fingers of 1..10", str(found.fingers))
    ours = Manifest()
    if found.codes != ours.codes or words != [codes.FIRST_WORDS, codes.WORDS]:
        raise GalleryError(
            "the gallery's codes were made with other parameters",
            where=str(path),
            expected=f"codes `{ours.codes}` of {codes.WORDS} words",
            found=f"`{found.codes}` of {words[-1:]}",
            next_step="build the gallery again from its images with this release",
        )
    return found


def _missing(folder: Path) -> GalleryError:
    return GalleryError(
        "there is no gallery",
        where=str(folder),
        expected=f"a folder with {MANIFEST}",
        next_step="build one with `comity gallery build`",
    )


def _too_old(path: Path) -> GalleryError:
    return GalleryError(
        "the gallery is of an earlier release",
        where=str(path),
        expected=f"{FORMAT} version {VERSION}",
        found=f"{FORMAT} version 1",
        next_step="build the gallery again from its images with `comity gallery build`",
    )
