"""A file becomes a case: once, whatever comes with it, and nothing is believed that is not said."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from comity.errors import CallerError
from comity.exchange import intake
from comity.exchange.case import Case, Step
from comity.exchange.clock import SimulatedClock
from comity.image import codecs
from comity.wire.build import car
from tests.house import (
    DAY,
    FINGERS,
    ORI,
    START,
    STRANGER,
    VISITOR,
    agreement,
    booking,
    settle,
    submission,
    template,
)


def fingers(case: Case) -> list[int]:
    return [t.finger for t in intake.probe(case)[0]]


def test_the_file_is_kept_as_it_came_even_if_it_is_none() -> None:
    town = settle(agreement())
    for data in (booking(VISITOR, 1), b"", b"\x00" * 40, b"%PDF-1.4 a letter"):
        case = town.submit(data)
        assert town.house.store.kept(case.sha256) == data
    assert town.violations() == {}


def test_the_probe_is_every_usable_finger_once() -> None:
    town = settle()
    assert fingers(town.book(VISITOR, 1)) == list(FINGERS)


def test_a_rolled_finger_goes_before_its_plain_one() -> None:
    town = settle()
    rolled, plain = submission(VISITOR, 1, fingers=(1, 6)).images
    plain = replace(plain, finger=11, impression=0)
    case = town.submit(car(submission(VISITOR, 1, images=(plain, rolled))))
    probe, _ = intake.probe(case)
    assert [t.finger for t in probe] == [1]
    assert (probe[0].minutiae == template(VISITOR, 1, 1).minutiae).all()


def test_slaps_are_kept_and_not_searched() -> None:
    town = settle()
    first, slap = submission(VISITOR, 1, fingers=(1, 6)).images
    images = (first, replace(slap, finger=13, impression=0))
    case = town.submit(car(submission(VISITOR, 1, images=images)))
    assert fingers(case) == [1]


def test_the_second_file_under_a_number_is_another_case_and_refused() -> None:
    town = settle(agreement())
    first = town.book(VISITOR, 1)
    before = town.house.store.events(first.token), town.messages(first)
    other, findings = town.answered(booking(STRANGER, 1))
    assert other.token != first.token
    assert "tcn-used-again" in [f.code for f in findings]
    assert town.kinds(other) == ["contributor first_response"]
    assert (town.house.store.events(first.token), town.messages(first)) == before
    assert [f.code for f in intake.refusal(other)] == [f.code for f in findings]
    assert intake.refusal(first) == ()


def test_two_files_racing_for_one_number_are_two_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both once became one case: the answer of one, the charges of the other."""
    town = settle(agreement())
    files = [booking(VISITOR, 1), booking(STRANGER, 1)]
    together, received = threading.Barrier(2), intake._received
    got: list[tuple[Case, bool]] = []

    def slowly(case: Case, *rest: Any) -> Step:
        """Both have looked whether the number was used, and neither has taken it."""
        if case.token == expected:
            together.wait()
        return received(case, *rest)

    expected = town.house.tokens.case(f"{ORI}|{submission(VISITOR, 1).tcn}")
    monkeypatch.setattr(intake, "_received", slowly)

    def receive(data: bytes) -> None:
        case, findings = intake.receive(data, "a.eft", town.house, town.clock, {})
        got.append((case, intake.refused(findings)))

    threads = [threading.Thread(target=receive, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({case.token for case, _ in got}) == 2
    assert sorted(refused for _, refused in got) == [False, True]
    for case, _ in got:
        event = case.event("received")
        assert event is not None
        assert event.body["sha256"] == case.sha256


def test_files_without_a_number_are_known_by_their_digest() -> None:
    """Two of them once were taken for two files under one number, the empty one."""
    town = settle()
    files = [car(submission(person, 1, tcn=""), checked=False) for person in (VISITOR, STRANGER)]
    cases = [town.answered(data) for data in files]
    assert len({case.token for case, _ in cases}) == 2
    for _, findings in cases:
        assert "tcn-used-again" not in [f.code for f in findings]
        assert intake.refused(findings)


@pytest.mark.parametrize("declared", [{}, {"victim_or_witness": True}])
def test_a_file_comes_again_with_what_was_declared_or_less(declared: dict[str, bool]) -> None:
    town = settle(agreement())
    first = town.submit(booking(VISITOR, 1), {"victim_or_witness": True})
    again = town.submit(booking(VISITOR, 1), declared)
    assert again.token == first.token


def test_a_file_that_comes_again_cannot_declare_more() -> None:
    """It was once dropped without a word: a victim declared on the second try stayed unknown."""
    town = settle(agreement())
    town.submit(booking(VISITOR, 1))
    with pytest.raises(CallerError, match="other declared facts") as error:
        town.submit(booking(VISITOR, 1), {"victim_or_witness": True})
    assert "correction" in error.value.next_step


def test_a_finding_names_what_is_wrong_with_an_image() -> None:
    town = settle()
    _, findings = town.answered(car(submission(VISITOR, 1, images=_with_a_foreign_image())))
    assert [(f.code, f.severity) for f in findings if f.code.endswith("unusable")] == [
        ("image-unusable", "warning")
    ]


def _with_a_foreign_image() -> tuple[object, ...]:
    good, other = submission(VISITOR, 1, fingers=(1, 2)).images
    pixels = codecs.decode(other).pixels[::-1].copy()
    return (good, replace(other, data=codecs.encode_wsq(pixels)))


def test_a_case_is_reopened_from_what_was_kept() -> None:
    town = settle()
    case = town.book(VISITOR, 1)
    again = town.reopened().case(case.token)
    assert again.submission == case.submission
    assert again.jurisdiction == case.jurisdiction


def test_a_clock_set_back_does_not_stop_a_case() -> None:
    """Latency is never negative: such an entry is refused, and would be for ever."""
    town = settle(agreement())
    case, _ = intake.receive(booking(VISITOR, 1), "a.eft", town.house, town.clock, {})
    town.clock = SimulatedClock(START - DAY)
    town.book(VISITOR, 1)
    seconds = [e.values["seconds"] for e in town.said(case) if e.kind == "first_response"]
    assert seconds == [0.0]
