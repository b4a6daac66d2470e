from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from comity.errors import PoorTemplateError
from comity.records import Candidate, Template
from comity.search import calibrate, sequence
from comity.search.explain import evidence
from comity.search.gallery import Gallery
from comity.search.identify import identified, rank, search, usable
from comity.search.shortlist import shortlist
from tests.search.prints import capture, hand, scattered

PEOPLE = 130


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    made = Gallery.create(tmp_path_factory.mktemp("people"))
    made.extend([(f"p{p:03}", hand(p, (1, 2, 7)), "") for p in range(PEOPLE)])
    return made


@pytest.mark.parametrize("fingers", [(2,), (1, 2), (1, 2, 7), (2, 3)])
def test_the_right_person_comes_first_and_is_identified(
    gallery: Gallery, fingers: tuple[int, ...]
) -> None:
    for person in (0, 60, 129):
        found = rank(hand(person, fingers, number=1), gallery)
        assert found[0].identity == f"p{person:03}"
        assert [f.finger for f in found[0].fingers] == [f for f in fingers if f in (1, 2, 7)]
        assert found[0].score == pytest.approx(sum(f.llr for f in found[0].fingers))
    if len(fingers) > 1 and 3 not in fingers:
        assert [c.identity for c in identified(found, 0.001)] == ["p129"]


def test_someone_not_enrolled_is_not_identified(gallery: Gallery) -> None:
    for stranger in range(500, 505):
        found = rank(hand(stranger, (1, 2, 7)), gallery)
        assert found[0].fpir > 0.5
        assert identified(found, 0.01) == ()


def test_candidates_come_best_first_and_no_more_than_asked(gallery: Gallery) -> None:
    found = rank(hand(5, (1, 2, 7), number=2), gallery, keep=7)
    assert len(found) == 7
    scores = [c.score for c in found]
    assert scores == sorted(scores, reverse=True)
    assert [c.fpir for c in found] == sorted(c.fpir for c in found)


def test_level_candidates_stay_in_the_order_of_enrolment(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    for name in ("zoe", "ann", "max"):
        made.append(name, [capture(9, 2)])
    found = rank([capture(9, 2, 1)], made)
    assert [c.identity for c in found] == ["zoe", "ann", "max"]
    assert len({c.score for c in found}) == 1


def test_an_identity_enrolled_twice_is_one_candidate_with_its_better_encounter(
    tmp_path: Path,
) -> None:
    made = Gallery.create(tmp_path)
    made.append("ann", [scattered(1, 12)], "poor")
    made.append("ann", [capture(9, 2)], "good")
    made.append("bob", [capture(8, 2)])
    found = rank([capture(9, 2, 1)], made)
    assert [c.identity for c in found] == ["ann", "bob"]
    assert found[0].fingers[0].llr > 5


def test_plain_thumbs_are_compared_with_the_thumbs(gallery: Gallery) -> None:
    rolled = capture(7, 1, 3)
    thumb = Template(rolled.minutiae, rolled.reliability, 400, 450, 11, "synthetic")
    found = rank([thumb], gallery)
    assert found[0].identity == "p007"
    assert found[0].fingers[0].finger == 1


def test_of_two_prints_of_a_finger_the_one_with_more_minutiae_counts() -> None:
    few, many = scattered(1, 10), scattered(2, 30)
    assert usable([few, many])[2] is many
    assert usable([many, few])[2] is many


def test_too_few_minutiae_in_every_finger_is_refused(gallery: Gallery) -> None:
    for probe in ([], [scattered(1, 7)], [scattered(1, 7), scattered(2, 0, finger=3)]):
        with pytest.raises(PoorTemplateError):
            rank(probe, gallery)


def test_a_finger_with_too_few_is_left_out_of_the_rest(gallery: Gallery) -> None:
    found = rank([capture(3, 1, 1), scattered(1, 7, finger=2)], gallery)
    assert [f.finger for f in found[0].fingers] == [1]


def test_an_empty_gallery_and_one_without_the_finger_give_nobody(
    tmp_path: Path, gallery: Gallery
) -> None:
    assert rank([capture(1, 2)], Gallery.create(tmp_path)) == ()
    assert rank([capture(1, 9)], gallery) == ()


def test_the_shortlist_keeps_the_mate_and_breaks_ties_by_enrolment(gallery: Gallery) -> None:
    for person in range(0, PEOPLE, 13):
        probe = usable(hand(person, (1, 2, 7), number=1))
        assert person in shortlist(probe, gallery.reading, 5)[0].rows.tolist()
    (listed,) = shortlist(usable([capture(1, 9)]), gallery.reading, 4)
    assert listed.rows.tolist() == []  # nobody has finger 9


@pytest.fixture(scope="module")
def tens(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    made = Gallery.create(tmp_path_factory.mktemp("tens"))
    made.extend([(f"p{p:03}", hand(p), "") for p in range(40)])
    return made


def stated_as(prints: list[Template], order: dict[int, int]) -> list[Template]:
    return [replace(t, finger=order.get(t.finger, t.finger)) for t in prints]


@pytest.mark.parametrize("reading", list(sequence.READINGS)[1:])
def test_hands_out_of_order_are_found_and_told(tens: Gallery, reading: str) -> None:
    order = dict(zip(range(1, 11), sequence.READINGS[reading], strict=True))
    found = rank(stated_as(hand(7, number=1), order), tens)
    assert [c.identity for c in identified(found, 1e-3)] == ["p007"]
    assert found[0].sequence == tuple((f, e) for f, e in order.items() if f != e)
    assert identified(rank(stated_as(hand(900), order), tens), 1e-3) == ()


def test_an_order_taken_for_granted_is_not_looked_into(tens: Gallery) -> None:
    order = dict(zip(range(1, 11), sequence.READINGS["hands swapped"], strict=True))
    swapped = search(stated_as(hand(7, number=1), order), tens, orders=False)
    assert swapped.readings == ("as stated",)
    assert identified(swapped.candidates, 1e-3) == ()
    assert search(hand(7, number=1), tens, orders=False).candidates[0].identity == "p007"


def test_two_fingers_exchanged_are_told_and_the_others_are_not(tens: Gallery) -> None:
    found = rank(stated_as(hand(7, number=1), {3: 4, 4: 3}), tens)
    assert found[0].identity == "p007"
    assert found[0].sequence == ((3, 4), (4, 3))
    assert rank(hand(7, number=1), tens)[0].sequence == ()


def test_threads_change_nothing(tens: Gallery, gallery: Gallery) -> None:
    for probe in (hand(3, number=2), hand(700)):
        assert rank(probe, tens, threads=3) == rank(probe, tens)
        assert rank(probe[1:2], gallery, threads=2) == rank(probe[1:2], gallery)


def test_the_budget_is_kept_and_a_search_says_what_it_did(tens: Gallery) -> None:
    answer = search(hand(5, number=1), tens, budget=3)
    assert (answer.scanned, answer.compared) == (40, 3)
    assert answer.candidates[0].identity == "p005"
    assert answer.readings == tuple(sequence.READINGS)


def test_who_was_deleted_is_not_found(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    made.extend([(f"p{p}", hand(p, (1, 2)), "") for p in range(4)])
    made.delete("p2")
    assert "p2" not in [c.identity for c in rank(hand(2, (1, 2), number=1), made)]


def test_a_search_leaves_the_gallery_as_it_was(gallery: Gallery) -> None:
    before = gallery.digest()
    rank(hand(999, (1, 2)), gallery)
    rank(hand(3, (1, 2), number=4), gallery)
    assert gallery.digest() == before


def test_fpir_falls_with_the_score_and_grows_with_the_gallery() -> None:
    for names in (["mindtct"] * 2, ["leader"] * 10, ["leader", "mindtct"]):
        rates = [calibrate.fpir(s, names, 1000) for s in (-9.0, 0.0, 5.0, 10.0, 20.0, 40.0)]
        assert [r.estimate for r in rates] == sorted((r.estimate for r in rates), reverse=True)
        assert all(0 <= r.low <= r.estimate <= r.high <= 1 for r in rates)
        assert rates[0].estimate > 0.9
        assert rates[-1].high < rates[2].high
        larger = calibrate.fpir(20.0, names, 5000)
        assert larger.estimate == pytest.approx(5 * rates[4].estimate, rel=0.02)
    assert calibrate.fpir(20.0, [], 10) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("names", [("leader",), ("leader",) * 3, ("leader", "mindtct")])
def test_fpir_of_sums_is_what_drawing_them_gives(names: tuple[str, ...]) -> None:
    rng, draws = np.random.default_rng(3), 400_000
    total = np.zeros(draws)
    for name in names:
        line = calibrate.lines()[name]
        share = line.body / line.body.sum()
        inside = line.low + calibrate.STEP * (rng.choice(len(share), draws, p=share))
        beyond = line.knee + rng.exponential(1 / line.rate[0], draws)
        drawn = np.where(rng.random(draws) < line.beyond[0], beyond, inside)
        total += np.minimum(drawn, line.high)
    for reach in (0.0, 3.0, 5.0):
        measured = np.mean(total >= reach)
        told = calibrate.fpir(reach, names, 1).estimate
        assert told == pytest.approx(measured, rel=0.15, abs=5e-5)


def test_a_likelihood_ratio_stays_in_its_bounds_and_rises() -> None:
    for name, line in calibrate.lines().items():
        values = [calibrate.log_likelihood_ratio(s, 40, name) for s in (0, 0.01, 0.03, 0.1, 1.0)]
        assert values == sorted(values)
        assert values[0] == line.low
        assert values[-1] == line.high
        assert calibrate.log_likelihood_ratio(0.9, 4, name) <= 4
    assert calibrate.weaker("leader", "leader") == "leader"
    assert calibrate.weaker("leader", "synthetic") == "leader"
    assert calibrate.weaker("leader", "mindtct") == "mindtct"
    assert calibrate.weaker("unheard of", "unheard of") == "mindtct"


def test_the_operating_point_is_met_exactly() -> None:
    candidates = [Candidate(str(f), 1 - f, f / 2, (), f / 9, f) for f in (1e-9, 1e-3, 1.1e-3, 1.0)]
    assert [c.fpir_high for c in identified(candidates, 1e-3)] == [1e-9, 1e-3]
    assert identified(candidates, 0.0) == ()
    against = Candidate("a", -0.1, 1e-9, (), 0, 1e-9)
    assert identified([against], 1.0) == ()


def test_evidence_shows_the_best_fingers_with_their_pairs(gallery: Gallery) -> None:
    probe = hand(11, (1, 2, 7), number=1)
    best = rank(probe, gallery)[0]
    shown = evidence(best, probe, gallery.templates("p011"))
    assert len(shown) == 2
    assert shown[0].llr >= shown[1].llr >= min(f.llr for f in best.fingers)
    for finger in shown:
        assert finger.probe.finger == finger.candidate.finger == finger.finger
        assert finger.pairs
        assert all(i < len(finger.probe) for i, _, _ in finger.pairs)
        assert all(j < len(finger.candidate) for _, j, _ in finger.pairs)
