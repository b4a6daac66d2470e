"""Where hidden counts can lie, by trying every whole number: for a few cells with small counts."""

from __future__ import annotations

from itertools import product


def intervals(shown, hidden, relations, most):
    """{hidden cell: (least, most)} over all fillings with 1..most that keep every relation.

    shown      {cell: count} of all other cells
    relations  (parts, whole, exact): sum(parts) == sum(whole), or <= where not exact
    """
    near = [r for r in relations if set(r[0] + r[1]) & set(hidden)]
    found = {}
    for filling in product(range(1, most + 1), repeat=len(hidden)):
        counts = {**shown, **dict(zip(hidden, filling, strict=True))}
        if all(keeps(counts, relation) for relation in near):
            for cell, count in zip(hidden, filling, strict=True):
                least, largest = found.get(cell, (count, count))
                found[cell] = (min(least, count), max(largest, count))
    return found


def keeps(counts, relation):
    parts, whole, exact = relation
    left = sum(counts[cell] for cell in parts)
    right = sum(counts[cell] for cell in whole)
    return left == right if exact else left <= right
