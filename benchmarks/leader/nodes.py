"""ONNX nodes, added one by one. An image is (n, channels, h, w) unless channels come last."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from onnx import helper, numpy_helper
from onnx.onnx_ml_pb2 import NodeProto, TensorProto

from benchmarks.leader.weights import Weights

VARIANCE_MIN = 1e-3  # epsilon of the published normalisations


class Nodes:
    """Nodes and constants in the order they are asked for; a node is known by its output."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self._names: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self.constants: list[TensorProto] = []

    def constant(self, value: ArrayLike) -> str:
        array = np.ascontiguousarray(value)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._names:
            self._names[key] = f"c{len(self.constants)}"
            self.constants.append(numpy_helper.from_array(array, self._names[key]))
        return self._names[key]

    def many(
        self, kind: str, *inputs: str | ArrayLike, count: int, **attributes: object
    ) -> list[str]:
        names = [i if isinstance(i, str) else self.constant(i) for i in inputs]
        outputs = [f"{kind}_{len(self.nodes)}_{k}" for k in range(count)]
        domain = "com.microsoft" if kind == "FastGelu" else ""
        self.nodes.append(helper.make_node(kind, names, outputs, domain=domain, **attributes))
        return outputs

    def op(self, kind: str, *inputs: str | ArrayLike, **attributes: object) -> str:
        return self.many(kind, *inputs, count=1, **attributes)[0]

    def conv(
        self,
        x: str,
        kernel: Weights,
        bias: Weights | None = None,
        *,
        dilation: int = 1,
        groups: int = 1,
        pad: int | None = None,
    ) -> str:
        """As large as `x` unless `pad` says otherwise."""
        side = kernel.shape[2]
        return self.op(
            "Conv",
            x,
            kernel,
            *([] if bias is None else [bias]),
            kernel_shape=[side, side],
            pads=[dilation * (side // 2) if pad is None else pad] * 4,
            dilations=[dilation, dilation],
            group=groups,
        )

    def pointwise(self, x: str, weights: Weights, bias: Weights | None = None) -> str:
        return self.conv(x, weights[:, :, None, None], bias)

    def dense(self, x: str, weights: Weights, bias: Weights | None = None) -> str:
        """A pointwise layer where channels come last."""
        y = self.op("MatMul", x, weights.T)
        return y if bias is None else self.op("Add", y, bias)

    def norm(self, x: str, gain: ArrayLike, shift: ArrayLike) -> str:
        """Over the channels, which come last."""
        return self.op("LayerNormalization", x, gain, shift, axis=-1, epsilon=VARIANCE_MIN)

    def gelu(self, x: str, bias: Weights | None = None) -> str:
        """Of `x + bias`, by tanh as published; the bias where channels come last."""
        return self.op("FastGelu", x, *([] if bias is None else [bias]))

    def last(self, x: str) -> str:
        """Channels last."""
        return self.op("Transpose", x, perm=[0, 2, 3, 1])

    def first(self, x: str) -> str:
        """Channels first again."""
        return self.op("Transpose", x, perm=[0, 3, 1, 2])

    def doubled(self, x: str) -> str:
        """Each pixel four times."""
        attributes = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self.op(
            "Resize", x, "", np.array([1, 1, 2, 2], np.float32), mode="nearest", **attributes
        )

    def pooled(self, kind: str, x: str) -> str:
        return self.op(kind, x, kernel_shape=[2, 2], strides=[2, 2])

    def halved(self, x: str, channels: int) -> str:
        """At half the side: the first half of the channels by maximum, the second by mean."""
        most, mean = self.many("Split", x, np.array([channels // 2] * 2), count=2, axis=1)
        return self.joined(self.pooled("MaxPool", most), self.pooled("AveragePool", mean))

    def joined(self, *xs: str) -> str:
        return self.op("Concat", *xs, axis=1)
