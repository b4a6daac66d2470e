from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.statistics.measures import MEASURES, RATES
from comity.statistics.relations import relations, value
from comity.statistics.table import BY_JURISDICTION, BY_MONTH, compute
from tests.reference import statistics_table as slow
from tests.statistics.stories import Story, decision

VERSION = "2010"
TRUTH = st.booleans()
MAYBE = st.none() | TRUTH
LEVEL = st.fixed_dictionaries(
    {VERSION: st.sampled_from(["1", "2", "3", "non-criminal", None])},
    optional={"2008": st.sampled_from(["1", None])},
)
CLAUSES = st.lists(st.sampled_from(["x#1", "x#2", "y#1"]), min_size=1, max_size=3, unique=True)
DECISION = st.builds(lambda permit, clauses: decision(permit, *clauses), TRUTH, CLAUSES)
EVENT = st.one_of(
    st.builds(lambda d, n: ("decided", ("search", d, n)), DECISION, st.integers(1, 3)),
    st.builds(lambda d, n: ("decided", ("release", d, n)), DECISION, st.integers(1, 3)),
    st.builds(
        lambda matched, person, lawful, citizen, level: (
            "search",
            {
                "matched": matched,
                "person": person,
                "lawful_process_only": lawful,
                "citizen": citizen,
                "level": level,
            },
        ),
        TRUTH,
        st.sampled_from(["p", "q", None]),
        MAYBE,
        MAYBE,
        LEVEL,
    ),
    st.builds(lambda late: ("release", {"late": late}), TRUTH),
    st.just(("retraction", {})),
    st.builds(lambda leaf: ("acknowledgement", {"of_leaf": leaf}), st.integers(0, 40)),
    st.builds(
        lambda d: ("determination", {"determination": d}),
        st.sampled_from(["no_action", "action_requested", "refer"]),
    ),
    st.builds(
        lambda stage, level: ("outcome", {"stage": stage, "level": level}),
        st.sampled_from(["custody", "removal"]),
        LEVEL,
    ),
    st.builds(lambda c: ("subject_access", {"contested": c}), TRUTH),
    st.builds(
        lambda s, p, r: ("first_response", {"seconds": s, "person": p, "response": r}),
        st.floats(0, 1e6, allow_nan=False),
        st.sampled_from(["p", "q", None]),
        st.sampled_from(["SRE", "ERRT"]),
    ),
    st.builds(lambda leaf: ("cancellation", {"of_leaf": leaf}), st.integers(0, 40)),
    st.just(("correction", {})),
    st.just(("disposition", {})),
)
CASE = st.tuples(
    st.sampled_from("AB"), st.sampled_from(["2010-01", "2010-02"]), TRUTH, MAYBE, st.lists(EVENT)
)


def told(cases):
    """The cases' entries, taking one event of each in turn, as a ledger would interleave them."""
    story = Story()
    for number, (place, month, accepted, missing, _) in enumerate(cases):
        story.received(f"c{number}", place, period=month, accepted=accepted, missing_charge=missing)
    for turn in range(max((len(events) for *_, events in cases), default=0)):
        for number, (place, _, _, _, events) in enumerate(cases):
            if turn < len(events):
                kind, values = events[turn]
                case = f"c{number}"
                if kind == "decided":
                    story.decided(case, place, *values)
                elif kind == "search":
                    story.search(case, place, **values)
                else:
                    story.tell(kind, case, place, **values)
    knows = Story(story.rows)
    knows.received("z", "A", period="2010-01")
    knows.search("z", "A", level={VERSION: "1"})
    return knows.rows


CASES = st.lists(CASE, max_size=7)


@settings(max_examples=150, deadline=None)
@given(CASES, st.sampled_from([BY_JURISDICTION, BY_MONTH]))
def test_every_count_is_the_references(cases, by):
    rows = told(cases)
    table = compute(rows, VERSION, by)
    plain = [
        {"index": r.index, "kind": r.kind, "period": r.period, "values": r.values} for r in rows
    ]
    expected = slow.table(plain, VERSION, by == BY_MONTH)
    assert {row.key for row in table.rows} | {()} == set(expected)
    for row in (*table.rows, table.total):
        # The reference names a clause column only in rows where it counts something.
        got = {n: c for n, c in row.counts.items() if c or not n.endswith("]")}
        assert got == expected[row.key]


@settings(max_examples=80, deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_handed_over_is_nothing(cases, rng):
    rows = told(cases)
    shuffled = [*rows]
    rng.shuffle(shuffled)
    assert compute(shuffled, VERSION) == compute(rows, VERSION)


@settings(max_examples=80, deadline=None)
@given(CASES, st.sampled_from([BY_JURISDICTION, BY_MONTH]))
def test_what_the_disclosure_attack_relies_on_holds(cases, by):
    table = compute(told(cases), VERSION, by)
    for relation in relations(table):
        parts = sum(value(table, cell) for cell in relation.parts)
        whole = sum(value(table, cell) for cell in relation.whole)
        assert parts == whole if relation.exact else parts <= whole, relation


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_rates_stay_within_their_denominator_and_interval(cases):
    table = compute(told(cases), VERSION)
    for row in (*table.rows, table.total):
        assert set(row.rates) == set(RATES)
        for name, rate in row.rates.items():
            assert 0 <= rate.numerator <= rate.denominator
            assert rate.denominator == row.counts[RATES[name][1]]
            if rate.denominator:
                assert 0 <= rate.low <= rate.estimate <= rate.high <= 1


def test_every_measure_is_within_one_that_exists():
    for name, measure in MEASURES.items():
        assert measure.within is None or measure.within in MEASURES, name
        assert measure.definition
