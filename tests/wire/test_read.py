from __future__ import annotations

from pathlib import Path

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
# It has a tag of another type inside a record: the plain reader takes it for a field of its own.
MISPLACED = {"type9-13.an2k"}


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
        if path.name in MISPLACED:
            continue
        ours = read(data).records
        plain = wire_split.records(data)
        assert [r.type for r in ours] == [kind for kind, _ in plain], path.name
        for record, (_, fields) in zip(ours, plain, strict=True):
            if record.form == "tagged":
                assert [(f.number, f.value) for f in record.fields] == fields, path.name
            else:
                assert b"".join(f.encoded for f in record.fields) == fields, path.name


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


def repairs(data: bytes) -> list[tuple[str, str]]:
    return [(f.code, f.repair) for f in found(data)]


def test_a_wrong_length_says_the_right_one_its_own_digits_counted() -> None:
    data = card()
    size = read(data).records[1].size
    for stated in (b"9", b"99999", b""):
        broken = data.replace(b"2.001:%d\x1d" % size, b"2.001:%b\x1d" % stated)
        assert repairs(broken) == [("length", f"set LEN to {size}")]
    (damage,) = found(with_length(data, read(data), 4, 17))
    assert damage.repair == f"set LEN to {read(data).records[4].size}"


def test_a_record_that_does_not_begin_with_len_is_left_to_a_person() -> None:
    data = card()
    size = read(data).records[1].size
    assert repairs(data.replace(b"2.001:%d\x1d" % size, b"")) == [("length", "")]


def test_separators_say_how_they_are_mended() -> None:
    data = card(fingers=[1, 2], record_type=14)
    end = read(data).records[2].offset - 1
    assert repairs(data[:end] + b"\x1d" + data[end + 1 :]) == [
        ("separator", f"write FS at byte {end}")
    ]
    assert repairs(data[:end] + b"?" + data[end + 1 :]) == [
        ("separator", "add FS at the end of the record, LEN to match")
    ]
    middle = data.index(b"\x1d2.022:")
    assert repairs(data[:middle] + b"\x1c" + data[middle + 1 :]) == [
        ("separator", f"write GS at byte {middle}")
    ]
    assert repairs(data.replace(b"DOE,JOHN", b"DOE\x1cJOHN")) == [("separator", "")]


def test_separators_inside_one_value_are_one_finding() -> None:
    data = card().replace(b"DOE,JOHN QUINCY", b"DOE\x1c\x1c\x1cJOHN QUIN")
    (one,) = found(data)
    assert one.found == "<FS> 3 times"
    assert data[one.offset :].startswith(b"\x1c\x1c\x1cJOHN")
    assert one.repair == ""


def test_a_file_that_lacks_only_its_last_separator_can_be_mended() -> None:
    data = card(fingers=[1], record_type=14)
    assert repairs(data[:-1]) == [("truncated", "add FS at the end of the record, LEN to match")]
    assert repairs(data[:-2]) == [("truncated", "")]


def test_blank_bytes_after_the_last_record_are_cut() -> None:
    assert repairs(card() + b"\r\n\x00") == [("bytes-left-over", "cut the 3 blank bytes")]
    assert repairs(card() + b"surplus") == [("bytes-left-over", "")]


def test_len_and_fs_outvote_a_type_that_cnt_misnames() -> None:
    """CNT says the second image is of type 15: it is not swallowed by the first."""
    data = card(record_type=14, fingers=[1, 2]).replace(b"\x1e14\x1f02\x1d", b"\x1e15\x1f02\x1d")
    transaction = read(data)
    assert [(r.type, r.idc) for r in transaction.records] == [(1, None), (2, 0), (14, 1), (14, 2)]
    assert transaction.damage == ()
    assert write(transaction) == data
