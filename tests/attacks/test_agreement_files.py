"""A hostile or broken agreement file is refused whole, quickly, and with its place."""

from __future__ import annotations

import pickle
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agreement.read import CHARACTERS_MAX, read_directory, read_files, read_text
from comity.agreement.terms import Agreement
from comity.errors import AgreementError

PRESET = Path(__file__).parents[2] / "src/comity/programme/presets/three_states"
ALDER = (PRESET / "alder.yaml").read_text("utf-8")


def refusal(text: str) -> str:
    with pytest.raises(AgreementError) as caught:
        read_text(text, "hostile.yaml")
    assert caught.value.findings
    return str(caught.value)


def test_alias_bomb() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for inner, outer in pairwise("abcdefghi"):
        lines.append(f"{outer}: &{outer} [{', '.join([f'*{inner}'] * 9)}]")
    assert "an alias or anchor" in refusal("\n".join(lines))


def test_anchor_that_changes_a_clause_from_afar() -> None:
    shared = ALDER.replace("trigger: {id", "trigger: &t {id")
    assert "an alias or anchor" in refusal(shared)


def test_merge_key_that_hides_a_clause() -> None:
    assert "`<<`" in refusal(ALDER.replace("trigger: {id", "trigger: {<<: {stage: arrest}, id"))


def test_oversized_file(tmp_path: Path) -> None:
    assert "at most" in refusal("#" * (CHARACTERS_MAX + 1))
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(10**10)  # sparse: reading it would take ten gigabytes
    with pytest.raises(AgreementError, match="mistake"):
        read_files([large])


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_that_would_exhaust_the_stack(opening: str) -> None:
    refusal(opening * 20_000)


def test_tag_that_would_run_code() -> None:
    assert "tag" in refusal("!!python/object/apply:os.system ['true']")
    assert "tag" in refusal(ALDER.replace("title: ", "title: !!python/name:os.system "))


def test_second_document_with_other_terms() -> None:
    assert "second document" in refusal(ALDER + "---\n" + ALDER)


@pytest.mark.parametrize(
    "line",
    [
        "trigger: {id: trigger, text: x, stage: arrest}",
        "release: []",
        "regime: federal_mandate",
    ],
)
def test_duplicate_key_that_would_win_silently(line: str) -> None:
    text = ALDER + line + "\n"
    said = refusal(text)
    assert f"{len(text.splitlines())}:1" in said
    assert "again" in said


def test_duplicate_key_inside_a_clause() -> None:
    assert "again" in refusal(ALDER.replace("stage: arrest", "stage: conviction, stage: arrest"))


@pytest.mark.parametrize("word", ["juveniles", "Juvenile", "jυvenile", "juvenile ", ""])
def test_unknown_word_in_exclusions_refuses_the_file(word: str) -> None:
    text = ALDER.replace("fact: juvenile}", f'fact: "{word}"}}')
    assert text != ALDER
    assert "exclusions.0.fact" in refusal(text)


def test_unknown_clause_that_a_reader_would_believe() -> None:
    assert "no_detainers" in refusal(ALDER + "no_detainers: {id: n, text: x}\n")


@pytest.mark.parametrize("said", ["maybe", "1", "True", "on", "null", "~", ""])
def test_answer_that_is_neither_yes_nor_no(said: str) -> None:
    refusal(ALDER.replace("second_reviewer: yes", f"second_reviewer: {said}"))


def test_one_bad_file_among_good_ones(tmp_path: Path) -> None:
    for path in PRESET.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "zzz.yaml").write_text("trigger: never\n")
    with pytest.raises(AgreementError):
        read_directory(tmp_path)


def test_truncated_at_every_line() -> None:
    lines = ALDER.splitlines(keepends=True)
    for count in range(len(lines)):
        refusal("".join(lines[:count]))


@given(st.integers(0, len(ALDER)), st.integers(0, 6), st.text(max_size=6))
def test_any_edit_reads_as_an_agreement_or_is_refused(at: int, length: int, new: str) -> None:
    text = ALDER[:at] + new + ALDER[at + length :]
    with suppress(AgreementError):  # any other error fails the test
        assert isinstance(read_text(text), Agreement)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.yaml"
    path.write_bytes(pickle.dumps(data) + data)
    with pytest.raises(AgreementError):
        read_files([path])
