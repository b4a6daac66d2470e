"""Files that others made go through the journey; wrong ones are answered, and the rest go on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.exchange import invariants
from comity.exchange.house import House
from comity.wire import build
from comity.wire.read import read
from comity.wire.submission import submission
from tests.service import small
from tests.shared_data import shared

CARDS = {
    "type-4": ("nist-reference", "type-4-tpcard.an2"),
    "type-14": ("nist-reference", "type-14-tpcard-nqm.an2"),
    "ojbc": ("ojbc", "0400024.eft"),
    "jet": ("jet", "sample.eft"),
}
THUMBS = (11, 12)


def card(name: str) -> Path:
    return shared("transactions", *CARDS[name])


def submit(house: Path, *words: object, given: bytes | None = None) -> Result:
    line = ["submit", "--house", str(house), "--json", *map(str, words)]
    return CliRunner().invoke(main, line, input=given)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("submit") / "house"


@pytest.fixture(scope="module")
def enrolled(house: Path) -> dict[str, dict[str, Any]]:
    """The answer to each card, all submitted at once to a new house."""
    result = submit(house, *(card(name) for name in CARDS))
    assert result.exit_code == 0, result.output
    return dict(zip(CARDS, answers(result), strict=True))


@pytest.mark.parametrize("name", CARDS)
def test_a_real_card_is_taken_and_enrolled(enrolled: dict[str, dict[str, Any]], name: str) -> None:
    answer = enrolled[name]
    assert answer["response"] == "SRE"
    assert answer["identity"]
    assert not [f for f in answer["findings"] if f["severity"] == "error"]


def test_two_scans_of_one_card_are_one_person(enrolled: dict[str, dict[str, Any]]) -> None:
    """NIST wrote the same ten prints in Type-4 and in Type-14; the other cards are other people."""
    assert enrolled["type-14"]["identified"] is True
    assert enrolled["type-14"]["identity"] == enrolled["type-4"]["identity"]
    others = {enrolled[name]["identity"] for name in ("type-4", "ojbc", "jet")}
    assert len(others) == 3
    assert [enrolled[name]["identified"] for name in ("type-4", "ojbc", "jet")] == [False] * 3


@pytest.mark.parametrize("name", ["type-4", "ojbc"])
def test_plain_thumbs_find_the_rolled_ones_and_nobody_else(
    house: Path, enrolled: dict[str, dict[str, Any]], name: str, tmp_path: Path
) -> None:
    data = card(name).read_bytes()
    whole = submission(read(data), data)
    thumbs = tuple(image for image in whole.images if image.finger in THUMBS)
    assert len(thumbs) == 2
    spec = replace(
        submission(read(small.booking(small.KNOWN, "MODEL-TCN-1")), b""),
        tcn=f"THUMBS-{name}".upper(),
        images=thumbs,
    )
    file = tmp_path / "thumbs.eft"
    file.write_bytes(build.car(spec, checked=False))
    result = submit(house, file)
    (answer,) = answers(result)
    assert answer["response"] == "SRE", answer["findings"]
    assert answer["identified"] is True
    assert answer["identity"] == enrolled[name]["identity"]
    opened = House.open(house)
    event = opened.store.event(answer["case"], "criminal search")
    opened.close()
    assert event is not None
    assert [c["identity"] for c in event.body["candidates"]] == [answer["identity"]]


def test_without_an_agreement_the_second_repository_is_not_asked(
    enrolled: dict[str, dict[str, Any]],
) -> None:
    criminal = [answer for answer in enrolled.values() if answer["second_repository"]]
    assert criminal
    assert {answer["second_repository"] for answer in criminal} == {"not searched"}
    assert all("default#" in clause for answer in criminal for clause in answer["clauses"])


def test_what_was_done_keeps_the_invariants(
    house: Path, enrolled: dict[str, dict[str, Any]]
) -> None:
    opened = House.open(house)
    broken = {c.name: c.violations for c in invariants.check(opened) if c.violations}
    opened.close()
    assert len(enrolled) == len(CARDS)
    assert broken == {}


# --- files that cannot be taken -----------------------------------------------------------


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "house"


def test_one_bad_file_stops_no_other(empty: Path, tmp_path: Path) -> None:
    good, cut, letter = (tmp_path / n for n in ("good.eft", "cut.eft", "letter.eft"))
    whole = small.booking(small.KNOWN, "GOOD-TCN-0001")
    good.write_bytes(whole)
    # A file of its own: one with the number of the cut file would be refused as a second use of it.
    cut.write_bytes(small.booking(small.KNOWN, "CUT-TCN-0001")[: len(whole) // 2])
    letter.write_bytes(b"Dear Sir or Madam")
    result = submit(empty, tmp_path / "missing.eft", cut, letter, good)
    assert result.exit_code == 1
    missing, *refused, taken = answers(result)
    assert missing["response"] == "unread"
    assert missing["error"]["message"] == "the file cannot be read"
    assert [answer["response"] for answer in refused] == ["ERRT", "ERRT"]
    assert all(any(f["severity"] == "error" for f in a["findings"]) for a in refused)
    assert taken["response"] == "SRE"
    house = House.open(empty)
    received = [e for e in house.store.events() if e.step == "received"]
    kept = [house.store.kept(event.body["sha256"]) for event in received]
    house.close()
    assert kept == [cut.read_bytes(), letter.read_bytes(), whole]
    sent = sorted(p.name for p in (empty / "outbox" / "contributor").iterdir())
    assert [name.rpartition("-")[2] for name in sent] == ["errt.eft", "errt.eft", "sre.eft"]


def test_a_file_too_large_is_not_read(empty: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.eft"
    with large.open("wb") as file:
        file.truncate((64 << 20) + 1)
    (answer,) = answers(submit(empty, large))
    assert answer["error"]["expected"] == "at most 64 MiB"


def test_a_folder_gives_its_transactions_and_no_other_file(empty: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.EFT").write_bytes(b"broken")
    (folder / "notes.txt").write_bytes(b"not meant")
    (answer,) = answers(submit(empty, folder))
    assert answer["file"].endswith("a.EFT")
    (nothing,) = answers(submit(empty, tmp_path / "files" / "none"))
    assert nothing["response"] == "unread"


def test_a_file_may_come_on_standard_input(empty: Path) -> None:
    (answer,) = answers(submit(empty, "-", given=b"broken"))
    assert (answer["file"], answer["response"]) == ("standard input", "ERRT")


def test_an_agreement_with_a_mistake_stops_before_any_file(empty: Path, tmp_path: Path) -> None:
    terms = tmp_path / "terms"
    terms.mkdir()
    (terms / "oak.yaml").write_text(small.TERMS.replace("arrest}", "arest}"))
    file = tmp_path / "good.eft"
    file.write_bytes(small.booking(small.KNOWN, "GOOD-TCN-0002"))
    result = submit(empty, "--agreements", terms, file)
    assert result.exit_code == 1
    assert json.loads(result.stderr.splitlines()[-1])["code"] == "agreement"
    house = House.open(empty)
    assert house.store.events() == []
    house.close()


def test_an_agreement_in_force_lets_the_second_repository_be_asked(
    empty: Path, tmp_path: Path
) -> None:
    terms = tmp_path / "terms"
    terms.mkdir()
    (terms / "oak.yaml").write_text(small.TERMS)
    file = tmp_path / "good.eft"
    file.write_bytes(small.booking(small.KNOWN, "GOOD-TCN-0003"))
    (answer,) = answers(submit(empty, "--agreements", terms, file))
    assert answer["second_repository"] == "searched"


def test_the_table_is_for_people(empty: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.eft"
    file.write_bytes(b"Dear Sir or Madam")
    result = CliRunner().invoke(main, ["submit", "--house", str(empty), str(file)])
    assert result.exit_code == 1
    assert "ERRT" in result.stdout
    assert "letter.eft: error" in result.stdout
