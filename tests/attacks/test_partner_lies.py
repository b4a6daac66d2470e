"""A recipient that lies about what it holds, acknowledges twice, or calls back in the middle."""

from __future__ import annotations

import pytest

from comity.exchange import outbox
from comity.exchange.outbox import LEASE, TakenOverError, queued
from comity.exchange.store import Message
from tests.house import DAY, START, VISITOR, Town, agreement, settle, terminated


def acknowledgements(town: Town) -> list[int]:
    return [e.values["of_leaf"] for e in town.said() if e.kind == "acknowledgement"]


def test_another_digest_is_no_acknowledgement() -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    town.partner.lies = "0" * 64
    done = town.deliver()
    assert {d.outcome for d in done} == {"unreachable"}
    assert all("0" * 64 in d.reason for d in done)
    assert acknowledgements(town) == []
    assert len(queued(town.house)) == len(done)
    # It may hold something all the same: when the agreement ends, that is taken back.
    assert all(m.may_be_held for m in town.messages(case))
    town.partner.lies = ""
    town.adopt(agreement(events=(terminated(START + DAY),)))
    town.clock.reach(START + DAY)
    town.deliver()
    town.deliver()
    assert len(town.partner.holds("notified_agency", "retraction")) == 1
    assert town.violations() == {}


def test_a_partner_that_acknowledges_twice_is_heard_once() -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    message = next(m for m in queued(town.house) if m.kind == "notice")
    leased = outbox._lease(town.house, message, town.clock.now())
    assert leased is not None
    outbox._acknowledge(case, leased)
    outbox._acknowledge(case, leased)  # the same acknowledgement again: nothing is written
    assert acknowledgements(town) == [message.leaf]
    assert town.violations() == {}


def test_a_partner_that_calls_back_is_served_once() -> None:
    """Its inbox triggers another delivery run while the first still waits for the answer."""
    town = settle(agreement())
    town.book(VISITOR, 1)

    def call_back(_: Message) -> None:
        town.partner.after = None
        town.deliver()

    town.partner.after = call_back
    town.deliver()
    assert len(town.partner.calls) == len(set(town.partner.calls)) == 4
    assert {m.state for m in town.messages()} == {"acknowledged"}
    assert town.violations() == {}


@pytest.mark.parametrize("late", ["_acknowledge", "_cancel", "_free", "_hand_over"])
def test_a_worker_too_slow_for_its_lease_changes_nothing(late: str) -> None:
    """Its fencing token is stale: another worker has the message, and finishes it."""
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    message = next(m for m in queued(town.house) if m.kind == "notice")
    slow = outbox._lease(town.house, message, town.clock.now())
    assert slow is not None
    town.later(LEASE)
    fast = outbox._lease(town.house, message, town.clock.now())
    assert fast is not None
    assert fast.fence == slow.fence + 1
    before = town.messages(), town.house.store.leaves()
    place = town.house if late in {"_free", "_hand_over"} else case
    rest = ("release",) if late == "_cancel" else ()
    with pytest.raises(TakenOverError, match="another worker"):
        getattr(outbox, late)(place, slow, *rest)
    assert (town.messages(), town.house.store.leaves()) == before
    outbox._acknowledge(case, fast)
    with pytest.raises(TakenOverError):
        outbox._acknowledge(case, slow)
    assert acknowledgements(town) == [message.leaf]


def test_a_run_goes_on_past_a_message_that_was_taken_over() -> None:
    """It once stopped the whole delivery with an error, every message behind it waiting."""
    town = settle(agreement())
    town.book(VISITOR, 1)

    def slow(_: Message) -> None:
        town.partner.before = None
        town.later(LEASE)  # the first message's lease runs out here, and another worker delivers it
        town.deliver()

    town.partner.before = slow
    town.deliver()
    assert {m.state for m in town.messages()} == {"acknowledged"}
    assert len(town.partner.calls) == 5  # the first one twice, taken once
    assert town.partner.rejected == []
    assert town.violations() == {}
