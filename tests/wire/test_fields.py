from __future__ import annotations

from functools import lru_cache

import pytest

from comity.wire.fields import (
    BASE,
    CLASS_NAMES,
    EBTS_9_1,
    EBTS_10_0,
    NAMES,
    PROFILE_TOTS,
    RECORD_TYPES,
    STANDARD,
    UNLIMITED,
    fields_of,
    items_of,
    known,
    mnemonic,
    of_type,
    profile,
    rules,
    table,
    tags_by_mnemonic,
)
from comity.wire.makeup import MANY, kinds
from tests.reference import ebts_definition
from tests.reference.ebts_definition import Told
from tests.shared_data import shared

TOTS = sorted(kinds(EBTS_9_1))
# Items are joined by separators, which the definition file does not count.
JOINED = {"2.010", "2.034", "2.047", "2.051", "2.064", "2.067", "2.084", "2.091", "2.092"}


@lru_cache(maxsize=1)
def definition() -> str:
    path = shared("transactions", "field-tables", "EBTS9.1_ENUS.txt")
    return path.read_text(encoding="utf-8-sig")


@lru_cache(maxsize=1)
def ebts() -> dict[str, dict[str, Told]]:
    return ebts_definition.fields(definition())


def test_the_types_of_transaction_are_those_of_ebts() -> None:
    assert set(TOTS) == set(ebts_definition.makeup(definition()))
    assert set(TOTS) >= PROFILE_TOTS
    assert len(TOTS) == 71


@pytest.mark.parametrize("tot", TOTS)
def test_what_is_mandatory_is_what_ebts_makes_mandatory(tot: str) -> None:
    told = {tag for tag, one in ebts()[tot].items() if one.need == "M"}
    ours = {r.tag for r in fields_of(tot, 2) if tot in r.mandatory}
    assert ours == told


@pytest.mark.parametrize("tot", TOTS)
def test_what_is_optional_is_what_ebts_allows(tot: str) -> None:
    told = {tag for tag, one in ebts()[tot].items() if one.need == "O"}
    ours = {r.tag for r in fields_of(tot, 2) if tot in r.optional}
    assert ours == told


@pytest.mark.parametrize("tot", TOTS)
def test_sizes_occurrences_and_mnemonics_are_those_of_ebts(tot: str) -> None:
    for tag, one in ebts()[tot].items():
        rule = of_type(tot, 2)[tag]
        assert rule.mnemonic == one.mnemonic, tag
        assert rule.occurs == int(one.occurs.rpartition("-")[2]), tag
        if tag in JOINED:
            assert items_of(tot, tag), tag
            continue
        least, _, most = one.size.partition("-")
        assert (rule.least, rule.most) == (int(least), int(most or least)), tag
        assert (rule.chars == "N") <= (one.chars == "N"), tag


@pytest.mark.parametrize("tot", TOTS)
def test_records_are_those_of_ebts(tot: str) -> None:
    told = ebts_definition.makeup(definition())[tot]
    names = {"414": (4, 14), "713": (7, 13)}
    expected = {
        names.get(types) or (int(types),): counts for types, counts in told.items() if types != "1"
    }
    assert {s.types: (s.least, s.most) for s in kinds(EBTS_9_1)[tot].shares} == expected


@pytest.mark.parametrize(
    ("name", "edition"),
    [("ANSI_NIST_2011", STANDARD), ("ANSI_NIST_2013", STANDARD), ("FBI_EBTS_10", EBTS_10_0)],
)
def test_every_field_that_others_name_is_known_by_that_name(name: str, edition: str) -> None:
    path = shared("transactions", "field-tables", f"mnemonic-{name}.xml")
    # A form of Type-7 that 1-2011 does not have; DAT is their slip for DATA.
    elsewhere = {"7.004", "7.005", "7.006", "7.007", "7.008", "7.009", "7.003"}
    for line in path.read_text(encoding="utf-8").splitlines():
        if "<Mnemonic " not in line:
            continue
        _, tag, _, called, *_ = line.split('"')
        record, number = (int(part) for part in tag.split("."))
        rule = known(f"{record}.{number:03d}")
        if f"{record}.{number:03d}" in elsewhere:
            continue
        assert rule is not None, (edition, tag)
        names = {rule.mnemonic, *rule.older}
        assert names & set(called.split("/")) or called == "DAT", (tag, called, names)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("record_type", RECORD_TYPES)
def test_each_table_is_of_one_mould(name: str, record_type: int) -> None:
    seen: set[tuple[str, str]] = set()
    field = ""
    item = 0
    for rule in table(name, record_type):
        assert rule.record_type == record_type
        assert rule.chars in CLASS_NAMES
        assert rule.least <= rule.most
        assert rule.name
        assert rule.name == rule.name.strip()
        assert rule.mnemonic.isalnum()
        assert rule.source.startswith(("ANSI/NIST-ITL 1-2011, clause 8.", "EBTS "))
        assert not rule.mandatory & rule.optional
        if rule.item:
            item += 1
            assert rule.tag == f"{field}.{item}", "items follow their field, in their order"
            assert not rule.binds or rule.binds in (rule.optional, rule.mandatory)
        else:
            field, item = rule.tag, 0
        assert rule.binds <= ({BASE} if name == STANDARD else set(kinds(name)))
        for tot in rule.binds:
            assert (rule.tag, tot) not in seen, rule.tag
            seen.add((rule.tag, tot))
        for code in rule.codes:
            assert rule.least <= len(code) <= rule.most, rule.tag
            assert rule.admits(code), rule.tag
        if rule.when.startswith("with"):
            assert known(rule.when.partition(" ")[2]) is not None


def test_every_record_type_of_the_standard_has_a_table() -> None:
    for record_type in RECORD_TYPES:
        tags = {rule.number for rule in table(STANDARD, record_type)}
        assert {1, 2} <= tags


@pytest.mark.parametrize("name", [EBTS_9_1, EBTS_10_0])
def test_each_make_up_has_sense(name: str) -> None:
    for kind in kinds(name).values():
        for share in kind.shares:
            assert 0 <= share.least <= share.most <= MANY
            assert set(share.types) <= set(RECORD_TYPES) - {1}
        types = [one for share in kind.shares for one in share.types]
        assert len(types) == len(set(types))


def test_mnemonics() -> None:
    assert mnemonic(2, 22) == "DOB"
    assert mnemonic(9, 1) == "LEN"
    assert mnemonic(55, 2) == "IDC"
    assert mnemonic(2, 999) == ""
    assert mnemonic(10**6, 4) == ""
    assert known("2.047.2") is not None
    assert known("²") is None
    assert tags_by_mnemonic(2)["ASL"] == "2.047"
    assert tags_by_mnemonic(14)["FGP"] == "14.013"


@pytest.mark.parametrize(
    ("tag", "count"),
    [("14.021", 5), ("14.022", 2), ("14.023", 4), ("14.024", 4), ("9.137", 6), ("9.331", 6),
     ("9.300", 5), ("9.012", 5), ("9.126", 3), ("13.015", 6), ("10.025", 6), ("17.016", 3),
     ("15.024", 4), ("16.024", 3), ("99.102", 3), ("2.047", 2), ("2.067", 3)],
)  # fmt: skip
def test_values_of_several_items_name_each(tag: str, count: int) -> None:
    assert len(items_of("CAR", tag)) == count


def test_a_type_of_its_own_replaces_the_rule_of_the_standard() -> None:
    assert profile("CAR")["1.009"].least == 10
    assert profile("XYZ")["1.009"].least == 1
    assert profile("XYZ")["1.009"].most == UNLIMITED
    assert "2.022" not in profile("XYZ")


@pytest.mark.parametrize("name", NAMES)
def test_items_are_of_the_same_table_as_their_field(name: str) -> None:
    for tot in ("CAR", "SRE", "LFS", "TPFS", "XYZ"):
        for rule in profile(tot, name).values():
            if rule.item:
                field = profile(tot, name)[rule.tag.rpartition(".")[0]]
                assert rule.source.startswith(field.source.partition(",")[0]), rule.tag


def test_a_rule_of_ten_replaces_that_of_nine_for_its_types_only() -> None:
    assert profile("CAR")["2.021"].occurs == 1
    assert profile("CAR", EBTS_10_0)["2.021"].occurs == UNLIMITED
    assert "2.060" not in profile("SRE")
    assert profile("SRE", EBTS_10_0)["2.060"].optional
    assert profile("ERRT", EBTS_10_0)["2.060"].source.startswith("EBTS 9.1")
    # What a card must hold is the same in both.
    must = {r.tag for r in fields_of("CAR", 2) if "CAR" in r.mandatory}
    assert must == {r.tag for r in fields_of("CAR", 2, EBTS_10_0) if "CAR" in r.mandatory}


def test_a_field_that_is_only_named_asks_nothing() -> None:
    rule = known("2.2063")
    assert rule is not None
    assert not rule.binds
    assert all("2.2063" not in profile(tot, EBTS_10_0) for tot in ("CAR", "SRE"))


def test_numbers_as_codes_may_have_a_nought_before_them() -> None:
    rule = known("14.003")
    assert rule is not None
    assert rule.has_code("01")
    assert rule.has_code("1")
    assert not rule.has_code("99")
    assert not rule.has_code("²")


def test_no_row_is_lost() -> None:
    assert len(rules()) == sum(len(table(n, t)) for n in NAMES for t in RECORD_TYPES)
