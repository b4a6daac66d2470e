from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.errors import CallerError
from comity.wire import explain
from comity.wire.codes import CODES
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
    text = "\n".join(explain.tag(name))
    assert "2.022 DOB: date of birth" in text
    assert "must be in: CAR, CNA, CPDR, CPNU" in text


def test_every_code_of_a_finding_is_explained() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "spec", "wire-findings.md").read_text("utf-8")
    for code, meaning in CODES.items():
        assert explain.tag(code) == [f"{code}: {meaning}"]
        assert f"| `{code}` |" in page


def test_a_finding_cannot_have_a_code_of_its_own() -> None:
    with pytest.raises(ValueError, match="no code of ours"):
        finding("odd", "note", 1, None, 0, 0, expected="", found="", source="")


def test_a_field_with_items_explains_them_too() -> None:
    lines = [line for line in explain.tag("2.047") if not line.startswith(" ")]
    assert [line.split()[0] for line in lines] == ["2.047", "2.047.1", "2.047.2"]


@pytest.mark.parametrize("name", ["2.999", "", "XYZ", "2", "²", "2." + "9" * 5000])
def test_an_unknown_tag_says_so(name: str) -> None:
    with pytest.raises(CallerError, match="no table has"):
        explain.tag(name)
