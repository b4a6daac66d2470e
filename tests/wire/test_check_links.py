"""CNT against the records, and records that share an IDC."""

from __future__ import annotations

import pytest

from comity.wire.check_links import check
from comity.wire.profile import profile_of
from comity.wire.read import read
from tests.wire.cards import card
from tests.wire.made import found, raw, slap, text, told, written

ANEW = "write CNT 1.003 anew from the records"


def codes(data: bytes) -> list[tuple[str, str]]:
    transaction = read(data)
    return [(f.code, f.repair) for f in check(transaction, profile_of(transaction))]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"1.003:1\x1f15", b"1.003:1\x1f14", "count"),
        (b"1.003:1\x1f15", b"1.003:2\x1f15", "count"),
        (b"\x1e4\x1f07\x1e", b"\x1e4\x1f77\x1e", "idc"),
    ],
)
def test_cnt_that_disagrees_can_be_written_anew(old: bytes, new: bytes, code: str) -> None:
    assert codes(card().replace(old, new)) == [(code, ANEW)]


def test_a_record_that_is_not_of_the_type_announced() -> None:
    data = written([text(9, 1, {4: "U"}), text(9, 2, {4: "U"})])
    assert codes(data) == [("link-missing", "")] * 2
    data = data.replace(b"\x1e9\x1f01\x1e", b"\x1e8\x1f01\x1e", 1)
    assert ("count-order", ANEW) in codes(data)


@pytest.mark.parametrize("record_type", [4, 14])
def test_where_records_may_be_lost_cnt_is_not_written_anew(record_type: int) -> None:
    data = card(record_type=record_type, fingers=[1, 2, 3])
    last = read(data).records[-1]
    for cut in (data[: last.offset], data[: last.offset + last.size // 2]):
        found = codes(cut)
        assert "count" in {code for code, _ in found} or read(cut).damage
        assert {repair for _, repair in found} <= {""}


def test_a_sound_card_has_no_findings_of_links() -> None:
    assert codes(card()) == codes(card(record_type=14)) == []


def test_two_images_of_one_type_share_no_idc() -> None:
    assert told(check, slap(), slap(f13="14")) == [
        ("idc-repeated", "14.002"),
        ("link", "14.013"),
    ]


def test_images_of_two_types_may_share_an_idc_if_they_show_the_same() -> None:
    assert told(check, slap(), raw(4, b"x", finger=3)) == []
    assert told(check, slap(), raw(4, b"x", finger=7)) == [("link", "4.004")]
    assert told(check, slap(), raw(4, b"x", finger=0)) == []


def test_minutiae_belong_to_an_image_in_the_file() -> None:
    (one,) = found(check, text(9, 2, {4: "S", 6: "03"}), slap())
    assert (one.code, one.severity, one.idc) == ("link-missing", "note", 2)


@pytest.mark.parametrize("number", [6, 14, 134, 302])
def test_minutiae_and_their_image_are_of_one_finger(number: int) -> None:
    assert told(check, text(9, 1, {4: "U", number: "03"}), slap()) == []
    assert told(check, text(9, 1, {4: "U", number: "08"}), slap()) == [("link", f"9.{number:03d}")]
