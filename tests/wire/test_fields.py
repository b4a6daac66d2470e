from __future__ import annotations

import re

import pytest

from comity.records import CRIMINAL_TOTS
from comity.wire.fields import CLASS_NAMES, PROFILE_TOTS, UNLIMITED, known, mnemonic, profile, rules
from tests.shared_data import shared


def ebts() -> dict[str, dict[str, tuple[str, str, str]]]:
    """TOT -> Type-2 tag -> (M or O, length, occurrence), from the EBTS 9.1 definition file."""
    text = shared("transactions", "field-tables", "EBTS9.1_ENUS.txt").read_text(
        encoding="utf-8-sig"
    )
    text = text[text.index("# Type-2 Record Fields") : text.index("# Type-4 Record Fields")]
    told: dict[str, dict[str, tuple[str, str, str]]] = {}
    block = re.compile(
        r"^\[([^\]]+)\]\s*\n\t(2\.\d+(?:\.\.\d)?):?\s+T2_\w+\s+\w+\s+(\S+)\s+(\S+)", re.MULTILINE
    )
    for found in block.finditer(text):
        default, *names = re.split(r"[,\s]+", found[1].strip().replace("\n", " "))
        tag = found[2].replace("..", ".")
        index = 0
        while index < len(names):
            need = default
            if index + 1 < len(names) and names[index + 1] in ("M", "O"):
                need = names[index + 1]
            told.setdefault(names[index], {})[tag] = (need, found[3], found[4])
            index += 2 if need != default or names[index + 1 : index + 2] == [need] else 1
    return told


@pytest.mark.parametrize("tot", sorted(PROFILE_TOTS))
def test_what_is_mandatory_is_what_ebts_makes_mandatory(tot: str) -> None:
    told = {tag for tag, (need, _, _) in ebts()[tot].items() if need == "M"}
    ours = {r.tag for r in rules() if tot in r.mandatory and r.record_type == 2 and r.item == 0}
    assert {tag for tag in told if tag.count(".") == 1} - {"2.001", "2.002"} == ours


@pytest.mark.parametrize("tot", sorted(PROFILE_TOTS))
def test_what_is_optional_is_allowed(tot: str) -> None:
    told = {t for t, (need, _, _) in ebts()[tot].items() if need == "O" and t.count(".") == 1}
    ours = {t for t in profile(tot) if t.startswith("2.") and t.count(".") == 1}
    assert ours - told <= {r.tag for r in rules() if tot in r.mandatory} | {"2.001", "2.002"}
    # What EBTS allows and our table does not know is never complained of.
    assert all(known(tag) is None for tag in told - ours)


@pytest.mark.parametrize("tot", sorted(CRIMINAL_TOTS))
def test_lengths_and_occurrences_are_those_of_ebts(tot: str) -> None:
    differ = {"2.067", "2.084"}  # stated there without the separators between the items
    for tag, (_, length, occurs) in ebts()[tot].items():
        rule = profile(tot).get(tag)
        if rule is None or tag in differ:
            continue
        least, _, most = length.partition("-")
        assert (rule.least, rule.most) == (int(least), int(most or least)), tag
        assert rule.occurs == int(occurs.rpartition("-")[2]), tag


def test_the_table_is_of_one_mould() -> None:
    seen: set[tuple[str, str]] = set()
    for rule in rules():
        assert rule.chars in CLASS_NAMES
        assert rule.least <= rule.most
        assert rule.mandatory | rule.optional <= PROFILE_TOTS | {"base"}
        assert not rule.mandatory & rule.optional
        for name in rule.mandatory | rule.optional:
            assert (rule.tag, name) not in seen, rule.tag
            seen.add((rule.tag, name))
        assert all(rule.least <= len(code) <= rule.most for code in rule.codes)


def test_mnemonics() -> None:
    assert mnemonic(2, 22) == "DOB"
    assert mnemonic(9, 1) == "LEN"
    assert mnemonic(55, 2) == "IDC"
    assert mnemonic(2, 999) == ""
    assert known("2.047.2") is not None


def test_a_type_of_its_own_replaces_the_base_rule() -> None:
    assert profile("CAR")["1.009"].least == 10
    assert profile("MAP")["1.009"].least == 1
    assert profile("MAP")["1.009"].most == UNLIMITED
