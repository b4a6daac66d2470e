from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from comity.errors import CallerError
from comity.records import CRIMINAL_TOTS, Finding
from comity.wire import check_fields
from comity.wire.answer import errt, second_response, sre
from comity.wire.build import car
from comity.wire.fields import EBTS_9_1, EBTS_10_0, NAMES, STANDARD, known
from comity.wire.profile import Profile, profile_of
from comity.wire.read import read
from comity.wire.submission import submission
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import card, with_face, with_subject

NOW = datetime(2010, 5, 6, 12, tzinfo=UTC)


def edited(data: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    """The same file with bytes exchanged; LEN is left wrong where lengths differ."""
    for old, new in changes:
        assert old in data, old
        data = data.replace(old, new, 1)
    return data


def of(data: bytes, name: str | None = None) -> Profile:
    return profile_of(read(data), name)


def codes(data: bytes, name: str | None = None) -> set[tuple[str, str, str]]:
    """Findings but those of the lengths that `edited` left wrong."""
    found = validate(read(data), name)
    return {(f.code, f.tag, f.severity) for f in found if f.code != "length"}


VERSION = b"1.002:0400"


def with_domain(name: bytes, version: bytes = b"") -> bytes:
    head, rest = card().split(b"\x1c", 1)
    kept = [one for one in head.split(b"\x1d") if not one.startswith(b"1.013:")]
    return b"\x1d".join([*kept, b"1.013:" + name + b"\x1f" + version]) + b"\x1c" + rest


@pytest.mark.parametrize(
    ("name", "version", "ver", "edition"),
    [
        (b"NORAM", b"", b"0400", EBTS_9_1),
        (b"NORAM", b"", b"0201", EBTS_9_1),
        (b"NORAM", b"", b"0500", EBTS_10_0),
        (b"NORAM", b"", b"0502", EBTS_10_0),
        (b"NORAM", b"9.3", b"0500", EBTS_9_1),
        (b"NORAM", b"EBTS 10.0.8", b"0400", EBTS_10_0),
        (b"NORAM", b"11", b"0400", EBTS_10_0),
        (b"NORAM", b"x", b"0400", EBTS_9_1),
    ],
)
def test_the_edition_is_that_of_dom_or_else_of_ver(
    name: bytes, version: bytes, ver: bytes, edition: str
) -> None:
    profile = of(edited(with_domain(name, version), (VERSION, b"1.002:" + ver)))
    assert (profile.name, profile.tot, profile.strict) == (edition, "CAR", True)


def test_other_types_of_transaction_are_judged_too_but_do_not_stop() -> None:
    data = edited(card(), (b"1.004:CAR", b"1.004:MAP"), (b"2.024:M", b"2.024:Q"))
    profile = of(data)
    assert (profile.name, profile.tot, profile.strict, profile.firm) == (
        EBTS_9_1, "MAP", False, False,
    )  # fmt: skip
    found = codes(data)
    assert ("code", "2.024", "warning") in found
    assert ("field-missing", "2.037", "warning") in found  # RFP: why an applicant is printed
    assert ("field-unexpected", "2.045", "warning") in found  # an applicant was not arrested
    assert "error" not in {severity for _, _, severity in found}


def test_who_names_the_profile_means_it() -> None:
    data = edited(card(), (b"1.004:CAR", b"1.004:MAP"))
    assert ("field-missing", "2.037", "error") in codes(data, EBTS_9_1)
    assert codes(data, STANDARD) == set()


def test_a_named_standard_leaves_out_the_rules_of_ebts() -> None:
    data = car(with_subject(SEX="Q"), checked=False)
    assert ("code", "2.024", "error") in codes(data)
    assert ("code", "2.024", "error") in codes(data, EBTS_10_0)
    assert codes(data, STANDARD) == set()
    assert of(data, STANDARD) == Profile(STANDARD, "base", strict=False)


def test_a_named_profile_says_which_type_it_does_not_know() -> None:
    data = edited(card(), (b"1.004:CAR", b"1.004:ZZZ"))
    assert codes(data) == set()
    assert codes(data, EBTS_9_1) == {("code", "1.004", "error")}
    (one,) = [f for f in validate(read(data), EBTS_10_0) if f.code == "code"]
    assert (one.found, one.expected) == ("ZZZ", "a type of transaction of EBTS 10.0")


def test_a_domain_that_is_not_the_fbis_has_types_of_its_own() -> None:
    data = edited(with_domain(b"INT-I", b"4"), (b"1.004:CAR", b"1.004:MAP"))
    assert of(data).tot == "base"
    assert of(edited(with_domain(b"EBTS-X", b"9"), (b"1.004:CAR", b"1.004:MAP"))).tot == "MAP"
    # As a file of JET's does, whose EBTS-IRIS 1.2 is older than any table here.
    assert of(edited(with_domain(b"EBTS-X", b"1.2"), (b"1.004:CAR", b"1.004:MAP"))).tot == "base"


def test_editions_before_ours_are_not_judged_by_ours() -> None:
    data = edited(card(), (b"1.004:CAR", b"1.004:MAP"), (VERSION, b"1.002:0201"))
    assert of(data).tot == "base"


@pytest.mark.parametrize("tot", sorted(CRIMINAL_TOTS))
@pytest.mark.parametrize("version", [b"0200", b"0500", b"9999", b"    "])
def test_no_version_frees_a_criminal_submission_of_its_fields(tot: str, version: bytes) -> None:
    spec = replace(with_subject(), tot=tot, subject={})
    data = edited(car(spec, checked=False), (VERSION, b"1.002:" + version))
    missing = {tag for code, tag, severity in codes(data) if (code, severity) == MISSING}
    assert {"2.018", "2.020", "2.022", "2.024", "2.025"} <= missing


MISSING = ("field-missing", "error")


@pytest.mark.parametrize("name", ["", "ebts", "EBTS-9.1", "ebts-9", "ansi", "x" * 9999])
def test_an_unknown_name_is_told_with_the_nearest(name: str) -> None:
    with pytest.raises(CallerError, match="no profile has this name") as caught:
        of(card(), name)
    assert any(f"`{one}`" in caught.value.next_step for one in NAMES)
    assert len(str(caught.value)) < 400


def test_the_nearest_name_is_near() -> None:
    with pytest.raises(CallerError, match=r"did you mean `ebts-10\.0`"):
        of(card(), "ebts-10")


def test_what_the_builders_write_has_no_finding_in_any_profile() -> None:
    told = submission(read(card()), card())
    written = [
        card(),
        card(record_type=14),
        sre(told, identified=True, record_text="NAME: DOE", now=NOW, tcn="T" * 12),
        second_response(told, kind="no-match", fields={}, now=NOW, tcn="T" * 12),
        errt(told, [], now=NOW, tcn="T" * 12),
    ]
    for data in written:
        for name in (None, *NAMES):
            assert validate(read(data), name) == ()


# Breaking a good card, rule by rule: the finding names the field, what it wants and what it got.


def field(data: bytes, number: int) -> bytes:
    one = read(data).of_type(2)[0].first(number)
    assert one is not None
    return one.encoded


def fault_of(data: bytes, tag: str, code: str) -> Finding:
    found = [f for f in validate(read(data)) if (f.tag, f.code) == (tag, code)]
    assert found, (tag, code, validate(read(data)))
    assert found[0].source
    return found[0]


GOOD = car(
    with_subject(CTZ="US", SOC="123456789", OCA="A-1", SID="XA12345", AKA="ROE,R", MNU="AF-1234")
)
DEMANDED = sorted(rule.number for rule in (d.rule for d in of(GOOD).demands(2)) if rule.number > 2)
HELD = [one.number for one in read(GOOD).of_type(2)[0].fields if one.number > 2]


def test_the_good_card_is_good() -> None:
    assert validate(read(GOOD)) == ()
    assert set(DEMANDED) <= set(HELD)
    assert len(DEMANDED) == 13


@pytest.mark.parametrize("number", DEMANDED)
def test_each_mandatory_field_is_missed(number: int) -> None:
    data = edited(GOOD, (field(GOOD, number), b""))
    one = fault_of(data, f"2.{number:03d}", "field-missing")
    rule = known(f"2.{number:03d}")
    assert rule is not None
    assert one.severity == "error"
    assert one.expected == f"{rule.mnemonic}, {rule.name}"
    assert one.found == "no such field"
    assert one.source == f"EBTS 9.1, appendix C, 2.{number:03d}"


@pytest.mark.parametrize("number", DEMANDED)
def test_each_mandatory_field_must_hold_something(number: int) -> None:
    old = field(GOOD, number)
    data = edited(GOOD, (old, old.partition(b":")[0] + b":" + old[-1:]))
    assert fault_of(data, f"2.{number:03d}", "field-missing").found == "an empty field"


def sized(number: int) -> bool:
    rule = known(f"2.{number:03d}")
    assert rule is not None
    return rule.chars != "DATE" and not of(GOOD).items(rule.tag)


@pytest.mark.parametrize("number", [n for n in HELD if sized(n)])
def test_each_field_is_measured(number: int) -> None:
    rule = of(GOOD).of_type(2)[f"2.{number:03d}"]
    letter = b"1" if rule.chars == "N" else b"A"
    old = field(GOOD, number)
    long = old.partition(b":")[0] + b":" + letter * (rule.most + 1) + old[-1:]
    one = fault_of(edited(GOOD, (old, long)), rule.tag, "value-length")
    assert one.expected == f"{rule.size_told} ({rule.name})"
    assert one.found.endswith(f"({rule.most + 1} characters)")
    assert one.severity == ("error" if number in DEMANDED else "warning")


@pytest.mark.parametrize("number", [n for n in HELD if sized(n)])
def test_each_field_has_its_characters(number: int) -> None:
    rule = of(GOOD).of_type(2)[f"2.{number:03d}"]
    old = field(GOOD, number)
    wrong = b"\x07" if rule.chars in ("ANS", "ANST") else b"%"
    bad = old.partition(b":")[0] + b":" + wrong * max(rule.least, 1) + old[-1:]
    one = fault_of(edited(GOOD, (old, bad)), rule.tag, "characters")
    assert rule.name in one.expected
    assert one.found.startswith(("%", "<07>"))


@pytest.mark.parametrize("number", [n for n in HELD if known(f"2.{n:03d}").codes])  # type: ignore[union-attr]
def test_each_code_is_one_of_its_list(number: int) -> None:
    rule = of(GOOD).of_type(2)[f"2.{number:03d}"]
    old = field(GOOD, number)
    bad = old.partition(b":")[0] + b":" + b"J" * rule.most + old[-1:]
    one = fault_of(edited(GOOD, (old, bad)), rule.tag, "code")
    assert one.expected == f"one of {' '.join(rule.codes_told)} ({rule.name})"
    assert one.found == "J" * rule.most


@pytest.mark.parametrize("number", [n for n in HELD if n != 47])
def test_each_field_has_its_number_of_values(number: int) -> None:
    rule = of(GOOD).of_type(2)[f"2.{number:03d}"]
    old = field(GOOD, number)
    body, end = old[:-1], old[-1:]
    value = body.partition(b":")[2].split(b"\x1e")[0]
    many = body.partition(b":")[0] + b":" + b"\x1e".join([value] * (rule.occurs + 1)) + end
    one = fault_of(edited(GOOD, (old, many)), rule.tag, "occurrence")
    assert one.found == str(rule.occurs + 1)


@pytest.mark.parametrize(
    ("record", "number", "value", "code"),
    [
        (14, 3, b"77", "code"),
        (14, 3, b"x", "characters"),
        (14, 8, b"7", "code"),
        (14, 12, b"123", "value-length"),
        (1, 9, b"SHORT", "value-length"),
        (1, 6, b"0", "code"),
        (1, 6, b"12", "value-length"),
        (1, 14, b"20100506X20000Z", "characters"),
    ],
)
def test_other_records_are_judged_by_the_standard(
    record: int, number: int, value: bytes, code: str
) -> None:
    data = card(record_type=14)
    transaction = read(data)
    (one, *_) = transaction.of_type(record)
    old = one.first(number)
    label = f"{record}.{number:03d}:".encode()
    if old is None:
        head = one.first(2)
        assert head is not None
        data = edited(data, (head.encoded, head.encoded + label + value + b"\x1d"))
    else:
        data = edited(data, (old.encoded, label + value + old.end))
    found = fault_of(data, f"{record}.{number:03d}", code)
    assert found.source.startswith(("ANSI/NIST-ITL 1-2011, clause 8.", "EBTS 9.1, appendix B"))


@pytest.mark.parametrize("number", [6, 7, 8, 9, 10, 11, 12])
def test_an_image_needs_its_measures(number: int) -> None:
    data = card(record_type=14)
    one = read(data).of_type(14)[0].first(number)
    assert one is not None
    fault_of(edited(data, (one.encoded, b"")), f"14.{number:03d}", "field-missing")


def test_an_amputation_stands_for_an_image() -> None:
    data = card(record_type=14)
    record = read(data).of_type(14)[0]
    image = record.first(999)
    assert image is not None
    bare = edited(data, (b"\x1d" + image.encoded, b"\x1c"))
    missing = {f.tag for f in validate(read(bare)) if f.code == "field-missing"}
    assert missing == {"14.999"}
    excused = edited(bare, (b"14.013:1\x1c", b"14.013:1\x1d14.018:1\x1fXX\x1c"))
    assert not {f.tag for f in validate(read(excused)) if f.code == "field-missing"}


@pytest.mark.parametrize(
    ("value", "code"),
    [(b"20100504", "item-missing"), (b"20100504\x1f", "item-missing"),
     (b"20100504\x1f   ", "item-missing"), (b"20100504\x1fTHEFT\x1f9", "item-count"),
     (b"20100504\x1f" + b"T" * 301, "value-length")],
)  # fmt: skip
def test_items_are_judged_one_by_one(value: bytes, code: str) -> None:
    old = field(GOOD, 47)
    one = fault_of(edited(GOOD, (old, b"2.047:" + value + old[-1:])), "2.047", code)
    assert one.severity == "error"


@pytest.mark.parametrize("kind", [9, 13, 15])
def test_records_of_latents_palms_and_minutiae_are_judged_too(kind: int) -> None:
    data = card() + b"%d.001:30\x1d%d.002:99\x1d%d.003:77\x1c" % (kind, kind, kind)
    transaction = read(data)
    found = {(f.code, f.tag) for f in check_fields.check(transaction, profile_of(transaction))}
    assert {("code", f"{kind}.003"), ("field-missing", f"{kind}.004")} <= found


def test_of_a_value_that_may_go_on_the_items_that_are_known_are_judged() -> None:
    data = (
        card()
        + b"9.001:60\x1d9.002:99\x1d9.003:1\x1d9.004:S\x1d9.007:Q\x1fWN\x1fWN\x1fWN\x1fWN\x1c"
    )
    transaction = read(data)
    found = list(check_fields.check(transaction, profile_of(transaction)))
    assert [(f.code, f.tag, f.found) for f in found] == [("code", "9.007", "Q")]


def test_a_field_that_ten_may_have_is_expected_there() -> None:
    data = car(replace(with_subject(ATN="DESK"), tot="CNA"), checked=False)
    assert ("field-unexpected", "2.006", "warning") in codes(data)
    assert codes(data, EBTS_10_0) == set()


def test_a_blank_date_that_need_not_be_there_is_nothing() -> None:
    old = field(GOOD, 45)
    data = edited(GOOD, (old, old + b"2.054:        \x1d"))
    assert not [f for f in validate(read(data)) if f.tag == "2.054"]


def test_one_fault_that_two_checks_see_is_told_once() -> None:
    data = edited(card(record_type=14), (b"14.011:WSQ20", b"14.011:WSQ"))
    told = [f for f in validate(read(data)) if (f.code, f.tag) == ("code", "14.011")]
    assert len(told) == 1


def made_up(data: bytes) -> list[tuple[str, str, str]]:
    found = [f for f in validate(read(data)) if f.code == "record-count"]
    return [(f.severity, f.expected, f.found) for f in found]


def test_a_card_may_have_four_photographs_and_no_more() -> None:
    data = card()
    for _ in range(4):
        data = with_face(data)
    assert made_up(data) == []
    kind = "in a CAR (criminal ten-print, answer required)"
    assert made_up(with_face(data)) == [("warning", f"at most 4 records of type 10 {kind}", "5")]
    later = edited(with_face(data), (VERSION, b"1.002:0500"))
    assert made_up(later) == []  # of EBTS 10.0 the greatest numbers are not known to us


def test_a_card_has_no_records_of_other_types() -> None:
    old = with_face(card())
    data = edited(old, (b"\x1e10\x1f", b"\x1e17\x1f"))
    start = data.rindex(b"10.001:")
    data = data[:start] + data[start:].replace(b"10.0", b"17.0").replace(b"10.999", b"17.999")
    assert made_up(data) == [
        ("warning", "no record of type 17 in a CAR (criminal ten-print, answer required)", "1")
    ]


def test_a_card_without_fingers_stops_and_a_search_without_them_is_odd() -> None:
    bare = car(replace(with_subject(EAD="A MILL"), images=()), checked=False)
    assert [severity for severity, _, _ in made_up(bare)] == ["error"]
    search = edited(car(with_subject(EAD="A MILL")), (b"1.004:CAR", b"1.004:TPRS"))
    assert made_up(search) == []
    ((severity, expected, found),) = made_up(edited(bare, (b"1.004:CAR", b"1.004:TPRS")))
    assert (severity, found) == ("warning", "0")
    assert expected.startswith("1 to 14 records of type 4 or 14 in a TPRS")


def test_no_value_of_a_face_is_looked_at() -> None:
    data = shared("transactions", "jet", "empty_image.eft").read_bytes()
    for name in NAMES:
        found = validate(read(data), name)
        about = [f for f in found if f.record == "Type-10" and f.code in FIELD_CODES]
        assert about == []


FIELD_CODES = {"field-missing", "characters", "value-length", "code", "item-count", "item-missing"}


def test_the_standard_finds_nothing_amiss_in_the_fields_of_nists_own_files() -> None:
    paths = sorted(shared("transactions", "nist-reference").glob("*.an2"))
    assert len(paths) == 18
    for path in paths:
        transaction = read(path.read_bytes())
        for name in (None, STANDARD):
            profile = profile_of(transaction, name)
            # One file, of Interpol's domain, states the version `0`.
            strange = [f for f in check_fields.check(transaction, profile) if f.tag != "1.002"]
            assert strange == [], path.name
