"""Templates from records and back: units, resolutions, qualities, another reader."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from afis.algorithms.templates import decode_iso19794_2, encode_iso19794_2

from comity.errors import TemplateError
from comity.image import codecs
from comity.minutiae import iso
from comity.minutiae.extract import extract
from comity.minutiae.record import (
    ANGLE_UNIT_DEG,
    EARLY,
    STANDARDS,
    Image,
    Minutia,
    MinutiaRecord,
    Quality,
    Standard,
    View,
)
from comity.records import Template
from comity.search.compare import similarity
from tests.minutiae.test_iso import SAMPLES, sample
from tests.shared_data import shared

FVC = ("db1_b/101_1", "db3_b/104_2", "db4_b/107_3")


@cache
def fvc(name: str) -> Template:
    return extract(codecs.read_file(shared("prints", "fvc2002", f"{name}.png"), 2))


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("name", FVC)
def test_a_real_print_loses_next_to_nothing(name: str, standard: Standard) -> None:
    template = fvc(name)
    (again,) = iso.to_templates(iso.read(iso.write(iso.from_templates([template], standard))))
    assert (again.width_px, again.height_px) == (template.width_px, template.height_px)
    places = [sorted(map(tuple, t.minutiae[:, [0, 1, 3]].tolist())) for t in (template, again)]
    assert places[0] == places[1]
    assert similarity(template, again) > 0.9 * similarity(template, template)


def test_another_reader_and_writer_agree() -> None:
    """The package `afis` writes `020`, and pixels per inch where the standard has them per cm."""
    template = fvc(FVC[0])
    record = replace(iso.from_templates([template], "iso-2005"), version="020")
    header, theirs = decode_iso19794_2(iso.write(record))
    rows = {(int(x), int(y)): (np.degrees(deg), kind) for x, y, deg, kind, _ in theirs}
    assert (header.width, header.height) == (template.width_px, template.height_px)
    assert len(rows) == len(template)
    for x, y, deg, kind in template.minutiae.tolist():
        angle, other = rows[x, y]
        assert abs(angle - deg) <= 0.71
        assert int(other) == kind - 1  # 0 an ending, 1 a bifurcation
    again = iso.read(encode_iso19794_2(header, theirs))
    assert {(m.x, m.y) for m in again.views[0].minutiae} == set(rows)
    assert [m.angle for m in again.views[0].minutiae] == [m.angle for m in record.views[0].minutiae]


@pytest.mark.parametrize("standard", [s for s in SAMPLES if s != "ansi-2004"])
def test_a_sample_becomes_a_template_a_view(standard: Standard) -> None:
    record = iso.read(sample(standard))
    left, right = iso.to_templates(record, "theirs")
    assert (left.finger, right.finger) == (7, 2)
    assert (len(left), len(right)) == (27, 22)
    assert (left.width_px, left.height_px, left.extractor) == (512, 512, "theirs")
    assert (left.quality, right.quality) == (90, 70)
    methods = {
        "iso-2005": ("not stated", "not stated"),
        "iso-2011": ("abcd:0123", "abcd:0123"),
        "ansi-2009": ("0006:0037", "0042:000c"),
        "ansi-2009-am1": ("0006:0037", "0042:000c"),
    }
    assert (left.quality_algorithm, right.quality_algorithm) == methods[standard]
    first = record.views[0].minutiae[0]
    row = next(m for m in left.minutiae.tolist() if (m[0], m[1]) == (first.x, first.y))
    assert row[2:] == [round(first.angle * ANGLE_UNIT_DEG[standard]), 1]
    assert iso.notes(record) == ()


def test_the_2004_sample_has_angles_that_ansi_does_not_allow() -> None:
    record = iso.read(sample("ansi-2004"))
    with pytest.raises(TemplateError) as caught:
        iso.to_templates(record)
    assert (caught.value.expected, caught.value.where) == ("0..179", "finger 2, view 0")


def one_view(standard: Standard, minutia: Minutia, image: Image, **rest: object) -> MinutiaRecord:
    early = standard in EARLY
    fields = {"finger": 1, "number": 0, "impression": 0, "qualities": (Quality(50, 15, 14205),)}
    view = View(**fields | rest, minutiae=(minutia,), image=None if early else image)  # type: ignore[arg-type]
    return MinutiaRecord(standard, (view,), image if early else None)


@pytest.mark.parametrize("standard", STANDARDS)
def test_another_resolution_is_brought_to_500_ppi_and_said(standard: Standard) -> None:
    minutia = Minutia(2, 300, 600, 0, 80)
    record = one_view(standard, minutia, Image(800, 900, 394, 197))
    (template,) = iso.to_templates(record)
    assert template.minutiae.tolist() == [[150, 600, 0, 2]]
    assert (template.width_px, template.height_px) == (400, 900)
    assert iso.notes(record) == (
        "finger 1, view 0: rescaled from 394 x 197 px/cm to 197 (500 ppi)",
    )


@pytest.mark.parametrize(
    ("standard", "angle", "degrees"),
    [("iso-2005", 64, 90), ("iso-2011", 192, 270), ("ansi-2004", 45, 90), ("ansi-2009", 179, 358)],
)
def test_angles_have_the_standards_unit(standard: Standard, angle: int, degrees: int) -> None:
    (template,) = iso.to_templates(one_view(standard, Minutia(1, 5, 5, angle, 9), Image(9, 9)))
    assert template.minutiae[0, 2] == degrees
    (written,) = iso.from_templates([template], standard).views
    assert written.minutiae[0].angle == angle


@pytest.mark.parametrize(
    ("standard", "quality", "reliability"),
    [
        ("iso-2005", 0, 50), ("ansi-2004", 0, 50), ("ansi-2009", 0, 0), ("iso-2011", 0, 0),
        ("iso-2011", 254, 50), ("iso-2011", 255, 50), ("iso-2011", None, 50),
        ("iso-2005", 100, 100),
    ],
)  # fmt: skip
def test_a_quality_that_is_not_stated_is_in_the_middle(
    standard: Standard, quality: int | None, reliability: int
) -> None:
    size = 5 if quality is None else 6
    record = one_view(standard, Minutia(1, 5, 5, 0, quality), Image(9, 9), minutia_bytes=size)
    (template,) = iso.to_templates(iso.read(iso.write(record)))
    assert template.reliability.tolist() == [reliability]


@pytest.mark.parametrize("score", [254, 255])
def test_a_score_that_is_none_is_no_quality(score: int) -> None:
    minutia = Minutia(1, 5, 5, 0, 9)
    record = one_view("ansi-2009", minutia, Image(9, 9), qualities=(Quality(score, 1, 2),))
    (template,) = iso.to_templates(record)
    assert (template.quality, template.quality_algorithm) == (None, "")
    several = (Quality(score, 1, 2), Quality(60, 3, 4))
    record = one_view("iso-2011", minutia, Image(9, 9), qualities=several)
    (template,) = iso.to_templates(record)
    assert (template.quality, template.quality_algorithm) == (60, "0003:0004")


@pytest.mark.parametrize(("position", "finger"), [(11, 1), (12, 6), (13, 0), (40, 0), (10, 10)])
def test_a_view_of_several_fingers_is_of_an_unknown_one(position: int, finger: int) -> None:
    record = one_view("iso-2011", Minutia(1, 5, 5, 0, 9), Image(9, 9), finger=position)
    assert iso.to_templates(record)[0].finger == finger
    assert bool(iso.notes(record)) == (position != finger)


@pytest.mark.parametrize("standard", STANDARDS)
def test_no_template_and_no_minutia_are_records_too(standard: Standard) -> None:
    none = iso.from_templates([], standard)
    assert iso.to_templates(iso.read(iso.write(none))) == ()
    empty = Template(np.zeros((0, 4), np.int16), np.zeros(0, np.uint8), 300, 400, 3, "leader")
    (again,) = iso.to_templates(iso.read(iso.write(iso.from_templates([empty], standard))))
    assert (len(again), again.finger, again.width_px, again.quality) == (0, 3, 300, None)


def test_what_does_not_fit_is_refused() -> None:
    rows = np.array([[-1, 0, 0, 1]], np.int16)
    outside = Template(rows, np.array([50], np.uint8), 300, 400, 3, "leader")
    for standard in STANDARDS:
        with pytest.raises(TemplateError) as caught:
            iso.write(iso.from_templates([outside], standard))
        assert "-1" in caught.value.found
    with pytest.raises(TemplateError):
        iso.from_templates([outside], "iso-1999")  # type: ignore[arg-type]
