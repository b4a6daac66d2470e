"""Heads worked out around peaks only: what the image has a hundred of, not a hundred thousand."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from benchmarks.leader.fold import before_doubling
from benchmarks.leader.network import Leader

RADIUS = 4  # half-resolution px around a peak: 3 for the depthwise kernel, 1 for the last


class Peaks:
    """Patches of 9 x 9 features around peaks, of which a head makes 3 x 3."""

    def __init__(self, leader: Leader, features: str, at: str) -> None:
        self.leader = leader
        self.channels = len(leader.head("kind").depthwise)
        n = leader.n
        halving = np.array([1, 2, 2])
        parity = n.op("Mul", n.op("Mod", at, halving), np.array([0, 2, 1]))
        self.parity = n.op("ReduceSum", parity, np.array([1]), keepdims=1)
        half = n.op("Unsqueeze", n.op("Div", at, halving), np.array([1]))
        around = np.array([0, 0, RADIUS, RADIUS] * 2)
        padded = n.last(n.op("Pad", features, around))
        patch = n.op("GatherND", padded, n.op("Add", half, window(0, 2 * RADIUS + 1)))
        rows = n.op("Transpose", patch, perm=[0, 2, 1])
        side = 2 * RADIUS + 1
        self.patches = n.op("Reshape", rows, np.array([-1, self.channels, side, side]))
        middle = np.arange(side * side).reshape(side, side)[3:6, 3:6].ravel()
        self.middle = n.op("Gather", patch, middle, axis=1)
        # The last kernel sees nothing beyond the image, whatever the layers before make of it.
        near = n.op("Add", half, window(-1, 2))
        limits = n.op("Slice", n.op("Shape", features), np.array([2]), np.array([4]))
        limits = n.op("Concat", np.array([np.iinfo(np.int64).max]), limits, axis=0)
        inside = n.op("GreaterOrEqual", near, np.array(0))
        inside = n.op("And", inside, n.op("Less", near, limits))
        inside = n.op("Cast", inside, to=TensorProto.FLOAT)
        self.inside = n.op("ReduceMin", inside, axes=[2], keepdims=1)

    def head(self, name: str) -> str:
        """(k, channels of the head)."""
        leader, n = self.leader, self.leader.n
        one = leader.folded_head(name)
        y = n.conv(self.patches, one.depthwise, groups=self.channels, pad=0)
        y = n.op("Transpose", n.op("Reshape", y, np.array([0, 0, 9])), perm=[0, 2, 1])
        y = n.norm(y, np.ones(self.channels), np.zeros(self.channels))
        y = leader.widened(y, one.expand, one.expand_bias, one.wide, 1)
        y = n.op("Add", y, n.dense(self.middle, one.straight, one.bias))
        y = n.op("Mul", leader.finished(y, name), self.inside)
        kernel, bias = leader.last_kernel(name)
        small = before_doubling(kernel).transpose(0, 2, 3, 1).reshape(4 * len(bias), -1)
        y = n.dense(n.op("Reshape", y, np.array([0, small.shape[1]])), small, np.repeat(bias, 4))
        y = n.op("Transpose", n.op("Reshape", y, np.array([0, len(bias), 4])), perm=[0, 2, 1])
        return n.op("GatherND", y, self.parity, batch_dims=1)


def window(start: int, stop: int) -> np.ndarray:
    """(1, side * side, 3): what to add to image, y, x for a square around it."""
    down, across = np.mgrid[start:stop, start:stop]
    return np.stack([np.zeros_like(down), down, across], axis=-1).reshape(1, -1, 3)
