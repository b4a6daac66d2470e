"""The page of public files is what its command writes, and the command refuses what is unjudged."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from scripts import wire_findings
from tests.shared_data import shared


@pytest.fixture(scope="module")
def files() -> list[wire_findings.Looked]:
    folder = shared("transactions")
    return [
        wire_findings.looked(path)
        for path in sorted(folder.glob("*/*"))
        if path.suffix in wire_findings.SUFFIXES
    ]


def test_the_page_is_what_the_files_and_the_judgements_make(
    files: list[wire_findings.Looked],
) -> None:
    judgements = wire_findings.judged(wire_findings.JUDGED)
    assert list(wire_findings.gaps(files, judgements)) == []
    made = "\n".join(wire_findings.page(files, judgements)) + "\n"
    assert made == wire_findings.PAGE.read_text("utf-8"), "run scripts/wire_findings.py"


def test_nists_reference_files_have_no_error_and_few_findings(
    files: list[wire_findings.Looked],
) -> None:
    ours = [one for one in files if one.origin == "nist-reference"]
    assert len(ours) == 18
    told = {(one.name, cause.first.code) for one in ours for cause in one.found
            if cause.first.severity != "note"}  # fmt: skip
    assert not [c for one in ours for c in one.found if c.first.severity == "error"]
    assert told == {
        ("rec01_rec02_rec16.nst.an2", "value-length"),  # VER is `0`
        ("rec01_rec02_rec16.nst.an2", "resolution-unused"),
        ("rec01_rec02_rec16.nst.an2", "image-size"),
        ("type-9-14-m1.an2", "minutia-format"),
    }


def test_a_finding_without_a_judgement_and_one_without_a_finding_are_told(
    files: list[wire_findings.Looked],
) -> None:
    judgements = wire_findings.judged(wire_findings.JUDGED)
    lost = next(key for key in judgements if key[0] != "*")
    kept = {key: words for key, words in judgements.items() if key != lost}
    (missing,) = wire_findings.gaps(files, kept)
    assert missing.startswith(f"no judgement: {lost[0]}")
    (idle,) = wire_findings.gaps(files, {**judgements, ("*", "limit", ""): "because"})
    assert idle == "no such finding: *,limit,"


def test_the_command_writes_nothing_where_a_judgement_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "none.csv"
    empty.write_text("sha256,file,code,tag,judgement\n", "utf-8")
    monkeypatch.setattr(wire_findings, "JUDGED", empty)
    monkeypatch.setattr(wire_findings, "PAGE", tmp_path / "page.md")
    assert wire_findings.main(shared("transactions")) == 1
    assert not (tmp_path / "page.md").exists()


def test_every_judgement_cites_something() -> None:
    with wire_findings.JUDGED.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert len(row["judgement"]) > 20, row
