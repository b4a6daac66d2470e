from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import WireError
from comity.records import Charge, Finding, Submission
from comity.wire import explain
from comity.wire.build import car, errt, second_response, sre
from comity.wire.causes import causes
from comity.wire.codes import CODES
from comity.wire.fields import fields_of, items_of
from comity.wire.findings import finding, to_ascii
from comity.wire.nlets import LINE_MAX, wrapped
from comity.wire.read import read, write
from comity.wire.refusal import CHARS_MAX, MESSAGES_MAX, messages
from comity.wire.rule import Rule
from comity.wire.submission import submission
from comity.wire.transaction import Transaction
from comity.wire.validate import SEVERITIES, validate
from tests.reference import wire_split
from tests.shared_data import shared
from tests.wire.cards import NOW, SUBJECT, booking, card, print_of, reread
from tests.wire.test_nistitl import assert_same_as_nistitl

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


# --- every field that a submission may hold -------------------------------------------------

_LETTERS = {
    "N": "0123456789", "A": "ABCXYZ", "AS": "ABCXYZ", "AN": "ABCXYZ0189",
    "ANS": "ABCXYZ0189-/&()#*", "ANST": "ABCXYZ0189-/&()#*.,'",
}  # fmt: skip
# Fields that say something about other fields or records: these have strategies of their own.
_OWN = {"LEN", "IDC", "ASL", "DOA", "NAM", "AKA", "DOB", "AMP", "CRI", "PPA", "PHT", "SSD", "CSL"}
_LIKELY = {"HGT": ["510", "000", "N65"], "WGT": ["170", "000"], "POB": ["XX", "CA"],
           "CTZ": ["US", "MM"], "SMT": ["SC L EAR"], "FBI": ["1234AB5", "1"]}  # fmt: skip


@st.composite
def values_of(draw: st.DrawFn, rule: Rule, items: tuple[Rule, ...]) -> str:
    """One value as `subject` holds it, of the rule's letters, length and codes."""
    if items:
        return " | ".join(draw(values_of(item, ())) for item in items)
    if rule.mnemonic in _LIKELY:
        return draw(st.sampled_from(_LIKELY[rule.mnemonic]))
    if rule.codes:
        return draw(st.sampled_from(sorted(rule.codes)))
    letters = st.sampled_from(_LETTERS[rule.chars])
    return draw(st.text(letters, min_size=rule.least, max_size=min(rule.most, rule.least + 30)))


@st.composite
def whole_bookings(draw: st.DrawFn) -> Submission:
    """A submission with any of the fields of its type in EBTS 9.1 appendix C."""
    tot = draw(st.sampled_from(["CAR", "CNA", "CPDR", "CPNU"]))
    subject = {"NAM": draw(NAMES), "DOB": draw(DAYS.map("{:%Y%m%d}".format))}
    for rule in fields_of(tot, 2):
        if rule.mnemonic in _OWN or not (tot in rule.mandatory or draw(st.booleans())):
            continue
        one = values_of(rule, items_of(tot, rule.tag))
        most = min(rule.occurs, 3)
        subject[rule.mnemonic] = "; ".join(draw(st.lists(one, min_size=1, max_size=most)))
    if draw(st.booleans()):
        subject["AKA"] = "; ".join(draw(st.lists(NAMES, min_size=1, max_size=10)))
    if draw(st.booleans()):
        day = draw(DAYS.map("{:%Y%m%d}".format))
        subject |= {"SSD": day, "CSL": f"{day} | BURGLARY | 2 YEARS; {day} | LOITERING | FINE"}
    fingers = draw(st.sets(st.integers(1, 14), min_size=1))
    kind = draw(st.sampled_from([4, 14]))
    return booking(
        tot=tot, subject=subject, arrest_date=date(2010, 5, 6),
        images=tuple(print_of(f, kind) for f in sorted(fingers)),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(whole_bookings())
def test_any_field_of_a_submission_is_written_soundly_and_read_by_nistitl(
    spec: Submission,
) -> None:
    data = car(spec)
    told = reread(data)
    assert spec.subject.items() <= told.subject.items()
    assert car(told) == data
    assert_same_as_nistitl(data, read(data))
    answer = sre(told, identified=True, record_text="A", now=NOW, tcn="RESPONSE-0001")
    assert_same_as_nistitl(answer, read(answer))


def test_between_them_they_hold_every_field_of_the_four_types() -> None:
    """Those left out have tests of their own, or are facts about records that are not written."""
    drawn = {r.mnemonic for tot in ("CAR", "CNA", "CPDR", "CPNU") for r in fields_of(tot, 2)}
    assert drawn > _OWN
    assert len(drawn - _OWN) > 20


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


def assert_in_place(transaction: Transaction, data: bytes) -> None:
    """Records tile the file; each field and item lies where it says."""
    at = 0
    for record in transaction.records:
        assert record.offset == at
        at += record.size
        for one in record.fields:
            assert data[one.offset : one.offset + len(one.value)] == one.value
            if not one.binary and one.number != 999:
                for item in (item for items in one.subfields for item in items):
                    assert data[item.offset : item.offset + len(item.value)] == item.value
            assert one.first_subfields(3) == one.subfields[:3]
    assert at == len(data)


@settings(max_examples=400, deadline=None)
@given(mutants())
def test_damage_gives_wire_errors_or_findings_and_nothing_else(data: bytes) -> None:
    try:
        transaction = read(data)
    except WireError:
        return
    assert write(transaction) == data
    assert_in_place(transaction, data)
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


@st.composite
def findings(draw: st.DrawFn) -> list[Finding]:
    """Findings of any code, with values that a hostile file could bring about."""
    tags = st.sampled_from(["", "2.022", "14.011", "2.047", "4.004", "9.331"])
    text = st.text(max_size=400)
    out = []
    for tag in draw(st.lists(tags, min_size=1, max_size=30)):
        kind, _, number = tag.partition(".")
        plain = finding(
            draw(st.sampled_from(sorted(CODES))), draw(st.sampled_from(SEVERITIES)),
            int(kind or 0), draw(st.none() | st.integers(0, 255)), int(number or 0),
            draw(st.integers(0, 1 << 26)), expected=draw(text), found=draw(text),
            source=draw(text),
        )  # fmt: skip
        out.append(plain)
    return out


@settings(max_examples=150, deadline=None)
@given(findings())
def test_a_refusal_names_field_and_rule_of_whatever_was_found(found: list[Finding]) -> None:
    texts = messages(found)
    assert 1 <= len(texts) <= MESSAGES_MAX
    assert all(1 <= len(text) <= CHARS_MAX and text.isascii() for text in texts)
    told = [one for one in found if one.severity == "error"] or found
    listed = [text for text in texts if "NOT LISTED" not in text]
    for cause, text in zip(causes(told), listed, strict=False):
        assert text.startswith(cause.what)
        assert f"Rule: {cause.first.code}, " in text
        plain = "".join(c if " " <= c <= "~" else " " for c in to_ascii(cause.first.found))
        assert plain.strip()[:20].rstrip() in text
    counted = sum(len(cause.findings) for cause in causes(told)[: len(listed)])
    if counted < len(told):
        assert texts[-1] == f"{len(told) - counted} MORE FAULTS ARE NOT LISTED"
