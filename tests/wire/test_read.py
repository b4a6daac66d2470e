from __future__ import annotations

import warnings
from pathlib import Path

import nistitl
import pytest

from comity.errors import WireError
from comity.records import Finding
from comity.wire.read import BYTES_MAX, read, write
from comity.wire.transaction import Transaction
from comity.wire.validate import validate
from tests.reference import wire_split
from tests.shared_data import shared
from tests.wire.cards import booking, card

SUFFIXES = (".an2", ".an2k", ".eft")
# type9-13.an2k repeats a tag and empty_image.eft has a Type-10 without an image.
NISTITL_REFUSES = {"type9-13.an2k"}


def files() -> list[Path]:
    return sorted(p for p in shared("transactions").rglob("*") if p.suffix in SUFFIXES)


def found(data: bytes) -> list[Finding]:
    return list(read(data).damage)


def test_every_shared_file_is_written_back_to_the_byte() -> None:
    paths = files()
    assert len(paths) == 43
    for path in paths:
        data = path.read_bytes()
        assert write(read(data)) == data, path.name


def test_every_value_lies_at_its_offset() -> None:
    for path in files():
        data = path.read_bytes()
        for record in read(data).records:
            for field in record.fields:
                assert data[field.offset : field.offset + len(field.value)] == field.value
                for items in field.subfields if not field.binary and field.number != 999 else ():
                    for item in items:
                        assert data[item.offset : item.offset + len(item.value)] == item.value


def test_values_equal_those_of_a_plain_reader() -> None:
    for path in files():
        data = path.read_bytes()
        if path.name in NISTITL_REFUSES:
            continue
        ours = read(data).records
        plain = wire_split.records(data)
        assert [r.type for r in ours] == [kind for kind, _ in plain], path.name
        for record, (_, fields) in zip(ours, plain, strict=True):
            if record.form == "tagged":
                assert [(f.number, f.value) for f in record.fields] == fields, path.name
            else:
                assert b"".join(f.encoded for f in record.fields) == fields, path.name


def test_values_equal_those_of_nistitl() -> None:
    compared = 0
    for path in files():
        if path.name in NISTITL_REFUSES:
            continue
        data = path.read_bytes()
        compared += assert_same_as_nistitl(data, read(data))
    assert compared > 1500


def assert_same_as_nistitl(data: bytes, transaction: Transaction) -> int:
    """Every field nistitl gives is ours, with the same bytes; how many were compared."""
    message = nistitl.Message()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        message.parse(data)
    theirs = list(message)
    assert len(theirs) == len(transaction.records)
    compared = 0
    for record, other in zip(transaction.records, theirs, strict=True):
        assert record.type == other.type
        if record.form == "binary":
            assert record.idc == other.IDC
            assert b"".join(f.encoded for f in record.fields)[5:] == other.value
            continue
        for field in record.fields:
            if field.number == 1:
                continue  # nistitl computes LEN anew
            if field.number == 999 and record.type >= 10:
                assert other[999].value == field.value
            elif field.number == 2 and record.type > 1:
                assert int(other.IDC) == record.idc  # nistitl makes a number of it
            elif field.number == 3 and record.type == 1:
                pass  # and builds CNT anew from the records, which were compared
            else:
                name = f"{record.type}.{field.number:03d}:".encode()
                assert other[field.number].NIST.removeprefix(name) == field.value
            compared += 1
    return compared


def test_the_file_nistitl_refuses_is_read_and_its_fault_placed() -> None:
    data = shared("transactions", "nbis-an2kconvert", "type9-13.an2k").read_bytes()
    with pytest.raises(nistitl.NistException):
        nistitl.Message().parse(data)
    transaction = read(data)
    (repeated,) = (f for f in validate(transaction) if f.code == "field-repeated")
    assert repeated.tag == "2.034"
    assert data[repeated.offset :].startswith(b"2.034:UC")
    (misplaced,) = transaction.damage
    assert (misplaced.code, misplaced.found) == ("field-misplaced", "13.005")
    assert data[misplaced.offset :].startswith(b"13.005:")


def test_a_type_10_without_an_image_is_read_with_findings() -> None:
    data = shared("transactions", "jet", "empty_image.eft").read_bytes()
    transaction = read(data)
    codes = {f.code for f in validate(transaction)}
    assert {"image-empty", "field-missing", "not-carried"} <= codes
    assert transaction.damage == ()


REFUSED = {
    "empty": (b"", "the file is empty"),
    "pdf": (b"%PDF-1.7 ...", "not an ANSI/NIST-ITL"),
    "xml": (b'<?xml version="1.0"?><itl:NISTBiometric', "not an ANSI/NIST-ITL"),
    "second half": (b"2.001:20\x1d2.002:00\x1c", "not of type 1"),
    "cut off": (b"1.001:200\x1d1.002:0400\x1d1.003:1\x1f1", "ends inside its first record"),
    "too large": (bytes(BYTES_MAX + 1), "too large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_transaction_is_refused_with_a_next_step(name: str) -> None:
    data, message = REFUSED[name]
    with pytest.raises(WireError, match=message) as caught:
        read(data)
    assert caught.value.expected
    assert caught.value.found
    assert caught.value.next_step


def test_xml_is_named_as_such() -> None:
    with pytest.raises(WireError) as caught:
        read(REFUSED["xml"][0])
    assert caught.value.found == "it looks like XML"


@pytest.mark.parametrize("record_type", [4, 14])
@pytest.mark.parametrize("stated", [0, 1, 17, 400, 99_999_999])
def test_a_wrong_length_moves_no_record(record_type: int, stated: int) -> None:
    data = card(record_type=record_type, fingers=[1, 2, 3])
    good = read(data)
    broken = with_length(data, good, 2, stated)
    transaction = read(broken)
    assert write(transaction) == broken
    assert [r.type for r in transaction.records] == [r.type for r in good.records]
    assert [r.idc for r in transaction.records] == [r.idc for r in good.records]
    (damage,) = transaction.damage
    assert (damage.code, damage.tag) == ("length", f"{record_type}.001")
    assert damage.found == str(stated)


def with_length(data: bytes, transaction: Transaction, index: int, stated: int) -> bytes:
    length = transaction.records[index].first(1)
    assert length is not None
    told = stated.to_bytes(4, "big") if length.binary else str(stated).encode()
    return data[: length.offset] + told + data[length.offset + len(length.value) :]


def test_a_wrong_length_of_the_text_record_is_named() -> None:
    data = card()
    size = read(data).records[1].size
    broken = data.replace(b"2.001:%d" % size, b"2.001:%d" % (size + 7))
    (damage,) = found(broken)
    assert (damage.code, damage.expected, damage.found) == (
        "length",
        f"{size} bytes",
        str(size + 7),
    )


def test_a_separator_inside_a_value_is_named_and_swallows_no_field() -> None:
    data = card()
    size = read(data).records[1].size
    broken = data.replace(b"DOE,JOHN", b"DOE\x1cJOHN").replace(
        b"2.001:%d" % size, b"2.001:%d" % size
    )
    transaction = read(broken)
    assert transaction.text(2, 18) == "DOE\x1cJOHN QUINCY"
    assert transaction.text(2, 22) == "19800102"
    assert [f.code for f in transaction.damage] == ["separator"]


def test_a_lost_separator_at_the_end_of_a_record_is_named() -> None:
    data = card()
    end = read(data).records[2].offset
    broken = data[: end - 1] + b"?" + data[end:]
    transaction = read(broken)
    assert len(transaction.records) == len(read(data).records)
    assert [f.code for f in transaction.damage] == ["separator"]


def test_bytes_after_the_last_record_are_kept_and_told() -> None:
    data = card()
    (blank,) = found(data + b"\r\n")
    assert (blank.code, blank.severity, blank.offset) == ("bytes-left-over", "warning", len(data))
    (other,) = found(data + b"surplus")
    assert (other.code, other.severity) == ("bytes-left-over", "error")
    assert write(read(data + b"surplus")) == data + b"surplus"


def test_a_tag_nobody_can_read_keeps_its_bytes() -> None:
    data = card().replace(b"2.018:", b"2x018:")
    (one,) = [f for f in found(data) if f.code == "field-unreadable"]
    assert data[one.offset :].startswith(b"2x018:")
    assert write(read(data)) == data


def test_an_unknown_tagged_type_is_kept() -> None:
    data = card(fingers=range(1, 11))
    extra = b"55.001:32\x1d55.002:77\x1d55.003:VALUE\x1c"
    broken = data.replace(b"1.003:1\x1f11", b"1.003:1\x1f12").replace(
        b"4\x1f10\x1d", b"4\x1f10\x1e55\x1f77\x1d"
    )
    transaction = read(broken + extra)
    assert transaction.records[-1].type == 55
    assert transaction.records[-1].text(3) == "VALUE"
    assert write(transaction) == broken + extra


def test_short_and_long_tags_read_alike() -> None:
    short = (
        b"1.01:90\x1d1.02:0201\x1d1.03:1\x1f0\x1d1.04:AMN\x1d1.05:20100506\x1d1.07:A\x1d1.08:B"
        b"\x1d1.09:C\x1d1.11:00.00\x1d1.12:00.00\x1c"
    )
    transaction = read(short)
    assert transaction.text(1, 4) == "AMN"
    assert transaction.head.fields[0].label == b"1.01"


def test_sizes_zero_and_one() -> None:
    for fingers in ([], [1]):
        spec = booking(fingers=fingers)
        from comity.wire.build import car

        data = car(spec, checked=False)
        assert write(read(data)) == data
        assert len(read(data).records) == 2 + len(fingers)
