from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import WireError
from comity.records import Charge, Submission
from comity.wire import explain
from comity.wire.build import car, errt, second_response, sre
from comity.wire.nlets import LINE_MAX, wrapped
from comity.wire.read import read, write
from comity.wire.submission import submission
from comity.wire.validate import SEVERITIES, validate
from tests.reference import wire_split
from tests.shared_data import shared
from tests.wire.cards import NOW, SUBJECT, booking, card, print_of, reread

LETTERS = st.characters(min_codepoint=65, max_codepoint=90)
PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)
NAMES = st.builds(
    "{},{}".format,
    st.text(LETTERS, min_size=1, max_size=12),
    st.text(LETTERS, min_size=1, max_size=12),
)
DAYS = st.dates(date(1990, 1, 1), date(2010, 5, 5))


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    words = draw(st.text(PRINTABLE, min_size=1, max_size=60))
    code = draw(st.none() | st.integers(0, 9999).map("{:04d}".format))
    text = f"{code} {words}" if code else f"X{words}"
    return Charge(text, draw(st.none() | DAYS), code)


@st.composite
def bookings(draw: st.DrawFn) -> Submission:
    kind = draw(st.sampled_from([4, 14]))
    fingers = draw(st.sets(st.integers(1, 14), min_size=1))
    return booking(
        tcn=draw(st.text(PRINTABLE, min_size=10, max_size=40)),
        tot=draw(st.sampled_from(["CAR", "CNA", "CPNU"])),
        subject={
            **SUBJECT,
            "NAM": draw(NAMES),
            "AKA": "; ".join(draw(st.lists(NAMES, min_size=1, max_size=10))),
            "DOB": draw(DAYS.map("{:%Y%m%d}".format)),
        },
        arrest_date=date(2010, 5, 6),
        charges=tuple(draw(st.lists(charges(), min_size=1, max_size=40))),
        images=tuple(print_of(f, kind) for f in sorted(fingers)),
    )


@settings(max_examples=60, deadline=None)
@given(bookings())
def test_what_is_built_is_read_back(spec: Submission) -> None:
    data = car(spec)
    told = reread(data)
    for name in ("tcn", "tot", "ori", "destination", "cri", "sent", "arrest_date", "charges"):
        assert getattr(told, name) == getattr(spec, name), name
    assert spec.subject.items() <= told.subject.items()
    assert [(i.finger, i.data) for i in told.images] == [(i.finger, i.data) for i in spec.images]
    assert car(told) == data
    assert validate(read(data)) == ()
    assert len(wire_split.records(data)) == 2 + len(spec.images)


@lru_cache(maxsize=1)
def seeds() -> tuple[bytes, ...]:
    """Small sound files of every record type there is a sample of."""
    built = [card(fingers=[1, 2], record_type=kind) for kind in (4, 14)]
    given_ = sorted(shared("transactions").rglob("*.an*"))
    return (*built, *(p.read_bytes() for p in given_ if p.stat().st_size < 45_000))


SPLICES = st.sampled_from(
    [b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"", b"\x00", b"\xff\xff\xff\xff", b"999999999", b"-1",
     b"14.999:", b"2.001:", b"1.001:5\x1d", b"\x1e4\x1f99", b"1\x1f99", b"\xff\xa1", b"\xc3",
     b"\x02"]
)  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, 4))):
        reach = min(len(data), draw(st.sampled_from([400, 1500, 1 << 20])))
        at = draw(st.integers(0, max(reach - 1, 0)))
        match draw(st.integers(0, 4)):
            case 0:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                data[at:at] = draw(SPLICES)
            case 2:
                del data[at : at + draw(st.sampled_from([1, 2, 9, 700]))]
            case 3:
                source = draw(st.integers(0, max(reach - 1, 0)))
                data[at : at + 20] = data[source : source + draw(st.integers(1, 60))]
            case _:
                del data[at:]
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(mutants())
def test_damage_gives_wire_errors_or_findings_and_nothing_else(data: bytes) -> None:
    try:
        transaction = read(data)
    except WireError:
        return
    assert write(transaction) == data
    found = validate(transaction)
    assert all(f.severity in SEVERITIES and 0 <= f.offset <= len(data) for f in found)
    told = submission(transaction, data)
    explain.tree(transaction)
    answer = read(errt(told, found, NOW, "RESPONSE-0001"))
    assert answer.tot == "ERRT"
    sre(told, identified=False, record_text=None, now=NOW, tcn="RESPONSE-0001")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_after_a_good_beginning(data: bytes) -> None:
    whole = card(fingers=[1])[:120] + data
    try:
        assert write(read(whole)) == whole
    except WireError:
        return
    validate(read(whole))


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t "), max_size=400
)


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_any_printable_text_can_be_sent(one: str, other: str) -> None:
    spec = replace(booking(), subject={**SUBJECT, "NAM": one, "OCA": other})
    fields = {"NAME": one, "NOTE": other}
    if not (one + other).replace("\n", "").replace("\t", "").isprintable():
        with pytest.raises(WireError, match="cannot be sent"):
            second_response(spec, kind="match", fields=fields, now=NOW, tcn="RESPONSE-0001")
        return
    data = second_response(spec, kind="match", fields=fields, now=NOW, tcn="RESPONSE-0001")
    text = read(data).text(2, 75)
    assert max(len(line) for line in text.split("\r\n")) <= LINE_MAX


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.just("\n"), max_size=600))
def test_wrapping_loses_no_letter(text: str) -> None:
    lines = wrapped(text)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= LINE_MAX for line in lines)
