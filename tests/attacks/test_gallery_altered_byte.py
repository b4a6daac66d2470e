"""Someone with access to the disk changes a print, a code or an identity."""

from pathlib import Path

import pytest

from comity.errors import GalleryError
from comity.search.gallery import Gallery
from tests.search.prints import hand


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
    for at in (0, 3, 40, 200):
        flip(folder / "000001.data", at)
        opened = Gallery.open(folder)
        with pytest.raises(GalleryError) as caught:
            opened.person(0)
        assert "000001.data, byte 0" in caught.value.where
        with pytest.raises(GalleryError):
            opened.verify()
        flip(folder / "000001.data", at)
    assert Gallery.open(folder).verify() == 2


def test_a_changed_row_is_not_scanned(folder: Path) -> None:
    for at in (5, 640, 655, 687):
        flip(folder / "000001.rows", 688 + at)
        assert list(Gallery.open(folder).identities()) == ["ann"]
        flip(folder / "000001.rows", 688 + at)


def test_a_changed_row_with_others_behind_it_is_damage(folder: Path) -> None:
    for at in (5, 640, 655, 687):
        flip(folder / "000001.rows", at)
        with pytest.raises(GalleryError) as caught:
            Gallery.open(folder)
        assert "000001.rows, byte 0" in caught.value.where
        flip(folder / "000001.rows", at)


def test_a_torn_write_of_many_is_no_damage(folder: Path) -> None:
    made = Gallery.open(folder)
    made.extend([(f"p{p}", hand(p, (2,)), "") for p in range(5, 9)])
    flip(folder / "000001.rows", 688 * 3 + 5)  # the second of the four
    assert list(Gallery.open(folder).identities()) == ["ann", "bob", "p5"]


def test_a_manifest_that_is_not_one_is_refused(folder: Path) -> None:
    for text in ("", "{", "[]", '{"format": "comity-gallery"}', '{"format": "x", "version": 1}'):
        (folder / "manifest.json").write_text(text)
        with pytest.raises(GalleryError):
            Gallery.open(folder)
