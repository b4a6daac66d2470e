"""Other matchers are given what they expect; a program that breaks the protocol is named."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.frifte import peers, trials
from benchmarks.frifte.people import Population
from comity.errors import CallerError
from comity.minutiae import mindtct
from comity.minutiae.extract import extract
from comity.records import Print
from tests.shared_data import shared

MATCHER = Path(__file__).with_name("matcher.py")
NAMES = ("comity", "NBIS BOZORTH3 (nbis-py)", "afis mcc", "afis safis", "afis geometric")


def program(path: Path) -> str:
    return shlex.join([sys.executable, str(path)])


@pytest.fixture(scope="module")
def trial() -> peers.Trial:
    return trials.synthetic_trial(Population(5, (2, 7), "easy"), 6)


def test_a_synthetic_trial_has_mates_and_others(trial: peers.Trial) -> None:
    assert trial.mate.tolist() == [0, 1, 2, 3, 4, 5, -1, -1, -1, -1, -1, -1]
    assert (len(trial.enrolled), len(trial.probes)) == (30, 12)
    assert {template.finger for template in (*trial.enrolled, *trial.probes)} == {2}
    assert trial.apart.sum() == 12 * 30 - 6


def test_every_known_matcher_tells_mates_from_others(trial: peers.Trial) -> None:
    few = peers.Trial(trial.enrolled[:6], trial.probes, trial.mate, trial.apart[:, :6])
    known = peers.known()
    assert tuple(matcher.name for matcher in known) == NAMES
    for matcher in known:
        steps: list[int] = []
        found = peers.compared(matcher, few, steps.append)
        assert found["rank_1"]["numerator"] >= 4, matcher.name
        assert (found["mated"], found["non_mated"]) == (6, 12)
        assert sum(steps) == 12
        assert found["comparisons_a_second"] > 0


class Told:
    """A matcher whose scores are given."""

    name = "told"

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = np.array(rows)

    def scores(self, enrolled: object, probes: object, advance: object) -> tuple[np.ndarray, float]:
        return self.rows, 2.0


def test_error_rates_by_hand() -> None:
    # Three enrolled; two of their probes, one stranger. A search with its mate counts without it.
    mate = np.array([0, 1, -1])
    trial = peers.Trial([None] * 3, [None] * 3, mate, mate[:, None] != np.arange(3))  # type: ignore[list-item]
    found = peers.compared(Told([[9, 2, 1], [4, 4, 0], [1, 3, 2]]), trial, lambda _: None)
    assert found["rank_1"]["numerator"] == 1, "level with another is not first"
    point = found["at_fpir"]["0.1"]
    assert not point["resolved"]
    assert point["fpir"]["numerator"] == 0
    assert point["fnir"]["numerator"] == 1, "above 4, only the mate at 9"
    assert found["comparisons_a_second"] == 4.5


def test_nbis_scores_our_templates_as_its_own() -> None:
    prints = [shared("prints", "fvc2002", "db1_b", f"103_{n}.png") for n in (1, 2, 5)]
    theirs = [mindtct.nbis_extractor().extract_minutiae(path.read_bytes()) for path in prints]
    ours = [
        peers._nbis(extract(Print(np.array(Image.open(path).convert("L")), 2))) for path in prints
    ]
    for other in (1, 2):
        expected = theirs[0].compare(theirs[other])
        assert expected > 40
        assert ours[0].compare(ours[other]) == expected


def test_a_program_by_the_protocol(trial: peers.Trial) -> None:
    matcher = peers.Program(program(MATCHER))
    scores, seconds = matcher.scores(trial.enrolled[:6], trial.probes[:3], lambda _: None)
    assert scores.shape == (3, 6)
    assert seconds > 0
    assert scores.max() <= max(map(len, trial.probes))
    again, _ = matcher.scores(trial.enrolled[:1], trial.enrolled[:1], lambda _: None)
    assert again[0, 0] == len(trial.enrolled[0]), "a print is like itself"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise SystemExit('no licence')", "no licence"),
        ("print(1)", "expected 6 finite numbers"),
        ("print('\\n'.join(['nan'] * 6))", "expected 6 finite numbers"),
        ("print('\\n'.join(['good'] * 6))", "good"),
    ],
)
def test_a_program_that_breaks_the_protocol_is_named(
    trial: peers.Trial, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "peer.py"
    path.write_text(text)
    with pytest.raises(CallerError) as caught:
        peers.Program(program(path)).scores(trial.enrolled[:6], trial.probes[:1], lambda _: None)
    assert said in str(caught.value)
    assert "peer.py" in str(caught.value)
    assert "evaluate-a-search.md" in caught.value.next_step


def test_a_program_that_is_not_there_is_named(trial: peers.Trial) -> None:
    with pytest.raises(CallerError, match="nobody-s-matcher"):
        peers.Program("nobody-s-matcher").scores(
            trial.enrolled[:1], trial.probes[:1], lambda _: None
        )
