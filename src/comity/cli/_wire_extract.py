"""`comity wire extract`: friction ridge images and minutiae as files of their own."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from comity.cli._wire_files import EXIT_CODES, STANDARD_INPUT, sources
from comity.cli._wire_minutiae import FORMS, SUFFIXES, encoded
from comity.cli._wire_pixels import pixels, png
from comity.errors import CallerError, ComityError, WireError
from comity.wire.check_structure import NOT_CARRIED
from comity.wire.friction import TYPES, RidgeImage, ridge_images
from comity.wire.minutiae import MinutiaSet, minutia_sets, other_blocks
from comity.wire.read import read
from comity.wire.transaction import Transaction

MANIFEST = "manifest.json"
_ENDINGS = {
    "WSQ": ".wsq", "JPEG": ".jpg", "JP2": ".jp2", "PNG": ".png", "TIFF": ".tif", "RAW": ".raw",
    "FAX": ".g4",
}  # fmt: skip
_BARE = frozenset({"RAW", "FAX", ""})  # say nothing of themselves: a .json stands beside them
_TEXT = frozenset({1, 2, 9})


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--out", required=True, metavar="FOLDER", help="Where to; an empty or new folder.")
@click.option(
    "--format",
    "image_format",
    type=click.Choice(["original", "png"]),
    default="original",
    show_default=True,
    help="Images byte for byte as they were sent, or decoded to PNG at their resolution.",
)
@click.option(
    "--minutiae",
    "forms",
    type=click.Choice(FORMS),
    multiple=True,
    default=("csv",),
    show_default=True,
    help="How minutiae are written; can be given several times.",
)
@click.option("--overwrite", is_flag=True, help="Let files of the same name be replaced.")
@click.option("--json", "as_json", is_flag=True, help="The manifest as one JSON object.")
def extract(
    files: tuple[str, ...],
    out: str,
    image_format: str,
    forms: tuple[str, ...],
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write the friction ridge images and minutiae of FILES into a folder, with a manifest.

    Names tell file, record type, IDC and finger: booking_t14_idc03_f02.wsq. Faces, irises and
    all other records without friction ridges stay where they are. Exit code 4 where something
    could not be read or decoded; the rest is written.

    \b
    Example:
      comity wire extract booking.eft --out prints
      comity wire extract inbox --out prints --format png --minutiae json --minutiae iso-2005
    """
    found = sources(files, "extracting")
    folder = _Folder(_opened(Path(out), overwrite))
    for name, data in found:
        try:
            transaction = read(data)
        except WireError as error:
            folder.refuse(name, str(error), fault=True)
            continue
        before = len(folder.entries)
        for image in ridge_images(transaction):
            folder.image(name, image, image_format)
        for one in minutia_sets(transaction):
            folder.minutiae(name, one, forms)
        for why in _left(transaction):
            folder.refuse(name, why)
        if not as_json:
            folder.tell(name, before)
    manifest = {"files": folder.entries, "refused": folder.refused}
    folder.write(MANIFEST, json.dumps(manifest, indent=1).encode() + b"\n")
    if as_json:
        click.echo(json.dumps(manifest))
    sys.exit(EXIT_CODES["error" if folder.faults or found.unread else ""])


def _left(transaction: Transaction) -> Iterator[str]:
    """What is not extracted, one line a kind."""
    kinds = Counter(r.type for r in transaction.records if r.form != "raw")
    for kind, count in sorted(kinds.items()):
        if kind not in TYPES and kind not in _TEXT:
            what = NOT_CARRIED.get(kind, "a record of another kind")
            times = f"{count} times " if count > 1 else ""
            yield f"{times}{what} (type {kind}): only friction ridges are extracted"
    for record in transaction.of_type(9):
        for block in other_blocks(record):
            yield f"features {block} at byte {record.offset}: a maker's own, not read"


def _opened(folder: Path, overwrite: bool) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise CallerError(
            "the folder cannot be made or looked into",
            where=str(folder),
            found=error.strerror or str(error),
            next_step="name another folder",
        ) from error
    if not empty and not overwrite:
        raise CallerError(
            "the folder is not empty",
            where=str(folder),
            expected="an empty or new folder",
            next_step="name another one, or let files of the same name be replaced: --overwrite",
        )
    return folder


@dataclass
class _Folder:
    """The output: files written, what each is, and what was left out and why."""

    path: Path
    entries: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    faults: int = 0
    _taken: set[str] = field(default_factory=set)

    def image(self, source: str, one: RidgeImage, image_format: str) -> None:
        position = one.positions[0] if one.positions else 0
        stem = _stem(source, one.record.type, one.record.idc, position)
        about = {
            "kind": "image",
            **_origin(source, one.record.type, one.record.idc, one.offset),
            "positions": list(one.positions),
            "impression": one.impression,
            "format": one.format or "unknown",
            "stated_compression": one.stated,
            "width_px": one.width_px,
            "height_px": one.height_px,
            "bits": one.bits,
            "resolution_ppi": one.resolution_ppi,
        }
        if image_format == "png" and one.format != "PNG":
            try:
                data = png(pixels(one), one.resolution_ppi)
            except ComityError as error:
                self.refuse(source, str(error), fault=True)
                return
            self._add(f"{stem}.png", data, about | {"written_as": "PNG"})
            return
        name = self._add(f"{stem}{_ENDINGS.get(one.format, '.bin')}", one.data, about)
        if one.format in _BARE:
            self.write(f"{name}.json", json.dumps(about, indent=1).encode() + b"\n")

    def minutiae(self, source: str, one: MinutiaSet, forms: tuple[str, ...]) -> None:
        position = one.positions[0] if one.positions else 0
        stem = _stem(source, 9, one.record.idc, position)
        about = {
            "kind": "minutiae",
            **_origin(source, 9, one.record.idc, one.record.offset),
            "positions": list(one.positions),
            "impression": one.impression,
            "form": one.form,
            "count": len(one.minutiae),
            "unread": list(one.unread),
        }
        self.faults += bool(one.unread)
        for form in dict.fromkeys(forms):
            try:
                data = encoded(one, form)
            except ComityError as error:
                self.refuse(source, str(error), fault=True)
                continue
            name = f"{stem}_{one.form}{SUFFIXES[form]}"
            self._add(name, data, about | {"written_as": form})

    def refuse(self, source: str, why: str, *, fault: bool = False) -> None:
        """Note and say what is not written; `fault` where it should have been."""
        self.faults += fault
        self.refused.append({"source": source, "why": why})
        click.echo(f"{source}: {why}", err=True)

    def tell(self, source: str, before: int) -> None:
        kinds = Counter(entry["kind"] for entry in self.entries[before:])
        images, minutiae = kinds["image"], kinds["minutiae"]
        click.echo(f"{source}: files in {self.path}: images {images}, minutiae {minutiae}")

    def _add(self, name: str, data: bytes, about: dict[str, Any]) -> str:
        stem, dot, ending = name.partition(".")
        number = 1
        while name in self._taken:
            number += 1
            name = f"{stem}-{number}{dot}{ending}"
        self._taken.add(name)
        self.write(name, data)
        digest = hashlib.sha256(data).hexdigest()
        self.entries.append({"file": name, **about, "bytes": len(data), "sha256": digest})
        return name

    def write(self, name: str, data: bytes) -> None:
        place = self.path / name
        try:
            place.write_bytes(data)
        except OSError as error:
            raise CallerError(
                "the file cannot be written",
                where=str(place),
                found=error.strerror or str(error),
                next_step="name another folder",
            ) from error


def _origin(source: str, record_type: int, idc: int | None, offset: int) -> dict[str, Any]:
    return {"source": source, "type": record_type, "idc": idc, "offset": offset}


def _stem(source: str, record_type: int, idc: int | None, position: int) -> str:
    """`booking_t14_idc03_f02`; a point in the file's own name would pass for an ending."""
    own = "stdin" if source == STANDARD_INPUT else Path(source).stem.replace(".", "-")
    return f"{own}_t{record_type:02d}_idc{idc or 0:02d}_f{position:02d}"
