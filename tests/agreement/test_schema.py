"""The JSON Schema of the file form: fresh, sound, and of one mind with the parser.

Drawn files are compared in tests/properties/test_agreement_language.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from comity.agreement.grammar import AGREEMENT, SHAPES
from comity.agreement.read import read_text, source_of
from comity.agreement.schema import schema
from scripts import agreement_schema
from tests.agreement.test_check import EDITS, edited

PROJECT = Path(__file__).parents[2]
EXAMPLES = sorted((PROJECT / "docs/spec/agreements").glob("*.yaml"))
PRESETS = sorted((PROJECT / "src/comity/programme/presets").glob("*/*.yaml"))
SCHEMA = json.loads(agreement_schema.PAGE.read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# What the grammar alone refuses, and so the schema too; the rest needs two values or a calendar.
STRUCTURE = {
    "not-a-mapping", "unknown-key", "missing-key", "no-text", "wrong-form", "unknown-word",
    "not-yes-or-no", "not-a-number", "not-a-time", "no-offset", "not-a-list", "empty-list",
    "listed-twice", "hold-without-end", "hold-refused", "limit-of-another",
}  # fmt: skip


def typed(text: str) -> object:
    """As an editor sees it: numbers and booleans, but times stay text."""
    loaded = yaml.load(text, Loader=yaml.SafeLoader)
    return json.loads(json.dumps(loaded, default=lambda at: at.isoformat()))


def test_the_written_schema_is_what_the_grammar_says() -> None:
    written = agreement_schema.PAGE.read_text("utf-8")
    assert written == agreement_schema.text(), "run: python scripts/agreement_schema.py"


def test_it_is_a_schema_of_its_dialect() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_key_is_described() -> None:
    assert set(SCHEMA["properties"]) == set(AGREEMENT)
    assert set(SCHEMA["$defs"]) == set(SHAPES)
    for body in (SCHEMA, *SCHEMA["$defs"].values()):
        assert body["additionalProperties"] is False
        for name, one in body["properties"].items():
            assert one is False or one["description"], name


@pytest.mark.parametrize("path", [*EXAMPLES, *PRESETS], ids=lambda path: path.stem)
def test_files_that_load_are_valid(path: Path) -> None:
    text = path.read_text("utf-8")
    assert read_text(text)
    VALIDATOR.validate(typed(text))


@pytest.mark.parametrize("row", [e for e in EDITS if e[0] in STRUCTURE], ids=lambda row: row[0])
def test_structural_slips_are_refused_by_both(row: tuple[str, str, str, str, str]) -> None:
    code, text, old, new, _ = row
    changed = edited(text, old, new)
    assert code in {m.code for m in source_of(changed).reading.mistakes}
    assert not VALIDATOR.is_valid(typed(changed))


def test_there_is_a_slip_for_each_kind_of_structure() -> None:
    assert {row[0] for row in EDITS} >= STRUCTURE


def test_an_agreement_without_a_release_is_refused_by_both() -> None:
    text = EXAMPLES[0].read_text("utf-8")
    none = text[: text.index("release:")] + "release: []\n" + text[text.index("answer:") :]
    assert not VALIDATOR.is_valid(typed(none))
    assert [m.code for m in source_of(none).reading.mistakes] == ["no-release"]


def test_the_line_that_editors_look_for_is_a_comment_to_us() -> None:
    for path in EXAMPLES:
        first = path.read_text("utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../agreement.schema.json"
        assert (path.parent / "../agreement.schema.json").exists()
