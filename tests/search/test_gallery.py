from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from comity.errors import GalleryError
from comity.minutiae.batch import Batch, joined
from comity.records import Template
from comity.search import codes
from comity.search import gallery as gallery_module
from comity.search.gallery import Gallery
from tests.search.prints import capture, hand, scattered


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


# --- codes and minutiae for a search --------------------------------------------------------


def test_blocks_hold_the_codes_by_finger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", 2)
    made = Gallery.create(tmp_path, fingers=(7, 2))
    assert made.fingers == (2, 7)
    people = {"ann": (2, 7), "bob": (7,), "cec": (2,)}
    made.extend([(n, hand(i, fingers), "") for i, (n, fingers) in enumerate(people.items())])
    blocks = list(made.blocks())
    assert [(block.row, len(block), block.fingers) for block in blocks] == [
        (0, 2, (2, 7)),
        (2, 1, (2, 7)),
    ]
    words = np.concatenate([np.concatenate([b.first, b.rest], axis=2) for b in blocks])
    assert words.shape == (3, 2, codes.WORDS)
    assert all(b.first.flags.c_contiguous and b.rest.flags.c_contiguous for b in blocks)
    for person, fingers in enumerate(people.values()):
        for slot, finger in enumerate((2, 7)):
            wanted = codes.encode(capture(person, finger)) if finger in fingers else 0
            assert (words[person, slot] == wanted).all()
    masks = np.concatenate([b.masks for b in blocks])
    assert masks.tolist() == [1 << 1 | 1 << 6, 1 << 6, 1 << 1]
    with pytest.raises(GalleryError) as caught:
        made.append("dan", hand(4, (2, 3)))
    assert (caught.value.expected, caught.value.found) == ("finger 2, 7", "3")


def test_minutiae_of_many_rows_are_the_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", 3)
    made = Gallery.create(tmp_path)
    made.extend([(f"p{p}", hand(p, (1, 2) if p % 2 else (2, 7)), "") for p in range(7)])
    strange = scattered(1, 20)
    other = Template(strange.minutiae, strange.reliability, 300, 300, 2, "theirs")
    made.append("p7", [other])
    made.append("p8", [scattered(1, 0)])
    made.delete("p3")
    rows = np.array([8, 3, 0, 6, 1, 0, 7])
    for finger in (1, 2, 7, 9):
        minutiae, first, extractors = made.minutiae(rows, finger)
        assert minutiae.dtype == np.int16
        for n, row in enumerate(rows.tolist()):
            wanted = made.templates(f"p{row}", finger)
            assert minutiae[first[n] : first[n + 1]].tolist() == (
                wanted[0].minutiae.tolist() if wanted else []
            )
            assert extractors[n] == (wanted[0].extractor if wanted else "")
    empty, first, extractors = made.minutiae(np.empty(0, np.int64), 2)
    assert (empty.shape, first.tolist(), extractors) == ((0, 4), [0], [])
    for row in (-1, 9):
        with pytest.raises(GalleryError):
            made.minutiae(np.array([0, row]), 2)


# --- many at once ---------------------------------------------------------------------------


def batch_of(people: list[tuple[int, tuple[int, ...]]]) -> Batch:
    hands = [capture(p, finger) for p, fingers in people for finger in fingers]
    minutiae, first = joined(hands)
    return Batch(
        minutiae,
        np.concatenate([t.reliability for t in hands]),
        first,
        np.array([t.finger for t in hands], np.uint8),
        np.repeat([p for p, _ in people], [len(fingers) for _, fingers in people]),
        hands[0].width_px,
        hands[0].height_px,
        "synthetic",
    )


PEOPLE = [(4, (1, 2, 7)), (5, (2,)), (9, (2, 10)), (11, (1,))]


def test_a_batch_is_enrolled_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", 3)
    one, many = Gallery.create(tmp_path / "one"), Gallery.create(tmp_path / "many")
    batch = batch_of(PEOPLE)
    for person, fingers in PEOPLE:
        hands = [batch.template(t) for t in range(len(batch)) if batch.person[t] == person]
        assert [t.finger for t in hands] == list(fingers)
        one.append(f"p{person}", hands, "e")
    names = [f"p{person}" for person, _ in PEOPLE]
    assert many.extend_batch(names, batch, "e") == 4
    assert many.digest() == one.digest()
    assert many.extend_batch(names, batch, "e", codes=codes.encode_batch(batch)) == 0
    assert many.extend_batch(names, batch, "f") == 4
    assert many.encounters("p9") == ("e", "f")
    with pytest.raises(GalleryError):
        many.extend_batch(["new", "p4", "p9", "p11"], batch, "e")
    assert many.find("new") is None
    assert many.verify() == len(many) == 8


def test_nobody_is_enrolled_without_a_trace(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    nobody = batch_of(PEOPLE)
    nobody = replace(
        nobody, finger=nobody.finger[:0], person=nobody.person[:0], first=nobody.first[:1],
        minutiae=nobody.minutiae[:0], reliability=nobody.reliability[:0],
    )  # fmt: skip
    assert (made.extend([]), made.extend_batch([], nobody)) == (0, 0)
    assert (len(made), made.live, list(made.blocks()), made.verify()) == (0, 0, [], 0)
    assert made.totals().prints == {}
    with pytest.raises(GalleryError):
        made.extend_batch(["ann"], nobody)


def test_a_batch_of_other_people_or_fingers_is_refused(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path, fingers=(1, 2, 7))
    with pytest.raises(GalleryError):
        made.extend_batch(["a", "b"], batch_of(PEOPLE))
    with pytest.raises(GalleryError) as caught:
        made.extend_batch(["a", "b", "c", "d"], batch_of(PEOPLE))
    assert "`c`" in caught.value.message
    for fingers in ((2, 1), (2, 2)):
        with pytest.raises(GalleryError) as caught:
            made.extend_batch(["a"], batch_of([(1, fingers)]))
        assert "1 fingers out of order" in caught.value.found
    assert len(made) == 0


# --- deletion and compaction ----------------------------------------------------------------


@pytest.fixture
def seven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", 3)
    made = Gallery.create(tmp_path / "g")
    made.extend([(f"p{p}", hand(p, (2, 7)), "") for p in range(6)])
    made.append("p1", hand(1, (2,), number=1), "again")
    return made


def test_who_was_deleted_is_found_by_nobody(seven: Gallery) -> None:
    reader = Gallery.open(seven.folder)
    held = reader.reading
    assert seven.delete("p1") == 2
    assert seven.delete("p1") == seven.delete("nobody") == 0
    reader.refresh()
    for seen in (seven, reader, Gallery.open(seven.folder)):
        assert (len(seen), seen.live, seen.totals().deleted) == (7, 5, 2)
        assert list(seen.identities()) == ["p0", "p2", "p3", "p4", "p5"]
        assert (seen.find("p1"), seen.templates("p1"), seen.encounters("p1")) == (None, (), ())
        masks = np.concatenate([block.masks for block in seen.blocks()])
        assert np.flatnonzero(masks == 0).tolist() == [1, 6]
        with pytest.raises(GalleryError, match="was deleted"):
            seen.person(1)
        assert seen.verify() == 7
    # Whoever was searching goes on with what was there.
    assert (held.live, held.person(1).identity) == (7, "p1")


def test_who_was_deleted_can_be_enrolled_again(seven: Gallery) -> None:
    seven.delete("p1")
    assert seven.append("p1", hand(8, (2,))) is True
    assert (seven.find("p1"), len(seven.templates("p1"))) == (7, 1)
    assert seven.delete("p1") == 1
    assert Gallery.open(seven.folder).find("p1") is None


def test_after_a_compaction_the_rest_is_as_before_and_the_bytes_are_gone(seven: Gallery) -> None:
    reader = Gallery.open(seven.folder)
    secret = seven.reading.segments[0].body(1)
    code = codes.encode(capture(1, 2)).tobytes()
    folder = seven.folder
    everything = lambda: b"".join(p.read_bytes() for p in folder.iterdir())  # noqa: E731
    assert secret in everything()
    assert code[:32] in everything()
    seven.delete("p1")
    before = seven.digest()
    assert seven.compact() == 2
    assert secret[-40:] not in everything()
    assert b"p1" not in everything()
    assert code[:32] not in everything()
    assert code[32:] not in everything()
    assert seven.compact() == 0
    # A reader of the old files goes on, and follows when it looks again.
    assert reader.person(1).identity == "p1"
    assert reader.minutiae(np.arange(7), 2)[1][-1] > 0
    assert reader.refresh() == -2
    for seen in (seven, reader, Gallery.open(folder)):
        assert list(seen.identities()) == ["p0", "p2", "p3", "p4", "p5"]
        assert [len(block) for block in seen.blocks()] == [3, 2]
        assert [seen.find(f"p{p}") for p in (0, 2, 5)] == [0, 1, 4]
        assert seen.digest() == before
        assert seen.verify() == 5
        assert all(map(same, seen.templates("p4"), hand(4, (2, 7))))
    assert seven.append("p1", hand(1, (2,))) is True
    assert len({path.name[:6] for path in folder.glob("0*")}) == 4  # three segments, deletions


def test_a_gallery_of_nobody_can_be_compacted(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    made.append("ann", hand(1, (2,)))
    made.delete("ann")
    assert (made.compact(), len(made), made.totals().identities) == (1, 0, 0)
    assert made.digest() == Gallery.create(tmp_path / "other").digest()


def test_totals_are_counted_over_who_is_there(seven: Gallery) -> None:
    seven.append("p9", [scattered(3, 12, finger=10)])
    seven.delete("p0")
    totals = seven.totals()
    assert (totals.rows, totals.deleted, totals.identities) == (8, 1, 6)
    assert totals.prints == {2: 6, 7: 5, 10: 1}
    left = [t for name in set(seven.identities()) for t in seven.templates(name)]
    assert totals.minutiae == sum(map(len, left))
    assert totals.extractors == ("mindtct", "synthetic")
    assert sum(totals.bytes_by_kind.values()) == sum(
        path.stat().st_size for path in seven.folder.iterdir()
    )


def test_what_is_left_of_an_interrupted_creation_is_no_obstacle(tmp_path: Path) -> None:
    for name in ("000001.rows", "000001.data", "manifest.json.new"):
        (tmp_path / name).touch()
    assert len(Gallery.create(tmp_path)) == 0
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "000001.data").write_bytes(b"someone's prints")
    with pytest.raises(GalleryError):
        Gallery.create(tmp_path / "more")


def test_a_gallery_of_no_such_fingers_is_refused(tmp_path: Path) -> None:
    for fingers in ((), (0,), (2, 11)):
        with pytest.raises(GalleryError):
            Gallery.create(tmp_path / "g", fingers)
