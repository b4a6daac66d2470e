"""One side of a comparison from what the command line names: prints or templates, by finger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from comity.errors import CallerError, ComityError, ImageError, TemplateError
from comity.exchange.prints import usable
from comity.image import codecs
from comity.minutiae import iso
from comity.minutiae.extract import EXTRACTORS, Extractor
from comity.records import FINGER_NAMES, FINGERS, PLAIN_TO_FINGER, ImageRecord, Print, Template
from comity.search.explain import hand
from comity.search.gallery import Gallery
from comity.wire import read as wire_read
from comity.wire.submission import submission

KINDS = "an image, a minutiae record, an ANSI/NIST-ITL transaction, or GALLERY:IDENTITY"
TYPE_1 = re.compile(rb"\s*1\.0{0,2}1:")
UNKNOWN = 0  # the finger of a file that does not say
BYTES_MAX = 64 << 20
Hand = Mapping[int, Template]
Pixels = Mapping[int, Print]


@dataclass(frozen=True, eq=False)
class Side:
    """What was named, before minutiae are sought in its images.

    hands   templates as they were stored, by finger: of a gallery one hand an encounter
    prints  images, by finger
    people  in the gallery, or None
    unused  images that could not be read, each with what is wrong
    """

    label: str
    hands: tuple[Hand, ...] = ()
    prints: Pixels = field(default_factory=dict)
    people: int | None = None
    unused: tuple[str, ...] = ()


def side(named: str) -> Side:
    """Read what was named.

    Raises
    ------
    CallerError  nothing of that name, or nothing that holds prints
    ImageError, TemplateError, WireError, GalleryError  what is there cannot be read
    """
    path = Path(named)
    if path.is_file():
        return _file(path)
    folder, identity = _gallery(named)
    if folder is not None:
        return _enrolled(folder, identity, named)
    raise CallerError(
        "this is a folder, not a print" if path.is_dir() else "there is nothing of this name",
        where=named,
        expected=KINDS,
        next_step="name one of its identities, GALLERY:IDENTITY" if path.is_dir() else "check it",
    )


def extractor_for(sides: Sequence[Side]) -> Extractor:
    """What the other side's templates were made with, so that the two compare; else MINDTCT."""
    made = {t.extractor for one in sides for templates in one.hands for t in templates.values()}
    return "leader" if "leader" in made & EXTRACTORS.keys() else "mindtct"


def hands_of(one: Side, extractor: Extractor) -> tuple[tuple[Hand, ...], Side]:
    """A side's hands, with minutiae sought in its images, and the side with those left out.

    Raises
    ------
    ImageError, PoorTemplateError  no image could be used; the first one's reason
    """
    if not one.prints:
        return one.hands, one
    found: dict[int, Template] = {}
    wrong: list[ComityError] = []
    for finger, print_ in one.prints.items():
        try:
            found[finger] = usable(print_, extractor)
        except (ImageError, TemplateError) as error:
            error.where = one.label + (f", {error.where}" if error.where else "")
            wrong.append(error)
    if not found:
        raise wrong[0]
    prints = {finger: one.prints[finger] for finger in found}
    unused = (*one.unused, *(str(error) for error in wrong))
    return (found,), Side(one.label, (), prints, one.people, unused)


def finger_of(known: Sequence[Mapping[int, object]], stated: int | None) -> int:
    """Which finger a print of an unknown one is taken for: as stated, else the others' only one.

    Raises CallerError where the other side has several.
    """
    fingers = sorted({finger for one in known for finger in one} - {UNKNOWN})
    if stated is not None:
        return stated
    if len(fingers) > 1:
        raise CallerError(
            "one side does not say which finger it is of, and the other has several",
            expected=", ".join(FINGER_NAMES[finger] for finger in fingers),
            found="an unknown finger",
            next_step="state it with --finger",
        )
    return fingers[0] if fingers else UNKNOWN


def _file(path: Path) -> Side:
    data = _bytes(path)
    try:
        if data[:4] == b"FMR\0":
            return Side(str(path), (hand(iso.to_templates(iso.read(data))),))
        if TYPE_1.match(data):
            return _transaction(str(path), data)
    except ComityError as error:
        error.where = f"{path}, {error.where}" if error.where else str(path)
        raise
    return Side(str(path), (), {UNKNOWN: codecs.read_file(path)})


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size <= BYTES_MAX:
            return path.read_bytes()
        size = f"{path.stat().st_size} bytes"
    except OSError as error:
        size = error.strerror or str(error)
    raise CallerError(
        "the file cannot be read",
        where=str(path),
        expected=f"a readable file of at most {BYTES_MAX >> 20} MiB",
        found=size,
        next_step="check the name and its permissions",
    )


def _transaction(label: str, data: bytes) -> Side:
    """Its single fingers, rolled before plain; slaps are left out as in a search."""
    chosen: dict[int, ImageRecord] = {}
    images = submission(wire_read.read(data), data).images
    for image in sorted(images, key=lambda i: i.finger):
        finger = PLAIN_TO_FINGER.get(image.finger, image.finger)
        if finger in FINGERS:
            chosen.setdefault(finger, image)
    prints: dict[int, Print] = {}
    unused = []
    for finger, image in chosen.items():
        try:
            prints[finger] = codecs.decode(image)
        except ImageError as error:
            unused.append(str(error))
    if not prints:
        raise ImageError(
            "the transaction has no image of a single finger that can be read",
            expected="finger positions 1 to 12",
            found="; ".join(unused) or f"{len(images)} other images",
            next_step="ask the sender for single fingers",
        )
    return Side(label, (), prints, None, tuple(unused))


def _gallery(named: str) -> tuple[Path | None, str]:
    """The folder and identity of `GALLERY:IDENTITY`; both may hold colons."""
    for colon in re.finditer(":", named):
        folder, identity = Path(named[: colon.start()]), named[colon.end() :]
        if identity and folder.is_dir():
            return folder, identity
    return None, ""


def _enrolled(folder: Path, identity: str, named: str) -> Side:
    gallery = Gallery.open(folder)
    if gallery.find(identity) is None:
        raise CallerError(
            "nobody of this name is in the gallery",
            where=str(folder),
            expected="an identity that is enrolled",
            found=f"`{identity}`",
            next_step="take the identity as `comity identify` shows it",
        )
    return Side(named, gallery.hands(identity), people=gallery.live)
