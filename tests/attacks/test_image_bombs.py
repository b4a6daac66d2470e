"""Small files that claim enormous images."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from comity.errors import ImageError
from comity.image import codecs
from comity.records import ImageRecord

SIDE = 60_000


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png() -> bytes:
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def patched(kind: str, find: bytes, put: bytes) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.zeros((64, 96), np.uint8)).save(stream, kind)
    data = stream.getvalue()
    assert find in data
    return data.replace(find, put, 1)


BOMBS = {
    "PNG": png(),
    "WSQ20": codecs.encode_wsq(np.full((64, 96), 128, np.uint8)).replace(
        struct.pack(">HH", 64, 96), struct.pack(">HH", SIDE, SIDE), 1
    ),
    "JPEGB": patched("JPEG", struct.pack(">HH", 64, 96), struct.pack(">HH", SIDE, SIDE)),
    "JP2": patched("JPEG2000", struct.pack(">II", 64, 96), struct.pack(">II", SIDE, SIDE)),
    "NONE": bytes(100),
}


@pytest.mark.parametrize("compression", BOMBS)
@pytest.mark.parametrize("claimed", [(SIDE, SIDE), (96, 64)])
def test_a_bomb_is_refused_before_it_is_allocated(
    compression: str, claimed: tuple[int, int]
) -> None:
    record = ImageRecord(BOMBS[compression], compression, *claimed, 500.0, 1, 0, 14, 1, 0)
    tracemalloc.start()
    try:
        with pytest.raises(ImageError):
            codecs.decode(record)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [(0, 0), (-5, 300), (300, 0), (31, 300)])
def test_impossible_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError):
        codecs.decode(ImageRecord(b"", "NONE", *size, 500.0, 1, 0, 14, 1, 0))


def test_a_huge_loose_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as stream:
        stream.truncate(codecs.FILE_BYTES_MAX + 1)
    with pytest.raises(ImageError, match="too large"):
        codecs.read_file(path)
