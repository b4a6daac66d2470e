"""Files of prints: which there are, whose they are by name, and their templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from comity.errors import CallerError, ComityError, PoorTemplateError
from comity.exchange.prints import usable
from comity.image import codecs
from comity.minutiae import iso
from comity.minutiae.extract import Extractor
from comity.records import Template
from comity.search.identify import MINUTIAE_MIN

IMAGES = frozenset({".png", ".wsq", ".bmp", ".jp2", ".tif", ".tiff", ".jpg", ".jpeg"})
TEMPLATES = frozenset({".fmr", ".iso", ".ansi", ".tpl"})
RECORD_MAGIC = b"FMR\0"  # of ISO/IEC 19794-2 and ANSI INCITS 378, whatever the file is called
_NAME = re.compile(r"(?P<identity>.+)_(?P<number>[0-9]+)$")


@dataclass(frozen=True)
class Impression:
    """One file: `101_3.png` in folder `db1_b` is impression 3 of identity `db1_b/101`."""

    path: Path
    identity: str
    number: str


def impressions(
    paths: Sequence[str], identity: str | None = None, suffixes: frozenset[str] = IMAGES
) -> list[Impression]:
    """The prints in files and folders, by name.

    A file that does not exist is found out when it is read. Raises CallerError where a folder
    holds none.
    """
    return [_named(path, identity) for given in paths for path in _files(Path(given), suffixes)]


def _files(given: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    if not given.is_dir():
        yield given
        return
    found = sorted(path for path in given.rglob("*") if path.suffix.lower() in suffixes)
    if not found:
        raise CallerError(
            "the folder holds no prints",
            where=str(given),
            expected=f"files ending in {', '.join(sorted(suffixes))}",
            next_step="name a folder of images",
        )
    yield from found


def _named(path: Path, identity: str | None) -> Impression:
    named = _NAME.fullmatch(path.stem)
    if identity is not None:
        return Impression(path, identity, path.stem)
    whole = path.resolve()
    if named is None:
        return Impression(path, f"{whole.parent.name}/{path.stem}", "")
    return Impression(path, f"{whole.parent.name}/{named['identity']}", named["number"])


def templates_of(file: Impression, extractor: Extractor, finger: int) -> list[Template]:
    """The templates of an image, or of a minutiae record that has `finger` where it states none.

    Raises ComityError: no print, no record, or too few minutiae in every finger of it.
    """
    try:
        if not _is_record(file.path):
            return [usable(codecs.read_file(file.path, finger), extractor)]
        views = iso.to_templates(iso.read(file.path.read_bytes()))
        if all(len(view) < MINUTIAE_MIN for view in views):
            raise PoorTemplateError(
                "the record shows too little to compare",
                expected=f"a finger with {MINUTIAE_MIN} minutiae or more",
                found=f"{max(map(len, views), default=0)} at most",
                next_step="take the prints again",
            )
    except ComityError as error:
        raise _placed(error, file.path) from None
    enough = (view for view in views if len(view) >= MINUTIAE_MIN)
    return [replace(view, finger=view.finger or finger) for view in enough]


def _is_record(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(RECORD_MAGIC)) == RECORD_MAGIC or (
                path.suffix.lower() in TEMPLATES
            )
    except OSError:
        return False  # what is wrong with it is said when it is read


def _placed(error: ComityError, path: Path) -> ComityError:
    if str(path) not in error.where:
        error.where = f"{path}, {error.where}" if error.where else str(path)
    return error
