from __future__ import annotations

from dataclasses import replace

import pytest

from comity.errors import LedgerError, StatisticsError
from comity.ledger import entry
from comity.ledger.entry import OpenedEntry
from comity.statistics.cases import open_rows
from comity.statistics.table import BY_JURISDICTION, BY_MONTH, compute
from tests.ledger.sample import salts
from tests.statistics.stories import AT, Story, county, decision

COUNTY = "ZZ0010000"
# McLennan County, Texas, end of January to July 2010, as its newspaper reported it: 3,955
# submissions; 155 matches, of them 17 of level 1, 109 of level 2 or 3 and 29 non-criminal;
# 18 removed, 3 of them with convictions. How 109 split into levels 2 and 3 was not reported.
MCLENNAN = county(
    "TX1550000",
    submissions=3_955,
    matches={"1": 17, "2": 50, "3": 59, "non-criminal": 29},
    removed={"1": 1, "2": 2, "non-criminal": 15},
)


def counted(story, version="2010", by=BY_JURISDICTION):
    return compute(story.rows, version, by).total.counts


def test_mclennan_county_2010():
    table = compute(MCLENNAN, "2010")
    (row,) = table.rows
    assert row.key == ("TX1550000",)
    assert row.counts == table.total.counts
    counts = row.counts
    assert (counts["submissions"], counts["matches"], counts["removed"]) == (3_955, 155, 18)
    assert counts["matches_1"] == 17
    assert counts["matches_2"] + counts["matches_3"] == 109
    assert counts["matches_non-criminal"] == 29
    assert counts["removed_non-criminal"] == 15
    match = row.rates["match_per_submission"]
    assert (match.numerator, match.denominator) == (155, 3_955)
    assert round(100 * match.estimate, 2) == 3.92
    assert match.low == pytest.approx(0.0334, abs=1e-4)
    assert match.high == pytest.approx(0.0457, abs=1e-4)
    assert round(100 * row.rates["non_criminal_per_removed"].estimate, 1) == 83.3


def test_one_booking_told_to_its_end():
    story = Story()
    story.received("a", COUNTY)
    story.tell(
        "first_response", "a", COUNTY, response="SRE", identified=True, person="p", seconds=20.0
    )
    story.decided("a", COUNTY, "search", decision(True))
    story.search(
        "a",
        COUNTY,
        person="p",
        reasons=["visa"],
        lawful_process_only=True,
        citizen=None,
        level={"2008": "1", "2010": "non-criminal"},
    )
    story.decided("a", COUNTY, "release", decision(False, "sample-2010#conviction"))
    story.tell("second_response", "a", COUNTY, response="no-match", seconds=90.0)
    assert counted(story)["withheld[sample-2010#conviction]"] == 1
    story.tell("disposition", "a", COUNTY, stage="conviction", level={"2010": "3"})
    story.decided("a", COUNTY, "release", decision(True), number=2)
    leaf = story.tell(
        "release",
        "a",
        COUNTY,
        recipient="notified_agency",
        fields=["identity_number"],
        decision_leaf=7,
        digest="00",
        late=True,
    )
    story.tell(
        "determination", "a", COUNTY, reviewers=1, determination="action_requested", reason="x"
    )
    story.tell("outcome", "a", COUNTY, stage="custody", level={"2010": "3"})
    retraction = story.tell(
        "retraction", "a", COUNTY, recipient="notified_agency", release_leaf=leaf, because="x"
    )
    assert counted(story)["retractions_acknowledged"] == 0
    story.tell("acknowledgement", "a", COUNTY, recipient="notified_agency", of_leaf=retraction)
    story.tell("subject_access", "a", COUNTY, contested=True)

    counts = counted(story)
    assert {name for name, count in counts.items() if count} == {
        "submissions",
        "submissions_persons",
        "searched",
        "matches",
        "matches_persons",
        "matches_non-criminal",
        "lawful_process_only",
        "citizen_unknown",
        "decided_again",
        "released",
        "released_persons",
        "released_later",
        "retracted",
        "retractions_acknowledged",
        "reviewed",
        "action_requested",
        "custody",
        "custody_persons",
        "custody_3",
        "subject_access",
        "contested",
    }
    assert set(counts.values()) == {0, 1}
    assert counted(story, "2008")["matches_1"] == 1
    assert counted(story, "2008")["custody_unknown"] == 1
    total = compute(story.rows, "2010").total
    assert total.seconds == {
        "first_response_seconds_median": 20.0,
        "first_response_seconds_90": 20.0,
        "second_response_seconds_median": 90.0,
        "second_response_seconds_90": 90.0,
    }


def test_a_search_that_an_agreement_forbade_counts_under_its_clauses():
    story = Story()
    for case, clauses in (("a", ["x#1"]), ("b", ["x#1", "x#2"]), ("c", ["default#no-agreement"])):
        story.received(case, COUNTY)
        story.decided(case, COUNTY, "search", decision(False, *clauses))
        story.tell("second_response", case, COUNTY, response="not-searched", seconds=1.0)
    counts = counted(story)
    assert counts["not_searched"] == 3
    assert counts["not_searched[x#1]"] == 2
    assert counts["not_searched[x#2]"] == 1
    assert counts["not_searched[default#no-agreement]"] == 1
    assert compute(story.rows, "2010").total.seconds["second_response_seconds_median"] is None
    # A later decision that permits, and the search, take it out again.
    story.decided("a", COUNTY, "search", decision(True), number=2)
    story.search("a", COUNTY, matched=False)
    again = counted(story)
    assert (again["not_searched"], again["searched"]) == (2, 1)
    assert again["not_searched[x#1]"] == 1


def test_persons_are_counted_beside_transactions():
    story = Story()
    for case, place, person in (
        ("a", "A", "p"),
        ("b", "A", "p"),
        ("c", "B", "p"),
        ("d", "B", "q"),
        ("e", "B", None),
    ):
        story.received(case, place)
        story.search(case, place, person=person)
    table = compute(story.rows, "2010")
    assert [(r.counts["matches"], r.counts["matches_persons"]) for r in table.rows] == [
        (2, 1),
        (3, 3),
    ]
    assert table.total.counts["matches"] == 5
    assert table.total.counts["matches_persons"] == 3  # p in both places is one


def test_persons_come_from_the_first_response_too():
    story = Story()
    for case, person in (("a", "p"), ("b", "p"), ("c", None)):
        story.received(case, COUNTY)
        story.tell(
            "first_response",
            case,
            COUNTY,
            response="SRE",
            identified=True,
            person=person,
            seconds=1,
        )
    counts = counted(story)
    assert (counts["submissions"], counts["submissions_persons"]) == (3, 2)


def test_a_release_stopped_on_its_way_was_never_released():
    story = Story()
    story.received("a", COUNTY)
    story.search("a", COUNTY)
    leaf = story.tell("release", "a", COUNTY, late=False)
    story.decided("a", COUNTY, "release", decision(False, "x#terminated"), number=2)
    story.tell("cancellation", "a", COUNTY, recipient="r", of_leaf=leaf, because="delivery")
    counts = counted(story)
    assert (counts["stopped"], counts["released"], counts["withheld"]) == (1, 0, 1)
    assert counts["withheld[x#terminated]"] == 1
    story.tell("release", "a", COUNTY, late=True)
    counts = counted(story)
    assert (counts["stopped"], counts["released"], counts["withheld"]) == (1, 1, 0)


def test_months_are_of_receipt():
    story = Story()
    story.received("a", COUNTY, period="2010-01")
    story.received("b", COUNTY, period="2010-02")
    story.search("a", COUNTY, period="2010-02")
    story.tell("outcome", "a", COUNTY, period="2010-05", stage="removal", level={})
    table = compute(story.rows, "2010", BY_MONTH)
    assert [row.key for row in table.rows] == [(COUNTY, "2010-01"), (COUNTY, "2010-02")]
    assert [row.counts["removed"] for row in table.rows] == [1, 0]


def test_rows_are_sorted_and_leaf_order_is_what_counts():
    story = Story()
    for place in ("B", "A"):
        story.received(place, place)
        story.decided(place, place, "search", decision(False, "x#1"))
        story.decided(place, place, "search", decision(False, "x#2"), number=2)
    table = compute(story.rows, "2010")
    assert [row.key for row in table.rows] == [("A",), ("B",)]
    assert table.total.counts["not_searched[x#2]"] == 2
    assert "not_searched[x#1]" not in table.columns
    assert compute(story.rows[::-1], "2010") == table


def test_nothing_received_is_an_empty_table():
    table = compute([], "2010")
    assert table.rows == ()
    assert set(table.total.counts.values()) == {0}
    assert table.total.rates["match_per_submission"].estimate is None
    assert set(table.total.seconds.values()) == {None}


def test_agreements_are_not_submissions_and_give_their_policy():
    story = Story()
    story.received("a", COUNTY)
    rows = [replace(story.rows[0], policy="ab" * 32)]
    document = OpenedEntry(9, "agreement", "2010-01", "cd" * 32, {"agreement": {}}, {})
    table = compute([*rows, document], "2010")
    assert table.total.counts["submissions"] == 1
    assert table.policies == ("ab" * 32, "cd" * 32)


def broken(spoil):
    story = Story()
    story.received("a", COUNTY)
    story.search("a", COUNTY, level={"2010": "1"})
    spoil(story)
    return story


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda s: s.received("a", COUNTY), "received twice"),
        (lambda s: s.search("b", COUNTY), "never received"),
        (lambda s: s.search("a", "elsewhere"), "changed its jurisdiction"),
        (lambda s: s.tell("release", "a", COUNTY), "`late` is needed"),
        (lambda s: s.rows[0].values.pop("case"), "`case` is needed"),
        (lambda s: s.rows[1].values.pop("level"), "`level` is needed"),
    ],
)
def test_openings_that_do_not_suffice(spoil, says):
    with pytest.raises(StatisticsError, match=says) as caught:
        counted(broken(spoil))
    assert "leaf" in caught.value.where


def test_a_version_that_nobody_recorded_is_refused():
    with pytest.raises(StatisticsError, match="under this version") as caught:
        counted(broken(lambda _: None), "2009")
    assert "2010" in caught.value.expected


def test_a_table_is_by_jurisdiction_or_month():
    with pytest.raises(StatisticsError, match="by jurisdiction"):
        compute([], "2010", ("month",))


def sealed(kind, **values):
    values = {"case": "a", "jurisdiction": COUNTY, "at": AT, **values}
    return entry.make(kind, period="2010-03", policy="", values=values, salt=salts(kind))


def test_from_leaves_and_openings_without_anything_personal():
    received, opening = sealed(
        "received",
        tot="CAR",
        accepted=True,
        findings=[],
        missing_charge=False,
        tcn="T-1",
        sha256="00",
        person="p",
    )
    answered, second = sealed(
        "first_response", response="SRE", identified=None, person=None, seconds=3
    )
    held = {0: entry.for_statistics("received", opening), 1: second}
    rows = list(open_rows([received, answered], held))
    assert "person" not in rows[0].values
    total = compute(rows, "2010").total
    assert total.counts["submissions"] == 1
    assert total.seconds["first_response_seconds_median"] == 3.0
    with pytest.raises(StatisticsError, match="cannot be opened"):
        list(open_rows([received, answered], {0: opening}))
    with pytest.raises(LedgerError):
        list(open_rows([received, answered], {0: second, 1: opening}))
