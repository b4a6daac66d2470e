"""Prints of real fingers: FVC2002 and the ten-print cards that others published."""

from functools import cache
from pathlib import Path

import pytest

from comity.image import codecs
from comity.minutiae.extract import extract
from comity.records import Template
from comity.search.gallery import Gallery
from comity.search.identify import identified, rank
from comity.wire import read as wire_read
from comity.wire.submission import submission
from tests.shared_data import shared

CARDS = {
    "nist": ("nist-reference", "type-4-tpcard.an2"),
    "nist-14": ("nist-reference", "type-14-tpcard-nqm.an2"),
    "ojbc": ("ojbc", "0400024.eft"),
}
FINGERS = range(101, 107)


@cache
def card(name: str) -> dict[int, Template]:
    data = shared("transactions", *CARDS[name]).read_bytes()
    images = submission(wire_read.read(data), data).images
    fingers = {image.finger: image for image in images if image.finger in (1, 2, 6, 7, 11, 12)}
    return {finger: extract(codecs.decode(image)) for finger, image in fingers.items()}


@cache
def fvc(finger: int, impression: int) -> Template:
    path = shared("prints", "fvc2002", "db1_b", f"{finger}_{impression}.png")
    return extract(codecs.read_file(path, 1))


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    made = Gallery.create(tmp_path_factory.mktemp("real"))
    for finger in FINGERS:
        made.append(str(finger), [fvc(finger, 1)])
    for name in ("nist", "ojbc"):
        made.append(name, [card(name)[f] for f in (1, 2, 6, 7)])
    return made


@pytest.mark.parametrize(("probe", "identity"), [("nist", "nist"), ("ojbc", "ojbc")])
def test_plain_thumbs_find_their_card_and_no_other(
    gallery: Gallery, probe: str, identity: str
) -> None:
    found = rank([card(probe)[11], card(probe)[12]], gallery)
    assert [c.identity for c in identified(found, 1e-4)] == [identity]
    assert found[1].fpir > 0.1


def test_the_same_card_in_another_record_type_is_the_same_person(gallery: Gallery) -> None:
    found = rank([card("nist-14")[11], card("nist-14")[12]], gallery)
    assert [c.identity for c in identified(found, 1e-4)] == ["nist"]


def test_a_card_that_is_not_enrolled_finds_nobody(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    made.append("nist", [card("nist")[f] for f in (1, 2, 6, 7)])
    found = rank([card("ojbc")[f] for f in (1, 2, 6, 7)], made)
    assert identified(found, 0.01) == ()


def test_second_impressions_find_their_finger(gallery: Gallery) -> None:
    firsts = [rank([fvc(finger, 2)], gallery)[0].identity for finger in FINGERS]
    assert firsts == [str(finger) for finger in FINGERS]
