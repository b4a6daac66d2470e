"""Positions of table 8, fingers twice, and fingers missing from a criminal card."""

from __future__ import annotations

import pytest

from comity.wire.build import car
from comity.wire.check_fingers import check
from comity.wire.profile import profile_of
from comity.wire.read import read
from tests.wire.cards import SUBJECT, booking
from tests.wire.made import raw, slap, text, told


@pytest.mark.parametrize(
    ("record_type", "good", "bad"),
    [(13, (0, 19, 20, 38, 50, 60, 81), (39, 80, 90)), (15, (20, 38, 81, 86), (13, 19, 39)),
     (19, (60, 79), (59, 80)), (14, (0, 15, 19, 33, 40, 50), (20, 39, 60))],
)  # fmt: skip
def test_each_type_has_its_positions(
    record_type: int, good: tuple[int, ...], bad: tuple[int, ...]
) -> None:
    tag = f"{record_type}.013"
    for code in good:
        assert told(check, text(record_type, 1, {13: str(code)}, b"x")) == []
    for code in bad:
        piece = text(record_type, 1, {13: str(code)}, b"x")
        assert told(check, piece) == [("finger-position", tag)]


def test_binary_records_have_fingers_and_slaps_only() -> None:
    assert told(check, raw(4, b"x", finger=14), raw(6, b"x", finger=0)) == []
    assert told(check, raw(4, b"x", finger=15)) == [("finger-position", "4.004")]
    assert told(check, raw(4, b"x", finger=255)) == [("finger-position", "4.004")]


def test_impressions_of_binary_records_are_those_of_table_7() -> None:
    assert told(check, raw(4, b"x", imp=3), raw(4, b"x", finger=2, imp=29)) == []
    assert told(check, raw(4, b"x", imp=9)) == [("code", "4.003")]


def test_a_finger_twice_in_one_type_of_record() -> None:
    assert told(check, slap(), slap()) == [("finger-repeated", "14.013")]
    assert told(check, slap(), raw(4, b"x", finger=13)) == []


def missing(fingers: list[int], amp: str = "") -> list[str]:
    subject = {**SUBJECT, "AMP": amp} if amp else {**SUBJECT, "AMP": "11 | UP"}
    data = car(booking(fingers, 14, subject=subject), checked=False)
    one = read(data)
    return [f.found for f in check(one, profile_of(one)) if f.code == "finger-missing"]


def test_a_rolled_card_owes_every_rolled_finger() -> None:
    assert missing([*range(1, 15)]) == []
    assert missing([*range(1, 10), 13, 14]) == ["neither for 10"]
    assert missing([*range(1, 10), 13, 14], "10 | XX") == []
    assert missing([*range(1, 11)], "10 | XX") == ["both for 10"]


def test_a_card_of_flats_owes_every_finger_in_some_flat() -> None:
    assert missing([11, 12, 13, 14]) == []
    assert missing([13, 14]) == ["neither for 1 6"]
