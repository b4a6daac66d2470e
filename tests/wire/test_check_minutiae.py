"""Counts, numbers, places and ridge counts of minutiae in the four forms of Type-9."""

from __future__ import annotations

import pytest

from comity.wire.check_minutiae import FAULTS_MAX, check
from comity.wire.compose import Piece
from comity.wire.profile import profile_of
from comity.wire.read import read
from tests.shared_data import shared
from tests.wire.made import found, slap, text, told

# 96 x 64 pixels at 500 ppi are 4.88 x 3.25 mm: 488 x 325 units.
STANDARD = {3: "0", 4: "S", 6: "02", 10: "2", 11: "1",
            12: "001|01000200090|0|A|2,3|0,0~002|04800320359|0|B|1,3|255,15"}  # fmt: skip
M1 = {3: "0", 4: "U", 126: "27|514|x", 128: "96", 129: "64", 130: "1", 131: "500", 132: "500",
      134: "02", 136: "2", 137: "1|96|64|179|1|50~2|0|0|0|2|0", 138: "0|0|0~1|2|3~2|255|15",
      139: "10|20|3", 140: "96|64|0"}  # fmt: skip
IAFIS = {3: "0", 4: "U", 14: "02", 15: "2",
         23: "001|01000200090|00|A|00203|25515~002|02000100000|00|C|00103"}  # fmt: skip
EFS = {3: "0", 4: "U", 300: "480|320|0|0", 302: "2", 331: "480|320|359|E~1|2|3|B",
       332: "OCTANT", 333: "1|2|3|4|0"}  # fmt: skip
FORMS = {"standard": STANDARD, "m1": M1, "iafis": IAFIS, "efs": EFS}


def minutiae(values: dict[int, str], changes: dict[int, str]) -> Piece:
    return text(9, 1, {number: value for number, value in {**values, **changes}.items() if value})


@pytest.mark.parametrize("name", FORMS)
def test_sound_minutiae_pass_beside_their_image(name: str) -> None:
    assert told(check, minutiae(FORMS[name], {}), slap()) == []


BAD = {
    "too many told": ("standard", {10: "3"}, "minutia-count", "9.010"),
    "too few told in M1": ("m1", {136: "1"}, "minutia-count", "9.136"),
    "too few told by IAFIS": ("iafis", {15: "1"}, "minutia-count", "9.015"),
    "a number left out": ("standard", {12: "001|01000200090|0|A~003|04800320359|0|B"},
                          "minutia-order", "9.012"),
    "M1 numbers turned about": ("m1", {137: "2|9|9|0|1|5~1|8|8|0|2|0"}, "minutia-order", "9.137"),
    "angle of 400": ("standard", {12: "001|01000200400|0|A~002|04800320359|0|B"},
                     "minutia-unreadable", "9.012"),
    "angle of 180 x 2": ("m1", {137: "1|9|9|180|1|5~2|8|8|0|2|0"}, "minutia-unreadable", "9.137"),
    "no digits": ("iafis", {23: "001|0100020009|00|A~002|02000100000|00|C"},
                  "minutia-unreadable", "9.023"),
    "right of the image": ("standard", {12: "001|05100200090|0|A~002|04800320359|0|B"},
                           "minutia-place", "9.012"),
    "above the image": ("standard", {12: "001|01000360090|0|A~002|04800320359|0|B"},
                        "minutia-place", "9.012"),
    "M1 outside its own image": ("m1", {137: "1|99|64|1|1|5~2|0|0|0|2|0"},
                                 "minutia-place", "9.137"),
    "core outside": ("m1", {139: "97|20|3"}, "minutia-place", "9.139"),
    "delta outside": ("m1", {140: "9|65|3"}, "minutia-place", "9.140"),
    "counted to nobody": ("standard", {12: "001|01000200090|0|A|7,3~002|04800320359|0|B"},
                          "minutia-neighbour", "9.012"),
    "M1 counted to nobody": ("m1", {138: "0|0|0~1|3|3"}, "minutia-neighbour", "9.138"),
    "IAFIS counted to nobody": ("iafis", {23: "001|01000200090|00|A|01703~002|02000100000|00|C"},
                                "minutia-neighbour", "9.023"),
    "extended counted to nobody": ("efs", {333: "1|3|3"}, "minutia-neighbour", "9.333"),
    "standard called user's own": ("standard", {4: "U"}, "minutia-format", "9.004"),
    "user's own called standard": ("m1", {4: "S"}, "minutia-format", "9.004"),
    "extended data in 513": ("m1", {126: "27|513|x"}, "minutia-format", "9.126"),
    "none, and yet some": ("efs", {334: "Y"}, "minutia-format", "9.334"),
    "counted nobody says how": ("efs", {332: ""}, "minutia-format", "9.333"),
    "M1 of another image": ("m1", {128: "97"}, "link", "9.128"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_each_fault_of_minutiae_is_told_once(name: str) -> None:
    form, changes, code, tag = BAD[name]
    assert told(check, minutiae(FORMS[form], changes), slap()) == [(code, tag)]


def test_without_an_image_the_region_of_interest_bounds_extended_minutiae() -> None:
    assert told(check, minutiae(EFS, {})) == []
    outside = minutiae(EFS, {331: "500|320|359|E~1|2|3|B"})
    assert told(check, outside) == [("minutia-place", "9.331")]


def test_without_an_image_standard_minutiae_are_not_bounded() -> None:
    far = minutiae(STANDARD, {12: "001|99999999090|0|A~002|04800320359|0|B"})
    assert told(check, far) == []


def test_a_wrong_count_is_an_error_and_a_wrong_place_a_warning() -> None:
    wrong = minutiae(STANDARD, {10: "9", 12: "001|05100200090|0|A~002|04800320359|0|B"})
    assert {f.code: f.severity for f in found(check, wrong, slap())} == {
        "minutia-count": "error",
        "minutia-place": "warning",
    }


def test_a_thousand_minutiae_outside_are_told_briefly() -> None:
    rows = "~".join(f"{k}|05100200090|0|A|9999,1" for k in range(1, 1001))
    codes = told(check, minutiae(STANDARD, {10: "1000", 12: rows}), slap())
    assert len(codes) == 2 * FAULTS_MAX


def test_nists_own_minutiae_agree_with_themselves() -> None:
    told_of = {}
    for name in ("type-9-14-std", "type-9-4-iafis", "type-9-10-14", "type-9-14-m1"):
        one = read(shared("transactions", "nist-reference", f"{name}.an2").read_bytes())
        told_of[name] = [(f.code, f.tag) for f in check(one, profile_of(one))]
    assert told_of.pop("type-9-14-m1") == [("minutia-format", "9.126")]  # says 513, has 9.138
    assert set(map(tuple, told_of.values())) == {()}
