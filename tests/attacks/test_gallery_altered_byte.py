"""Someone with access to the disk changes a print, a code or an identity."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from comity.errors import GalleryError
from comity.search import gallery as gallery_module
from comity.search.gallery import Gallery
from comity.search.segment import ROW
from tests.search.prints import hand

ROW_BYTES = ROW.itemsize
PLACES = (5, 18, 25, 31, 37, 41, 47)  # hash, encounter, crc, codes, mask, extractors, check


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x40
    path.write_bytes(bytes(data))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Gallery.create(tmp_path / "g")
    made.append("ann", hand(1, (1, 2)))
    made.append("bob", hand(2, (1, 2)))
    return tmp_path / "g"


def test_a_changed_record_is_found_when_it_is_used(folder: Path) -> None:
    size = len(Gallery.open(folder).reading.segments[0].body(0))
    for at in (0, 3, 9, 20, 40, 200, size - 1):
        flip(folder / "000001.data", at)
        opened = Gallery.open(folder)
        with pytest.raises(GalleryError) as caught:
            opened.person(0)
        assert "000001.data, byte 0" in caught.value.where
        with pytest.raises(GalleryError) as caught:
            opened.verify()
        assert "000001.data, byte 0" in caught.value.where
        flip(folder / "000001.data", at)
    assert Gallery.open(folder).verify() == 2


def test_no_changed_minutia_reaches_a_comparison(folder: Path) -> None:
    """Every byte of a record, changed: each finger is refused or is what was enrolled."""
    both = np.array([0, 1])
    right = {finger: Gallery.open(folder).minutiae(both, finger)[0].tolist() for finger in (1, 2)}
    size = len(Gallery.open(folder).reading.segments[0].body(0))
    refused = 0
    for at in range(size):
        flip(folder / "000001.data", at)
        opened = Gallery.open(folder)
        for finger in (1, 2):
            found, where = minutiae_or_place(opened, both, finger)
            assert found == right[finger] or "000001.data, byte 0" in where
            refused += where != ""
        flip(folder / "000001.data", at)
    assert refused >= size


def minutiae_or_place(
    opened: Gallery, rows: np.ndarray, finger: int
) -> tuple[list[list[int]] | None, str]:
    try:
        return opened.minutiae(rows, finger)[0].tolist(), ""
    except GalleryError as error:
        return None, error.where


def test_a_changed_code_is_found_by_a_check(folder: Path) -> None:
    for name in ("000001.first", "000001.rest"):
        for at in (0, (folder / name).stat().st_size - 1):
            flip(folder / name, at)
            with pytest.raises(GalleryError) as caught:
                Gallery.open(folder).verify()
            assert "000001.first, row" in caught.value.where
            flip(folder / name, at)


def test_a_changed_row_is_not_scanned(folder: Path) -> None:
    for at in PLACES:
        flip(folder / "000001.rows", ROW_BYTES + at)
        assert list(Gallery.open(folder).identities()) == ["ann"]
        flip(folder / "000001.rows", ROW_BYTES + at)


def test_a_changed_row_with_others_behind_it_is_damage(folder: Path) -> None:
    for at in PLACES:
        flip(folder / "000001.rows", at)
        with pytest.raises(GalleryError) as caught:
            Gallery.open(folder)
        assert "000001.rows, byte 0" in caught.value.where
        flip(folder / "000001.rows", at)


def test_a_torn_write_of_many_is_no_damage(folder: Path) -> None:
    made = Gallery.open(folder)
    made.extend([(f"p{p}", hand(p, (2,)), "") for p in range(5, 9)])
    flip(folder / "000001.rows", ROW_BYTES * 3 + 5)  # the second of the four
    assert list(Gallery.open(folder).identities()) == ["ann", "bob", "p5"]


def test_a_deletion_that_was_changed_is_damage_once_another_follows(folder: Path) -> None:
    made = Gallery.open(folder)
    made.append("cec", hand(3, (2,)))
    made.delete("ann")
    made.delete("bob")
    for at in (0, 8, 15):
        flip(folder / "000001.deleted", at)
        with pytest.raises(GalleryError) as caught:
            Gallery.open(folder)
        assert "000001.deleted, byte 0" in caught.value.where
        flip(folder / "000001.deleted", at)
    assert list(Gallery.open(folder).identities()) == ["cec"]


def test_files_cut_short_are_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", 2)
    Gallery.open(folder).append("cec", hand(3, (2,)))
    for number in (1, 2):
        for suffix in ("data", "first", "rest", "rows"):
            copy = folder.parent / f"{number}-{suffix}"
            shutil.copytree(folder, copy)
            path = copy / f"00000{number}.{suffix}"
            path.write_bytes(path.read_bytes()[:-1])
            if (number, suffix) == (2, "rows"):  # as a crash leaves the last row
                assert len(Gallery.open(copy)) == 2
                continue
            with pytest.raises(GalleryError) as caught:
                Gallery.open(copy)
            assert path.name in caught.value.where
            path.unlink()
            with pytest.raises(GalleryError) as caught:
                Gallery.open(copy)
            assert path.name in caught.value.found


def test_sealed_rows_that_were_swapped_are_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is right in itself; numbers that deletions refer to are not."""
    monkeypatch.setattr(gallery_module, "SEGMENT_ROWS_MAX", 2)
    Gallery.open(folder).append("cec", hand(3, (2,)))
    path = folder / "000001.rows"
    rows = path.read_bytes()
    path.write_bytes(rows[ROW_BYTES:] + rows[:ROW_BYTES])
    with pytest.raises(GalleryError) as caught:
        Gallery.open(folder).verify()
    assert "000001.rows" in caught.value.where


def test_a_manifest_that_is_not_one_is_refused(folder: Path) -> None:
    for text in ("", "{", "[]", '{"format": "comity-gallery"}', '{"format": "x", "version": 1}'):
        (folder / "manifest.json").write_text(text)
        with pytest.raises(GalleryError):
            Gallery.open(folder)
    (folder / "manifest.json").write_bytes(b"\xff\xfe")
    with pytest.raises(GalleryError):
        Gallery.open(folder)


def test_a_gallery_of_an_earlier_release_says_to_build_again(folder: Path) -> None:
    old = '{"format": "comity-gallery", "version": 1, "codes": "0123", "sealed": []}'
    (folder / "manifest.json").write_text(old)
    with pytest.raises(GalleryError) as caught:
        Gallery.open(folder)
    assert caught.value.message == "the gallery is of an earlier release"
    assert "build the gallery again" in caught.value.next_step
