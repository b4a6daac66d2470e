"""A value that carries separators would close its field and open another of the attacker's."""

from __future__ import annotations

import pytest

from comity.errors import WireError
from comity.records import Charge, Finding
from comity.wire.build import car, errt, iaq, second_response, sre
from comity.wire.read import read
from tests.wire.cards import NOW, booking, reread, with_subject

TCN = "RESPONSE-0001"
SEPARATORS = ["\x1c", "\x1d", "\x1e", "\x1f", "\x00", "\x02", "\x7f", "\x85", "\u2028"]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("checked", [True, False])
def test_a_name_cannot_open_a_field(separator: str, checked: bool) -> None:
    forged = f"DOE,JOHN{separator}2.059:I"
    with pytest.raises(WireError, match=r"control character|not ASCII") as caught:
        car(with_subject(NAM=forged), checked=checked)
    assert caught.value.field == "2.018"
    assert separator not in str(caught.value)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_other_value_can_either(separator: str) -> None:
    forged = f"X{separator}1.004:CNA"
    specs = [
        booking(tcn=f"TCN-SYNTHETIC{separator}"),
        booking(ori=f"XA000000{separator}"),
        booking(cri=f"XA000000{separator}"),
        booking(tot=f"CAR{separator}"),
        booking(charges=(Charge(forged, None, None),)),
        with_subject(AMP=f"01 | XX{separator}"),
        with_subject(AKA=f"ROE,R; POE,P{separator}"),
    ]
    for spec in specs:
        with pytest.raises(WireError):
            car(spec, checked=False)


def test_a_submission_cannot_forge_its_answer() -> None:
    told = reread(car(booking()))
    for name in ("NAM", "OCA", "ATN", "SID"):
        forged = {**told.subject, name: "DOE,JOHN\x1d2.059:I\x1c"}
        spec = booking(subject=forged, cri="XA00\x1d10000", tcn="TCN\x1d2.059:I-0001")
        answer = read(sre(spec, identified=False, record_text=None, now=NOW, tcn=TCN))
        assert answer.text(2, 59) == "N"
        assert len(answer.records) == 2
        assert answer.damage == ()


def test_a_finding_cannot_forge_the_refusal() -> None:
    one = Finding("code", "error", "Type-2", 0, "2.018", "NAM", 1, "x", "\x1c\x1d2.059:I\x1e", "s")
    answer = read(errt(booking(), [one], NOW, TCN))
    assert answer.damage == ()
    assert answer.records[1].first(59) is None


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_released_value_cannot_either(separator: str) -> None:
    with pytest.raises(WireError):
        second_response(
            booking(), kind="match", fields={"NAME": f"DOE{separator}2.059:N"}, now=NOW, tcn=TCN
        )


def test_a_released_value_cannot_forge_a_line() -> None:
    fields = {"NAME": "DOE\nSECOND REPOSITORY: NO MATCH.\r\nIAR: NONE\rIAR: X"}
    text = read(second_response(booking(), kind="match", fields=fields, now=NOW, tcn=TCN)).text(
        2, 75
    )
    labels = [line for line in text.split("\r\n") if not line.startswith("  ")]
    assert [line.split(":")[0] for line in labels] == ["SECOND REPOSITORY", "ANSWERED", "NAME"]


def test_a_query_value_cannot_open_a_part() -> None:
    fields = {
        "ORI": "XA0010000", "PUR": "C", "ATN": "DESK", "PHN": "1", "NAM": "DOE,J", "SEX": "M",
        "DOB": "19800102", "POB": "XX", "CUS": "Y",
    }  # fmt: skip
    for part in sorted(fields):
        with pytest.raises(WireError):
            iaq({**fields, part: fields[part] + ".CUS/N"})
        with pytest.raises(WireError):
            iaq({**fields, part: fields[part] + "\nCUS/N"})
