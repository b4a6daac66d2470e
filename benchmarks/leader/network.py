"""LEADER's network: a stem and a U of separable layers find where ridges are, which gates a second
stem and U of wide blocks; three heads tell place, direction and kind.

Source: Cappelli, arXiv 2602.15493; shapes read off the published file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.leader.fold import Folded, before_doubling, folded
from benchmarks.leader.nodes import Nodes
from benchmarks.leader.weights import Block, Published, Weights

LEVELS = 4
HEADS = {"place": "head_0", "direction": "head_1", "kind": "head_2"}
BELOW_SIGMOID = {"place": "head_conv_pos", "kind": "head_conv_typ"}


@dataclass(frozen=True)
class Steps:
    """What is done beyond writing the same network in fewer nodes.

    fold    linear layers in a row become one; heads are worked out before they are doubled
    peaks   direction and kind are worked out around the peaks only; needs `fold`
    align   channels in fours, as the blocked kernels want; both kernels of a stem in one; `fold`
    slices  into which rows are cut for the widest layers, so that a slice stays in the cache
    """

    fold: bool = True
    peaks: bool = True
    align: bool = True
    slices: int = 8


class Leader:
    """The network, part by part; each method adds nodes and returns the name of its output."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.weights = Published()
        self.n = Nodes()

    def activated(self, x: str, name: str) -> str:
        n = self.n
        return n.first(n.gelu(n.norm(n.last(x), *self.weights.norm(name))))

    def stem(self, x: str, name: str) -> str:
        """A kernel of 5 x 5 and one dilated to 9 x 9, at full resolution."""
        near, bias = self.weights.conv(f"{name}_conv")
        far, far_bias = self.weights.conv(f"{name}_dilated_conv")
        if not self.steps.align:
            y = self.n.joined(self.n.conv(x, near, bias), self.n.conv(x, far, far_bias, dilation=2))
        else:
            both = np.zeros((len(near) + len(far), 1, 9, 9))
            both[: len(near), :, 2:7, 2:7] = near
            both[len(near) :, :, ::2, ::2] = far
            y = self.n.conv(x, both, np.concatenate([bias, far_bias]))
        return self.activated(y, name)

    def separable(self, x: str, name: str) -> str:
        depthwise, pointwise, bias = self.weights.separable(name)
        y = self.n.conv(x, depthwise, groups=len(depthwise))
        return self.activated(self.n.conv(y, pointwise, bias), name)

    def first_autoencoder(self, x: str) -> str:
        n, skips = self.n, []
        for level in range(LEVELS):
            x = self.separable(x, f"enc0_{level}")
            skips.append(x)
            x = n.halved(x, len(self.weights.separable(f"enc0_{level}")[2]))
        for level in reversed(range(LEVELS)):
            x = n.joined(n.doubled(self.separable(x, f"dec0_{level}")), skips[level])
        return x

    def gated(self, x: str) -> str:
        n = self.n
        reach = {"attention_conv_d1": 1, "attention_conv_d3": 3, "attention_conv_d6": 6}
        seen = [
            n.gelu(n.conv(x, *self.weights.conv(name), dilation=dilation))
            for name, dilation in reach.items()
        ]
        gate = n.op("Sigmoid", n.conv(n.joined(*seen), *self.weights.conv("attention_s")))
        return n.op("Mul", x, gate)

    def widened(self, x: str, expand: Weights, bias: Weights, wide: Weights, slices: int) -> str:
        """Through a layer four times as wide and back; channels last."""
        n = self.n
        parts = [x] if slices == 1 else n.many("Split", x, count=slices, axis=1)
        done = [n.dense(n.gelu(n.op("MatMul", part, expand.T), bias), wide) for part in parts]
        return done[0] if slices == 1 else n.op("Concat", *done, axis=1)

    def normal(self, x: str, depthwise: Weights) -> str:
        """Depthwise kernel, then mean 0 and deviation 1 over channels, which come last.

        Where `x` has a few empty channels at the end, they are dropped again before the mean.
        """
        n, channels = self.n, len(depthwise)
        extra = -channels % 4 if self.steps.align else 0
        kernel = np.pad(depthwise, ((0, extra), (0, 0), (0, 0), (0, 0)))
        y = n.last(n.conv(x, kernel, groups=channels + extra))
        if extra:
            y = n.op("Slice", y, np.array([0]), np.array([channels]), np.array([3]))
        return n.norm(y, np.ones(channels), np.zeros(channels))

    def block(self, x: str, block: Block, slices: int = 1) -> str:
        n = self.n
        if not self.steps.fold:
            y = n.norm(
                n.last(n.conv(x, block.depthwise, groups=len(block.depthwise))),
                block.gain,
                block.shift,
            )
            y = self.widened(y, block.expand, block.expand_bias, block.reduce, 1)
            y = n.op("Add", n.first(n.op("Add", y, block.reduce_bias)), x)
            return n.pointwise(y, block.adjust, block.adjust_bias)
        one = folded(block)
        more = -len(one.bias) % 4 if self.steps.align else 0  # empty channels, to make fours
        within = -len(one.depthwise) % 4 if self.steps.align else 0
        y = self.normal(x, one.depthwise)
        wide = np.pad(one.wide, ((0, more), (0, 0)))
        y = n.first(self.widened(y, one.expand, one.expand_bias, wide, slices))
        straight = np.pad(one.straight, ((0, more), (0, within)))
        return n.op("Add", y, n.pointwise(x, straight, np.pad(one.bias, (0, more))))

    def second_autoencoder(self, x: str) -> str:
        """Features at half resolution, (n, 52, h / 2, w / 2)."""
        n, skips = self.n, []
        for level in range(LEVELS):
            block = self.weights.block(f"enc1_{level}")
            x = self.block(x, block, self.steps.slices if level == 0 else 1)
            skips.append(x)
            x = n.halved(x, len(block.adjust_bias))
        added = 0
        for level in reversed(range(LEVELS)):
            block = self.weights.block(f"dec1_{level}").turned(added)
            x = n.joined(skips[level], n.doubled(self.block(x, block)))
            added = len(block.adjust_bias)
        return x

    def head(self, name: str) -> Block:
        added = len(self.weights.block("dec1_0").adjust_bias)
        return self.weights.block(f"{HEADS[name]}_ibc").turned(added)

    def last_kernel(self, name: str) -> tuple[Weights, Weights]:
        if name in BELOW_SIGMOID:
            return self.weights.before_sigmoid(BELOW_SIGMOID[name])
        return self.weights.conv("head_conv_dir")

    def finished(self, x: str, name: str) -> str:
        """The normalisation and the layer of four channels at the end of a head; channels last."""
        kernel, bias = self.weights.conv(f"{HEADS[name]}_conv2")
        y = self.n.norm(x, *self.weights.norm(HEADS[name]))
        return self.n.gelu(self.n.dense(y, kernel[:, :, 0, 0]), bias)

    def folded_head(self, name: str) -> Folded:
        """With the layer of four channels that follows the block folded in as well."""
        block = self.head(name)
        kernel, bias = self.weights.conv(f"{HEADS[name]}_conv1")
        after = kernel[:, :, 0, 0]
        adjust_bias = after @ block.adjust_bias + bias
        values = {**vars(block), "adjust": after @ block.adjust, "adjust_bias": adjust_bias}
        return folded(Block(**values))

    def head_everywhere(self, x: str, name: str) -> str:
        n = self.n
        kernel, bias = self.last_kernel(name)
        if not self.steps.fold:
            y = n.doubled(self.block(x, self.head(name)))
            y = n.conv(y, *self.weights.conv(f"{HEADS[name]}_conv1"))
            return n.conv(n.first(self.finished(n.last(y), name)), kernel, bias)
        one = self.folded_head(name)
        y = self.normal(x, one.depthwise)
        y = self.widened(y, one.expand, one.expand_bias, one.wide, self.steps.slices)
        y = n.op("Add", y, n.last(n.pointwise(x, one.straight, one.bias)))
        y = n.conv(n.first(self.finished(y, name)), before_doubling(kernel), np.repeat(bias, 4))
        return n.op("DepthToSpace", y, blocksize=2, mode="CRD")

    def peaks(self, place: str) -> tuple[str, str]:
        """Rows of image, y, x where the blurred heat is highest within 7 x 7 px; that heat."""
        n = self.n
        blurred = n.conv(n.op("Sigmoid", place), self.weights.blur())
        most = n.op("MaxPool", blurred, kernel_shape=[1, 7], pads=[0, 3, 0, 3])
        most = n.op("MaxPool", most, kernel_shape=[7, 1], pads=[3, 0, 3, 0])
        enough = n.op("GreaterOrEqual", blurred, "quality_min")
        at = n.op("NonZero", n.op("And", n.op("Equal", blurred, most), enough))
        at = n.op("Transpose", at, perm=[1, 0])
        quality = n.op("Unsqueeze", n.op("GatherND", blurred, at), np.array([1]))
        return n.op("Gather", at, np.array([0, 2, 3]), axis=1), quality
