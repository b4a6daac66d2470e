"""The machine loses power while a print is enrolled or deleted."""

import shutil
from pathlib import Path

import pytest

from comity.search.gallery import Gallery
from comity.search.segment import ROW
from tests.search.prints import hand

FILES = ("000001.data", "000001.first", "000001.rest", "000001.rows")


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


def cut(two_steps: tuple[Path, Path], to: Path, kept: tuple[int, ...]) -> Gallery:
    """The later gallery with only so many bytes of what the last enrolment wrote to each file."""
    before, after = two_steps
    shutil.copytree(after, to)
    for name, count in zip(FILES, kept, strict=True):
        whole, start = (after / name).read_bytes(), (before / name).stat().st_size
        (to / name).write_bytes(whole[: start + count])
    return Gallery.open(to)


def written(two_steps: tuple[Path, Path]) -> list[int]:
    before, after = two_steps
    return [(after / n).stat().st_size - (before / n).stat().st_size for n in FILES]


def test_what_was_acknowledged_stays_wherever_the_write_stops(
    two_steps: tuple[Path, Path], tmp_path: Path
) -> None:
    """At every byte: the three files go to disk in any order, the row behind them."""
    sizes = written(two_steps)
    assert sizes[3] == ROW.itemsize
    stops = [(n, 0, 0, 0) for n in range(sizes[0])]
    stops += [(sizes[0], n, sizes[2] - n // 7, 0) for n in range(0, sizes[1], 7)]
    stops += [(*sizes[:3], n) for n in range(sizes[3])]
    torn_at = tmp_path / "g"
    for stop in stops:
        torn = cut(two_steps, torn_at, stop)
        assert list(torn.identities()) == ["ann", "bob"]
        assert torn.torn_bytes() == sum(stop)
        shutil.rmtree(torn_at)


def test_the_next_enrolment_cuts_the_torn_tail_off(
    two_steps: tuple[Path, Path], tmp_path: Path
) -> None:
    sizes = written(two_steps)
    for number, stop in enumerate([(100, 0, 0, 0), (sizes[0], 9, 500, 0), (*sizes[:3], 47)]):
        torn = cut(two_steps, tmp_path / str(number), stop)
        assert torn.append("cec", hand(3, (1, 2))) is True
        assert torn.torn_bytes() == 0
        assert torn.verify() == 3
        assert torn.digest() == Gallery.open(two_steps[1]).digest()


def test_a_whole_row_of_rubbish_is_not_a_row(two_steps: tuple[Path, Path], tmp_path: Path) -> None:
    torn = cut(two_steps, tmp_path / "g", (0, 0, 0, 0))
    with (tmp_path / "g" / "000001.rows").open("ab") as file:
        file.write(bytes(ROW.itemsize))
    reopened = Gallery.open(tmp_path / "g")
    assert len(torn) == len(reopened) == 2


def test_a_deletion_cut_at_any_byte_is_done_or_not_and_can_be_done_again(
    two_steps: tuple[Path, Path], tmp_path: Path
) -> None:
    made = tmp_path / "made"
    shutil.copytree(two_steps[1], made)
    gallery = Gallery.open(made)
    gallery.append("bob", hand(2, (1,)), "again")
    assert gallery.delete("ann") == 1
    assert gallery.delete("bob") == 2
    whole = (made / "000001.deleted").read_bytes()
    assert len(whole) == 48
    for count in range(16, 49):
        (made / "000001.deleted").write_bytes(whole[:count])
        torn = Gallery.open(made)
        left = {1: ["bob", "cec", "bob"], 2: ["cec", "bob"], 3: ["cec"]}[count // 16]
        assert list(torn.identities()) == left
        assert torn.delete("bob") == left.count("bob")
        assert list(Gallery.open(made).identities()) == ["cec"]
        assert (made / "000001.deleted").read_bytes()[:16] == whole[:16]
