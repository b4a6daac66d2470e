import json
from typing import Any

import pytest

from comity.errors import TemplateError
from comity.minutiae import iso
from tests.shared_data import shared

KINDS = {0: "OTHER", 1: "ENDING", 2: "BIFURCATION"}
FINGERS = {2: "RIGHT_INDEX", 7: "LEFT_INDEX"}
SAMPLES = {"ansi-2004": "ansi378v2004-sample", "iso-2005": "iso19794p2v2005-sample"}
WORKED = {"ansi-2004": "ansi378-2004-appendix-b2", "iso-2005": "iso19794-2-2005-appendix-c2"}


def header(record: iso.MinutiaRecord) -> dict[str, Any]:
    fields = {
        "sensorCertified": bool(record.certificates >> 3),
        "sensorId": record.device,
        "width": record.width_px,
        "height": record.height_px,
        "resolutionX": record.resolution_x,
        "resolutionY": record.resolution_y,
    }
    if record.standard == "ansi-2004":
        fields |= {"vendorId": record.owner, "subformat": record.product}
    return fields


def view_json(view: iso.View) -> dict[str, Any]:
    return {
        "position": FINGERS[view.finger],
        "view": view.number,
        "scanType": {0: "LIVE_PLAIN"}[view.impression],
        "quality": view.quality,
        "minutiae": [
            {
                "type": KINDS[m.kind],
                "positionX": m.x,
                "positionY": m.y,
                "angle": m.angle,
                "quality": m.quality,
            }
            for m in view.minutiae
        ],
    }


@pytest.mark.parametrize("standard", SAMPLES)
def test_every_value_is_the_one_expected(standard: str) -> None:
    record = iso.read(shared("templates", SAMPLES[standard] + ".dat").read_bytes())
    expected = json.loads(shared("templates", SAMPLES[standard] + ".json").read_text())
    assert record.standard == standard
    views = expected.pop("fingerprints")
    assert header(record) == expected
    for view, want in zip(record.views, views, strict=True):
        assert view_json(view) == {key: want[key] for key in view_json(view)}
    if standard == "ansi-2004":
        assert record.views[1].ridge_counts == (1, ((68, 188, 54),))
    else:
        assert record.views[1].extensions == ((545, bytes.fromhex("0144bc362143")),)
        assert record.views[1].ridge_counts is None


@pytest.mark.parametrize("name", [*SAMPLES.values(), *WORKED.values()])
def test_what_was_read_is_written_byte_for_byte(name: str) -> None:
    folder = shared("templates")
    data = next(folder.glob(name + (".dat" if "sample" in name else ".raw"))).read_bytes()
    assert iso.write(iso.read(data)) == data


def test_the_standards_worked_examples_agree_with_each_other() -> None:
    ansi = iso.read(shared("templates", WORKED["ansi-2004"] + ".raw").read_bytes())
    international = iso.read(shared("templates", WORKED["iso-2005"] + ".raw").read_bytes())
    assert international.length_error == -1
    assert ansi.views[1].ridge_counts == (1, ((1, 20, 12), (5, 7, 5)))
    for one, other in zip(iso.to_templates(ansi), iso.to_templates(international), strict=True):
        places = {tuple(m[:2]): m for m in one.minutiae.tolist()}
        for x, y, angle, kind in other.minutiae.tolist():
            assert places[x, y][3] == kind
            turn = abs(places[x, y][2] - angle) % 360
            assert min(turn, 360 - turn) <= 2


@pytest.mark.parametrize("standard", SAMPLES)
def test_cut_anywhere_it_is_refused_with_the_offset(standard: str) -> None:
    data = shared("templates", SAMPLES[standard] + ".dat").read_bytes()
    for length in range(len(data)):
        with pytest.raises(TemplateError) as caught:
            iso.read(data[:length])
        assert caught.value.where.startswith("byte ")


def test_a_wrong_byte_is_named() -> None:
    data = bytearray(shared("templates", SAMPLES["iso-2005"] + ".dat").read_bytes())
    data[28] |= 0xC0  # the first minutia's kind
    with pytest.raises(TemplateError) as caught:
        iso.read(bytes(data))
    assert caught.value.where == "byte 28"


def test_the_2004_sample_has_angles_that_ansi_does_not_allow() -> None:
    record = iso.read(shared("templates", SAMPLES["ansi-2004"] + ".dat").read_bytes())
    with pytest.raises(TemplateError) as caught:
        iso.to_templates(record)
    assert caught.value.expected == "0..179"
