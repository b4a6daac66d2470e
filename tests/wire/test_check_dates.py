"""Days of capture and the instant in Greenwich against the day of the file."""

from __future__ import annotations

import pytest

from comity.wire.check_dates import check
from tests.wire.made import found, slap, text, told


@pytest.mark.parametrize("day", ["20100505", "20100506", "20100507", "19990101"])
def test_prints_are_captured_before_the_file_is_made(day: str) -> None:
    assert told(check, slap(f5=day)) == []


def test_prints_captured_later_than_a_day_after_the_file() -> None:
    assert told(check, slap(f5="20100508")) == [("date-order", "14.005")]
    assert told(check, text(13, 1, {5: "20110101"})) == [("date-order", "13.005")]
    assert told(check, text(15, 1, {5: "20110101"})) == [("date-order", "15.005")]


def test_a_capture_on_no_day() -> None:
    assert told(check, slap(f5="20100231")) == [("date", "14.005")]


@pytest.mark.parametrize("instant", ["20100506120000Z", "20100505235959Z", "20100507000000Z"])
def test_greenwich_is_on_the_same_day_or_beside_it(instant: str) -> None:
    assert told(check, h14=instant) == []


def test_greenwich_on_another_day_is_a_note() -> None:
    (one,) = found(check, h14="20100406120000Z")
    assert (one.code, one.tag, one.severity) == ("date-order", "1.014", "note")


@pytest.mark.parametrize(
    "instant", ["20100506", "20100506250000Z", "20100506126000Z", "20100231120000Z",
                "20100506120000", "2010-05-06T12:00Z"]
)  # fmt: skip
def test_greenwich_that_is_no_instant(instant: str) -> None:
    assert told(check, h14=instant) == [("date", "1.014")]
