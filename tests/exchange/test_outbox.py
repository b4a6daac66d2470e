"""Delivery: once, under a lease, and only what the agreements let go at that instant."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from comity import journey
from comity.agreement.terms import Release
from comity.exchange import change
from comity.exchange.case import released, standing
from comity.exchange.clock import SimulatedClock
from comity.exchange.outbox import LEASE, deliver, queued
from comity.exchange.partner import FolderPartner
from comity.exchange.store import Message
from tests.house import (
    DAY,
    START,
    STRANGER,
    VISITOR,
    Town,
    agreement,
    event,
    opened,
    settle,
    terminated,
)

AGENCY = "notified_agency"
NO_CITIZENS = {"citizen": None}


class Stopped(BaseException):
    """The process ends here."""


def stop(_: Message) -> None:
    raise Stopped


def only(kind: str) -> object:
    def check(message: Message) -> None:
        if message.kind == kind:
            raise Stopped

    return check


def outcomes(town: Town) -> dict[str, str]:
    return {f"{d.message.recipient} {d.message.kind}": d.outcome for d in town.deliver()}


def test_the_unreachable_keep_the_rest_waiting_for_nothing() -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    town.partner.away = {AGENCY}
    assert outcomes(town) == {
        "contributor first_response": "acknowledged",
        "local_agency second_response": "acknowledged",
        "notified_agency notice": "unreachable",
        "state_bureau second_response": "acknowledged",
    }
    town.partner.away = set()
    assert outcomes(town) == {"notified_agency notice": "acknowledged"}
    assert outcomes(town) == {}
    acknowledged = [e for e in town.said(case) if e.kind == "acknowledgement"]
    assert len(acknowledged) == 3  # the contributor's answer is no release


def test_nothing_is_delivered_before_its_time() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    early = SimulatedClock(START - DAY)
    assert deliver(town.house, early, town.partner) == []


@pytest.mark.parametrize(
    "ending",
    [terminated(START + DAY, days=30), event("suspended", START + DAY)],
    ids=["terminated", "suspended"],
)
def test_what_was_queued_stops_at_the_end(ending: object) -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    town.adopt(agreement(events=(ending,)))
    town.clock.reach(START + DAY)  # that instant is already the end
    assert outcomes(town) == {
        "contributor first_response": "acknowledged",
        "local_agency second_response": "cancelled",
        "notified_agency notice": "cancelled",
        "state_bureau second_response": "cancelled",
    }
    assert list(town.partner.inbox) == ["contributor"]
    assert standing(case) == ()
    assert len([e for e in town.said(case) if e.kind == "cancellation"]) == 3
    assert town.violations() == {}


def test_the_last_instant_before_the_end_still_delivers() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    town.adopt(agreement(events=(terminated(START + DAY, days=30),)))
    town.clock.reach(START + DAY - timedelta(microseconds=1))
    assert set(outcomes(town).values()) == {"acknowledged"}
    assert town.violations() == {}


def test_a_correction_stops_what_is_still_queued_and_retracts_nothing() -> None:
    """A recipient that never got the notice must not learn from a retraction that there was one."""
    town = settle(agreement(exclusions=NO_CITIZENS))
    case = town.book(VISITOR, 1)
    town.partner.away = {AGENCY}
    town.deliver()
    change.correction(case, 1, fact="citizen", value=True, source="certificate")
    journey.pursue(case)
    town.partner.away = set()
    town.deliver()
    assert town.partner.holds(AGENCY) == []
    assert len(town.partner.holds("state_bureau", "retraction")) == 1
    assert town.violations() == {}


def test_one_stopped_release_leaves_the_others_standing() -> None:
    """Stopping a late release once forgot the earlier ones, which were then never retracted."""
    both = (
        Release("now", "6", AGENCY, ("identity_number",)),
        Release("late", "6", AGENCY, ("name",), after="conviction"),
    )
    terms = agreement(release=both, exclusions=NO_CITIZENS)
    town = settle(terms)
    case = town.book(VISITOR, 1)
    town.deliver()
    change.disposition(case, 1, ncic="2299", result="convicted")
    journey.pursue(case)
    # Suspended while the late notice waits, resumed after it was stopped.
    on, off = event("suspended", START + DAY), event("resumed", START + 2 * DAY)
    town.adopt(agreement(release=both, exclusions=NO_CITIZENS, events=(on, off)))
    town.clock.reach(START + DAY)
    assert outcomes(town) == {"notified_agency notice": "cancelled"}
    assert released(case)[AGENCY]["fields"] == ["identity_number"]
    town.clock.reach(START + 3 * DAY)
    change.correction(case, 1, fact="citizen", value=True, source="certificate")
    journey.pursue(case)
    town.deliver()
    assert len(town.partner.holds(AGENCY, "retraction")) == 1
    assert town.violations() == {}


def test_a_copy_that_may_have_arrived_is_taken_back() -> None:
    """Handed over, stopped before the acknowledgement, corrected: the agency has a copy."""
    town = settle(agreement(exclusions=NO_CITIZENS))
    case = town.book(VISITOR, 1)
    town.partner.after = only("notice")
    with pytest.raises(Stopped):
        town.deliver()
    assert len(town.partner.holds(AGENCY)) == 1
    town.partner.after = None
    town = town.reopened()
    case = town.case(case.token)
    change.correction(case, 1, fact="citizen", value=True, source="certificate")
    journey.pursue(case)
    town.later(LEASE)
    town.deliver()
    town.deliver()
    assert len(town.partner.holds(AGENCY, "retraction")) == 1
    assert town.violations() == {}


def test_a_copy_that_may_have_arrived_is_taken_back_at_the_end_too() -> None:
    """The same, ended instead of corrected: delivery itself stops it, and takes it back."""
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    town.partner.after = only("notice")
    with pytest.raises(Stopped):
        town.deliver()
    town.partner.after = None
    town.adopt(agreement(events=(terminated(START + DAY, days=30),)))
    town.clock.reach(START + DAY)
    town = town.reopened()
    assert outcomes(town)["notified_agency notice"] == "cancelled"
    town.deliver()
    assert len(town.partner.holds(AGENCY, "retraction")) == 1
    assert len(town.partner.holds("state_bureau")) == 0  # it was never handed over
    assert [r.recipient for r in standing(town.case(case.token))] == ["local_agency"]
    assert town.violations() == {}


def test_handed_over_and_stopped_is_delivered_again_and_taken_once() -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    town.partner.after = stop
    with pytest.raises(Stopped):
        town.deliver()
    town.partner.after = None
    town = town.reopened()
    first = town.partner.calls[0]
    assert first not in [(d.message.recipient, d.message.leaf, "") for d in town.deliver()]
    town.later(LEASE)
    town.deliver()
    assert town.partner.calls.count(first) == 2
    assert len(town.partner.holds("contributor")) == 1
    assert queued(town.house) == []
    assert town.violations() == {}


def test_a_lease_is_read_in_any_time_zone() -> None:
    """15:30 UTC is before 10:00 at -06:00; as text it is after."""
    town = settle(agreement())
    town.book(VISITOR, 1)
    town.partner.after = stop
    with pytest.raises(Stopped):
        town.deliver()
    town.partner.after = None
    leased = town.clock.now()
    west = timezone(timedelta(hours=-6))
    within = SimulatedClock((leased + LEASE / 2).astimezone(west))
    after = SimulatedClock((leased + LEASE).astimezone(west))
    east = SimulatedClock((leased + LEASE / 2).astimezone(timezone(timedelta(hours=9))))
    kinds = [len(deliver(town.house, clock, town.partner)) for clock in (east, within, after)]
    assert kinds == [3, 0, 1]


def test_two_workers_deliver_each_message_once() -> None:
    town = settle(agreement())
    for number in range(1, 7):
        town.book(VISITOR if number % 2 else STRANGER, number)
    expected = len(queued(town.house))
    together = threading.Barrier(2)
    done: list[list[str]] = []

    def work() -> None:
        together.wait()
        delivered = deliver(town.house, SimulatedClock(town.clock.now()), town.partner)
        done.append([d.outcome for d in delivered])

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == 2
    assert sorted(done[0] + done[1]) == ["acknowledged"] * expected
    assert len(town.partner.calls) == len(set(town.partner.calls)) == expected
    assert {m.state for m in town.messages()} == {"acknowledged"}
    assert town.violations() == {}


def test_two_processes_deliver_each_message_once() -> None:
    """The same with a second house opened on the same folder, as another process would."""
    town = settle(agreement())
    for number in range(1, 5):
        town.book(VISITOR, number)
    other = Town(opened(town.house.folder), SimulatedClock(town.clock.now()), town.partner)
    expected = len(queued(town.house))
    together = threading.Barrier(2)
    counts: list[int] = []

    def work(mine: Town) -> None:
        together.wait()
        counts.append(len(mine.deliver()))

    workers = [threading.Thread(target=work, args=(t,)) for t in (town, other)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == expected == len(town.partner.calls)
    assert town.violations() == {}
    other.house.close()


def test_a_folder_is_an_inbox(tmp_path: Path) -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    partner = FolderPartner(tmp_path)
    assert {d.outcome for d in deliver(town.house, town.clock, partner)} == {"acknowledged"}
    found = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file())
    assert [p.split("/")[0] for p in found] == [
        "contributor",
        "local_agency",
        "notified_agency",
        "state_bureau",
    ]
    notice = json.loads(next((tmp_path / AGENCY).iterdir()).read_bytes())
    assert notice["fields"]["name"].startswith("EXAMPLE")


def test_a_folder_holds_whole_files_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before the rename: there is no file under the name that counts."""
    message = Message(
        1, "case", 7, "contributor", "first_response", "a.eft", b"bytes" * 100,
        datetime(2011, 1, 1, tzinfo=UTC), "queued", 1,
    )  # fmt: skip

    def crash(*_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(Stopped):
            FolderPartner(tmp_path).deliver(message)
    assert not (tmp_path / "contributor" / "000007-a.eft").exists()
    FolderPartner(tmp_path).deliver(message)
    FolderPartner(tmp_path).deliver(message)
    assert (tmp_path / "contributor" / "000007-a.eft").read_bytes() == b"bytes" * 100
