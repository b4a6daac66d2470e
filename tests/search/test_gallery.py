from pathlib import Path

import numpy as np
import pytest

from comity.errors import GalleryError
from comity.records import Template
from comity.search import gallery as gallery_module
from comity.search.gallery import Gallery
from tests.search.prints import capture, hand


def same(one: Template, other: Template) -> bool:
    return bool(np.array_equal(one.minutiae, other.minutiae)) and one.finger == other.finger


def test_what_was_enrolled_is_found_again_after_opening(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path / "g")
    assert made.append("ann", hand(1, (1, 2, 7)))
    assert made.append("böb", hand(2, (2,)), encounter="2011-03")
    opened = Gallery.open(tmp_path / "g")
    assert len(opened) == 2
    assert (opened.find("ann"), opened.find("böb"), opened.find("cec")) == (0, 1, None)
    assert list(opened.identities()) == ["ann", "böb"]
    assert opened.encounters("böb") == ("2011-03",)
    assert all(map(same, opened.templates("ann"), hand(1, (1, 2, 7))))
    assert [t.finger for t in opened.templates("ann", 7)] == [7]
    assert opened.templates("nobody") == ()
    assert opened.verify() == 2
    assert opened.torn_bytes() == 0


def test_the_same_enrolment_again_changes_nothing(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    made.append("ann", hand(1, (2,)), "a")
    before = made.digest()
    assert made.append("ann", hand(1, (2,)), "a") is False
    assert (len(made), made.digest()) == (1, before)
    assert made.append("ann", hand(1, (2,), number=1), "b") is True
    assert (len(made), len(made.templates("ann"))) == (2, 2)
    assert made.digest() != before


def test_many_enrol_at_once_or_none(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    people = [(f"p{p}", hand(p, (2, 3)), "") for p in range(5)]
    assert made.extend([*people, people[0]]) == 5
    with pytest.raises(GalleryError):
        made.extend([("p9", hand(9, (2,)), ""), ("p8", [], "")])
    assert made.find("p9") is None
    assert len(made) == 5


def test_a_second_template_of_a_finger_is_left_out(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    made.append("ann", [capture(1, 1, 0), capture(1, 1, 1)])
    (kept,) = made.templates("ann")
    assert same(kept, capture(1, 1, 0))


def test_a_reader_sees_what_a_writer_adds_when_it_looks_again(tmp_path: Path) -> None:
    writer = Gallery.create(tmp_path)
    reader = Gallery.open(tmp_path)
    writer.append("ann", hand(1, (2,)))
    assert len(reader) == 0
    assert reader.refresh() == 1
    assert reader.find("ann") == 0


def test_two_writers_take_turns(tmp_path: Path) -> None:
    one, other = Gallery.create(tmp_path), Gallery.open(tmp_path)
    one.append("ann", hand(1, (2,)))
    other.append("bob", hand(2, (2,)))
    assert other.append("ann", hand(1, (2,))) is False
    one.append("cec", hand(3, (2,)))
    assert list(Gallery.open(tmp_path).identities()) == ["ann", "bob", "cec"]


def test_full_segments_are_sealed_and_everyone_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", 3)
    writer = Gallery.create(tmp_path)
    reader = Gallery.open(tmp_path)
    writer.extend([(f"p{p}", hand(p, (2,)), "") for p in range(8)])
    writer.append("p8", hand(8, (2,)))
    assert reader.refresh() == 9
    for seen in (writer, reader, Gallery.open(tmp_path)):
        assert [len(block) for block in seen.blocks()] == [3, 3, 3]
        assert list(seen.identities()) == [f"p{p}" for p in range(9)]
        assert [seen.find(f"p{p}") for p in range(9)] == list(range(9))
        assert seen.verify() == 9
    assert writer.append("p4", hand(4, (2,))) is False


@pytest.mark.parametrize("finger", [0, 11, 14])
def test_a_print_of_no_known_finger_is_refused(tmp_path: Path, finger: int) -> None:
    one = capture(1, 2)
    strange = Template(one.minutiae, one.reliability, 400, 450, finger, "mindtct")
    with pytest.raises(GalleryError) as caught:
        Gallery.create(tmp_path).append("ann", [strange])
    assert caught.value.found == str(finger)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(GalleryError):
        Gallery.create(tmp_path)
    with pytest.raises(GalleryError) as caught:
        Gallery.open(tmp_path)
    assert "build" in caught.value.next_step
    assert [p.name for p in tmp_path.iterdir()] == ["letters.txt"]


def test_codes_of_other_parameters_are_refused(tmp_path: Path) -> None:
    Gallery.create(tmp_path)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"codes": "', '"codes": "x'))
    with pytest.raises(GalleryError, match="other parameters"):
        Gallery.open(tmp_path)


def test_a_row_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GalleryError) as caught:
        Gallery.create(tmp_path).person(3)
    assert caught.value.found == "3"
