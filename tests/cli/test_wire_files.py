"""Which files a command of wire reads: folders, patterns, standard input, and what is not there."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest

from comity.cli._wire_files import SUFFIXES, sources
from comity.errors import CallerError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.eft", "a.AN2", "deep/er/c.ebts", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def test_a_folder_gives_its_transactions_at_any_depth_by_name(folder: Path) -> None:
    found = sources([str(folder)], "reading")
    assert [Path(name).name for name in found.names] == ["a.AN2", "b.eft", "c.ebts"]
    assert [data for _, data in found] == [b"a.AN2", b"b.eft", b"deep/er/c.ebts"]
    assert len(found) == 3


def test_a_file_is_read_when_its_turn_comes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = sources([str(folder)], "reading")
    reading = iter(found)
    next(reading)
    (folder / "b.eft").unlink()
    assert [data for _, data in reading] == [b"deep/er/c.ebts"]
    assert found.unread == [str(folder / "b.eft")]
    assert "b.eft: cannot be read: No such file" in capsys.readouterr().err


def test_patterns_and_names_given_twice(folder: Path) -> None:
    names = sources([str(folder / "*.eft"), str(folder / "b.eft"), str(folder)], "reading").names
    assert [Path(name).name for name in names] == ["b.eft", "a.AN2", "c.ebts"]
    deep = sources([str(folder / "**" / "*.ebts")], "reading").names
    assert [Path(name).name for name in deep] == ["c.ebts"]


def test_a_file_of_any_ending_can_be_named(folder: Path) -> None:
    assert [data for _, data in sources([str(folder / "notes.txt")], "reading")] == [b"notes.txt"]


def test_a_name_with_a_pattern_s_letters_is_a_name(folder: Path) -> None:
    (folder / "x[1].eft").write_bytes(b"one")
    assert [data for _, data in sources([str(folder / "x[1].eft")], "reading")] == [b"one"]


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(b"1.001:",))
    writer.start()
    assert [data for _, data in sources([str(pipe)], "reading")] == [b"1.001:"]
    writer.join()


@pytest.mark.parametrize("name", ["none.eft", "*.none", "none/"])
def test_what_is_not_there_is_named(folder: Path, name: str) -> None:
    with pytest.raises(CallerError, match="no such file or folder"):
        sources([str(folder / name)], "reading")


def test_folders_without_any_transaction(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="no transaction file") as raised:
        sources([str(tmp_path)], "reading")
    assert all(suffix in raised.value.expected for suffix in SUFFIXES)
