from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comity.statistics.disclosure import attack, check, suppress
from comity.statistics.relations import all_rows, relations, value
from comity.statistics.table import compute
from tests.properties.test_statistics_table import CASES, VERSION, told
from tests.reference import statistics_intervals as slow

TINY = 3  # hypothesis makes few cases; the method is the same at any threshold


@settings(max_examples=50, deadline=None)
@given(CASES, st.data())
def test_the_attack_finds_every_filling_that_counting_finds(cases, data):
    table = compute(told(cases), VERSION)
    counts = {
        (number, column): count
        for number, row in enumerate(all_rows(table))
        for column, count in row.counts.items()
    }
    free = [cell for cell, n in counts.items() if n and not cell[1].startswith("submissions")]
    assume(free)
    hidden = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=3, unique=True))
    plain = [(list(r.parts), list(r.whole), r.exact) for r in relations(table)]
    shown = {cell: n for cell, n in counts.items() if cell not in hidden}
    counted = slow.intervals(shown, hidden, plain, len(cases) + 1)
    for cell, interval in attack(table, hidden, relations(table)).items():
        least, most = counted[cell]
        assert interval.low <= least + 1e-6
        assert interval.high >= most - 1e-6
        assert least <= counts[cell] <= most


@settings(max_examples=6, deadline=None)
@given(CASES)
def test_what_is_suppressed_stays_hidden(cases):
    table = compute(told(cases), VERSION)
    chosen = suppress(table, TINY)
    check(table, chosen.hidden, TINY)
    for cell, interval in chosen.hidden.items():
        assert interval.width >= TINY - 1e-6
        assert interval.low - 1e-6 <= value(table, cell) <= interval.high + 1e-6
    for number, row in enumerate(all_rows(table)):
        for column, count in row.counts.items():
            assert (number, column) in chosen.hidden or count == 0 or count >= TINY
