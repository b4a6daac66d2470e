from __future__ import annotations

import csv
import io
import json

import pytest

from comity.ledger.checkpoint import Checkpoint
from comity.statistics.disclosure import suppress
from comity.statistics.measures import RATES
from comity.statistics.publish import to_csv, to_json
from comity.statistics.table import BY_MONTH, compute
from tests.statistics.stories import Story, county, decision

HEAD = Checkpoint("ledger.example/county", 99, bytes(range(32)))
ROWS = county("ZZ0010000", submissions=60, matches={"1": 3, "2": 20}, removed={"1": 1})
TABLE = compute(ROWS, "2010")


def test_json_says_what_it_rests_on():
    body = json.loads(to_json(TABLE, HEAD))
    assert body["format"] == "comity statistics 1"
    assert body["ledger"] == HEAD.as_json()
    assert body["level_version"] == "2010"
    assert body["suppression"] == "none"
    assert body["by"] == ["jurisdiction"]
    assert body["rows"][0]["jurisdiction"] == "ZZ0010000"
    assert body["rows"][0]["counts"]["matches"] == 23
    assert body["total"]["counts"] == body["rows"][0]["counts"]
    assert body["total"]["rates"]["match_per_submission"]["denominator"] == 60


def test_every_column_is_defined():
    body = json.loads(to_json(TABLE, HEAD))
    endings = ("_persons", *(f"_{level}" for level in ("1", "2", "3", "non-criminal", "unknown")))
    for column in body["columns"]:
        plain = column.partition("[")[0]
        stems = {plain, *(plain.removesuffix(end) for end in endings)}
        assert stems & set(body["definitions"]), column
    assert "2010" in " ".join(body["definitions"].values())


def test_csv_is_rfc_4180_in_a_stable_order():
    text = to_csv(TABLE).decode()
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 3
    header, row, total = csv.reader(io.StringIO(text, newline=""))
    assert header[:3] == ["jurisdiction", "submissions", "submissions_persons"]
    assert len(header) == len(row) == len(total) == len(set(header))
    assert (row[0], total[0]) == ("ZZ0010000", "total")
    named = dict(zip(header, row, strict=True))
    assert (named["matches"], named["matches_1"]) == ("23", "3")
    assert named["match_per_submission"] == "0.383333"
    assert named["removed_per_custody"] == ""
    assert named["first_response_seconds_median"] == ""
    assert set(RATES) <= set(header)
    assert to_csv(compute(ROWS[::-1], "2010")).decode() == text


def test_months_have_a_column_of_their_own():
    header, row, total = csv.reader(
        io.StringIO(to_csv(compute(ROWS, "2010", BY_MONTH)).decode(), newline="")
    )
    assert header[:2] == ["jurisdiction", "month"]
    assert row[:2] == ["ZZ0010000", "2010-03"]
    assert total[:2] == ["total", ""]


@pytest.mark.parametrize("place", ["=1+1", "+1", "-1", "@A1", "a,b", 'a"b', "a\r\nb"])
def test_a_place_name_from_a_file_stays_text(place):
    story = Story()
    story.received("a", place)
    rows = list(csv.reader(io.StringIO(to_csv(compute(story.rows, "2010")).decode(), newline="")))
    assert len(rows) == 3
    assert rows[1][0] == (f"'{place}" if place[0] in "=+-@" else place)


def test_hidden_counts_are_null_with_everything_that_would_show_them():
    chosen = suppress(TABLE)
    body = json.loads(to_json(TABLE, HEAD, chosen))
    assert body["suppression"]["threshold"] == 10
    assert body["suppression"]["hidden_counts"] == len(chosen.hidden)
    row = body["rows"][0]
    assert row["counts"]["matches_1"] is None
    assert row["counts"]["matches_3"] == 0
    assert row["rates"]["removed_per_match"] is None
    for name, (above, below) in RATES.items():
        if row["rates"][name] is not None:
            assert row["counts"][above] is not None
            assert row["counts"][below] is not None
    text = to_csv(TABLE, chosen).decode()
    named = next(csv.DictReader(io.StringIO(text, newline="")))
    assert named["matches_1"] == "hidden"
    assert named["removed_per_match"] == ""


def test_times_of_hidden_counts_are_hidden():
    story = Story()
    for number in range(3):
        story.received(f"a{number}", "A")
        story.tell(
            "first_response",
            f"a{number}",
            "A",
            response="SRE",
            identified=None,
            person=None,
            seconds=17.0,
        )
    for number in range(40):
        story.received(f"b{number}", "B")
        story.decided(f"b{number}", "B", "search", decision(False, "x#1"))
    table = compute(story.rows, "2010")
    assert table.rows[0].seconds["first_response_seconds_median"] == 17.0
    body = json.loads(to_json(table, HEAD, suppress(table)))
    assert body["rows"][0]["counts"]["submissions"] is None
    assert body["rows"][0]["seconds"]["first_response_seconds_median"] is None
