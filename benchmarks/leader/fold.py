"""Linear layers in a row made one; nothing here knows ONNX."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.leader.weights import Block, Weights


@dataclass(frozen=True, eq=False)
class Folded:
    """adjust(x + reduce(h)) as wide h + straight x + bias; gain and shift are in `expand`."""

    depthwise: Weights
    expand: Weights
    expand_bias: Weights
    wide: Weights
    straight: Weights
    bias: Weights


def folded(block: Block) -> Folded:
    return Folded(
        block.depthwise,
        block.expand * block.gain,
        block.expand_bias + block.expand @ block.shift,
        block.adjust @ block.reduce,
        block.adjust,
        block.adjust @ block.reduce_bias + block.adjust_bias,
    )


def before_doubling(kernel: Weights) -> Weights:
    """(o, i, 5, 5) on a doubled image as (4 o, i, 3, 3) on the image: one a parity of place."""
    out, channels = kernel.shape[:2]
    small = np.zeros((out, 2, 2, channels, 3, 3))
    for down, across, y, x in np.ndindex(2, 2, 5, 5):
        row, column = (down + y - 2) // 2 + 1, (across + x - 2) // 2 + 1
        small[:, down, across, :, row, column] += kernel[:, :, y, x]
    return small.reshape(4 * out, channels, 3, 3)
