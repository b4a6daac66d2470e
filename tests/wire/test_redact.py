from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from comity.errors import CallerError
from comity.records import Finding
from comity.wire.build import car
from comity.wire.edit import with_values
from comity.wire.images import ended, header
from comity.wire.read import read
from comity.wire.redact import redact
from comity.wire.redact_images import skeleton
from comity.wire.redact_values import days_in, masked
from comity.wire.transaction import Transaction
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import booking, card, print_of, with_face, with_subject, wsq_image
from tests.wire.test_edit import place
from tests.wire.test_validate import FAULTS, swap

TRANSACTIONS = [
    path
    for path in sorted(shared("transactions").rglob("*"))
    if path.suffix in (".an2", ".an2k", ".eft")
]
SECRETS = ("ZEBRAFISH", "WOMBAT", "73846251", "QUOKKA", "GIRAFFE")
FRAGMENTS = tuple(
    sorted({word[k : k + 3].encode() for word in SECRETS for k in range(len(word) - 2)})
)


def commented(image: bytes, comment: bytes) -> bytes:
    """A WSQ image with a comment, or a JPEG's, after its first marker."""
    return image[:2] + b"\xff\xa8" + (2 + len(comment)).to_bytes(2, "big") + comment + image[2:]


@lru_cache(maxsize=1)
def planted() -> tuple[bytes, ...]:
    """Cards of a person who does not exist, whose every personal value is one of the words."""
    person = replace(
        with_subject(
            NAM="ZEBRAFISH,WOMBAT QUOKKA", AKA="GIRAFFE,ZEBRAFISH", SOC="738462517",
            OCA="WOMBAT73846251", RES="73846251 QUOKKA ST",
        ),
        tcn="TCN-QUOKKA-73846251", ori="GIRAFFE00", destination="WOMBAT000", cri="QUOKKA000",
    )  # fmt: skip
    image = commented(wsq_image(), b"NIST_COM 2\nPPI 500\nOPERATOR GIRAFFE\nWOMBAT 73846251")
    prints = tuple(print_of(finger, data=image) for finger in (1, 2))
    four = car(replace(person, images=prints), checked=False)
    fourteen = car(
        replace(person, images=tuple(replace(one, record_type=14) for one in prints)),
        checked=False,
    )
    unknown = four.replace(
        b"\x1d2.073:", b"\x1d2.777:ZEBRAFISH\x1fWOMBAT\x1d2.9123:QUOKKA\x1d2.073:"
    )
    face = with_face(fourteen, b"\xff\xd8\xff\xfe\x00\x09GIRAFFE" + b"ZEBRAFISH" * 20 + b"\xff\xd9")
    lost = four.replace(b"2.018:", b"2x018:").replace(b"2.041", b"2.01")
    return four, fourteen, unknown, face, lost, four + b"\x00WOMBAT QUOKKA ZEBRAFISH"


def shape(transaction: Transaction) -> list[tuple[object, ...]]:
    return [
        (r.type, r.form, r.offset, tuple((min(f.number, 9999), f.offset) for f in r.fields))
        for r in transaction.records
    ]


def kinds(findings: tuple[Finding, ...]) -> Counter[tuple[object, ...]]:
    return Counter((f.code, f.severity, f.record, f.tag, f.offset) for f in findings)


@pytest.mark.parametrize("number", range(6))
def test_nothing_of_the_person_stays(number: int) -> None:
    data = planted()[number]
    assert all(word.encode() in data for word in SECRETS)
    told = redact(read(data))
    assert [one for one in FRAGMENTS if one in told.data] == []


@pytest.mark.parametrize("number", range(6))
def test_what_is_told_names_no_value(number: int) -> None:
    told = redact(read(planted()[number]))
    assert told.taken
    assert not [one for one in FRAGMENTS if one.isalpha() and one.decode() in repr(told.taken)]


@pytest.mark.parametrize("path", TRANSACTIONS, ids=lambda path: path.name)
def test_public_files_show_the_same_findings(path: Path) -> None:
    transaction = read(path.read_bytes())
    told = redact(transaction)
    after = read(told.data)
    assert shape(after) == shape(transaction)
    assert (told.lost, told.new) == ((), ())
    assert kinds(validate(after)) == kinds(validate(transaction))


@pytest.mark.parametrize("path", TRANSACTIONS, ids=lambda path: path.name)
def test_no_image_nor_name_of_a_public_file_stays(path: Path) -> None:
    transaction = read(path.read_bytes())
    after = read(redact(transaction).data)
    for record, bare in zip(transaction.records, after.records, strict=True):
        for one, hidden in zip(record.fields, bare.fields, strict=True):
            if one.number == 999 or (record.form == "binary" and one is record.fields[-1]):
                assert len(hidden.value) - hidden.value.count(0) <= 400
            if record.type == 2 and one.number in (18, 41) and one.value.isupper():
                assert set(hidden.value) <= set(b"X9x ,.-'&/\x1e\x1f")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_shows_in_the_copy(name: str) -> None:
    data = FAULTS[name][0]()
    told = redact(read(data))
    assert kinds(validate(read(told.data))) == kinds(validate(read(data)))


def test_two_people_of_one_shape_look_alike() -> None:
    one = redact(read(card()))
    other = swap(b"DOE,JOHN QUINCY", b"ROE,JANE RACHEL")()
    assert redact(read(other)).data == one.data


def test_a_fields_codes_become_one_of_them() -> None:
    after = read(redact(read(card())).data)
    kept = read(redact(read(card().replace(b"2.024:M", b"2.024:F"))).data)
    assert after.text(2, 24) == kept.text(2, 24) != ""


def test_days_keep_their_order_and_nothing_else() -> None:
    values = [b"19800102", b"20100504\x1fX", b"20100505", b"20100506123000Z", b"18790101"]
    days = days_in(values)
    hidden = [masked(value, days) for value in values]
    assert hidden[0].startswith(b"197")
    assert hidden[1][:8] < hidden[2] < hidden[3][:8]
    assert hidden[3].endswith(b"000000Z")
    assert hidden[4] < b"1880"
    assert not set(values) & set(hidden)


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        (b"DOE,JOHN Q.", b"XXX,XXXX X."),
        (b"o'Brien-42", b"x'Xxxxx-99"),
        ("Muñoz 李".encode(), "Xx×xx Ｘ".encode()),
        (b"QUI\xd1CY", b"XXX\xd7XX"),
        (b"A\x1fB\x1eC", b"X\x1fX\x1eX"),
        (b"XX\x1c2.022:19800102", b"XX\x1c2.022:99999999"),
        (b"19801332", b"99999999"),
        (b"", b""),
    ],
)
def test_a_value_keeps_its_shape(value: bytes, hidden: bytes) -> None:
    assert masked(value, {}) == hidden
    assert len(hidden) == len(value)


def test_bytes_of_an_image_in_a_text_field_leave_no_trace() -> None:
    hidden = masked(wsq_image(), {})
    assert set(hidden) <= set(b"X\xd7\x1c\x1d\x1e\x1f")


@pytest.mark.parametrize(
    "image",
    [
        wsq_image(),
        commented(wsq_image(), b"NIST_COM 3\nPPI 500\nNAME ZEBRAFISH"),
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + b"\xff\xfe\x00\x08SECRET"
        b"\xff\xc0\x00\x0b\x08\x00\x40\x00\x60\x01\x01\x11\x00\xff\xda" + b"ridges" * 9
        + b"\xff\xd9",
        b"\xff\x4f\xff\x51\x00\x29\x00\x00\x00\x00\x00\x60\x00\x00\x00\x40" + bytes(8)
        + b"\x00\x00\x00\x60\x00\x00\x00\x40" + bytes(8) + b"\x00\x01\x07\x01\x01"
        b"\xff\x64\x00\x0bSECRETSEC\xff\x52\x00\x0c\x00\x00\x00\x01\x00\x05\x04\x04\x00\x00"
        b"\xff\x90" + b"ridges" * 9 + b"\xff\xd9",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x60\x00\x00\x00\x40\x08\x00\x00\x00\x00crc!"
        + b"ridges" * 9 + b"\x00\x00\x00\x00IEND\xaeB`\x82",
        b"", b"\xff", b"\xff\xa0", b"\xff\xa0\xff\xa2", b"\xff\x4f\xff\x51", b"raw" * 99,
    ],
)  # fmt: skip
def test_an_image_keeps_its_header_only(image: bytes) -> None:
    bare = skeleton(image)
    assert len(bare) == len(image)
    assert header(bare) == header(image)
    own = header(image)
    if own is not None:
        assert ended(bare, own) == ended(image, own)
    for word in (b"SECRET", b"ridges", b"ZEBRAFISH", b"raw"):
        assert word not in bare


def test_an_agency_can_be_kept_by_mnemonic_or_tag() -> None:
    for keep in (["ORI"], ["1.008"], ["ori", "2.073"]):
        after = read(redact(read(card()), keep).data)
        assert after.text(1, 8) == "XA0000000"
        assert after.text(2, 18) == "XXX,XXXX XXXXXX"
        assert (after.text(2, 73) == "XA0010000") == ("2.073" in keep)


def test_a_kept_field_that_swallowed_another_is_not_kept() -> None:
    data = card().replace(b"XA0000000\x1d1.009:TCN", b"XA00000001.009:TCN")
    after = redact(read(data), ["ORI"]).data
    assert b"SYNTHETIC" not in after
    assert b"XA000" not in after


def test_a_tag_that_no_table_has_cannot_be_kept() -> None:
    with pytest.raises(CallerError, match="no table has"):
        redact(read(card()), ["NOSUCH"])


def test_records_without_prints_are_emptied() -> None:
    told = redact(read(with_face(card())))
    face = read(told.data).records[-1]
    assert face.type == 10
    for number in (3, 4, 20, 27):
        assert face.text(number).strip("X-") == ""
    assert b"PIXELS" not in told.data


def test_minutiae_lose_place_and_angle() -> None:
    data = shared("transactions", "nist-reference", "type-9-14-std.an2").read_bytes()
    before, after = read(data), read(redact(read(data)).data)
    places = [
        {items[1].value for items in one.of_type(9)[0].first(12).subfields}  # type: ignore[union-attr]
        for one in (before, after)
    ]
    assert len(places[0]) > 40
    assert len(places[1]) <= 2


def test_a_change_of_value_alone_does_not_show() -> None:
    """What the copy holds hangs on shapes: other digits in a number give the same copy."""
    transaction = read(card())
    spot = place(transaction, "1.009")
    other = with_values(transaction, {spot: b"TCN-IMAGINARY-0002"})
    assert redact(read(other)).data == redact(transaction).data


def test_a_booking_without_data_has_nothing_to_hide() -> None:
    data = car(booking(subject={}, images=(), charges=(), arrest_date=None), checked=False)
    told = redact(read(data))
    assert {one.record for one in told.taken} <= {"Type-1", "Type-2"}
    assert {one.mnemonic for one in told.taken} >= {"TCN", "ORI", "DAT"}


def test_a_field_of_separators_alone_is_not_taken_apart() -> None:
    data = card().replace(b"2.024:M", b"2.024:ABC" + b"\x1e" * 600_000 + b"DEF")
    hidden = redact(read(data)).data
    assert len(hidden) == len(data)
    assert b"ABC" not in hidden
    assert b"DEF" not in hidden
