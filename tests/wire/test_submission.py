from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from comity.records import Charge
from comity.wire.build import car
from comity.wire.submission import day
from tests.shared_data import shared
from tests.wire.cards import CHARGES, SUBJECT, booking, print_of, reread, with_subject


def test_a_card_says_what_it_was_built_from() -> None:
    spec = booking()
    data = car(spec)
    told = reread(data)
    for name in ("tcn", "tot", "ori", "destination", "cri", "sent", "arrest_date", "charges"):
        assert getattr(told, name) == getattr(spec, name), name
    assert SUBJECT.items() <= told.subject.items()
    assert told.sha256 == sha256(data).hexdigest()
    assert told.juvenile is False
    assert [i.finger for i in told.images] == list(range(1, 15))
    assert {i.data for i in told.images} == {spec.images[0].data}


@pytest.mark.parametrize(
    ("text", "ncic"),
    [
        ("2299 BURGLARY", "2299"),
        ("2299", "2299"),
        ("2299-BURGLARY", "2299"),
        ("22991 SOMETHING", None),
        ("BURGLARY 2299", None),
        ("229 SHORT", None),
    ],
)
def test_an_ncic_code_leads_the_text(text: str, ncic: str | None) -> None:
    charges = (Charge(text, None, ncic),)
    assert reread(car(booking(charges=charges))).charges == charges


def test_a_code_given_apart_is_put_before_the_text() -> None:
    charges = (Charge("BURGLARY", date(2010, 5, 4), "2299"),)
    told = reread(car(booking(charges=charges))).charges
    assert told == (Charge("2299 BURGLARY", date(2010, 5, 4), "2299"),)


def test_an_offence_without_a_date_item_is_still_an_offence() -> None:
    data = car(booking()).replace(b"20100504\x1f2299 BURGLARY", b"2299 BURGLARY WITHOUT A D")
    (first, _) = reread(data).charges
    assert first == Charge("2299 BURGLARY WITHOUT A D", None, "2299")


@pytest.mark.parametrize(
    ("born", "juvenile"),
    [
        ("19920505", False),
        ("19920506", True),
        ("20000101", True),
        ("19800102", False),
        ("00000000", None),
        ("20110101", None),
        ("19920505; 19800102", False),
        ("19920505; 19920506", None),
    ],
)
def test_under_eighteen_on_the_day_of_arrest(born: str, juvenile: bool | None) -> None:
    data = car(with_subject(DOB=born), checked=False)
    assert reread(data).juvenile is juvenile


def test_age_without_any_day_is_unknown() -> None:
    data = car(booking(arrest_date=None, sent=None), checked=False)
    assert reread(data).juvenile is None


def test_age_falls_back_on_the_day_of_sending() -> None:
    spec = replace(with_subject(DOB="19920507"), arrest_date=None)
    assert reread(car(spec, checked=False)).juvenile is True


def test_the_image_says_its_own_size() -> None:
    data = car(booking(images=(print_of(1, width_px=500, height_px=500),)), checked=False)
    (image,) = reread(data).images
    assert (image.width_px, image.height_px) == (96, 64)


def test_resolutions_of_both_record_types() -> None:
    assert {i.resolution_ppi for i in reread(car(booking())).images} == {500.13}
    fine = tuple(print_of(f, 14, resolution_ppi=1000.0) for f in range(1, 11))
    assert {i.resolution_ppi for i in reread(car(booking(images=fine))).images} == {1000.0}
    coarse = tuple(print_of(f, 4, resolution_ppi=1000.0) for f in range(1, 11))
    assert {i.resolution_ppi for i in reread(car(booking(images=coarse))).images} == {1000.0}


def test_a_scale_in_centimetres() -> None:
    data = shared("transactions", "nist-reference", "type-14-tpcard-nqm.an2").read_bytes()
    told = reread(data)
    assert {i.resolution_ppi for i in told.images} == {500.38}
    assert sorted(i.finger for i in told.images) == list(range(1, 15))


def test_the_same_card_in_both_record_types_gives_the_same_images() -> None:
    four = shared("transactions", "nist-reference", "type-4-tpcard.an2").read_bytes()
    fourteen = shared("transactions", "nist-reference", "type-14-tpcard-nqm.an2").read_bytes()
    ours = [(i.finger, i.data) for i in reread(four).images]
    assert ours == [(i.finger, i.data) for i in reread(fourteen).images]
    assert len(ours) == 14


def test_a_file_without_a_text_record_still_gives_a_submission() -> None:
    data = shared("transactions", "nbis-an2kconvert", "type9-efs.an2k").read_bytes()
    told = reread(data)
    assert (told.tot, told.cri, told.subject, told.images) == ("RFR", "", {}, ())


def test_a_states_own_fields_stay_in_the_file() -> None:
    data = shared("transactions", "ojbc", "0400024.eft").read_bytes()
    told = reread(data)
    assert b"2.1003:0400024" in data
    assert "0400024" not in "".join(told.subject.values())


def test_days() -> None:
    assert day("20000229") == date(2000, 2, 29)
    for text in ("", "00000000", "20010229", "2001022", "200102290", "2001-2-9", "²0010101"):
        assert day(text) is None


def test_charges_of_the_sample() -> None:
    assert reread(car(booking())).charges == CHARGES
