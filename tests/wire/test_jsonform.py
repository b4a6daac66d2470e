from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from comity.errors import WireError
from comity.wire.jsonform import from_json, to_json
from comity.wire.jsontext import TEXT_MAX, VALUES_MAX, dumps, loads
from comity.wire.read import read
from comity.wire.validate import validate
from tests.shared_data import PROJECT, shared
from tests.wire.cards import card, with_face

TRANSACTIONS = [
    path
    for path in sorted(shared("transactions").rglob("*"))
    if path.suffix in (".an2", ".an2k", ".eft")
]
SPEC = PROJECT / "docs" / "spec" / "wire-json.md"


def form_of(data: bytes) -> dict[str, Any]:
    form = loads(dumps(to_json(read(data))).encode())
    assert isinstance(form, dict)
    return form


@pytest.mark.parametrize("path", TRANSACTIONS, ids=lambda path: path.name)
def test_public_files_come_back_to_the_byte(path: Path) -> None:
    data = path.read_bytes()
    assert from_json(form_of(data)) == data


DAMAGE = {
    "sound": card(),
    "Type-14": card(record_type=14),
    "a face": with_face(card()),
    "wrong LEN": card().replace(b"2.001:", b"2.001:9"),
    "wrong CNT": card().replace(b"1.003:1\x1f15", b"1.003:1\x1f99"),
    "no CNT": re.sub(rb"1\.003:[^\x1d]*\x1d", b"", card(fingers=[1])),
    "CNT elsewhere": re.sub(rb"(1\.003:[^\x1d]*\x1d)(1\.004:CAR\x1d)", rb"\2\1", card()),
    "CNT twice": re.sub(rb"(1\.003:[^\x1d]*\x1d)", rb"\1\1", card()),
    "no LEN": re.sub(rb"2\.001:[^\x1d]*\x1d", b"", card()),
    "LEN with noughts": card().replace(b"2.001:", b"2.001:0"),
    "short labels": card().replace(b"1.001:", b"1.01:").replace(b"1.002:", b"1.02:"),
    "FS in a value": card().replace(b"DOE,JOHN", b"DOE\x1cJOHN"),
    "GS for FS": card().replace(b"\x1c2.001", b"\x1d2.001"),
    "no UTF-8": card().replace(b"QUINCY", b"QUI\xd1CY"),
    "no UTF-8 in an item": card().replace(b"2299 BURGLARY", b"2299 B\xffRGLARY"),
    "UTF-8": card().replace(b"QUINCY", "QUIÑCY".encode()),
    "controls": card().replace(b"QUINCY", b"QU\x00\x7f\r\n"),
    "a field without a tag": card().replace(b"2.024:M", b"WHAT"),
    "cut": card()[:-300],
    "cut FS": card(record_type=14)[:-1],
    "more bytes": card() + b"\x00\xff",
    "LEN alone": card() + b"2.001:8\x1c",
    "LEN and CNT alone": b"1.001:19\x1d1.003:1\x1f0\x1c",
    "CNT last, with GS": b"1.001:20\x1d1.003:1\x1f0\x1d\x1c",
    "empty value": card().replace(b"2.024:M", b"2.024:"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_comes_back_as_it_was(name: str) -> None:
    assert from_json(form_of(DAMAGE[name])) == DAMAGE[name]


def test_lengths_and_counts_are_left_out_where_they_are_right() -> None:
    form = form_of(card(record_type=14))
    tags = [one["tag"] for record in form["records"] for one in record["fields"]]
    assert not [tag for tag in tags if tag.endswith(".001") or tag == "1.003"]
    wrong = form_of(DAMAGE["wrong LEN"])
    assert wrong["records"][1]["fields"][0]["value"].startswith("9")


def test_an_edited_name_needs_no_other_change() -> None:
    form = form_of(card())
    name = next(one for one in form["records"][1]["fields"] if one["tag"] == "2.018")
    name["value"] = "ROE,RICHARD THE THIRD"
    data = from_json(form)
    assert validate(read(data)) == ()
    assert read(data).text(2, 18) == "ROE,RICHARD THE THIRD"


def test_a_record_taken_out_is_counted_out() -> None:
    form = form_of(card())
    del form["records"][15]
    transaction = read(from_json(form))
    assert transaction.damage == ()
    assert [f.code for f in validate(transaction)] == []
    assert transaction.head.first(3).value.startswith(b"1\x1f14\x1e")  # type: ignore[union-attr]


def test_what_stands_in_the_json_is_readable() -> None:
    text = dumps(to_json(read(card())))
    assert '{"tag": "2.018", "mnemonic": "NAM", "value": "DOE,JOHN QUINCY"}' in text
    assert '{"tag": "4.006", "mnemonic": "HLL", "value": 96}' in text
    assert '"value": [1, 255, 255, 255, 255, 255]' in text
    assert json.loads(text)["comity-wire-json"] == 1


def test_the_examples_of_the_specification_are_transactions() -> None:
    blocks = re.findall(r"```json\n(.*?)```", SPEC.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2
    sound, damaged = (read(from_json(loads(block.encode()))) for block in blocks)
    assert sound.damage == ()
    assert not {f.code for f in validate(sound)} & {"count", "count-order", "idc", "image-size"}
    assert {f.code for f in damaged.damage} == {"length", "bytes-left-over"}
    for block, transaction in zip(blocks, (sound, damaged), strict=True):
        assert dumps(to_json(transaction)) == block


def whole(*fields: object) -> dict[str, Any]:
    return {
        "comity-wire-json": 1,
        "records": [{"type": 1, "fields": [{"tag": "1.002", "value": "0400"}, *fields]}],
    }


def test_the_least_that_can_be_written_by_hand() -> None:
    assert from_json(whole()) == b"1.001:30\x1d1.002:0400\x1d1.003:1\x1f0\x1c"


@pytest.mark.parametrize(
    ("form", "where"),
    [
        (None, "$"),
        ([], "$"),
        ({}, "$.comity-wire-json"),
        ({"comity-wire-json": 2, "records": []}, "$.comity-wire-json"),
        ({"comity-wire-json": True, "records": []}, "$.comity-wire-json"),
        ({"comity-wire-json": 1}, "$.records"),
        ({"comity-wire-json": 1, "records": []}, "$.records"),
        ({"comity-wire-json": 1, "records": [1]}, "$.records[0]"),
        ({**whole(), "more": 1}, "$.more"),
        ({"comity-wire-json": 1, "records": [{"fields": []}]}, "$.records[0].type"),
        ({"comity-wire-json": 1, "records": [{"type": -1, "fields": []}]}, "$.records[0].type"),
        ({"comity-wire-json": 1, "records": [{"type": 1}]}, "$.records[0]"),
        ({"comity-wire-json": 1, "records": [{"type": 1, "fields": []}]}, "$.records[0].fields"),
        (whole(7), "$.records[0].fields[1]"),
        (whole({"tag": "1.4"}), "$.records[0].fields[1]"),
        (whole({"tag": 1.4, "value": ""}), "$.records[0].fields[1].tag"),
        (whole({"tag": "NAM", "value": ""}), "$.records[0].fields[1].tag"),
        (whole({"tag": "1.٤", "value": ""}), "$.records[0].fields[1].tag"),
        (whole({"tag": "1.004", "value": 5}), "$.records[0].fields[1].value"),
        (whole({"tag": "1.004", "value": "A\x1d2.018:B"}), "$.records[0].fields[1].value"),
        (whole({"tag": "1.004", "value": "\ud800"}), "$.records[0].fields[1].value"),
        (whole({"tag": "1.004", "value": "", "base64": ""}), "$.records[0].fields[1]"),
        (whole({"tag": "1.004", "base64": "###"}), "$.records[0].fields[1].base64"),
        (whole({"tag": "1.004", "base64": "QQ"}), "$.records[0].fields[1].base64"),
        (whole({"tag": "1.004", "subfields": "x"}), "$.records[0].fields[1].subfields"),
        (whole({"tag": "1.004", "subfields": [["a"], 1]}), "$.records[0].fields[1].subfields[1]"),
        (whole({"tag": "1.004", "subfields": [["a", {"hex": ""}]]}),
         "$.records[0].fields[1].subfields[0][1].hex"),
        (whole({"tag": "1.004", "value": "A", "end": "RS"}), "$.records[0].fields[1].end"),
        (whole({"tag": "1.004", "value": "A", "mnemonic": 1}), "$.records[0].fields[1].mnemonic"),
        (whole({"tag": "1.004", "value": "A", "note": "x"}), "$.records[0].fields[1].note"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_its_place(form: object, where: str) -> None:
    with pytest.raises(WireError) as caught:
        from_json(form)
    assert caught.value.where == where
    assert caught.value.expected
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"tag": "4.006", "value": 70000}, "$.records[2].fields[4].value"),
        ({"tag": "4.006", "value": -1}, "$.records[2].fields[4].value"),
        ({"tag": "4.006", "value": "96"}, "$.records[2].fields[4].value"),
        ({"tag": "4.006", "value": True}, "$.records[2].fields[4].value"),
        ({"tag": "4.006", "value": [1, 2, 3]}, "$.records[2].fields[4].value"),
        ({"tag": "4.006", "value": [1, 256]}, "$.records[2].fields[4].value[1]"),
        ({"tag": "2.006", "value": 1}, "$.records[2].fields[4].tag"),
        ({"tag": "4.007", "value": 1}, "$.records[2].fields"),
        ({"tag": "4.006"}, "$.records[2].fields[4]"),
    ],
)
def test_a_mistake_in_a_binary_record_is_told_by_its_place(
    change: dict[str, Any], where: str
) -> None:
    form = form_of(card(fingers=[1]))
    assert form["records"][2]["fields"][4]["tag"] == "4.006"
    form["records"][2]["fields"][4] = change
    with pytest.raises(WireError) as caught:
        from_json(form)
    assert caught.value.where == where


def test_cnt_cannot_be_made_of_a_record_without_idc() -> None:
    form = whole()
    form["records"].append({"type": 2, "fields": [{"tag": "2.018", "value": "DOE,J"}]})
    with pytest.raises(WireError, match="IDC") as caught:
        from_json(form)
    assert caught.value.where == "$.records[1].fields"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'{"a": 1, "a": 2}', "once"),
        (b'{"a": NaN}', "whole numbers"),
        (b'{"a": -Infinity}', "whole numbers"),
        (b'{"a": 1.0}', "whole numbers"),
        (b'{"a": 1e999}', "whole numbers"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b"[" * 200_000, "levels"),
        (b'{"a":' * 100_000, "levels"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" + b"0," * VALUES_MAX, "values"),
    ],
)
def test_text_that_is_refused(text: bytes, says: str) -> None:
    with pytest.raises(WireError, match=says):
        loads(text)


def test_more_text_than_any_transaction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TEXT_MAX > 64 << 20
    monkeypatch.setattr("comity.wire.jsontext.TEXT_MAX", 10)
    with pytest.raises(WireError, match="at most 10 bytes"):
        loads(b"[" + b" " * 10)


def test_a_byte_order_mark_is_no_fault() -> None:
    assert loads(b"\xef\xbb\xbf{}") == {}


def test_a_file_of_separators_stays_below_what_is_read_back() -> None:
    data = card(fingers=[1]).replace(b"2.024:M", b"2.024:" + b"\x1e" * 600_000)
    form = form_of(data)
    assert from_json(form) == data
