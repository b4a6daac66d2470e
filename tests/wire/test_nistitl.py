"""Every value of every shared file, as nistitl reads it: an oracle that shares no line with us."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import nistitl
import pytest

from comity.wire import binary, compose
from comity.wire.build import car
from comity.wire.read import read
from comity.wire.transaction import Field, Record, Transaction
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import booking

SUFFIXES = (".an2", ".an2k", ".eft")
# The files that nistitl refuses, with what it says, and who is right.
REFUSED = {
    # A tag may stand once in a record (ANSI/NIST-ITL 1-2007 clause 7.1): nistitl is right that
    # this is a fault, and reads nothing for it. It does not get as far as the second one, a tag
    # 13.005 inside the record of type 9.
    "type9-13.an2k": "BAD_TAG_DUPLICATE: Tag 34 already defined in record 2",
}
# Layout of what follows LEN and IDC (ANSI/NIST-ITL 1-2007, clauses 10 to 13), from the standard
# and not from our own table.
_LAYOUT = {3: "!B6sBHHB", 4: "!B6sBHHB", 5: "!B6sBHHB", 6: "!B6sBHHB", 7: "!", 8: "!BBBHH"}

Values = tuple[tuple[str, ...], ...]


def files() -> list[Path]:
    return sorted(p for p in shared("transactions").rglob("*") if p.suffix in SUFFIXES)


def parsed(data: bytes) -> Any:
    message = nistitl.Message()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        message.parse(data)
    return message


def assert_same_as_nistitl(data: bytes, transaction: Transaction) -> int:
    """The same records, in each the same fields with the same values; how many were compared."""
    theirs = list(parsed(data))
    assert [r.type for r in transaction.records] == [r.type for r in theirs]
    pairs = zip(transaction.records, theirs, strict=True)
    return sum(_binary(r, o) if r.form == "binary" else _tagged(r, o) for r, o in pairs)


def _tagged(record: Record, other: Any) -> int:
    fields = {one.tag: one for one in other._fields}
    assert sorted(fields) == sorted(one.number for one in record.fields)
    for one in record.fields:
        theirs = fields[one.number]
        if isinstance(theirs, nistitl.BinaryField):
            assert theirs.value == one.value, one.tag
        else:
            assert _theirs(theirs.value) == _ours(record, one), one.tag
    return len(fields)


def _theirs(value: Any) -> Values:
    """nistitl gives text, or a list of subfields that are texts or lists of items."""
    if not isinstance(value, list):
        return ((str(value),),)
    return tuple(tuple(one) if isinstance(one, list) else (one,) for one in value)


def _ours(record: Record, one: Field) -> Values:
    if one.number == 1 or (one.number == 2 and record.type > 1):
        return ((str(int(one.text)),),)  # nistitl makes a number of LEN and IDC: `00` becomes 0
    # It takes every byte for Latin-1, also where DCS 1.015 says UTF-8, against ANSI/NIST-ITL
    # 1-2011 clause 5.5. Compared are therefore the bytes, in the letters that it takes them for.
    return tuple(tuple(item.value.decode("latin-1") for item in items) for items in one.subfields)


def _binary(record: Record, other: Any) -> int:
    assert record.number(2) == other.IDC
    assert record.number(1) == other.length == record.size
    told = other.unpack(_LAYOUT[record.type])  # the image is its last
    ours = [
        int.from_bytes(one.value, "big") if isinstance(value, int) else one.value
        for one, value in zip(record.fields[2:], told, strict=True)
    ]
    assert ours == list(told)
    return len(record.fields)


def test_every_value_of_every_shared_file_is_nistitl_s() -> None:
    compared = {}
    for path in files():
        if path.name not in REFUSED:
            data = path.read_bytes()
            compared[path.name] = assert_same_as_nistitl(data, read(data))
    assert len(compared) == 42
    assert sum(compared.values()) == 2967  # fields; each with all its subfields and items
    assert compared["type-4-tpcard.an2"] > 14 * 9


def test_every_record_type_of_the_standard_was_among_them() -> None:
    types = {r.type for p in files() for r in read(p.read_bytes()).records if p.name not in REFUSED}
    assert types == {1, 2, *range(3, 11), *range(13, 18), 99}


@pytest.mark.parametrize("name", REFUSED)
def test_what_nistitl_refuses_is_read_and_its_faults_are_placed(name: str) -> None:
    (path,) = (p for p in files() if p.name == name)
    data = path.read_bytes()
    with pytest.raises(nistitl.NistException) as caught:
        parsed(data)
    assert str(caught.value) == REFUSED[name]
    transaction = read(data)
    assert [r.type for r in transaction.records] == [1, 2, 9, 13]
    repeated = [f for f in validate(transaction) if f.code == "field-repeated"]
    assert [f.tag for f in repeated] == ["2.034"]
    assert data[repeated[0].offset :].startswith(b"2.034:UC")
    (misplaced,) = transaction.damage
    assert (misplaced.code, misplaced.found) == ("field-misplaced", "13.005")
    assert data[misplaced.offset :].startswith(b"13.005:")


def test_where_nistitl_is_wrong_utf8_is_read_as_what_it_says_it_is() -> None:
    data = shared("transactions", "nist-reference", "type-14-amp-nqm-utf8.an2").read_bytes()
    theirs = parsed(data)[1]
    (field,) = (one for one in read(data).records[1].fields if not one.value.isascii())
    assert read(data).text(1, 15).startswith("003\x1fUTF-8")
    assert field.text.encode("utf-8") == field.value
    assert theirs[field.number].value == field.value.decode("latin-1") != field.text


def test_where_nistitl_is_wrong_a_number_in_a_value_is_no_image() -> None:
    """It looks for `999:` anywhere in a record; a field begins at a separator, clause 7.1."""
    data = car(booking(fingers=[1], record_type=14, cri="XA0010999"))
    data = data.replace(b"14.004:XA0010999", b"14.004:XA0010999:LAB", 1)
    old = read(data).records[2].first(1)
    assert old is not None
    data = data[: old.offset] + b"%d" % (int(old.text) + 4) + data[old.offset + len(old.value) :]
    transaction = read(data)
    assert transaction.damage == ()
    assert transaction.records[2].text(4) == "XA0010999:LAB"
    assert transaction.records[2].text(13) == "1"
    with pytest.raises((nistitl.NistException, AssertionError)):
        assert_same_as_nistitl(data, transaction)


def palm(**changes: int) -> bytes:
    """A file with a record of type 7 that is laid out as one of type 4, as EFTS sent palms."""
    part = {"imp": 10, "fgp": 21, "isr": 1, "width": 8, "height": 4, "gca": 0, **changes}
    image = bytes(range(32))
    body = struct.pack(
        "!BB6sBHHB", 1, part["imp"], bytes([part["fgp"]]) + b"\xff" * 5, part["isr"],
        part["width"], part["height"], part["gca"],
    ) + image  # fmt: skip
    head = (
        b"1.001:133\x1d1.002:0300\x1d1.003:1\x1f1\x1e7\x1f01\x1d1.004:FIS\x1d1.005:20040101\x1d"
        b"1.007:XB0000000\x1d1.008:XA0000000\x1d1.009:PALM-0001\x1d1.011:19.69\x1d1.012:19.69\x1c"
    )
    assert len(head) == 133
    return head + (len(body) + 4).to_bytes(4, "big") + body


def test_a_palm_in_type_7_is_offered_in_the_layout_of_type_4() -> None:
    data = palm()
    transaction = read(data)
    assert transaction.damage == ()
    assert_same_as_nistitl(data, transaction)
    record = transaction.records[1]
    assert [one.number for one in record.fields] == [1, 2, 3]
    parts = binary.palm(record)
    assert parts is not None
    assert [one.text for one in parts[1:3]] == ["1", "10"]
    assert binary.fingers(parts[3].value) == (21,)
    assert parts[8].value == bytes(range(32))
    assert all(data[p.offset : p.offset + len(p.value)] == p.value for p in parts)


@pytest.mark.parametrize(
    "change", [{"imp": 99}, {"fgp": 77}, {"isr": 2}, {"width": 0}, {"width": 9}, {"gca": 1},
               {"gca": 7}]
)  # fmt: skip
def test_what_does_not_fit_that_layout_stays_the_user_s_own(change: dict[str, int]) -> None:
    assert binary.palm(read(palm(**change)).records[1]) is None


def test_type_7_of_the_shared_files_is_the_user_s_own() -> None:
    data = shared("transactions", "nbis-an2kconvert", "valid1.9.an2").read_bytes()
    sevens = read(data).of_type(7)
    assert sevens
    assert [binary.palm(record) for record in sevens] == [None] * len(sevens)


@pytest.mark.parametrize("record_type", sorted(set(nistitl.ALIASES) - {1, 2}))
def test_tagged_records_of_every_type_are_read_alike(record_type: int) -> None:
    """Also those that no shared file has: 11, 12, 18 to 22 and 98."""
    holds_image = 999 in nistitl.ALIASES[record_type]
    image = b"\x1c\x1d\x1e\x1f14.999:\x00" if holds_image else None
    values: dict[int, compose.Value] = {2: "01", 4: "X", 5: "20110101",
                                        200: [["A", "", "B"], [""], ["C"]]}  # fmt: skip
    record = compose.tagged(record_type, values, image)
    head = {2: "0502", 4: "T", 5: "20110101", 7: "B", 8: "A", 9: "C", 11: "00.00", 12: "00.00"}
    data = compose.file(head, [compose.Piece(record_type, 1, record)])
    transaction = read(data)
    assert transaction.damage == ()
    assert assert_same_as_nistitl(data, transaction) > 12
    last = transaction.records[1].fields[-1]
    assert (last.number, last.value) == (
        (999, image) if holds_image else (200, b"A\x1f\x1fB\x1e\x1eC")
    )
