"""20,000 mutants of small files; `python -m benchmarks.fuzz_wire` makes a million of all."""

from __future__ import annotations

from functools import lru_cache

import pytest

from benchmarks.fuzz_wire import Tally, run
from benchmarks.wire_mutants import KINDS, Mutants
from comity.wire.read import read
from tests.shared_data import shared

COUNT, BLOCK = 20_000, 1_000
LARGEST = 5_000  # bytes; the command damages files of any size


@lru_cache(maxsize=1)
def small() -> Mutants:
    return Mutants(shared("transactions"), largest=LARGEST)


@pytest.mark.parametrize("first", range(0, COUNT, BLOCK))
def test_only_wire_errors_and_findings_come_out(first: int) -> None:
    tally = run(small(), range(first, first + BLOCK), keep=None)
    assert tally.failures == []
    assert tally.outcomes.total() == BLOCK
    assert tally.outcomes["found"] > BLOCK // 2  # most damage is survived and told


def test_the_same_number_is_the_same_mutant_and_others_differ() -> None:
    mutants, again = Mutants(), Mutants()
    made = [mutants.mutant(number) for number in range(1000)]
    assert made == [again.mutant(number) for number in range(1000)]
    assert len({data for _, data in made}) > 700
    assert {kind for kind, _ in made} == {*KINDS, "several"}


def test_small_files_are_cut_at_every_byte() -> None:
    mutants = Mutants()
    cuts = {mutants.mutant(number)[1] for number in range(0, mutants.cuts, 10)}
    assert cuts == {one.data[:size] for one in mutants.small for size in range(len(one.data))}


def test_what_the_mutants_are_made_of_is_sound() -> None:
    for one in Mutants().small:
        assert read(one.data).damage == ()
        assert one.data[one.records[-2] :] == one.data[one.records[-2] : one.records[-1]]


def test_two_tallies_make_one() -> None:
    left, right = Tally(bytes=3, slowest_s=0.1, slowest=7), Tally(bytes=4, slowest_s=0.2, slowest=9)
    both = left + right
    assert (both.bytes, both.slowest, both.slowest_s) == (7, 9, 0.2)


def test_a_broken_law_is_counted_and_its_bytes_kept(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("benchmarks.fuzz_wire.write", lambda _: b"something else")
    tally = run(Mutants(), range(1, 40), keep=tmp_path)
    assert tally.outcomes["failed"] == len(tally.failures) > 0
    number = tally.failures[0].split()[1].rstrip(":")
    assert (tmp_path / f"{number}.bin").read_bytes() == Mutants().mutant(int(number))[1]
    assert "not written back" in (tmp_path / f"{number}.txt").read_text()
