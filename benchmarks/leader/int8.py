"""LEADER with its pointwise layers in 8 bits, to be timed by benchmarks.bench_leader; not used.

    pip install onnx onnxruntime sympy
    python -m benchmarks.leader.graph --steps FOLDER && python -m benchmarks.leader.int8 FOLDER

Weights are signed and by channel, activations unsigned; the static form takes their ranges from
synthetic prints, never from prints that errors are measured on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from comity.image.synthesise import impression, master
from comity.minutiae import leader

PRINTS = 6
KEPT: dict[str, Any] = {
    "op_types_to_quantize": ["MatMul"],
    "per_channel": True,
    "weight_type": QuantType.QInt8,
    # FastGelu is of another domain, so shapes behind it are not inferred.
    "extra_options": {"DefaultTensorType": onnx.TensorProto.FLOAT},
}


class Synthetic(CalibrationDataReader):
    """One print of each of a few fingers that nobody has."""

    def __init__(self) -> None:
        self._inputs: Iterator[dict[str, Any]] = map(self._input, range(PRINTS))

    @staticmethod
    def _input(person: int) -> dict[str, Any]:
        pixels = impression(master(1, person, 2)).pixels
        framed = leader.framed(pixels, leader.print_box(pixels))[0]
        return {"pixels": framed[None], "quality_min": np.array(leader.QUALITY_MIN, np.float32)}

    def get_next(self) -> dict[str, Any] | None:
        return next(self._inputs, None)


def main() -> None:
    folder = Path(sys.argv[1])
    source = folder / "aligned.onnx"
    quantize_dynamic(source, folder / "int8_dynamic.onnx", **KEPT)
    quantize_static(
        source,
        folder / "int8_static.onnx",
        Synthetic(),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        **KEPT,
    )


if __name__ == "__main__":
    main()
