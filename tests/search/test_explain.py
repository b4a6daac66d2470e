import math
from dataclasses import replace

import numpy as np
import pytest

from comity.errors import CallerError
from comity.records import Candidate, FingerScore, Template
from comity.search import account, calibrate, usual
from comity.search.compare import match, paired, similarity
from comity.search.explain import evidence, explain, likeliest
from comity.search.pose import Overlay, overlay
from comity.search.sequence import READINGS
from comity.search.stages import MEASURED, stages
from tests.reference import mcc as oracle
from tests.search.prints import capture, hand, moved, plain, scattered


def laid(probe: Template, candidate: Template) -> Overlay:
    return overlay(probe, candidate, paired(probe, candidate))


# --- stages -------------------------------------------------------------------------------


def test_a_print_is_itself_at_every_stage() -> None:
    one = capture(1, 2)
    found = stages(one, one)
    assert (found.first, found.local) == (1.0, 1.0)
    assert found.similarity > 0.8
    assert found.shares[0] == found.shares[1] == pytest.approx(found.covered)


def test_each_stage_parts_mates_from_different_fingers() -> None:
    mates, others = usual.reference()
    for name in MEASURED:
        low = usual.usual([getattr(s, name) for s in mates]).low
        high = usual.usual([getattr(s, name) for s in others]).high
        assert low > high


@pytest.mark.parametrize("seed", range(3))
def test_similarity_before_relaxation_is_the_oracles(seed: int) -> None:
    one, other = capture(seed, 2, 0), capture(seed + seed % 2, 2, 1)
    a, b = plain(one), plain(other)
    theirs = [(oracle.cylinder(b, j), b[j][2]) for j in range(len(b))]
    ours = [(oracle.cylinder(a, i), a[i][2]) for i in range(len(a))]
    alike = [
        oracle.similarity(p, deg_p, q, deg_q) for p, deg_p in ours if p for q, deg_q in theirs if q
    ]
    fewer = min(sum(bool(p) for p, _ in side) for side in (ours, theirs))
    wanted = 4 + round(8 / (1 + math.exp(-0.4 * (fewer - 20))))
    expected = sum(sorted(alike, reverse=True)[:wanted]) / wanted
    assert stages(one, other).local == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("sizes", [(0, 0), (0, 30), (1, 30), (5, 5)])
def test_few_minutiae_give_least_and_no_error(sizes: tuple[int, int]) -> None:
    one, other = (scattered(n, size) for n, size in enumerate(sizes))
    found = explain({2: one}, {2: other}).fingers[0]
    assert found.evidence.llr == calibrate.lines()["mindtct"].low
    assert found.held == "low"
    assert found.overlay.pose is None
    assert account.limits(found)


# --- pose ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("turn", "dx", "dy"), [(0, 0, 0), (25, 10, -30), (-40, -25, 12)])
def test_the_movement_is_found_again(turn: int, dx: int, dy: int) -> None:
    probe = capture(3, 2)
    candidate = moved(probe, turn, dx, dy)
    found = laid(probe, candidate)
    assert found.pose is not None
    assert found.pose.turn_deg == pytest.approx(-turn, abs=1)
    for i, place in enumerate(found.moved):
        gaps = np.hypot(*(probe.minutiae[:, :2] - place[:2]).T)
        assert gaps.min() < 2, i
    assert set(found.probe) == set(found.candidate) == {"paired"}


def test_the_shift_is_told_as_seen() -> None:
    probe = capture(3, 2)
    found = laid(probe, moved(probe, 0, -20, 30))
    assert found.pose is not None
    assert (found.pose.dx_px, found.pose.dy_px) == (pytest.approx(20), pytest.approx(-30))


def test_a_minutia_without_a_partner_speaks_against_only_where_both_prints_are() -> None:
    probe = capture(3, 2)
    middle = np.abs(probe.minutiae[:, 0] - 200) + np.abs(probe.minutiae[:, 1] - 225)
    gone = int(middle.argmin())
    corner = int(probe.minutiae[:, :2].sum(axis=1).argmax())
    keep = np.array([row for row in range(len(probe)) if row not in (gone, corner)])
    rest = Template(
        probe.minutiae[keep], probe.reliability[keep], probe.width_px, probe.height_px, 2, "mindtct"
    )
    found = laid(probe, rest)
    assert found.probe[gone] == "against"
    assert found.probe[corner] == "elsewhere"
    assert "against" not in found.candidate


@pytest.mark.parametrize("person", range(1, 9))
def test_what_is_shown_is_what_the_shares_were_counted_from(person: int) -> None:
    probe, other = capture(1, 2), capture(person, 2, 1)
    found, shown = match(probe, other), laid(probe, other)
    assert (len(shown.probe), len(shown.candidate)) == (len(probe), len(other))
    assert shown.probe.count("paired") == shown.candidate.count("paired") == len(found.pairs)
    # Each share is one total by its print's pairs, those without a partner, and six.
    counted = [len(found.pairs) + s.count("against") + 6 for s in (shown.probe, shown.candidate)]
    ratio = found.covered[1] / found.covered[0]
    # The picture's pose is that of all pairs: a minutia or two at the common area's edge differ.
    assert ratio == pytest.approx(counted[0] / counted[1], abs=2 / min(counted))


def test_partners_come_to_lie_on_each_other() -> None:
    probe, other = capture(1, 2), capture(1, 2, 1)
    found = laid(probe, other)
    gaps = [
        float(np.hypot(*(probe.minutiae[i, :2] - found.moved[j, :2])))
        for i, j, _ in paired(probe, other)
    ]
    assert max(gaps) < 18
    assert np.mean(gaps) < 6


def test_mates_have_more_partners_than_different_fingers() -> None:
    def partners(other: Template) -> int:
        return laid(capture(1, 2), other).probe.count("paired")

    assert partners(capture(1, 2, 1)) > 1.5 * partners(capture(8, 2, 1))


# --- the whole ----------------------------------------------------------------------------


def test_the_account_is_what_the_search_computes() -> None:
    probe, candidate = ({t.finger: t for t in hand(4, (1, 2, 7), n)} for n in (0, 1))
    found = explain(probe, candidate, 5000)
    assert [f.evidence.llr for f in found.fingers] == sorted(
        (f.evidence.llr for f in found.fingers), reverse=True
    )
    assert found.score == pytest.approx(sum(f.evidence.llr for f in found.fingers))
    names = [f.extractor for f in found.fingers]
    # As a search for several fingers, which also tries other orders of them.
    assert found.fpir == calibrate.fpir(found.score, names, 5000 / 0.9)
    for one in found.fingers:
        finger = one.evidence.finger
        shown = FingerScore(finger, similarity(probe[finger], candidate[finger]), one.evidence.llr)
        assert one.evidence.similarity == one.compared["similarity"].value == shown.similarity
        assert sum(share for *_, share in one.evidence.pairs) <= shown.similarity + 1e-9
        assert one.rarity == calibrate.rarity(one.evidence.llr, one.extractor)


def test_fingers_that_one_side_lacks_are_named() -> None:
    probe = {t.finger: t for t in hand(4, (1, 2))}
    candidate = {t.finger: t for t in hand(4, (2, 7), 1)}
    found = explain(probe, candidate)
    assert (found.probe_only, found.candidate_only) == ((1,), (7,))
    assert account.left_out(found) == (
        "Not compared: right thumb only in the probe; left index only in the candidate."
    )
    with pytest.raises(CallerError, match="no finger in common") as caught:
        explain({1: probe[1]}, {7: candidate[7]})
    assert caught.value.next_step


# --- fingers out of order -----------------------------------------------------------------

FINGERS = (2, 3, 4, 8)


def read_as(name: str) -> tuple[dict[int, Template], dict[int, Template]]:
    """A probe whose fingers are stated as a reading takes them for, and the candidate."""
    candidate = {t.finger: t for t in hand(4, tuple(range(1, 11)), 1)}
    order = READINGS[name]
    taken = {stated: capture(4, order[stated - 1]) for stated in FINGERS}
    return {f: replace(t, finger=f) for f, t in taken.items()}, candidate


@pytest.mark.parametrize("name", READINGS)
def test_the_order_of_the_fingers_is_found_and_told(name: str) -> None:
    probe, candidate = read_as(name)
    found = likeliest([probe], [candidate], 1000)
    assert found.reading == name
    assert found.score > 20
    for one in found.fingers:
        shown = one.evidence
        assert shown.enrolled == READINGS[name][shown.finger - 1] == shown.candidate.finger
        assert one.evidence.llr > 0
    assert set(found.candidate_only) == set(range(1, 11)) - {
        one.evidence.enrolled for one in found.fingers
    }
    told = account.order(found)
    if name == "as stated":
        assert told == ""
        assert account.name(found.fingers[0].evidence).count("candidate") == 0
    else:
        assert f"the probe is read with {name}: its right index with" in told
        assert "(the candidate's " in account.name(found.fingers[0].evidence)


def test_a_stated_order_is_kept_and_another_is_taken_only_where_certain() -> None:
    probe, candidate = read_as("hands swapped")
    stated = likeliest([probe], [candidate], 1000, "as stated")
    assert (stated.reading, stated.score < 0) == ("as stated", True)
    assert likeliest([probe], [{t.finger: t for t in hand(9)}], 1000).reading == "as stated"


def test_an_order_under_which_no_finger_is_in_common_is_refused() -> None:
    left, right = ({t.finger: t for t in hand(4, fingers, 1)} for fingers in ((6, 7), (1, 2)))
    with pytest.raises(CallerError, match="no finger in common"):
        likeliest([left], [right], 1, "as stated")
    with pytest.raises(CallerError, match="no finger in common"):
        likeliest([left], [right])
    swapped = {finger - 5: template for finger, template in left.items()}
    assert likeliest([swapped], [left]).reading == "hands swapped"


def test_evidence_is_of_the_finger_that_a_stated_one_was_matched_with() -> None:
    probe, enrolled = read_as("hands swapped")
    scores = tuple(
        FingerScore(f, similarity(probe[f], enrolled[READINGS["hands swapped"][f - 1]]), 9.0)
        for f in (2, 3)
    )
    moved = ((2, 7), (3, 8))
    candidate = Candidate("p", 18.0, 1e-9, scores, 0, 1e-8, moved)
    shown = evidence(candidate, list(probe.values()), enrolled)
    assert {(one.finger, one.enrolled) for one in shown} == set(moved)
    for one in shown:
        assert one.candidate is enrolled[one.enrolled]
        known = next(score for score in scores if score.finger == one.finger)
        assert one.similarity == known.similarity
        assert one.pairs == tuple(paired(one.probe, one.candidate))
    # Of a finger that was found to be another one only afterwards, what the other one gives.
    alone = Candidate("p", 18.0, 1e-9, (FingerScore(2, 0.01, -2.0),), 0, 1e-8, ((2, 7),))
    assert evidence(alone, list(probe.values()), enrolled)[0].llr > 0


# --- words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("llr", "words"),
    [
        (0.0, "about as often"),
        (0.7, "about 2.0 times as often"),
        (math.log(9100), "about 9,100 times as often"),
        (-3.0, "about 20 times less often"),
        (16.7, "about 18 million times as often"),
        (240.0, "more than 10^12 times as often"),
    ],
)
def test_a_ratio_is_told_in_times(llr: float, words: str) -> None:
    assert account.ratio(llr) == words


def test_rarity_counts_in_ten_thousand_and_then_one_in_so_many() -> None:
    often = account.rare(calibrate.Rate(0.03, 0.02, 0.041))
    assert often.startswith("of 10,000 pairs of different fingers about 300 are this alike")
    assert often.endswith("(95 % interval 200 to 410)")
    seldom = account.rare(calibrate.Rate(1e-7, 1e-8, 2e-6))
    assert "none is expected" in seldom
    assert "1 in 10 million is (95 % interval 1 in 500,000 to 1 in 100 million)" in seldom
    assert "1 in more than 10^12" in account.rare(calibrate.Rate(0.0, 0.0, 1e-20))


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.68, "mates"), (0.5, "different fingers"), (0.59, "neither"), (0.3, "different fingers")],
)
def test_a_number_is_read_against_both(value: float, words: str) -> None:
    apart = usual.Usual(0.6, 0.65, 0.7), usual.Usual(0.45, 0.5, 0.55)
    assert usual.Compared(value, *apart).reading == words
    level = usual.Usual(0.4, 0.5, 0.7), usual.Usual(0.3, 0.5, 0.6)
    assert usual.Compared(0.5, *level).reading == "either"
