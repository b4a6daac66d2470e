"""Minutiae of Type-9: the forms against each other, against the standard's numbers, and broken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.records import BIFURCATION, ENDING, OTHER
from comity.wire import friction
from comity.wire.minutiae import Frame, MinutiaSet, minutia_sets, other_blocks
from comity.wire.read import read
from tests.shared_data import shared
from tests.wire.cards import card


def from_shared(*parts: str) -> list[MinutiaSet]:
    return list(minutia_sets(read(shared("transactions", *parts).read_bytes())))


def file_of(values: dict[int, str]) -> bytes:
    """A file of one Type-9 record with these fields as they stand, separators and all."""
    fields = {1: "0", 2: "01", 3: "1", 4: "S"} | values
    one = "\x1d".join(f"9.{number:03d}:{text}" for number, text in fields.items())
    return f"1.001:45\x1d1.002:0500\x1d1.003:1\x1f1\x1e9\x1f01\x1c{one}\x1c".encode()


def of_record(values: dict[int, str]) -> list[MinutiaSet]:
    return list(minutia_sets(read(file_of(values))))


def test_nists_three_forms_of_one_finger_agree() -> None:
    names = ("type-9-14-m1.an2", "type-9-14-std.an2", "type-9-4-iafis.an2")
    (m1,), (standard,), (iafis,) = (from_shared("nist-reference", name) for name in names)
    assert [s.form for s in (m1, standard, iafis)] == ["m1", "standard", "iafis"]
    assert m1.stated == len(m1.minutiae) == 48
    here = np.array(m1.in_pixels())
    degrees = np.array([m.angle_deg for m in m1.minutiae])
    for other in (standard, iafis):
        assert other.positions == m1.positions == (8,)
        assert len(other.minutiae) == 48
        assert np.abs(np.array(other.in_pixels()) - here).max() < 0.5  # rounded to whole pixels
        turned = np.array([m.angle_deg for m in other.minutiae]) - degrees
        assert set(((turned + 180) % 360 - 180).tolist()) <= {0, 1}  # rounded to two degrees


def test_extended_features_lie_in_their_region() -> None:
    found = from_shared("nbis-an2kconvert", "type9-efs.an2k")
    assert [s.positions for s in found] == [(f,) for f in (8, 5, 3, 10, 9, 7, 2, 4)]
    for one in found:
        assert one.form == "efs"
        assert not one.unread
        assert one.region is not None
        assert all(0 <= m.x < one.region[2] and 0 <= m.y < one.region[3] for m in one.minutiae)
        assert one.in_pixels() is None  # the file has no image
    first = found[0].minutiae[0]
    assert (first.x, first.y, first.angle_deg, first.kind) == (1908, 41, 186, ENDING)


def test_a_region_moves_minutiae_within_the_image() -> None:
    (one,) = of_record({300: "1000\x1f900\x1f200\x1f100", 331: "500\x1f300\x1f360\x1fB"})
    placed = replace(one, frame=Frame(800, 750, 200.0, 200.0)).in_pixels()
    assert placed == ((140.0, 80.0),)
    assert one.minutiae[0].angle_deg == 0
    assert one.minutiae[0].kind == BIFURCATION


def test_the_standard_form_counts_from_below() -> None:
    (one,) = of_record({6: "02", 10: "1", 12: "001\x1f10000500090\x1f02\x1fA\x1f002,03"})
    frame = Frame(800, 750, 200.0, 200.0)
    assert replace(one, frame=frame).in_pixels() == ((200.0, 650.0),)
    (minutia,) = one.minutiae
    assert (minutia.angle_deg, minutia.kind, minutia.quality) == (270, ENDING, 2)
    assert one.impression == 1


def test_palms_have_five_digits_a_coordinate() -> None:
    (one,) = of_record({12: "1\x1f1250125011231\x1f2\x1fB"})
    assert [(m.x, m.y, m.angle_deg) for m in one.minutiae] == [(12501, 25011, 51)]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (12, "001\x1f1000050009\x1f02\x1fA"),
        (12, "001"),
        (12, "001\x1fABCDEFGHIJK\x1f02\x1fA"),
        (12, "001\x1f10000500999\x1f02\x1fA"),
        (23, "001\x1f²0000500090\x1f02\x1fA"),
        (137, "1\x1f2\x1f3"),
        (137, "1\x1f2\x1f3\x1f180\x1f1\x1f50"),
        (331, "1\x1f\x1f3\x1fE"),
        (331, "1\x1f2\x1f361\x1fE"),
    ],
)
def test_what_is_no_minutia_is_told_with_its_place(number: int, value: str) -> None:
    (one,) = of_record({number: value})
    assert one.minutiae == ()
    (told,) = one.unread
    assert told.startswith("byte ")
    assert "found `" in told


def test_m1_without_an_image_of_its_own_has_no_frame() -> None:
    (one,) = of_record({137: "1\x1f10\x1f20\x1f45\x1f2\x1f0", 136: "1"})
    assert one.in_pixels() is None
    (minutia,) = one.minutiae
    assert (minutia.angle_deg, minutia.kind, minutia.quality) == (90, BIFURCATION, 0)


def test_m1_in_inches_is_the_same_frame() -> None:
    image = {128: "500", 129: "600", 130: "1", 131: "500", 132: "500"}
    (one,) = of_record(image | {137: "1\x1f10\x1f20\x1f45\x1f7\x1f0"})
    assert one.frame is not None
    assert one.frame.per_cm_x == pytest.approx(196.85, abs=0.01)
    assert one.minutiae[0].kind == OTHER


def test_no_minutiae_and_makers_own_blocks() -> None:
    assert of_record({12: ""})[0].minutiae == ()
    assert of_record({}) == []
    record = read(file_of({31: "X", 101: "Y"})).records[1]
    assert other_blocks(record) == ("9.031-9.054", "9.100-9.125")


def test_ridge_images_are_those_of_friction_ridges_only() -> None:
    path = shared("transactions", "nbis-an2kconvert", "valid1.11.an2")
    transaction = read(path.read_bytes())
    assert {r.type for r in transaction.records} >= {10, 16, 17, 99}
    found = list(friction.ridge_images(transaction))
    assert {one.record.type for one in found} == {4, 13, 14, 15}
    (slap,) = [one for one in found if one.record.type == 14]
    assert [box.finger for box in slap.boxes] == []  # 14.021 has boxes without an inside


def test_a_card_s_images() -> None:
    found = list(friction.ridge_images(read(card())))
    assert [one.positions for one in found] == [(f,) for f in range(1, 15)]
    assert {(one.format, one.width_px, one.height_px, one.bits) for one in found} == {
        ("WSQ", 96, 64, 8)
    }
    assert found[0].resolution_ppi == pytest.approx(500, rel=0.01)


def test_bilevel_images_of_low_resolution() -> None:
    path = shared("transactions", "nist-reference", "type-5.an2")
    (one,) = friction.ridge_images(read(path.read_bytes()))
    assert (one.format, one.bits, one.width_px, one.height_px) == ("RAW", 1, 402, 376)
    assert one.resolution_ppi == pytest.approx(250, rel=0.01)
