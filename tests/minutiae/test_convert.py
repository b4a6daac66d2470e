"""Records from one standard to another, and what is said to be lost; what `faults` finds."""

from dataclasses import replace

import pytest

from comity.errors import TemplateError
from comity.minutiae import convert, extended, faults, iso
from comity.minutiae.record import (
    EARLY,
    STANDARDS,
    Capture,
    Certificate,
    Image,
    Minutia,
    MinutiaRecord,
    Moment,
    Quality,
    Standard,
    View,
)
from tests.minutiae.test_iso import SAMPLES, sample, worked


def rich(standard: Standard = "iso-2011") -> MinutiaRecord:
    """A 2011 record that says everything that can be said."""
    image = Image(400, 500)
    more = extended.Extended(
        extended.RidgeCounts(2, ((1, 2, 7),)),
        (extended.Singularity(200, 240, (64,)), extended.Singularity(1, 2)),
        (extended.Singularity(100, 400, (0, 85, 171)),),
        extended.Zones(200, 250, 3, (1, 2, 3, 7), 15, 9),
        ((0x221, b"own"),),
    )
    view = View(
        finger=40,
        number=0,
        impression=24,
        qualities=(Quality(255, 1, 1), Quality(77, 15, 0x377D)),
        minutiae=(Minutia(1, 10, 20, 64, None), Minutia(2, 30, 40, 255, None)),
        extended=extended.build(more, standard),
        image=image,
        capture=Capture(Moment(2011, 12, 5), 14, 7, 0x1234, (Certificate(3, 1),)),
        minutia_bytes=5,
        ending=1,
    )
    return MinutiaRecord(standard, (view,), certificates=1)


@pytest.mark.parametrize("to", ["iso-2005", "ansi-2004", "ansi-2009", "ansi-2009-am1"])
def test_all_that_is_lost_is_said(to: Standard) -> None:
    made, lost = convert.converted(iso.read(iso.write(rich())), to)
    assert iso.read(iso.write(made)) == made
    said = "\n".join(lost)
    for what in ("time of capture", "capture technology", "vendor of", "certificates", "endings"):
        assert what in said
    assert "every quality block but the first" in said
    assert ("right index and middle" in said) == (to != "ansi-2009-am1")
    assert ("numbers of the capture devices" in said) == (to in EARLY)
    assert ("quality by zones" in said) == to.startswith("ansi")
    assert ("the zones' quality is of 000f:0009" in said) == (to == "iso-2005")
    assert ("angles that not all" in said) == to.startswith("ansi")
    assert ("live contactless plain" in said) == (to == "iso-2005")
    read = extended.parse(made, made.views[0])
    assert read.ridge_counts == extended.RidgeCounts(2, ((1, 2, 7),))
    assert read.other == ((0x221, b"own"),)
    if to == "iso-2005":
        assert read.zones == extended.Zones(200, 250, 3, (1, 2, 3, 7))
        assert read.cores == (extended.Singularity(200, 240, (64,)), extended.Singularity(1, 2))
    else:
        assert read.deltas == (extended.Singularity(100, 400, (0, 60, 120)),)
        assert [m.angle for m in made.views[0].minutiae] == [45, 179]


@pytest.mark.parametrize("to", STANDARDS)
def test_the_worked_example_goes_everywhere_whole(to: Standard) -> None:
    record = iso.read(worked("ansi-2004"))
    made, lost = convert.converted(record, to)
    assert lost == (("product identifier 0042:0011",) if to.startswith("iso") else ())
    assert [len(view.minutiae) for view in made.views] == [27, 22]
    assert [view.qualities[0].score for view in made.views] == [90, 70]
    counts = extended.parse(made, made.views[1]).ridge_counts
    assert counts == extended.RidgeCounts(1, ((1, 20, 12), (5, 7, 5)))
    device = made.device or next(view.capture.device for view in made.views if view.capture)
    assert device == 0xB5


def test_to_its_own_standard_only_form_changes() -> None:
    record = iso.read(worked("iso-2005"))
    made, lost = convert.converted(record, "iso-2005")
    assert (made.length_error, lost, made.views) == (0, (), record.views)


def test_unlike_images_share_a_header_at_500_ppi() -> None:
    def view(number: int, image: Image) -> View:
        cores = extended.build(
            extended.Extended(cores=(extended.Singularity(100, 50),), deltas=()), "iso-2011"
        )
        minutiae = (Minutia(1, 100, 50, 0, 9),)
        return View(1, number, 0, (), minutiae, cores, image, Capture())

    both = (view(0, Image(200, 300)), view(1, Image(900, 700, 394, 394)))
    made, lost = convert.converted(MinutiaRecord("iso-2011", both), "iso-2005")
    assert made.image == Image(450, 350)
    assert [(v.minutiae[0].x, v.minutiae[0].y) for v in made.views] == [(100, 50), (50, 25)]
    assert [extended.parse(made, v).cores for v in made.views] == [
        (extended.Singularity(100, 50),),
        (extended.Singularity(50, 25),),
    ]
    assert lost == ("finger 1, view 1: its resolution; places are written at 197 px/cm",)
    unknown = (both[0], replace(both[1], image=Image(900, 700, 0, 0)))
    with pytest.raises(TemplateError) as caught:
        convert.converted(MinutiaRecord("iso-2011", unknown), "iso-2005")
    assert caught.value.found == "0 px/cm"


def test_an_angle_beyond_the_circle_is_not_converted() -> None:
    with pytest.raises(TemplateError) as caught:
        convert.converted(iso.read(sample("ansi-2004")), "iso-2011")
    assert (caught.value.expected, caught.value.found) == ("0..179", "213")


# --- faults -------------------------------------------------------------------------------


def messages(record: MinutiaRecord) -> set[tuple[str, str]]:
    return {(fault.severity, fault.message) for fault in faults.faults(record)}


def test_a_clean_sample_has_no_fault() -> None:
    assert faults.faults(iso.read(sample("ansi-2009-am1"))) == ()
    assert faults.faults(iso.read(worked("ansi-2004"))) == ()


def test_what_is_wrong_with_the_samples_is_found_at_its_byte() -> None:
    found = faults.faults(iso.read(sample("ansi-2004")))
    angles = [fault for fault in found if fault.severity == "error"]
    assert [fault.found for fault in angles] == ["213", "249"]
    for fault in angles:
        assert sample("ansi-2004")[fault.offset + 4] == int(fault.found)
    assert ("warning", "a ridge count names no minutia") in messages(iso.read(sample("ansi-2004")))
    length = ("warning", "the length is wrong")
    assert [name for name in SAMPLES if length in messages(iso.read(sample(name)))] == [
        "ansi-2004",
        "ansi-2009",
    ]
    head = ("note", "an extension's length leaves out its head")
    assert head in messages(iso.read(sample("iso-2005")))


def test_what_a_standard_does_not_allow_is_found() -> None:
    minutia = Minutia(1, 500, 600, 180, 101, spare=1)
    view = View(11, 3, 7, (Quality(120),), (minutia,))
    record = MinutiaRecord("ansi-2004", (view,), Image(300, 300, 90, 90), reserved=1)
    assert {message for _, message in messages(record)} == {
        "a reserved byte is not 0",
        "the finger's code is not in the standard",
        "the impression's code is not in the standard",
        "views of a finger are not counted from 0",
        "the resolution is too low",
        "the quality is no score",
        "an angle is beyond the circle",
        "a minutia lies outside the image",
        "a minutia's quality is no score",
        "reserved bits are not 0",
    }
    assert ("error", "the resolution is not stated") in messages(
        replace(record, image=Image(0, 0, 0, 0))
    )
    assert ("warning", "the resolution is in pixels per inch") in messages(
        replace(record, image=Image(300, 300, 500, 500))
    )
    assert ("warning", "there is no view") in messages(replace(record, views=()))
