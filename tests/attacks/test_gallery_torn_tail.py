"""The machine loses power while a print is enrolled."""

import shutil
from pathlib import Path

import pytest

from comity.search.gallery import Gallery
from tests.search.prints import hand

FILES = ("000001.rows", "000001.data")


@pytest.fixture(scope="module")
def two_steps(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A gallery before and after a last enrolment."""
    before, after = (tmp_path_factory.mktemp(name) / "g" for name in ("before", "after"))
    made = Gallery.create(before)
    made.append("ann", hand(1, (1, 2)))
    made.append("bob", hand(2, (1, 2)))
    shutil.copytree(before, after)
    Gallery.open(after).append("cec", hand(3, (1, 2)))
    return before, after


def cut(two_steps: tuple[Path, Path], to: Path, data_bytes: int, row_bytes: int) -> Gallery:
    """The later gallery with only so much of what the last enrolment wrote."""
    before, after = two_steps
    shutil.copytree(after, to)
    for name, kept in zip(FILES, (row_bytes, data_bytes), strict=True):
        whole, start = (after / name).read_bytes(), (before / name).stat().st_size
        (to / name).write_bytes(whole[: start + kept])
    return Gallery.open(to)


def test_what_was_acknowledged_stays_wherever_the_write_stops(
    two_steps: tuple[Path, Path], tmp_path: Path
) -> None:
    before, after = two_steps
    data = (after / FILES[1]).stat().st_size - (before / FILES[1]).stat().st_size
    stops = [(n, 0) for n in range(0, data, 61)] + [(data, n) for n in range(0, 688, 53)]
    for count, (data_bytes, row_bytes) in enumerate(stops):
        torn = cut(two_steps, tmp_path / str(count), data_bytes, row_bytes)
        assert list(torn.identities()) == ["ann", "bob"]
        assert torn.verify() == 2
        assert torn.torn_bytes() == data_bytes + row_bytes


def test_the_next_enrolment_cuts_the_torn_tail_off(
    two_steps: tuple[Path, Path], tmp_path: Path
) -> None:
    torn = cut(two_steps, tmp_path / "g", 100, 0)
    assert torn.append("cec", hand(3, (1, 2))) is True
    assert torn.torn_bytes() == 0
    assert torn.digest() == Gallery.open(two_steps[1]).digest()


def test_a_whole_row_of_rubbish_is_not_a_row(two_steps: tuple[Path, Path], tmp_path: Path) -> None:
    torn = cut(two_steps, tmp_path / "g", 0, 0)
    with (tmp_path / "g" / FILES[0]).open("ab") as file:
        file.write(bytes(688))
    reopened = Gallery.open(tmp_path / "g")
    assert len(torn) == len(reopened) == 2
