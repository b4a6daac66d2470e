"""LEADER, a small convolutional network that reads minutiae straight from pixels.

Takes about 1.1 to 1.3 microseconds a pixel of the print's box on one core: 0.13 s for a sensor of
388 x 374 px, 0.6 s for a rolled print whose box is 704 x 640.

Source: Cappelli, "LEADER: lightweight end-to-end attention-gated dual autoencoder for robust
minutiae extraction", arXiv 2602.15493. leader.onnx holds the published weights in a graph that does
less work for the same answer: docs/decisions/0410, licence in leader-notice.txt.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from onnxruntime.capi.onnxruntime_inference_collection import InferenceSession
from onnxruntime.capi.onnxruntime_pybind11_state import SessionOptions

from comity import records

NAME = "leader"
QUALITY_MIN = 0.55  # the authors' threshold on the heat at a peak
SIDE_MULTIPLE_PX = 32  # the network halves its input five times
BLOCK_PX = 16
CONTRAST_MIN = 12.0  # grey levels; a block of paper has a deviation of 1 to 6, of print 30 to 90
MARGIN_PX = 32  # kept around the print, so that the crop moves no minutia at its edge

Box = tuple[int, int, int, int]  # top, bottom, left, right in px


def opened(graph: bytes, threads: int = 1) -> InferenceSession:
    """A graph ready to run, from several threads at once if wanted.

    threads  of one run; 1, as prints side by side use cores better (`extract.extract_many`)
    """
    options = SessionOptions()
    options.intra_op_num_threads = threads
    return InferenceSession(graph, options, providers=["CPUExecutionProvider"])


@cache
def _session() -> InferenceSession:
    return opened(resources.files("comity.minutiae").joinpath("leader.onnx").read_bytes())


def print_box(pixels: NDArray[np.uint8], margin_px: int = MARGIN_PX) -> Box:
    """The box around the blocks that hold ridges, with a margin; all of it where none does."""
    height, width = pixels.shape
    rows, columns = height // BLOCK_PX, width // BLOCK_PX
    if rows == 0 or columns == 0:
        return 0, height, 0, width
    whole = pixels[: rows * BLOCK_PX, : columns * BLOCK_PX].astype(np.float32)
    inked = whole.reshape(rows, BLOCK_PX, columns, BLOCK_PX).std(axis=(1, 3)) >= CONTRAST_MIN
    if not inked.any():
        return 0, height, 0, width
    down, across = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return (
        max(0, int(down[0]) * BLOCK_PX - margin_px),
        min(height, (int(down[-1]) + 1) * BLOCK_PX + margin_px),
        max(0, int(across[0]) * BLOCK_PX - margin_px),
        min(width, (int(across[-1]) + 1) * BLOCK_PX + margin_px),
    )


def framed(pixels: NDArray[np.uint8], box: Box) -> tuple[NDArray[np.uint8], int, int]:
    """The box with paper around it up to whole multiples of 32 px; rows and columns put before."""
    top, bottom, left, right = box
    pad_y, pad_x = (top - bottom) % SIDE_MULTIPLE_PX, (left - right) % SIDE_MULTIPLE_PX
    before_y, before_x = pad_y // 2, pad_x // 2
    padded = np.pad(
        pixels[top:bottom, left:right],
        ((before_y, pad_y - before_y), (before_x, pad_x - before_x)),
        constant_values=int(np.median(pixels[[0, -1]])),
    )
    return padded, before_y, before_x


def read(session: InferenceSession, pixels: NDArray[np.uint8], box: Box) -> NDArray[np.float64]:
    """Minutiae inside the box, as `detect` gives them, by a graph like leader.onnx."""
    padded, before_y, before_x = framed(pixels, box)
    inputs = {"pixels": padded[None], "quality_min": np.array(QUALITY_MIN, np.float32)}
    place, values = (np.asarray(out) for out in session.run(["place", "values"], inputs))
    top, bottom, left, right = box
    y, x = place[:, 1] + (top - before_y), place[:, 2] + (left - before_x)
    cosine, sine, ending, quality = values.T.astype(np.float64)
    kind = np.where(ending >= 0.5, records.ENDING, records.BIFURCATION)
    found = np.column_stack([x, y, np.degrees(np.arctan2(sine, cosine)), kind, quality])
    return found[(top <= y) & (y < bottom) & (left <= x) & (x < right)]


def detect(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Minutiae as rows of x_px, y_px, angle_deg, kind, reliability 0..1."""
    return read(_session(), pixels, print_box(pixels))
