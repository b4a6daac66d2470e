# mypy: allow-untyped-calls
"""Eight and sixteen lanes at a time, where the compiler does not find them by itself.

A processor with narrower registers takes several steps; the results are the same, since a lane
is only multiplied, added to and compared. Offsets count elements of C-ordered float32 arrays.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 16
FLOAT, INT32, INT64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)


def _place(context: Any, builder: Any, kind: Any, array: Any, offset: Any, lanes: int) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), ir.VectorType(FLOAT, lanes).as_pointer())


def _picked(builder: Any, vector: Any, lanes: list[int]) -> Any:
    nothing = ir.Constant(vector.type, ir.Undefined)
    return builder.shuffle_vector(
        vector, nothing, ir.Constant(ir.VectorType(INT32, len(lanes)), lanes)
    )


def _in_every_lane(builder: Any, value: Any) -> Any:
    nothing = ir.Constant(ir.VectorType(FLOAT, LANES), ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(INT32, 0))
    return _picked(builder, first, [0] * LANES)


def _add_scaled(_typing: Any, target: Any, to: Any, source: Any, of: Any, factor: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, to, source, of, factor = arguments
        at = _place(context, builder, signature.args[0], target, to, LANES)
        adds = builder.load(_place(context, builder, signature.args[2], source, of, LANES), align=4)
        scaled = builder.fmul(adds, _in_every_lane(builder, factor))
        builder.store(builder.fadd(builder.load(at, align=4), scaled), at, align=4)
        return context.get_dummy_value()

    return types.void(target, types.int64, source, types.int64, types.float32), generate


def _outer(_typing: Any, target: Any, rows: Any, row: Any, columns: Any, column: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, rows, row, columns, column = arguments
        eight = builder.load(
            _place(context, builder, signature.args[3], columns, column, 8), align=4
        )
        across = _picked(builder, eight, list(range(8)) * 2)
        for pair in range(3):
            start = builder.add(row, ir.Constant(INT64, 2 * pair))
            two = builder.load(_place(context, builder, signature.args[1], rows, start, 2), align=4)
            down = _picked(builder, two, [0] * 8 + [1] * 8)
            to = ir.Constant(INT64, LANES * pair)
            at = _place(context, builder, signature.args[0], target, to, LANES)
            builder.store(builder.fmul(across, down), at, align=4)
        return context.get_dummy_value()

    return types.void(target, rows, types.int64, columns, types.int64), generate


def _at_least(_typing: Any, array: Any, offset: Any, bound: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, offset, bound = arguments
        values = builder.load(
            _place(context, builder, signature.args[0], array, offset, LANES), align=4
        )
        lanes = builder.fcmp_ordered(">=", values, _in_every_lane(builder, bound))
        return builder.zext(builder.bitcast(lanes, ir.IntType(LANES)), INT64)

    return types.uint64(array, types.int64, types.float32), generate


# add_scaled(target, to, source, of, factor): target[to : to + 16] += factor * source[of : of + 16]
add_scaled: Any = intrinsic(_add_scaled)
# outer(target, rows, row, columns, column): target[8 k + j] = rows[row + k] * columns[column + j],
# for six k and eight j
outer: Any = intrinsic(_outer)
# at_least(array, offset, bound): bit l is set where array[offset + l] >= bound, for sixteen l
at_least: Any = intrinsic(_at_least)
