"""Pixels of a transaction's friction ridge images, at the resolution they were sent in.

WSQ goes to the process that the image room keeps for it; every other kind has its size read and
bounded before anything is allocated.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from comity.errors import ImageError
from comity.image import codecs
from comity.records import ImageRecord
from comity.wire.friction import BILEVEL, RidgeImage

PIXELS_MAX = codecs.PIXELS_MAX
_WORDS = {"WSQ": "WSQ20", "JPEG": "JPEGB", "JP2": "JP2", "PNG": "PNG", "RAW": "NONE"}


def pixels(image: RidgeImage) -> NDArray[np.uint8]:
    """uint8 (h, w), 0 black ridge, 255 white.

    Raises  ImageError  damaged, too large, of no known format, or not of the size stated
    """
    if image.format == "TIFF":
        return _tiff(image.data, image)
    if image.format == "FAX":
        return _tiff(_fax_file(image), image)
    if image.format == "RAW" and image.record.type in BILEVEL:
        return _packed(image)
    return codecs.decode(_record(image)).pixels


def png(grey: NDArray[np.uint8], resolution_ppi: float | None) -> bytes:
    """A PNG of uint8 (h, w), with pHYs where the resolution is known."""
    out = io.BytesIO()
    scale: dict[str, Any] = {}
    if resolution_ppi:
        scale["dpi"] = (resolution_ppi, resolution_ppi)
    Image.fromarray(grey).save(out, "PNG", **scale)
    return out.getvalue()


def thumbnail(grey: NDArray[np.uint8], side_px: int) -> bytes:
    """A small JPEG, its longer side at most `side_px`."""
    picture = Image.fromarray(grey)
    picture.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=78, optimize=True)
    return out.getvalue()


def _record(image: RidgeImage) -> ImageRecord:
    """For the image room's decoder. 500 ppi: it is not to resample, nor to judge the scale."""
    return ImageRecord(
        data=image.data,
        compression=_WORDS.get(image.format, image.stated),
        width_px=image.width_px,
        height_px=image.height_px,
        resolution_ppi=codecs.PPI,
        finger=0,
        impression=0,
        record_type=image.record.type,
        idc=-1 if image.record.idc is None else image.record.idc,
        offset=image.record.offset,
    )


def _packed(image: RidgeImage) -> NDArray[np.uint8]:
    """One bit a pixel, 1 black as in NIST's reference files, rows padded to whole bytes."""
    row = (image.width_px + 7) // 8
    _bounded(image.width_px, image.height_px, image)
    if len(image.data) != row * image.height_px:
        raise _wrong(image, f"{row} x {image.height_px} bytes", f"{len(image.data)}")
    bits = np.unpackbits(np.frombuffer(image.data, np.uint8).reshape(-1, row), axis=1)
    return (1 - bits[:, : image.width_px]) * np.uint8(255)


def _fax_file(image: RidgeImage) -> bytes:
    """The facsimile (ITU-T T.6) as the one strip of a TIFF file, which Pillow reads."""
    _bounded(image.width_px, image.height_px, image)
    longs = ((256, image.width_px), (257, image.height_px), (278, image.height_px))
    shorts = ((258, 1), (259, 4), (262, 0), (277, 1))
    entries = [(tag, 4, value) for tag, value in longs] + [(tag, 3, v) for tag, v in shorts]
    start = 8 + 2 + 12 * (len(entries) + 2) + 4
    entries += [(273, 4, start), (279, 4, len(image.data))]
    table = b"".join(struct.pack("<HHII", tag, kind, 1, v) for tag, kind, v in sorted(entries))
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return head + table + b"\0\0\0\0" + image.data


def _tiff(data: bytes, image: RidgeImage) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(data), formats=("TIFF",)) as picture:
            _bounded(*picture.size, image)
            return np.array(picture.convert("L"), np.uint8)
    except ImageError:
        raise
    except Exception as error:  # Pillow's plugins raise a dozen kinds on damaged bytes
        said = str(error).split("\n")[0][:120] or type(error).__name__
        raise _wrong(image, image.format, said) from error


def _bounded(width: int, height: int, image: RidgeImage) -> None:
    if not (0 < width * height <= PIXELS_MAX):
        raise _wrong(image, f"1 to {PIXELS_MAX} pixels", f"{width} x {height}")


def _wrong(image: RidgeImage, expected: str, found: str) -> ImageError:
    return ImageError(
        "image cannot be decoded",
        where=f"type-{image.record.type} record at byte {image.record.offset}",
        expected=expected,
        found=found,
        next_step="ask the sender for the image again",
    )
