# mypy: allow-untyped-calls
"""Whole numbers multiplied, and bits counted, many lanes at a time.

Whole numbers give the same sum in any order, so that a processor without these instructions gives
the same bits in more steps. Arrays are C-ordered; bytes of a word stand lowest first.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

FINGERS, LANES, VECTORS = 8, 16, 2  # a tile of sums: 8 rows of 2 x 16 columns, in 16 registers
DEEP = 4  # bytes of a lane: rows of the matrix that are multiplied at once
BYTE_PRODUCTS = "llvm.x86.avx512.vpdpbusd.512"
INT8, INT16, INT32, INT64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
SUMS, BYTES = ir.VectorType(INT32, LANES), ir.VectorType(INT8, DEEP * LANES)


def _at(context: Any, builder: Any, kind: Any, array: Any, offset: Any, vector: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), vector.as_pointer())


def _load(context: Any, builder: Any, kind: Any, array: Any, offset: Any, vector: Any) -> Any:
    align = vector.element.width // 8
    return builder.load(_at(context, builder, kind, array, offset, vector), align=align)


def _whole(value: int) -> Any:
    return ir.Constant(INT64, value)


def _picked(builder: Any, vector: Any, lanes: list[int]) -> Any:
    nothing = ir.Constant(vector.type, ir.Undefined)
    return builder.shuffle_vector(
        vector, nothing, ir.Constant(ir.VectorType(INT32, len(lanes)), lanes)
    )


def _products(builder: Any, total: Any, shares: Any, factors: Any) -> Any:
    """Lane l of total, and the products of bytes 4 l .. 4 l + 3: shares 0..255, factors signed."""
    if llvm.get_host_cpu_features().get("avx512vnni"):
        kind = ir.FunctionType(SUMS, [SUMS, SUMS, SUMS])
        call = cgutils.get_or_insert_function(builder.module, kind, BYTE_PRODUCTS)
        words = [builder.bitcast(vector, SUMS) for vector in (shares, factors)]
        return builder.call(call, [total, *words])
    halves = ir.VectorType(INT16, 2 * LANES)
    eight = ir.Constant(halves, [8] * 2 * LANES)
    low, high = (builder.bitcast(vector, halves) for vector in (shares, factors))
    for share, factor in (
        (
            builder.lshr(builder.shl(low, eight), eight),
            builder.ashr(builder.shl(high, eight), eight),
        ),
        (builder.lshr(low, eight), builder.ashr(high, eight)),
    ):
        wide = ir.VectorType(INT32, 2 * LANES)
        product = builder.mul(builder.sext(share, wide), builder.sext(factor, wide), flags=["nsw"])
        even, odd = (_picked(builder, product, list(range(k, 2 * LANES, 2))) for k in (0, 1))
        total = builder.add(builder.add(even, odd), total)
    return total


def _tile(_typing: Any, shares: Any, matrix: Any, tile: Any, sums: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        shares, matrix, tile, sums = arguments
        width, stride = (
            builder.extract_value(context.make_array(kind)(context, builder, array).shape, 1)
            for kind, array in ((kinds[0], shares), (kinds[3], sums))
        )
        steps = builder.udiv(width, _whole(DEEP))
        step_bytes = _whole(VECTORS * LANES * DEEP)
        block = builder.mul(builder.mul(tile, steps), step_bytes)
        totals = [
            cgutils.alloca_once_value(builder, ir.Constant(SUMS, [0] * LANES))
            for _ in range(FINGERS * VECTORS)
        ]
        with cgutils.for_range(builder, steps) as loop:
            here = builder.add(block, builder.mul(loop.index, step_bytes))
            factors = [
                _load(context, builder, kinds[1], matrix,
                      builder.add(here, _whole(v * LANES * DEEP)), BYTES)
                for v in range(VECTORS)
            ]  # fmt: skip
            for finger in range(FINGERS):
                place = builder.add(
                    builder.mul(_whole(finger), width), builder.mul(loop.index, _whole(DEEP))
                )
                four = _load(context, builder, kinds[0], shares, place, ir.VectorType(INT8, DEEP))
                every = _picked(builder, four, list(range(DEEP)) * LANES)
                for v in range(VECTORS):
                    slot = totals[finger * VECTORS + v]
                    builder.store(_products(builder, builder.load(slot), every, factors[v]), slot)
        for number, slot in enumerate(totals):
            finger, v = divmod(number, VECTORS)
            column = builder.add(builder.mul(tile, _whole(VECTORS * LANES)), _whole(v * LANES))
            place = builder.add(builder.mul(_whole(finger), stride), column)
            at = _at(context, builder, kinds[3], sums, place, SUMS)
            builder.store(builder.load(slot), at, align=4)
        return context.get_dummy_value()

    return types.void(shares, matrix, types.int64, sums), generate


def _differences(
    _typing: Any, first: Any, row: Any, codes: Any, weights: Any, probe: Any, width: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        first, row, codes, weights, probe, width = arguments
        theirs, ours = builder.mul(row, width), builder.mul(probe, width)

        def count(start: Any, vectors: Any, lanes: int) -> Any:
            words = ir.VectorType(INT64, lanes)
            total = cgutils.alloca_once_value(builder, ir.Constant(words, [0] * lanes))
            with cgutils.for_range(builder, vectors) as loop:
                word = builder.add(start, builder.mul(loop.index, _whole(lanes)))
                a, b, weight = (
                    _load(context, builder, kind, array, builder.add(base, word), words)
                    for kind, array, base in (
                        (kinds[0], first, theirs),
                        (kinds[2], codes, ours),
                        (kinds[3], weights, ours),
                    )
                )
                counter = cgutils.get_or_insert_function(
                    builder.module, ir.FunctionType(words, [words]), f"llvm.ctpop.v{lanes}i64"
                )
                bits = builder.call(counter, [builder.xor(a, b)])
                # Masked, so that the compiler sees that 32 bits of a factor are enough.
                weight = builder.and_(weight, ir.Constant(words, [0xFFFF] * lanes))
                builder.store(builder.add(builder.load(total), builder.mul(bits, weight)), total)
            reduce = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(INT64, [words]),
                f"llvm.vector.reduce.add.v{lanes}i64",
            )
            return builder.call(reduce, [builder.load(total)])

        eights = builder.udiv(width, _whole(8))
        rest = builder.udiv(builder.urem(width, _whole(8)), _whole(4))
        return builder.add(
            count(_whole(0), eights, 8), count(builder.mul(eights, _whole(8)), rest, 4)
        )

    return types.int64(first, types.int64, codes, weights, types.int64, types.int64), generate


def _add_two(_typing: Any, counts: Any, place: Any, both: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        counts, place, both = arguments
        data = context.make_array(signature.args[0])(context, builder, counts).data
        at = builder.bitcast(builder.gep(data, [place]), INT64.as_pointer())
        builder.store(builder.add(builder.load(at, align=4), both), at, align=4)
        return context.get_dummy_value()

    return types.void(counts, types.uint64, types.uint64), generate


# add_two(counts, place, both): the low half of both is added to counts[place] and the high half
# to the next one, as one addition; uint32, and neither sum may reach 2^32
add_two: Any = intrinsic(_add_two)
# tile(shares, matrix, t, sums): columns 32 t .. 32 t + 31 of sums (8, n) = shares @ matrix
# shares uint8 (8, d), d a multiple of 4; matrix int8 (n / 32, d / 4, 32, 4): four rows of a
# column side by side; sums int32 (8, n)
tile: Any = intrinsic(_tile)
# differences(first, row, codes, weights, v, width): sum over words of weights[v] times the
# differing bits of first[row] and codes[v]; uint64 (.., width), a multiple of 4; weights < 2^16
differences: Any = intrinsic(_differences)
