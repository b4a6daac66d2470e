import base64
import json
from typing import Any

import pytest

from comity.errors import TemplateError
from comity.minutiae import extended, iso
from comity.minutiae.record import ANSI, EARLY, NAMES, MinutiaRecord, View
from tests.shared_data import shared

FINGERS = {2: "RIGHT_INDEX", 7: "LEFT_INDEX"}
SAMPLES = {
    "ansi-2004": "ansi378v2004-sample",
    "ansi-2009": "ansi378v2009-sample",
    "ansi-2009-am1": "ansi378v2009am1-sample",
    "iso-2005": "iso19794p2v2005-sample",
    "iso-2011": "iso19794p2v2011-sample",
}
WORKED = {"ansi-2004": "ansi378-2004-appendix-b2", "iso-2005": "iso19794-2-2005-appendix-c2"}


def sample(standard: str) -> bytes:
    return shared("templates", SAMPLES[standard] + ".dat").read_bytes()


def worked(standard: str) -> bytes:
    return shared("templates", WORKED[standard] + ".raw").read_bytes()


def as_expected(record: MinutiaRecord) -> dict[str, Any]:
    """The record under the names that the expected files use, nothing left out."""
    head: dict[str, Any] = {}
    if record.standard in ANSI:
        head |= {"vendorId": record.owner, "subformat": record.product}
    if record.standard != "iso-2011":
        bits = 4 if record.standard in EARLY else 8
        certified = bool(record.certificates >> (bits - 1))
        head |= {"sensorCertified": certified, "sensorId": record.device}
    if record.image is not None:
        head |= image(record, record.views[0])
    return head | {"fingerprints": [view_json(record, view) for view in record.views]}


def image(record: MinutiaRecord, view: View) -> dict[str, int]:
    found = record.image_of(view)
    return {
        "width": found.width_px,
        "height": found.height_px,
        "resolutionX": found.resolution_x,
        "resolutionY": found.resolution_y,
    }


def view_json(record: MinutiaRecord, view: View) -> dict[str, Any]:
    either = "EITHER" if record.standard in ("ansi-2009", "ansi-2009-am1") else "OTHER"
    kinds = (either, "ENDING", "BIFURCATION")
    read = extended.parse(record, view)
    counts = read.ridge_counts
    body: dict[str, Any] = {
        "position": FINGERS[view.finger],
        "view": view.number,
        "scanType": {0: "LIVE_PLAIN"}[view.impression],
        "minutiae": [
            {
                "type": kinds[m.kind],
                "positionX": m.x,
                "positionY": m.y,
                "angle": m.angle,
                "quality": m.quality,
            }
            for m in view.minutiae
        ],
        "counts": counts
        and {
            "type": ("CUSTOM", "QUADRANTS", "OCTANTS")[counts.method],
            "edges": [{"from": a, "to": b, "count": count} for a, b, count in counts.edges],
        },
        "coredelta": read.cores,
        "extensions": [
            {"type": kind, "data": base64.b64encode(data).decode()} for kind, data in read.other
        ],
    }
    if record.standard not in ANSI:
        body["zones"] = read.zones
    if record.standard == "iso-2011":
        return body | image(record, view) | capture_json(view)
    (quality,) = view.qualities
    body["quality"] = quality.score
    if record.standard in EARLY:
        return body
    ids = {"qualityVendorId": quality.vendor, "qualityAlgorithmId": quality.algorithm}
    return body | image(record, view) | ids


def capture_json(view: View) -> dict[str, Any]:
    capture = view.capture
    assert capture is not None
    return {
        "datetime": vars(capture.moment),
        "sensorType": {0: "UNKNOWN"}[capture.technology],
        "sensorVendor": capture.vendor,
        "sensorId": capture.device,
        "endingType": ("VALLEY_SKELETON_BIFURCATION", "RIDGE_SKELETON_ENDPOINT")[view.ending],
        "qrecords": [
            {"quality": q.score, "vendor": q.vendor, "algorithm": q.algorithm}
            for q in view.qualities
        ],
        "certificates": list(capture.certificates),
    }


@pytest.mark.parametrize("standard", SAMPLES)
def test_every_value_is_the_one_expected(standard: str) -> None:
    record = iso.read(sample(standard))
    expected = json.loads(shared("templates", SAMPLES[standard] + ".json").read_text())
    assert record.standard == standard
    assert as_expected(record) == expected


@pytest.mark.parametrize("standard", SAMPLES)
def test_a_sample_that_was_read_is_written_byte_for_byte(standard: str) -> None:
    assert iso.write(iso.read(sample(standard))) == sample(standard)


@pytest.mark.parametrize("standard", WORKED)
def test_a_worked_example_is_written_byte_for_byte(standard: str) -> None:
    assert iso.write(iso.read(worked(standard))) == worked(standard)


def test_the_standards_worked_examples_agree_with_each_other() -> None:
    ansi, international = iso.read(worked("ansi-2004")), iso.read(worked("iso-2005"))
    assert international.length_error == -1
    for record in (ansi, international):
        counts = extended.parse(record, record.views[1]).ridge_counts
        assert counts == extended.RidgeCounts(1, ((1, 20, 12), (5, 7, 5)))
    for one, other in zip(iso.to_templates(ansi), iso.to_templates(international), strict=True):
        places = {tuple(m[:2]): m for m in one.minutiae.tolist()}
        for x, y, angle, kind in other.minutiae.tolist():
            assert places[x, y][3] == kind
            turn = abs(places[x, y][2] - angle) % 360
            assert min(turn, 360 - turn) <= 2


@pytest.mark.parametrize("standard", SAMPLES)
def test_cut_anywhere_it_is_refused_with_format_and_offset(standard: str) -> None:
    data = sample(standard)
    for length in range(len(data)):
        with pytest.raises(TemplateError) as caught:
            iso.read(data[:length])
        error = caught.value
        offset = int(error.where.removeprefix("byte "))
        assert 0 <= offset <= length
        assert error.expected
        assert error.found
        # The first lengths are of no format yet: from the first fixed field on it is named.
        assert length < 15 or NAMES[standard] in error.message


@pytest.mark.parametrize(
    ("standard", "byte"), [("iso-2005", 28), ("ansi-2009", 38), ("iso-2011", 52)]
)
def test_a_minutia_of_the_kind_that_no_standard_has_is_named(standard: str, byte: int) -> None:
    data = bytearray(sample(standard))
    assert data[byte : byte + 4].hex() == "4064000e"
    data[byte] |= 0xC0
    with pytest.raises(TemplateError) as caught:
        iso.read(bytes(data))
    assert (caught.value.where, caught.value.found) == (f"byte {byte}", "3")


def test_a_view_that_is_shorter_than_it_says_is_named() -> None:
    data = bytearray(sample("iso-2011"))
    data[11] += 4  # the file's length
    data[15 + 3] += 4  # the first view's
    with pytest.raises(TemplateError) as caught:
        iso.read(bytes(data) + bytes(4))
    assert caught.value.where == "byte 15"


@pytest.mark.parametrize(
    "data", [b"", b"FMR", b"FMR\0 10\0" + bytes(40), b"FIR\0010\0" + bytes(99)]
)
def test_other_formats_are_refused_at_the_first_byte(data: bytes) -> None:
    with pytest.raises(TemplateError) as caught:
        iso.read(data)
    assert caught.value.where == "byte 0"


def test_a_long_length_and_reserved_bits_come_back() -> None:
    data = worked("ansi-2004")
    long = data[:8] + b"\0\0" + (len(data) + 4).to_bytes(4, "big") + data[10:]
    record = iso.read(long)
    assert (record.standard, record.long_length, record.length_error) == ("ansi-2004", True, 0)
    assert iso.write(record) == long
    spare = bytearray(data)
    spare[32] |= 0xC0  # above the first minutia's y
    assert iso.read(bytes(spare)).views[0].minutiae[0].spare == 3
    assert iso.write(iso.read(bytes(spare))) == bytes(spare)
