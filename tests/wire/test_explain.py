from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.errors import CallerError
from comity.wire import explain, meaning, words
from comity.wire.advice import ADVICE
from comity.wire.codes import CODES
from comity.wire.fields import BASE, items_of, rules
from comity.wire.findings import finding
from comity.wire.read import read
from tests.wire.cards import card, with_face


def test_the_tree_shows_values_with_their_offsets() -> None:
    data = card()
    lines = explain.tree(read(data))
    (name,) = [line for line in lines if "2.018 NAM" in line]
    assert name.split(maxsplit=3)[3] == "DOE,JOHN QUINCY"
    at = int(name.split()[0])
    assert data[at:].startswith(b"DOE,JOHN QUINCY")
    assert any("right thumb, 500.13 ppi" in line for line in lines)
    assert any("WSQ 96 x 64" in line for line in lines)


def test_the_json_holds_every_item() -> None:
    data = card()
    body = json.loads(json.dumps(explain.as_json(read(data))))
    fields = {f["tag"]: f for f in body["records"][1]["fields"]}
    assert fields["2.047"]["subfields"][0][1]["text"] == "2299 BURGLARY"
    assert body["tot"] == "CAR"


def test_nothing_of_a_face_is_shown() -> None:
    transaction = read(with_face(card()))
    (face,) = transaction.of_type(10)
    assert face.text(4) == "FACE-AGENCY"
    shown = "\n".join(explain.tree(transaction)) + json.dumps(explain.as_json(transaction))
    assert "FACE-" not in shown  # agency, pose, eyes, pixels
    assert "10.999" in shown


@pytest.mark.parametrize("name", ["2.022", "2.22", "02.022", "DOB", "dob"])
def test_a_tag_is_explained_however_it_is_written(name: str) -> None:
    text = "\n".join(meaning.tag(name))
    assert "2.022 DOB: date of birth" in text
    assert "must be in: CAR, CNA, CPDR, CPNU" in text


def test_every_code_of_a_finding_is_explained() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "spec", "wire-findings.md").read_text("utf-8")
    for code, told in CODES.items():
        first, cause, action = meaning.tag(code)
        assert first == f"{code}: {told}"
        assert len(cause) > len("  usual cause: ")
        assert len(action) > len("  what to do: ")
        assert f"| `{code}` |" in page


def test_advice_is_for_codes_that_there_are() -> None:
    assert ADVICE.keys() == CODES.keys()


def test_codes_are_told_in_words() -> None:
    text = "\n".join(meaning.tag("14.003"))
    assert "    1   live-scan rolled" in text
    assert "    WSQ20  WSQ" in "\n".join(meaning.tag("14.011"))
    assert "    04  right ring" in "\n".join(meaning.tag("2.084"))


def test_a_mnemonic_of_many_fields_lists_them() -> None:
    lines = meaning.tag("LEN")
    assert lines[0].startswith("LEN stands in ")
    assert any(line.split()[0] == "14.001" for line in lines)
    assert len(lines) < 30


def test_a_type_of_transaction_says_what_it_is_made_of() -> None:
    text = "\n".join(meaning.tag("CAR"))
    assert "criminal ten-print, answer required" in text
    assert "1 to 14 of type 4 and 14" in text


def test_examples_are_right_values() -> None:
    """Each example passes the rule that it stands beside, item by item."""
    seen = 0
    for rule in rules():
        value = words.example(rule.tag, rule.chars)
        if not value:
            continue
        seen += 1
        texts = value.replace("<RS>", "\x1e").replace("<US>", "\x1f")
        for text in texts.split("\x1e"):
            if "\x1f" not in text:
                assert rule.admits(text), (rule.tag, text)
                assert rule.has_code(text), (rule.tag, text)
                assert rule.least <= len(text) <= rule.most, (rule.tag, text)
                continue
            items = items_of("CAR", rule.tag) or items_of(BASE, rule.tag)
            for item, part in zip(items, text.split("\x1f"), strict=False):
                assert item.admits(part), (item.tag, part)
                assert item.has_code(part), (item.tag, part)
                assert item.least <= len(part) <= item.most, (item.tag, part)
    assert seen > 60


def test_a_slip_is_answered_with_what_was_meant() -> None:
    with pytest.raises(CallerError, match="date-order"):
        meaning.tag("date-ordr")


def test_a_finding_cannot_have_a_code_of_its_own() -> None:
    with pytest.raises(ValueError, match="no code of ours"):
        finding("odd", "note", 1, None, 0, 0, expected="", found="", source="")


def test_a_field_with_items_explains_them_too() -> None:
    lines = [line for line in meaning.tag("2.047") if not line.startswith(" ")]
    assert [line.split()[0] for line in lines] == ["2.047", "2.047.1", "2.047.2"]


@pytest.mark.parametrize("name", ["2.999", "", "XYZ", "2", "²", "2." + "9" * 5000])
def test_an_unknown_tag_says_so(name: str) -> None:
    with pytest.raises(CallerError, match="no table has"):
        meaning.tag(name)


def test_plain_data_of_a_field_a_code_and_a_transaction() -> None:
    (sex,) = meaning.as_json("2.024")
    assert sex["codes"]["M"] == "male"
    assert "CAR" in sex["mandatory"]
    assert (sex["least"], sex["most"], sex["example"]) == (1, 1, "M")
    (code,) = meaning.as_json("image-size")
    assert set(code) == {"finding", "meaning", "cause", "action"}
    assert meaning.as_json("car")[0]["transaction"] == "CAR"
    with pytest.raises(CallerError, match="no table has"):
        meaning.as_json("9999")
