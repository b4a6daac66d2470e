"""Damaged WSQ: cut short, bytes changed, tables from another image, lengths that lie."""

from __future__ import annotations

import random
import signal
import struct

import numpy as np
import pytest

from comity.errors import ImageError
from comity.image import codecs, wsq_process
from comity.image.synthesise import impression, master
from comity.records import ImageRecord

PIXELS = impression(master(1, 1, 2), 0).pixels[100:260, 100:280].copy()
GOOD = codecs.encode_wsq(PIXELS)


def decode(data: bytes) -> np.ndarray:
    height, width = PIXELS.shape
    return codecs.decode(ImageRecord(data, "WSQ20", width, height, 500.0, 2, 0, 4, 1, 0)).pixels


def test_cut_at_every_byte_is_an_image_error() -> None:
    for length in range(len(GOOD) - 1):
        with pytest.raises(ImageError):
            decode(GOOD[:length])


def test_changed_bytes_never_end_the_process() -> None:
    rng = random.Random(7)
    refused = 0
    for _ in range(400):
        data = bytearray(GOOD)
        for _ in range(rng.choice((1, 2, 20))):
            data[rng.randrange(2, len(data))] = rng.randrange(256)
        try:
            assert decode(bytes(data)).shape == PIXELS.shape
        except ImageError:
            refused += 1
    assert refused > 50
    assert (decode(GOOD) == decode(GOOD)).all()


def test_a_decoder_that_dies_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    before = decode(GOOD)
    wsq_process._running[0].process.kill()
    with pytest.raises(ImageError, match="crashed or hung"):
        decode(GOOD)
    assert (decode(GOOD) == before).all()


def test_a_decoder_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    decode(GOOD)
    wsq_process._running[0].process.send_signal(signal.SIGSTOP)  # it takes no more steps at all
    monkeypatch.setattr(wsq_process, "DECODE_SECONDS_MAX", 0.2)
    with pytest.raises(ImageError, match="crashed or hung"):
        decode(GOOD)
    monkeypatch.undo()
    assert decode(GOOD).shape == PIXELS.shape


def without(marker: int) -> bytes:
    """The image less every segment of one kind."""
    out, at = bytearray(GOOD[:2]), 2
    while GOOD[at : at + 2] != b"\xff\xa3":
        (length,) = struct.unpack_from(">H", GOOD, at + 2)
        if struct.unpack_from(">H", GOOD, at)[0] != marker:
            out += GOOD[at : at + 2 + length]
        at += 2 + length
    return bytes(out + GOOD[at:])


@pytest.mark.parametrize("marker", [0xFFA2, 0xFFA4, 0xFFA5, 0xFFA6])
def test_an_image_cannot_borrow_the_tables_of_the_one_before(marker: int) -> None:
    decode(GOOD)
    with pytest.raises(ImageError, match="segment"):
        decode(without(marker))


def test_a_comment_that_claims_another_resolution_does_not_rescale_a_record() -> None:
    changed = GOOD.replace(b"PPI 500", b"PPI 250")
    assert changed != GOOD
    assert decode(changed).shape == PIXELS.shape
