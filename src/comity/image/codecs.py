"""Compressed bytes to one grey print at 500 ppi, whatever the compression.

Sizes are read from headers and compared with the record's before anything is allocated.
"""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from comity.errors import CallerError, ComityError, ImageError
from comity.image import wsq_header, wsq_process
from comity.records import ImageRecord, Print

PPI = 500.0
PPI_MIN, PPI_MAX = 490.0, 1010.0  # 500 and 1000 ppi cameras, 1 to 2 % out; EBTS asks for 1 %
PPI_SLACK = 0.01  # EBTS appendix F: 500 ppi +- 1 %; resampling by less would only blur
SIDE_PX_MIN = 32
PIXELS_MAX = 36_000_000  # 1000 ppi: 6 x 6 inches; the largest slap box of EBTS is 3.2 x 3 inches
FILE_BYTES_MAX = 64 << 20

PILLOW_FORMATS = {
    "JPEGB": ("JPEG",),
    "JPEGL": ("JPEG",),
    "JP2": ("JPEG2000",),
    "JP2L": ("JPEG2000",),
    "PNG": ("PNG",),
}
FILE_FORMATS = ("PNG", "BMP", "JPEG2000", "TIFF", "JPEG")


def decode(record: ImageRecord) -> Print:
    """The record's image as uint8 (h, w) at 500 ppi.

    Raises  ImageError  unknown or damaged compression, a size that is not the record's,
                        a resolution outside 490..1010 ppi, more than 36 million pixels
    Cost    16 ms for WSQ of 388 x 374 px
    """
    where = f"type-{record.record_type} record at byte {record.offset}"
    try:
        size = (record.width_px, record.height_px)
        _check_resolution(record.resolution_ppi)
        _check_size(*size)
        pixels = _pixels(record.data, record.compression, size)
        return Print(_at_500(pixels, record.resolution_ppi), record.finger, record.impression)
    except ImageError as error:
        error.where = f"{where}, {error.where}" if error.where else where
        raise


def encode_wsq(pixels: NDArray[np.uint8]) -> bytes:
    """WSQ20 of uint8 (h, w) at 500 ppi, both sides at least 64; the same bytes each time."""
    return wsq_process.encode(pixels)


def read_file(path: str | Path, finger: int = 0, *, resolution_ppi: float | None = None) -> Print:
    """One loose image: PNG, WSQ, BMP, JPEG 2000, JPEG or TIFF.

    finger          1..10, 0 where it is not known
    resolution_ppi  overrides what the file states; 500 is taken where neither says
    Raises  CallerError  the file is missing or cannot be read;  ImageError  as `decode`
    """
    try:
        if Path(path).stat().st_size > FILE_BYTES_MAX:
            raise ImageError(
                "file is too large for one fingerprint", expected=f"at most {FILE_BYTES_MAX} bytes"
            )
        data = Path(path).read_bytes()
        pixels, stated = _loose(data)
        ppi = resolution_ppi if resolution_ppi is not None else stated
        ppi = PPI if ppi is None else ppi
        _check_resolution(ppi)
        return Print(_at_500(pixels, ppi), finger)
    except OSError as error:
        raise CallerError(
            "file cannot be read", where=str(path), found=error.strerror or str(error)
        ) from error
    except ImageError as error:
        error.where = f"{path}, {error.where}" if error.where else str(path)
        raise


def _pixels(data: bytes, compression: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    if compression == "NONE":
        if len(data) != size[0] * size[1]:
            raise ImageError(
                "uncompressed image has the wrong length",
                expected=f"{size[0]} x {size[1]} = {size[0] * size[1]} bytes",
                found=str(len(data)),
            )
        return np.frombuffer(data, np.uint8).reshape(size[1], size[0]).copy()
    if compression == "WSQ20":
        return _wsq(data, size)[0]
    if compression in PILLOW_FORMATS:
        return _pillow(data, PILLOW_FORMATS[compression], size)[0]
    raise ImageError(
        "unknown image compression",
        expected="NONE, WSQ20, JPEGB, JPEGL, JP2, JP2L or PNG",
        found=f"`{compression}`",
    )


def _loose(data: bytes) -> tuple[NDArray[np.uint8], float | None]:
    if data[:2] == b"\xff\xa0":
        return _wsq(data, None)
    return _pillow(data, FILE_FORMATS, None)


def _wsq(data: bytes, size: tuple[int, int] | None) -> tuple[NDArray[np.uint8], float | None]:
    header = wsq_header.read(data)
    _match_size((header.width_px, header.height_px), size)
    pixels = wsq_process.decode(data)
    if pixels.shape != (header.height_px, header.width_px):
        raise ImageError("WSQ image is not the size its header says")
    return pixels, header.resolution_ppi


def _pillow(
    data: bytes, formats: tuple[str, ...], size: tuple[int, int] | None
) -> tuple[NDArray[np.uint8], float | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large images; _match_size refuses
            with Image.open(io.BytesIO(data), formats=formats) as image:
                _match_size(image.size, size)
                stated = _stated_ppi(image)
                return _grey(image), stated
    except ComityError:
        raise
    except UnidentifiedImageError as error:  # its own words name a buffer's address
        raise ImageError(
            "image cannot be decoded",
            expected=" or ".join(formats),
            found=f"`{data[:16]!r}` at its beginning",
            next_step="ask the sender for the image again",
        ) from error
    except Exception as error:  # Pillow's plugins raise a dozen kinds on damaged bytes
        raise ImageError(
            "image cannot be decoded",
            expected=" or ".join(formats),
            found=str(error).split("\n")[0][:120] or type(error).__name__,
            next_step="ask the sender for the image again",
        ) from error


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I"):  # 16 bits a pixel
        return np.asarray(np.clip(np.asarray(image, np.int64) >> 8, 0, 255), np.uint8)
    return np.array(image.convert("L"), np.uint8)


def _stated_ppi(image: Image.Image) -> float | None:
    stated = image.info.get("dpi")
    if not stated or image.info.get("jfif_unit") == 0:
        return None
    across, down = (float(value) for value in stated)
    if abs(across - down) > PPI_SLACK * max(across, down):
        raise ImageError(
            "pixels are not square",
            expected="one resolution",
            found=f"{across:.0f} by {down:.0f} ppi",
        )
    return across if across > 1 else None  # 0 and 1 are what writers put who do not know


def _check_resolution(ppi: float) -> None:
    if not (math.isfinite(ppi) and PPI_MIN <= ppi <= PPI_MAX):
        raise ImageError(
            "resolution is not one that fingerprints are taken at",
            expected=f"{PPI_MIN:.0f} to {PPI_MAX:.0f} ppi",
            found=f"{ppi:g} ppi",
            next_step="state the resolution the print was captured at, if the file's is wrong",
        )


def _check_size(width: int, height: int) -> None:
    if min(width, height) < SIDE_PX_MIN or width * height > PIXELS_MAX:
        raise ImageError(
            "image size is not a fingerprint's",
            expected=f"sides of at least {SIDE_PX_MIN} px, at most {PIXELS_MAX} pixels",
            found=f"{width} x {height}",
        )


def _match_size(found: tuple[int, int], expected: tuple[int, int] | None) -> None:
    _check_size(*found)
    if expected is not None and found != expected:
        raise ImageError(
            "image is not the size the record says",
            expected=f"{expected[0]} x {expected[1]}",
            found=f"{found[0]} x {found[1]}",
        )


def _at_500(pixels: NDArray[np.uint8], ppi: float) -> NDArray[np.uint8]:
    if abs(ppi - PPI) <= PPI_SLACK * PPI:
        return pixels
    height, width = pixels.shape
    size = (max(1, round(width * PPI / ppi)), max(1, round(height * PPI / ppi)))
    # Lanczos low-passes before it halves, so 1000 ppi pores do not alias into ridges.
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS), np.uint8)
