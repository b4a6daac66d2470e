from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from comity.records import Charge, Finding
from comity.wire.build import car
from comity.wire.profile import profile_of
from comity.wire.read import read
from comity.wire.validate import FINDINGS_MAX, validate, worst
from tests.shared_data import shared
from tests.wire.cards import (
    SUBJECT,
    booking,
    card,
    print_of,
    with_subject,
    wsq_image,
)


def check(data: bytes) -> tuple[Finding, ...]:
    return validate(read(data))


def lax(**changes: object) -> bytes:
    return car(booking(**changes), checked=False)  # type: ignore[arg-type]


def subject(**fields: str) -> bytes:
    return car(with_subject(**fields), checked=False)


def without(mnemonic: str) -> bytes:
    return lax(subject={k: v for k, v in SUBJECT.items() if k != mnemonic})


def swap(old: bytes, new: bytes) -> Callable[[], bytes]:
    """A card with bytes of the same length exchanged."""
    assert len(old) == len(new)

    def made() -> bytes:
        data = card()
        assert old in data
        return data.replace(old, new)

    return made


@pytest.mark.parametrize("tot", ["CAR", "CNA", "CPNU"])
@pytest.mark.parametrize("record_type", [4, 14])
def test_a_sound_card_has_no_findings(tot: str, record_type: int) -> None:
    assert check(card(tot=tot, record_type=record_type)) == ()


def test_a_sound_direct_route_card_names_its_search() -> None:
    spec = replace(with_subject(TSR="C"), tot="CPDR")
    assert check(car(spec)) == ()
    bare = car(replace(spec, subject=SUBJECT), checked=False)
    assert [(f.code, f.tag) for f in check(bare)] == [("field-missing", "2.043")]


def subject_of_nine() -> bytes:
    return lax(fingers=range(1, 10), subject={**SUBJECT, "AMP": "09 | XX"})


FAULTS: dict[str, tuple[Callable[[], bytes], str, str, str]] = {
    "no name": (lambda: without("NAM"), "field-missing", "2.018", "error"),
    "no race": (lambda: without("RAC"), "field-missing", "2.025", "error"),
    "no arrest": (lambda: lax(arrest_date=None), "field-missing", "2.045", "error"),
    "no charge": (lambda: lax(charges=()), "field-missing", "2.047", "error"),
    "digits in a name": (lambda: subject(NAM="DOE,J0HN"), "characters", "2.018", "error"),
    "long name": (lambda: subject(NAM="DOE," + "J" * 40), "value-length", "2.018", "error"),
    "unknown sex": (lambda: subject(SEX="Q"), "code", "2.024", "error"),
    "unknown eyes": (lambda: subject(EYE="ZZZ"), "code", "2.031", "error"),
    "social number short": (lambda: subject(SOC="12345"), "value-length", "2.016", "warning"),
    "too many aliases": (
        lambda: subject(AKA="; ".join(["ROE,R"] * 11)),
        "occurrence",
        "2.019",
        "warning",
    ),
    "attention in CNA": (
        lambda: car(replace(with_subject(ATN="DESK"), tot="CNA"), checked=False),
        "field-unexpected",
        "2.006",
        "warning",
    ),
    "offence without words": (
        lambda: lax(charges=(Charge("", date(2010, 5, 4), None),)),
        "item-missing",
        "2.047",
        "error",
    ),
    "three items": (
        swap(b"20100504\x1f2299", b"20100504\x1f22\x1f9"),
        "item-count",
        "2.047",
        "error",
    ),
    "no such day": (lambda: subject(DOB="19800231"), "date", "2.022", "error"),
    "letters in a date": (lambda: subject(DOB="1980JAN2"), "date", "2.022", "error"),
    "born after the arrest": (lambda: subject(DOB="20100601"), "date-order", "2.022", "error"),
    "born before 1880": (lambda: subject(DOB="18790101"), "date-order", "2.022", "error"),
    "arrested tomorrow": (
        lambda: lax(arrest_date=date(2010, 5, 7)),
        "date-order",
        "2.045",
        "error",
    ),
    "offence tomorrow": (
        lambda: lax(charges=(Charge("X", date(2010, 5, 7), None),)),
        "date-order",
        "2.047",
        "warning",
    ),
    "bad date of the file": (swap(b"1.005:20100506", b"1.005:20101306"), "date", "1.005", "error"),
    "short control number": (lambda: lax(tcn="SHORT"), "value-length", "1.009", "error"),
    "short agency": (lambda: lax(ori="XA0"), "value-length", "1.008", "error"),
    "count too low": (swap(b"1.003:1\x1f15", b"1.003:1\x1f14"), "count", "1.003", "error"),
    "wrong IDC listed": (swap(b"\x1e4\x1f07\x1e", b"\x1e4\x1f77\x1e"), "idc", "4.002", "error"),
    "unknown version": (swap(b"1.002:0400", b"1.002:0999"), "version", "1.002", "warning"),
    "no images": (lambda: lax(fingers=[]), "record-count", "1.003", "error"),
    "fifteen images": (
        lambda: lax(fingers=[*range(1, 15), 3]),
        "record-count",
        "1.003",
        "error",
    ),
    "finger twice": (lambda: lax(fingers=[1, 2, 2]), "finger-repeated", "4.004", "error"),
    "finger nought": (lambda: lax(fingers=[0, 1]), "finger-position", "4.004", "error"),
    "palm position": (
        lambda: lax(fingers=[21], record_type=14),
        "finger-position",
        "14.013",
        "error",
    ),
    "unexcused finger": (subject_of_nine, "finger-missing", "2.084", "warning"),
    "finger excused and there": (
        lambda: subject(AMP="03 | XX"),
        "finger-missing",
        "2.084",
        "warning",
    ),
    "other width": (
        lambda: lax(images=(print_of(1, width_px=95),)),
        "image-size",
        "4.006",
        "error",
    ),
    "raw of the wrong size": (
        lambda: lax(images=(print_of(1, compression="NONE", data=b"\x00" * 10),)),
        "image-size",
        "4.006",
        "error",
    ),
    "not the format stated": (
        lambda: lax(images=(print_of(1, compression="PNG"),)),
        "compression",
        "4.008",
        "error",
    ),
    "WSQ without a frame": (
        lambda: lax(images=(print_of(1, data=b"\xff\xa0\xff\xa3\x00\x03\x00"),)),
        "image",
        "4.009",
        "error",
    ),
    "no bytes": (lambda: lax(images=(print_of(1, data=b""),)), "image", "4.009", "error"),
    "508 ppi": (
        lambda: lax(images=(print_of(1, 14, resolution_ppi=508.0),)),
        "resolution",
        "14.009",
        "error",
    ),
    "no scale": (swap(b"1.011:19.69", b"1.011:00.00"), "resolution", "4.005", "error"),
    "unlisted letters": (
        lambda: card().replace(b"QUINCY", b"QUI\xd1CY"),
        "character-set",
        "2.018",
        "warning",
    ),
    "wrong UTF-8": (
        lambda: utf8(b"QUI\xd1CY"),
        "character-set",
        "2.018",
        "error",
    ),
    "unreadable set": (
        lambda: utf8(b"QUINCY", b"004\x1fUTF-32"),
        "character-set",
        "1.015",
        "error",
    ),
}


def utf8(name: bytes, listed: bytes = b"003\x1fUTF-8") -> bytes:
    data = card().replace(b"QUINCY", name)
    head, rest = data.split(b"\x1c", 1)
    return head + b"\x1d1.015:" + listed + b"\x1c" + rest


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_code(name: str) -> None:
    make, code, tag, severity = FAULTS[name]
    found = check(make())
    assert (code, tag, severity) in {(f.code, f.tag, f.severity) for f in found}, found


@pytest.mark.parametrize("name", FAULTS)
def test_a_finding_says_what_was_expected_found_and_where(name: str) -> None:
    data = FAULTS[name][0]()
    for one in check(data):
        assert one.expected
        assert one.found
        assert one.source
        assert 0 <= one.offset <= len(data)
        assert one.found.isprintable()


def test_listed_utf8_is_no_fault() -> None:
    found = check(utf8("QUIÑCY".encode()))
    assert "character-set" not in {f.code for f in found}


def test_unknown_birth_is_allowed() -> None:
    assert check(subject(DOB="00000000")) == ()


@pytest.mark.parametrize("ppi", [495.1, 500.0, 504.9, 991.0, 1009.0])
def test_resolutions_within_one_percent_pass(ppi: float) -> None:
    images = tuple(print_of(f, 14, resolution_ppi=ppi) for f in range(1, 11))
    assert check(lax(images=images)) == ()


def test_reference_files_and_the_cards_of_the_journey_have_no_error() -> None:
    paths = sorted(shared("transactions", "nist-reference").glob("*.an2"))
    assert len(paths) == 18
    paths += [
        shared("transactions", "ojbc", "0400024.eft"),
        shared("transactions", "jet", "sample.eft"),
    ]
    for path in paths:
        errors = [f for f in check(path.read_bytes()) if f.severity == "error"]
        assert errors == [], path.name


def test_an_image_smaller_than_its_record_says_is_told() -> None:
    data = shared("transactions", "jet", "sample.eft").read_bytes()
    (one,) = [f for f in check(data) if f.code == "image-size"]
    assert (one.idc, one.found, one.severity) == (1, "800 x 750", "warning")
    assert one.expected.startswith("368 x 368")


def test_only_the_standard_binds_a_type_that_ebts_does_not_know() -> None:
    data = card().replace(b"1.004:CAR", b"1.004:ZZZ").replace(b"2.024:M", b"2.024:Q")
    assert profile_of(read(data)).tot == "base"
    assert check(data) == ()


def test_a_car_of_another_domain_is_told_and_not_judged() -> None:
    data = shared("transactions", "nist-reference", "type-5.an2").read_bytes()
    assert [(f.code, f.severity) for f in check(data)] == [("domain-unstated", "note")]


def test_a_car_that_names_its_domain_cannot_shed_its_fields() -> None:
    data = shared("transactions", "nist-reference", "type-5.an2").read_bytes()
    named = data.replace(b"NORAM\x1f", b"NORAM\x1f9")
    missing = {f.tag for f in check(named) if f.code == "field-missing"}
    assert {"2.018", "2.022", "2.045", "2.047", "2.073"} <= missing


def test_findings_are_in_order_of_offset_and_bounded() -> None:
    many = b"\x1e".join(b"4\x1fxx" for _ in range(5000))
    data = card().replace(b"1.003:1\x1f15", b"1.003:1\x1f15\x1e" + many)
    found = check(data)
    assert [f.offset for f in found] == sorted(f.offset for f in found)
    assert len(found) <= FINDINGS_MAX + len(read(data).damage)


def test_the_worst_of_none_is_nothing() -> None:
    assert worst(()) == ""
    assert worst(check(FAULTS["unknown version"][0]())) == "warning"
    assert worst(check(FAULTS["no name"][0]())) == "error"


def test_the_image_used_here_is_a_real_one() -> None:
    assert wsq_image().startswith(b"\xff\xa0")
    assert wsq_image().endswith(b"\xff\xa1")
