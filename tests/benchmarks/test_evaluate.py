"""The whole evaluation at its smallest: 200 people, two fingers, everything switched on."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from scipy.stats import ks_2samp

from benchmarks import frifte, judge_population
from benchmarks.frifte import evaluate, notes, people, report, trials
from benchmarks.fvc import Impression
from comity.cli._bench_search import SearchOptions
from comity.records import Template
from tests.benchmarks import real_prints

MATCHER = Path(__file__).with_name("matcher.py")
BARS: list[str] = []


@contextmanager
def bar(name: str, steps: int) -> Iterator[Callable[[int], None]]:
    left = [steps]
    yield lambda count: left.__setitem__(0, left[0] - count)
    assert left[0] <= 0 or name == "search, real prints", f"{name}: {left[0]} steps left"
    BARS.append(name)


def few_prints(folder: Path, extractor: str) -> dict[Impression, Template]:
    """The first two impressions: likeness compares all pairs."""
    return {key: t for key, t in real_prints.load(folder, extractor).items() if key[2] <= 2}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[evaluate.Evaluated]:
    folder = tmp_path_factory.mktemp("evaluation")
    options = SearchOptions(
        fingers="2", people=200, mated=40, non_mated=60, threads=2, folder=folder / "g", seed=1,
        capture="easy", real=real_prints.folder(folder), real_searches=20, extractor="leader",
        peers=False, peer_command=shlex.join([sys.executable, str(MATCHER)]), peer_searches=3,
        report=None,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for module in (people, trials):
            patch.setattr(module, "load", real_prints.load)
        patch.setattr(judge_population, "load", few_prints)
        # So few scores have no exact p-value, and scipy warns; the distance is the same.
        patch.setattr(judge_population, "ks_2samp", partial(ks_2samp, method="asymp"))
        patch.setattr(evaluate, "LIKENESS_PEOPLE", 8)
        patch.setattr(evaluate, "LIKENESS_PAIRS", 50)
        yield evaluate.evaluate(options, bar)


def test_its_object_is_json_and_has_every_section(done: evaluate.Evaluated) -> None:
    body = json.loads(json.dumps(done.body))
    assert set(body) == {
        "data", "n", "options", "machine", "enrolment", "accuracy", "mates_not_returned",
        "calibration", "seconds",
        "size", "new_process", "floor", "real", "likeness", "peers", "notes", "summary",
        "rows", "det",
    }  # fmt: skip
    assert body["n"] == 200
    assert body["options"]["fingers"] == "2"


def test_its_errors_are_counted(done: evaluate.Evaluated) -> None:
    accuracy = done.body["accuracy"]
    assert (accuracy["mated"], accuracy["non_mated"]) == (40, 60)
    points = accuracy["at_fpir"]
    assert list(points) == ["0.001", "0.003", "0.01"]
    for point in points.values():
        assert point["fpir"]["numerator"] == 0
        assert not point["resolved"]
        assert point["fnir"]["denominator"] == 40
        assert point["fnir"]["low95"] <= point["fnir"]["estimate"] <= point["fnir"]["high95"]
    assert accuracy["rank_1"]["numerator"] >= 36, "easy captures of 200 people"
    assert accuracy["rank_1"]["numerator"] <= accuracy["within_20"]["numerator"]


def test_every_mate_not_returned_was_lost_somewhere(done: evaluate.Evaluated) -> None:
    accuracy = done.body["accuracy"]
    missing = accuracy["mated"] - accuracy["within_20"]["numerator"]
    assert sum(done.body["mates_not_returned"].values()) == missing


def test_the_stated_fpir_is_held_against_the_measured(done: evaluate.Evaluated) -> None:
    calibration = done.body["calibration"]
    measured = [calibration[str(stated)]["fpir"]["estimate"] for stated in evaluate.CALIBRATED]
    assert measured == sorted(measured)
    for point in calibration.values():
        assert point["upper_end"]["fpir"]["numerator"] <= point["fpir"]["numerator"]
        assert point["upper_end"]["fnir"]["numerator"] >= point["fnir"]["numerator"]


def test_its_seconds_and_bytes_are_measured(done: evaluate.Evaluated) -> None:
    body = done.body
    assert body["seconds"]["threads"] == 2
    assert body["seconds"]["non_mated"]["n"] == 60
    assert body["seconds"]["mated"]["n"] == 40
    assert body["seconds"]["non_mated_one_thread"]["mean"] > 0
    stages = body["seconds"]["stages_one_thread"]
    assert stages["scanning everyone"] > 0
    assert stages["comparing in full"] > 0
    fresh = body["new_process"]
    assert fresh["process_to_first_answer_seconds"] > fresh["first_search_seconds"] > 0
    assert fresh["searches"] == 20
    assert body["size"]["prints"] == 2 * (200 + 135)
    assert 100 < body["size"]["bytes_a_finger_on_disk"] < 1000
    assert body["enrolment"]["people_a_second_one_core"] > 0
    assert body["floor"]["bytes"] == 200 * (2 * 32 + 2)


def test_real_prints_are_reported_by_database(done: evaluate.Evaluated) -> None:
    real = done.body["real"]
    assert real["people"] == 135
    assert real["all"]["mated"] == real["searches"] == 20
    parts = [real[name] for name in ("db1_b", "db3_b", "db4_b") if name in real]
    assert sum(part["mated"] for part in parts) == 20
    for part in parts:
        found = part["at_synthetic_fpir"]["0.01"]
        assert found["low95"] <= found["estimate"] <= found["high95"]
    assert {"synthetic", "real, all"} <= set(done.curves)


def test_the_peer_is_beside_ours_on_each_extractor_s_minutiae(done: evaluate.Evaluated) -> None:
    found = [(peer["matcher"], peer["minutiae"]) for peer in done.body["peers"]]
    name = Path(sys.executable).name
    assert found == [
        ("comity", "leader"), (name, "leader"), ("comity", "mindtct"), (name, "mindtct")
    ]  # fmt: skip


def test_rows_are_the_figures_that_are_compared_later(done: evaluate.Evaluated) -> None:
    rows = done.body["rows"]
    fnir = done.body["accuracy"]["at_fpir"]["0.001"]["fnir"]
    assert rows["fnir_at_fpir_0.001.estimate"] == fnir["estimate"]
    assert rows["fnir_at_fpir_0.001.high95"] == fnir["high95"]
    assert rows["seconds.non_mated.mean"] == done.body["seconds"]["non_mated"]["mean"]
    assert rows["real.all.rank_1.estimate"] == done.body["real"]["all"]["rank_1"]["estimate"]
    assert rows["peer.comity.leader.comparisons_a_second"] > 0
    assert all(isinstance(value, int | float) for value in rows.values())
    assert len(rows) < 200


def test_every_step_had_a_bar(done: evaluate.Evaluated) -> None:
    assert {"enrol", "search, not enrolled", "search, enrolled", "search, one thread"} <= set(BARS)


def test_the_report_is_a_page_that_fetches_nothing(done: evaluate.Evaluated) -> None:
    page = report.page(done)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    picture = page[page.index("<svg") : page.index("</svg>") + 6]
    assert ET.fromstring(picture).attrib["role"] == "img"
    for note in done.body["notes"]:
        assert note[:40].replace("'", "&#39;") in page
    assert "Does the stated FPIR hold?" in page
    assert "How like real prints" in page


def test_notes_say_what_bounds_the_figures(done: evaluate.Evaluated) -> None:
    said = " ".join(done.body["notes"])
    for words in ("synthetic", "rule of three", "30 fingers", "too few to see an FPIR", "load"):
        assert words in said
    assert "FNIR at FPIR 0.001" in "\n".join(notes.summary(done.body))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (0.25, "0.25"), (0.000123, "0.000123"), (0.0000123, "1.2e-05"), (1.0, "1")],
)
def test_shares_have_three_digits(value: float, shown: str) -> None:
    assert report.share_words(value) == shown


def test_a_rate_without_trials_is_none_and_figures_have_their_digits() -> None:
    assert report.rate_words({"estimate": None}) == "none"
    assert report.figure_words(None) == "not measured"
    assert report.figure_words(12345.6) == "12,346"
    assert report.figure_words(0.012346) == "0.01235"


def test_the_package_says_what_it_measures() -> None:
    assert "FPIR(t)" in (frifte.__doc__ or "")
