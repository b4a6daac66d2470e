"""Who is enrolled, who is searched; and that no finger is mate and impostor at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.frifte import galleries, people, searches, stages
from comity.errors import CallerError
from comity.records import Candidate
from comity.search.gallery import Gallery
from tests.benchmarks import real_prints

NOBODY = lambda _: None  # noqa: E731


@pytest.fixture
def prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, people.RealPrints]:
    monkeypatch.setattr(people, "load", real_prints.load)
    folder = real_prints.folder(tmp_path)
    return {
        len(positions): people.RealPrints(folder, "leader", positions)
        for positions in people.FINGERS_OF.values()
    }


def test_mates_are_of_the_same_finger_and_strangers_of_another() -> None:
    population = people.Population(3, (2, 7), "easy")
    enrolled = population.enrolled(range(4, 6))
    mates = population.mated(range(4, 6))
    assert [[t.finger for t in hand] for hand in mates] == [[2, 7], [2, 7]]
    assert enrolled.finger.tolist() == [2, 7, 2, 7]
    whole = population.mated(range(6))
    assert np.array_equal(whole[4][1].minutiae, mates[0][1].minutiae), "person 4 is person 4"
    assert not np.array_equal(enrolled.template(0).minutiae, mates[0][0].minutiae)
    strangers = population.non_mated(range(4, 6))
    assert not np.array_equal(strangers[0][0].minutiae, mates[0][0].minutiae)


def test_hands_are_every_finger_every_pair_or_disjoint_tens(
    prints: dict[int, people.RealPrints],
) -> None:
    assert [len(prints[size].hands()) for size in (1, 2, 8, 10)] == [30, 135, 6, 6]
    tens = prints[10].hands()
    for group in (tens[:3], tens[3:]):
        names = [name for hand in group for name in hand.fingers]
        assert len(set(names)) == 30
    assert {hand.database for hand in tens} == {"db1_b", "db3_b", "db4_b", "mixed"}
    assert len({hand.identity for hand in tens}) == 6
    enrolled = prints[8].enrolled(prints[8].hands()[0])
    assert [template.finger for template in enrolled] == [2, 3, 4, 5, 7, 8, 9, 10]


def test_probes_are_other_impressions_and_the_same_by_the_same_seed(
    prints: dict[int, people.RealPrints],
) -> None:
    for size in (1, 10):
        real = prints[size]
        probes = real.probes(50, np.random.default_rng(7))
        again = real.probes(50, np.random.default_rng(7))
        assert len(probes) == 50
        assert [p.hand for p in probes] == [p.hand for p in again]
        for probe in probes:
            for mine, first in zip(probe.templates, real.enrolled(probe.hand), strict=True):
                assert mine.finger == first.finger
                assert not np.array_equal(mine.minutiae, first.minutiae)
    assert len(prints[1].probes(1000, np.random.default_rng(7))) == 210


def test_a_folder_without_prints_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="no real prints"):
        people.RealPrints(tmp_path, "leader", (2,))


def candidate(identity: str, score: float, fpir: float) -> Candidate:
    return Candidate(identity, score, fpir, (), fpir / 2, fpir * 2)


def test_candidates_that_share_a_finger_are_neither_mates_nor_impostors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two, three = (
        people.Hand("db1_b", (f"db1_b/{a}", f"db1_b/{b}"))
        for a, b in ((101, 102), (102, 103), (104, 105))
    )
    found = [
        candidate(two.identity, 40.0, 1e-9),
        candidate(one.identity, 30.0, 1e-6),
        candidate("synthetic-5", 9.0, 0.3),
        candidate(three.identity, 8.0, 0.2),
    ]
    asked: list[int] = []

    def once(*given: object) -> searches.One:
        asked.append(given[2])  # type: ignore[arg-type]
        return searches.One(found, 0.5, 400, poor=False)

    monkeypatch.setattr(searches, "once", once)
    probe = people.Probe(one, ())
    mates, others = searches.real([probe], [one, two, three], None, 1, NOBODY)  # type: ignore[arg-type]
    assert (mates.score[0], mates.fpir[0], mates.rank[0]) == (30.0, 1e-6, 1)
    assert (others.score[0], others.fpir[0], others.fpir_high[0]) == (9.0, 0.2, 0.4)
    assert asked == [searches.KEEP + 2], "as many more as may be left out"


def test_a_probe_of_poor_prints_finds_nobody(tmp_path: Path) -> None:
    population = people.Population(3, (2,), "easy")
    gallery, _ = galleries.build(tmp_path, population, 5, None, "leader", 2, NOBODY)
    good = population.mated(range(1))[0][0]
    poor = replace(good, minutiae=good.minutiae[:5].copy(), reliability=good.reliability[:5].copy())
    outcome = searches.mated([("synthetic-0", [poor]), ("synthetic-0", [good])], gallery, 1, NOBODY)
    assert outcome.poor == 1
    assert outcome.rank.tolist() == [0, 1]
    assert outcome.score[0] == -np.inf
    assert outcome.fpir[0] == np.inf


def test_a_lost_mate_was_refused_or_off_the_list_or_outscored(tmp_path: Path) -> None:
    population = people.Population(3, (2,), "easy")
    gallery, _ = galleries.build(tmp_path, population, 500, None, "leader", 1, NOBODY)
    good, other = (hand[0] for hand in population.mated(range(2)))
    poor = replace(good, minutiae=good.minutiae[:5].copy(), reliability=good.reliability[:5].copy())
    # 400 of 500 are compared: someone's mate is among them, a name nobody has is not.
    found = stages.lost(
        [("synthetic-0", [poor]), ("synthetic-0", [good]), ("nobody", [other])], gallery
    )
    assert found == {
        "refused for quality": 1, "compared and outscored": 1, "not on the shortlist": 1
    }  # fmt: skip


class StoppedError(Exception):
    """As if the run was killed."""


def test_building_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(galleries, "STEP", 10)
    population = people.Population(3, (2,), "easy")

    def stop(count: int) -> None:
        if len(Gallery.open(tmp_path / "a" / "gallery")) >= 20:
            raise StoppedError

    with pytest.raises(StoppedError):
        galleries.build(tmp_path / "a", population, 45, None, "leader", 2, stop)
    steps: list[int] = []
    gallery, built = galleries.build(
        tmp_path / "a", population, 45, None, "leader", 2, steps.append
    )
    assert steps == [20, 10, 10, 5]
    assert (len(gallery), built.people) == (45, 45)
    whole, _ = galleries.build(tmp_path / "b", population, 45, None, "leader", 2, NOBODY)
    assert gallery.digest() == whole.digest()


def test_real_prints_are_added_once(tmp_path: Path, prints: dict[int, people.RealPrints]) -> None:
    population = people.Population(3, (2,), "easy")
    for count in (20, 20, 25):
        gallery, built = galleries.build(
            tmp_path / "g", population, count, prints[1], "leader", 2, NOBODY
        )
        assert (built.people, built.real, len(gallery)) == (count, 30, count + 30)
    with pytest.raises(CallerError, match="other people"):
        galleries.build(tmp_path / "g", population, 10, prints[1], "leader", 2, NOBODY)
    with pytest.raises(CallerError, match="mindtct"):
        galleries.build(tmp_path / "g", population, 25, prints[1], "mindtct", 2, NOBODY)


def test_a_gallery_of_another_population_is_refused(tmp_path: Path) -> None:
    galleries.build(tmp_path, people.Population(3, (2,), "easy"), 5, None, "leader", 2, NOBODY)
    with pytest.raises(CallerError, match="another population"):
        galleries.build(tmp_path, people.Population(4, (2,), "easy"), 5, None, "leader", 2, NOBODY)
