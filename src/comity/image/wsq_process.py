"""WSQ through the C codec of package `wsq`, which is kept in a process of its own for reading.

The decoder is NIST's of the 1990s: a flipped byte in an image's tables can make it write where it
should not (a few in a thousand damaged files end in a segmentation fault), and it keeps Huffman
tables from one image to the next. Images come from strangers, so it runs in a child that may die:
the parent refuses that image, starts another child, and goes on.
"""

from __future__ import annotations

import atexit
import os
import select
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from comity.errors import ImageError

DECODE_SECONDS_MAX = 20.0  # a 4000 x 4000 image takes under 2 s on one slow core
CHILD_MEMORY_BYTES = 2 << 30
SIDE_PX_MIN = 64  # below, the encoder blanks the image; below 20, it overruns its own buffer


def encode(pixels: NDArray[np.uint8]) -> bytes:
    """WSQ at the bit rate 0.75 that the FBI's specification certifies, about 15:1.

    pixels  uint8 (h, w), both sides 64..65535; 500 ppi is written into its comment
    Raises  ImageError
    Source  IAFIS-IC-0110 v3.1 (WSQ Gray-scale Fingerprint Image Compression Specification)
    """
    import _wsq  # type: ignore[import-not-found, unused-ignore]

    height, width = pixels.shape
    if not (SIDE_PX_MIN <= height <= 65535 and SIDE_PX_MIN <= width <= 65535):
        raise ImageError(
            "image is too small or too large for WSQ",
            expected=f"sides of {SIDE_PX_MIN} to 65535 px",
            found=f"{width} x {height}",
        )
    try:
        return bytes(_wsq.compress(np.ascontiguousarray(pixels).tobytes(), height, width, 12))
    except Exception as error:
        raise ImageError("WSQ encoder refused the image", found=str(error)) from error


class _Child:
    """One decoding process and the pipes to it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from comity.image.wsq_process import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # One thread: numpy's reserve address space each, which CHILD_MEMORY_BYTES counts.
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
                "OPENBLAS_NUM_THREADS": "1",
            },
        )
        self.into = cast(IO[bytes], self.process.stdin)
        self.out = cast(IO[bytes], self.process.stdout)

    def ask(self, data: bytes) -> bytes:
        """The child's answer to one image, or b"" where it died or took too long."""
        try:
            self.into.write(struct.pack(">Q", len(data)) + data)
            self.into.flush()
            deadline = time.monotonic() + DECODE_SECONDS_MAX
            size = struct.unpack(">Q", self._read(8, deadline))[0]
            return self._read(size, deadline)
        except (OSError, EOFError):
            return b""

    def _read(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        handle = self.out.fileno()
        while len(parts) < size:
            ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(handle, min(size - len(parts), 1 << 20)) if ready else b""
            if not piece:
                raise EOFError
            parts += piece
        return bytes(parts)

    def stop(self) -> None:
        if self.owner == os.getpid():  # a forked copy must not end its parent's child
            self.process.kill()
            self.process.wait()
        self.out.close()
        with suppress(OSError):  # what a dead child did not take is still in the buffer
            self.into.close()


_lock = threading.Lock()
_running: list[_Child] = []  # none or one


def decode(data: bytes) -> NDArray[np.uint8]:
    """Pixels uint8 (h, w) of one WSQ image whose headers `wsq_header.read` has passed.

    Raises  ImageError  the decoder refused, crashed, or took longer than 20 s
    Cost    16 ms for 388 x 374 px; the first call starts the child, about 0.2 s
    """
    with _lock:
        if _running and _running[0].owner != os.getpid():
            _running.clear()  # a fork's: its pipes are the parent's
        if not _running:
            _running.append(_Child())
        answer = _running[0].ask(data)
        if not answer:
            _running.pop().stop()
    if answer[:1] != b"k":
        raise ImageError(
            "WSQ image cannot be decoded",
            found=answer[1:].decode("utf-8", "replace") or "the decoder crashed or hung on it",
            next_step="ask the sender for the image again",
        )
    width, height = struct.unpack_from(">II", answer, 1)
    return np.frombuffer(answer, np.uint8, offset=9).reshape(height, width).copy()


@atexit.register
def close() -> None:
    """End the decoding process, if one runs."""
    with _lock:
        while _running:
            _running.pop().stop()


def serve() -> None:
    """The child's loop: length, image on stdin; `k`, width, height, pixels or `e`, text back."""
    import resource

    import _wsq  # type: ignore[import-not-found, unused-ignore]

    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY_BYTES, CHILD_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the C library prints; its words must not reach the answers
    while head := sys.stdin.buffer.read(8):
        data = sys.stdin.buffer.read(struct.unpack(">Q", head)[0])
        try:
            pixels, width, height, _ = _wsq.decompress(data)
            answer = b"k" + struct.pack(">II", width, height) + bytes(pixels)
            if len(answer) != 9 + width * height:
                answer = b"eits pixels do not fill its frame"
        except Exception as error:  # noqa: BLE001 - whatever the codec says is the answer
            answer = b"e" + (str(error) or type(error).__name__).encode()
        answers.write(struct.pack(">Q", len(answer)) + answer)
        answers.flush()
