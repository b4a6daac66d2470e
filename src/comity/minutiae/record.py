"""A finger minutiae record as its file holds it: five standards, one shape.

    ISO/IEC 19794-2:2005, ANSI INCITS 378-2004        one image and device for all views
    ANSI INCITS 378-2009 and its amendment 1 (AM1)    one device for all, an image a view
    ISO/IEC 19794-2:2011                              image and device a view

Values are in the standard's own units, and whatever a file may hold has a place here, reserved
bits too, so that `iso.write(iso.read(data)) == data`. docs/spec/minutia-records.md has the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from comity.errors import TemplateError

Standard = Literal["iso-2005", "iso-2011", "ansi-2004", "ansi-2009", "ansi-2009-am1"]
STANDARDS: tuple[Standard, ...] = get_args(Standard)
NAMES: dict[Standard, str] = {
    "iso-2005": "ISO/IEC 19794-2:2005",
    "iso-2011": "ISO/IEC 19794-2:2011",
    "ansi-2004": "ANSI INCITS 378-2004",
    "ansi-2009": "ANSI INCITS 378-2009",
    "ansi-2009-am1": "ANSI INCITS 378-2009/AM1",
}
# The version text in a file. The first of two is the standard's; some writers put the second.
VERSIONS: dict[Standard, tuple[str, ...]] = {
    "iso-2005": (" 20", "020"),
    "iso-2011": ("030",),
    "ansi-2004": (" 20", "020"),
    "ansi-2009": ("030",),
    "ansi-2009-am1": ("035",),
}
EARLY: frozenset[Standard] = frozenset({"iso-2005", "ansi-2004"})
ANSI: frozenset[Standard] = frozenset({"ansi-2004", "ansi-2009", "ansi-2009-am1"})
# An angle's unit: a 256th of the circle in ISO, 2 degrees in ANSI.
ANGLE_UNITS: dict[Standard, int] = {name: 180 if name in ANSI else 256 for name in STANDARDS}
ANGLE_UNIT_DEG: dict[Standard, float] = {name: 360 / ANGLE_UNITS[name] for name in STANDARDS}

PX_PER_CM = 197  # 500 ppi, rounded as the standards round it
VENDOR_UNKNOWN, ALGORITHM_UNKNOWN = 0x0103, 0x0001  # of IBIA's register
NOT_COMPUTED, FAILED = 254, 255  # scores that are none; 255 also says that computing failed
QUALITY_MAX = 100


@dataclass(frozen=True)
class Minutia:
    """As stored: angle in the standard's unit.

    quality  0..100; 0 is not stated in the standards of 2004 and 2005, 254 and 255 in the later
             ones; None where the file has no byte for it (2011's minutiae of 5 bytes)
    spare    the two reserved bits above y
    """

    kind: int
    x: int
    y: int
    angle: int
    quality: int | None
    spare: int = 0


@dataclass(frozen=True)
class Image:
    """Size and resolution of the image that the minutiae were found in; resolution in px/cm."""

    width_px: int
    height_px: int
    resolution_x: int = PX_PER_CM
    resolution_y: int = PX_PER_CM


@dataclass(frozen=True)
class Quality:
    """A finger's score, with IBIA's numbers of who computed it and how.

    score  0..100, 254 not computed, 255 failed
    vendor, algorithm  0 where the format has no place for them
    """

    score: int
    vendor: int = 0
    algorithm: int = 0

    @property
    def method(self) -> str:
        """Vendor and algorithm in hexadecimal: `000f:377d` is NIST's NFIQ."""
        return f"{self.vendor:04x}:{self.algorithm:04x}"


@dataclass(frozen=True)
class Moment:
    """When a print was taken, in UTC. None is not stated."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    millisecond: int | None = None


@dataclass(frozen=True)
class Certificate:
    """A certification of the capture device: IBIA's number of the authority, and the scheme."""

    authority: int
    scheme: int


@dataclass(frozen=True)
class Capture:
    """How ISO 2011 says a view was taken."""

    moment: Moment = Moment()
    technology: int = 0
    vendor: int = 0
    device: int = 0
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class View:
    """One finger's view.

    qualities      one, but for ISO 2011, which has any number
    extended       the extension area as stored; `extended.parse` reads it
    image          None in the standards of 2004 and 2005, where the record's counts for all
    capture        ISO 2011 only
    minutia_bytes  6; 5 in ISO 2011 where minutiae carry no quality
    ending         ISO 2011: 0 an ending lies where valleys fork, 1 where the ridge ends
    offset         of the view in its file; no part of equality
    """

    finger: int
    number: int
    impression: int
    qualities: tuple[Quality, ...]
    minutiae: tuple[Minutia, ...]
    extended: bytes = b""
    image: Image | None = None
    capture: Capture | None = None
    minutia_bytes: int = 6
    ending: int = 0
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True)
class MinutiaRecord:
    """A whole file.

    image         of every view: the standards of 2004 and 2005
    certificates  of the device, the first bit for appendix F: 4 bits in 2004 and 2005, 8 in 2009;
                  in ISO 2011, 1 where views have a list of certificates
    device        number of the capture device, 12 bits in 2004 and 2005, 16 in 2009
    owner, product  ANSI's product identifier
    length_error  by how many bytes the stated length is too great
    version       text in the file; the standard's own where it is left empty
    long_length   ANSI 2004's length in six bytes where two would do
    reserved      the header's last byte
    """

    standard: Standard
    views: tuple[View, ...]
    image: Image | None = None
    certificates: int = 0
    device: int = 0
    owner: int = 0
    product: int = 0
    version: str = ""
    length_error: int = 0
    long_length: bool = False
    reserved: int = 0

    def __post_init__(self) -> None:
        if not self.version:
            object.__setattr__(self, "version", VERSIONS.get(self.standard, ("",))[0])

    def image_of(self, view: View) -> Image:
        """The view's image, its own or the record's."""
        found = view.image or self.image
        if found is None:
            raise TemplateError(
                "the record does not state an image",
                where=f"finger {view.finger}, view {view.number}",
                expected="width, height and resolution",
                next_step="give the record or each of its views an `Image`",
            )
        return found
