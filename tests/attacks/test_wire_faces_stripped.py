"""A face rides along in a booking: it must stay in the file and go nowhere."""

from __future__ import annotations

from comity.wire.build import errt, second_response, sre
from comity.wire.read import read, write
from comity.wire.submission import submission
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import NOW, card, reread, with_face

TCN = "RESPONSE-0001"


def test_a_face_is_kept_in_the_file_and_noted() -> None:
    data = with_face(card())
    transaction = read(data)
    assert write(transaction) == data
    (note,) = validate(transaction)
    assert (note.code, note.severity, note.record) == ("not-carried", "note", "Type-10")


def test_no_byte_of_a_face_reaches_the_submission_or_a_response() -> None:
    told = reread(with_face(card()))
    assert told.images == tuple(reread(card()).images) or len(told.images) == 14
    assert "FACE" not in repr({**told.subject})
    assert all(b"FACE" not in image.data for image in told.images)
    answers = [
        sre(told, identified=True, record_text="X", now=NOW, tcn=TCN),
        second_response(told, kind="match", fields={"IAR": "X"}, now=NOW, tcn=TCN),
        errt(told, validate(read(with_face(card()))), NOW, TCN),
    ]
    for data in answers:
        assert not read(data).of_type(10)
        assert b"FACE-" not in data


def test_other_bodies_parts_are_not_passed_on_either() -> None:
    data = shared("transactions", "nbis-an2kconvert", "valid1.16.an2").read_bytes()
    transaction = read(data)
    carried = {r.type for r in transaction.records}
    assert {10, 13, 15, 16, 17, 99} <= carried
    assert {i.record_type for i in submission(transaction, data).images} <= {4, 14}
    noted = {f.record for f in validate(transaction) if f.code == "not-carried"}
    assert noted == {"Type-10", "Type-15", "Type-16", "Type-17", "Type-99"}


def test_a_face_named_as_a_finger_record_is_not_taken_for_wsq() -> None:
    """A JPEG portrait in a record that says WSQ20 is refused by its own header."""
    data = card(fingers=range(1, 11), record_type=14)
    transaction = read(data)
    image = transaction.records[2].first(999)
    assert image is not None
    portrait = b"\xff\xd8\xff\xe0" + bytes(len(image.value) - 4)
    forged = data[: image.offset] + portrait + data[image.offset + len(portrait) :]
    assert "compression" in {f.code for f in validate(read(forged)) if f.severity == "error"}
