from __future__ import annotations

import re

import pytest

from comity.wire.fields import rules
from scripts import fields
from tests.shared_data import PROJECT

PAGES = fields.pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_tables_say(name: str) -> None:
    page = fields.REFERENCE / name
    assert page.is_file(), "run .venv/bin/python scripts/fields.py"
    assert page.read_text(encoding="utf-8") == PAGES[name], "run .venv/bin/python scripts/fields.py"


def test_no_page_is_left_over() -> None:
    there = {path.relative_to(fields.REFERENCE).as_posix() for path in _written()}
    assert there == set(PAGES)


def test_every_field_has_a_row() -> None:
    text = "\n".join(PAGES.values())
    rows = set(re.findall(r"^\| (\d+\.\d+(?:\.\d+)?) \|", text, re.MULTILINE))
    assert rows == {rule.tag for rule in rules()}


def test_every_row_has_all_cells() -> None:
    for text in PAGES.values():
        for line in text.splitlines():
            if re.match(r"\| \d+\.\d", line):
                assert line.count(" | ") == fields.HEAD[0].count(" | "), line


def test_links_lead_somewhere() -> None:
    for name, text in PAGES.items():
        folder = (fields.REFERENCE / name).parent
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert folder.joinpath(target).resolve().is_file(), (name, target)


def _written() -> list[object]:
    root = fields.REFERENCE
    assert root.is_relative_to(PROJECT)
    return [root / "fields.md", *sorted((root / "fields").iterdir())]
