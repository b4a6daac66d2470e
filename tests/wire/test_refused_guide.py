"""The guide to refused files shows what the commands print.

`python -m tests.wire.test_refused_guide` writes the outputs into the guide anew.
"""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.cli import main
from comity.records import Charge
from comity.wire.build import car, errt
from comity.wire.read import read
from comity.wire.validate import validate
from tests.shared_data import PROJECT
from tests.wire.cards import NOW, SUBJECT, booking, card, print_of, reread, with_subject

GUIDE = PROJECT / "docs" / "guides" / "refused-file.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
COLUMNS = "100"


def lax(**changes: object) -> bytes:
    return car(booking(**changes), checked=False)  # type: ignore[arg-type]


def subject(**fields: str) -> bytes:
    return car(with_subject(**fields), checked=False)


def images(**changes: object) -> bytes:
    prints = [print_of(finger) for finger in range(1, 15)]
    prints[3] = replace(prints[3], **changes)  # type: ignore[arg-type]
    return lax(images=tuple(prints))


def booking_with_three_faults() -> bytes:
    data = subject(HGT="57", EYE="BROWN")
    return data.replace(b"1.003:1\x1f15", b"1.003:1\x1f16")


FILES: dict[str, Callable[[], bytes]] = {
    "booking.eft": booking_with_three_faults,
    "answer.eft": lambda: errt(
        reread(booking_with_three_faults()),
        validate(read(booking_with_three_faults())),
        NOW,
        "ANSWER-0001",
    ),
    "count.eft": lambda: card().replace(b"1.003:1\x1f15", b"1.003:1\x1f16"),
    "length.eft": lambda: card().replace(b"DOE,JOHN QUINCY", b"DOE,JOHN"),
    "missing.eft": lambda: lax(subject={k: v for k, v in SUBJECT.items() if k != "RAC"}),
    "width.eft": lambda: subject(HGT="57"),
    "code.eft": lambda: subject(EYE="BRW"),
    "date.eft": lambda: lax(arrest_date=date(2010, 5, 7), charges=(Charge("THEFT", None, None),)),
    "format.eft": lambda: images(compression="JPEGB"),
    "size.eft": lambda: images(width_px=100),
    "fingers.eft": lambda: lax(
        fingers=[*range(1, 10), 11, 12, 13, 14], subject={**SUBJECT, "AMP": "03 | XX"}
    ),
    "letters.eft": lambda: card().replace(b"QUINCY", b"QUI\xd1CY"),
    "cut.eft": lambda: card()[:9000],
}  # fmt: skip


def make(folder: Path) -> None:
    for name, data in FILES.items():
        (folder / name).write_bytes(data())


def output(command: str) -> str:
    """What a command prints, run where the files are."""
    words = shlex.split(command)
    result = CliRunner(env={"COLUMNS": COLUMNS}).invoke(main, words[1:])
    return re.sub(r" +$", "", result.output, flags=re.MULTILINE)


def shown(block: str) -> str:
    """A block of the guide with the outputs that its commands give now."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{output(line[2:])}" for line in commands)


def test_the_guide_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path)
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    assert len(blocks) > 10
    for block in blocks:
        assert block == shown(block), "run: python -m tests.wire.test_refused_guide"


def test_every_file_of_the_guide_is_in_it() -> None:
    text = GUIDE.read_text("utf-8")
    assert [name for name in FILES if name not in text] == []


if __name__ == "__main__":
    page = GUIDE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        os.chdir(folder)
        page = BLOCK.sub(lambda found: f"```console\n{shown(found[1])}```", page)
    GUIDE.write_text(page, "utf-8")
