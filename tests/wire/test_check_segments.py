"""Boxes, outlines, missing fingers and qualities: a good and a bad value for each rule."""

from __future__ import annotations

import pytest

from comity.wire.check_segments import FAULTS_MAX, check
from tests.wire.made import found, slap, text, told

SEG, ASEG, PPC, AMP = "14.021", "14.025", "14.015", "14.018"
GOOD = {
    "boxes": {"f21": "2|1|20|1|60~3|22|40|0|64~5|70|96|0|64"},
    "outline": {"f25": "2|3|0|0|96|64|5|60"},
    "part of a joint": {"f13": "19", "f14": "7|EJI", "f15": "FV1|NA|0|96|2|64"},
    "amputated": {"f18": "4|XX~5|UP", "f21": "2|1|20|1|60~4|22|40|0|64"},
    "quality": {"f22": "2|1~3|254", "f23": "2|100|0001|7", "f24": "2|0|0001|7~2|44|0002|1"},
    "unknown finger": {"f13": "0", "f22": "7|3"},
    "both thumbs": {"f13": "15", "f21": "1|1|20|1|60~6|22|40|0|64"},
}
BAD = {
    "left past right": ({"f21": "2|20|20|1|60"}, "segment", SEG),
    "top past bottom": ({"f21": "2|1|20|61|60"}, "segment", SEG),
    "right of the image": ({"f21": "2|1|97|1|60"}, "segment", SEG),
    "below the image": ({"f21": "2|1|20|1|65"}, "segment", SEG),
    "of the other hand": ({"f21": "7|1|20|1|60"}, "segment", SEG),
    "a finger twice": ({"f21": "2|1|20|1|60~2|22|40|0|64"}, "segment", SEG),
    "three sides": ({"f21": "2|1|20|1"}, "segment", SEG),
    "no numbers": ({"f21": "2|a|b|c|d"}, "segment", SEG),
    "outline too short": ({"f25": "2|2|0|0|9|9"}, "segment", ASEG),
    "points not as told": ({"f25": "2|4|0|0|96|64|5|60"}, "segment", ASEG),
    "outline outside": ({"f25": "2|3|0|0|97|64|5|60"}, "segment", ASEG),
    "joint upside down": (
        {"f13": "19", "f14": "7|EJI", "f15": "FV1|NA|0|96|64|2"},
        "segment",
        PPC,
    ),
    "missing finger of the other hand": ({"f18": "9|XX"}, "amputation", AMP),
    "no print, yet a box": ({"f18": "3|UP", "f21": "3|1|20|1|60"}, "amputation", AMP),
    "quality of another hand": ({"f22": "6|3"}, "quality", "14.022"),
    "no score": ({"f23": "2|101|0001|7"}, "quality", "14.023"),
    "score left out": ({"f24": "2"}, "quality", "14.024"),
}


@pytest.mark.parametrize("name", GOOD)
def test_sound_parts_of_an_image_pass(name: str) -> None:
    assert told(check, slap(**GOOD[name])) == []


@pytest.mark.parametrize("name", BAD)
def test_each_fault_of_a_part_is_told_once(name: str) -> None:
    changes, code, tag = BAD[name]
    assert told(check, slap(**changes)) == [(code, tag)]


def test_a_fault_is_placed_at_its_value_and_cites_its_field() -> None:
    (one,) = found(check, slap(f21="2|1|20|1|60~3|22|99|0|64"))
    assert one.found == "3<US>22<US>99<US>0<US>64"
    assert one.expected == "inside the image of 96 x 64 pixels"
    assert one.source.endswith("clause 8.14, field 14.021")
    assert one.severity == "warning"
    (first,) = found(check, slap(f21="3|22|99|0|64"))
    assert one.offset - first.offset == len("2|1|20|1|60~")


def test_palms_and_latents_have_qualities_and_joints_too() -> None:
    palm = text(15, 1, {6: "96", 7: "64", 13: "21", 24: "21|50|0001|1~22|50|0001|1"}, b"x")
    assert told(check, palm) == [("quality", "15.024")]
    latent = text(13, 1, {6: "96", 7: "64", 13: "19", 15: "FV1|PRX|30|90|40|20",
                          24: "1|120|0001|1"}, b"x")  # fmt: skip
    assert told(check, latent) == [("segment", "13.015"), ("quality", "13.024")]


def test_findings_of_one_field_are_capped() -> None:
    many = "~".join(f"{k % 10}|9|9|9|9" for k in range(400))
    assert len(told(check, slap(f21=many))) == FAULTS_MAX
