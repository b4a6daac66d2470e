"""A hostile or broken agreement file is refused whole, quickly, and with its place."""

from __future__ import annotations

import pickle
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agreement.read import (
    CHARACTERS_MAX,
    MISTAKES_MAX,
    read_directory,
    read_files,
    read_text,
    source_of,
)
from comity.errors import AgreementError

PROJECT = Path(__file__).parents[2]
PRESET = PROJECT / "src/comity/programme/presets/three_states"
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


def test_thousands_of_aliases_are_told_a_hundred_times() -> None:
    with pytest.raises(AgreementError) as caught:
        read_text("\n".join(f"k{n}: &a{n} x" for n in range(5_000)))
    assert len(caught.value.findings) == MISTAKES_MAX
    assert {mistake.code for mistake in caught.value.findings} == {"alias"}


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


def test_misspelt_clause_that_would_be_left_out() -> None:
    # Were `exclusion` skipped as unknown, nobody would be excluded.
    said = refusal(ALDER.replace("exclusions:", "exclusion:"))
    assert "`exclusion`" in said
    assert "write `exclusions`" in said


def test_state_that_ends_a_mandate_to_which_it_is_no_party() -> None:
    mandate = (PRESET / "fir.yaml").read_text("utf-8")
    event = "{id: e, text: l, event: terminated, given: 2011-06-01T00:00:00Z, by: West Example}"
    assert "`West Example`" in refusal(f"{mandate}events: [{event}]\n")


def test_limit_that_would_widen_when_suspended() -> None:
    limit = (PROJECT / "docs/spec/agreements/spruce_limit.yaml").read_text("utf-8")
    event = "{id: e, text: l, event: suspended, given: 2012-06-01T00:00:00Z}"
    assert "`suspended`" in refusal(f"{limit}events: [{event}]\n")


def test_hold_without_end_or_renewed_for_ever() -> None:
    limit = (PROJECT / "docs/spec/agreements/tamarack_limit.yaml").read_text("utf-8")
    assert "`hours`" in refusal(limit.replace(", hours: 48", ""))
    assert "1 to 120" in refusal(limit.replace("hours: 48", "hours: 9999"))


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
def test_any_edit_reads_as_an_agreement_or_is_refused_at_a_place_in_the_file(
    at: int, length: int, new: str
) -> None:
    text = ALDER[:at] + new + ALDER[at + length :]
    reading = source_of(text).reading  # any error that is raised fails the test
    assert (reading.agreement is None) == bool(reading.mistakes)
    lines = text.splitlines() or [""]
    for mistake in reading.mistakes:
        assert 1 <= mistake.line <= len(lines)
        assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.yaml"
    path.write_bytes(pickle.dumps(data) + data)
    with pytest.raises(AgreementError):
        read_files([path])
