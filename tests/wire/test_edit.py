from __future__ import annotations

import pytest

from comity.errors import WireError
from comity.wire.edit import Splice, listing, spliced, with_values
from comity.wire.read import read, write
from comity.wire.transaction import Transaction
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import card, wsq_image


def place(transaction: Transaction, tag: str, record: int = 0) -> tuple[int, int]:
    """Record and field of a tag; `record` skips so many that have it."""
    places = [
        (r, f)
        for r, one in enumerate(transaction.records)
        for f, field in enumerate(one.fields)
        if field.tag == tag
    ]
    return places[record]


def changed(data: bytes, tag: str, value: bytes, record: int = 0) -> bytes:
    transaction = read(data)
    return with_values(transaction, {place(transaction, tag, record): value})


def test_nothing_changed_is_the_same_file() -> None:
    data = card()
    assert with_values(read(data), {}) == data
    assert spliced(data, ()) == data


@pytest.mark.parametrize("length", [0, 1, 4, 14, 60, 61, 62, 150, 160, 900])
def test_a_value_of_any_length_has_its_len(length: int) -> None:
    # 248 bytes with 14 of a name: LEN goes from three digits to four between them.
    data = changed(card(), "2.018", b"N" * length)
    transaction = read(data)
    assert transaction.damage == ()
    detail = transaction.records[1]
    assert detail.number(1) == detail.size
    assert detail.text(18) == "N" * length
    assert write(transaction) == data


def test_only_the_value_and_its_len_change() -> None:
    before = card()
    after = changed(before, "2.018", b"ROE,J")
    assert after.replace(b"2.018:ROE,J", b"2.018:DOE,JOHN QUINCY").replace(
        b"2.001:%d" % read(after).records[1].size, b"2.001:%d" % read(before).records[1].size
    ) == before  # fmt: skip


def test_a_binary_record_has_its_len_in_four_bytes() -> None:
    image = wsq_image(128, 128)
    data = changed(card(), "4.009", image, record=3)
    record = read(data).records[5]
    assert (record.size, record.number(1)) == (18 + len(image), 18 + len(image))
    assert read(data).damage == ()


def test_an_idc_that_changes_is_listed_so() -> None:
    for tag, value, told in (("4.002", b"\x63", b"\x1e4\x1f99"), ("2.002", b"77", b"2\x1f77\x1e")):
        data = changed(card(fingers=[1, 2]), tag, value)
        assert told in data.split(b"\x1d1.004")[0]
        assert "idc" not in {f.code for f in validate(read(data))}


def test_labels_stay_as_they_were_written() -> None:
    data = shared("transactions", "ojbc", "0400024.eft").read_bytes()
    after = changed(data, "1.009", b"SHORT")
    assert b"\x1d1.09:SHORT\x1d" in after
    assert after.startswith(b"1.01:189\x1d")


def test_a_len_that_was_wrong_stays_wrong_by_as_much() -> None:
    data = card()
    size = read(data).records[1].size
    broken = data.replace(b"2.001:%d\x1d" % size, b"2.001:%d\x1d" % (size + 7))
    after = changed(broken, "2.018", b"ROE,J")
    record = read(after).records[1]
    assert record.number(1) == record.size + 7


def test_splices_that_do_not_fit_are_refused() -> None:
    for splices in (
        [Splice(0, b"x", b"y")],
        [Splice(0, b"1.0", b""), Splice(2, b"0", b"")],
        [Splice(10**6, b"x", b"")],
    ):
        with pytest.raises(WireError, match="does not fit"):
            spliced(card(), splices)


def test_a_field_that_is_not_there_cannot_change() -> None:
    with pytest.raises(WireError, match="no such field"):
        with_values(read(card()), {(99, 0): b""})


def test_the_listing_of_a_sound_file_is_its_cnt() -> None:
    for record_type in (4, 14):
        transaction = read(card(record_type=record_type))
        count = transaction.head.first(3)
        assert count is not None
        assert listing(transaction) == count.value


def test_a_record_without_idc_cannot_be_listed_where_cnt_does_not_help() -> None:
    data = card(fingers=[1], record_type=14).replace(b"14.002:01", b"14.002:XX")
    listed = listing(read(data))
    assert listed is not None
    assert listed.endswith(b"14\x1f01")
    assert listing(read(data.replace(b"\x1e14\x1f01", b"\x1e13\x1f01"))) is None
