"""Deliver what was queued, asking the agreements again at the instant it would leave (I5)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from comity.errors import StoreError
from comity.exchange import intake
from comity.exchange.case import Case, Step
from comity.exchange.clock import Clock
from comity.exchange.decide import decide_again, recorded
from comity.exchange.facts import facts, found_in_second
from comity.exchange.house import House
from comity.exchange.partner import Partner
from comity.exchange.store import OUTBOX, Message
from comity.records import Decision

LEASE = timedelta(minutes=5)
UNCONDITIONAL = ("first_response", "retraction")  # never about the second repository


@dataclass(frozen=True)
class Delivered:
    """What became of one message: `acknowledged`, `cancelled` or `unreachable`."""

    message: Message
    outcome: str
    reason: str = ""


def queued(house: House) -> list[Message]:
    """Messages not yet acknowledged or cancelled, oldest first."""
    query = sa.select(OUTBOX).where(OUTBOX.c.state == "queued").order_by(OUTBOX.c.id)
    with house.store.reading() as connection:
        return [_message(row) for row in connection.execute(query)]


def messages(house: House, case: str | None = None) -> list[Message]:
    """Every message ever queued, in order."""
    query = sa.select(OUTBOX).order_by(OUTBOX.c.id)
    if case is not None:
        query = query.where(OUTBOX.c.case == case)
    with house.store.reading() as connection:
        return [_message(row) for row in connection.execute(query)]


def deliver(house: House, clock: Clock, partner: Partner) -> list[Delivered]:
    """Try every queued message once. An unreachable recipient's stay queued for the next time."""
    return [
        done
        for message in queued(house)
        if message.not_before <= clock.now()
        and (done := _deliver(house, clock, partner, message)) is not None
    ]


def _deliver(house: House, clock: Clock, partner: Partner, message: Message) -> Delivered | None:
    leased = _lease(house, message, clock.now())
    if leased is None:
        return None  # another worker has it
    case = intake.reopen(message.case, house, clock)
    refusal = _refusal(case, leased)
    if refusal is not None:
        _cancel(case, leased, refusal)
        return Delivered(leased, "cancelled", ", ".join(refusal.clauses))
    try:
        held = partner.deliver(leased)
    except OSError as error:
        _free(house, leased)
        return Delivered(leased, "unreachable", str(error))
    expected = hashlib.sha256(leased.data).hexdigest()
    if held != expected:
        _free(house, leased)
        return Delivered(leased, "unreachable", f"recipient holds `{held}`, sent `{expected}`")
    _acknowledge(case, leased)
    return Delivered(leased, "acknowledged")


def _refusal(case: Case, message: Message) -> Decision | None:
    """The decision that stops this message now; None where it may go."""
    if message.kind in UNCONDITIONAL:
        return None
    fields = _fields(case, message.leaf)
    if fields is None:  # an answer that says nothing of a record
        decision = decide_again(case, "search")
        return None if decision.permit else decision
    decision = decide_again(case, "release")
    allowed = decision.fields.get(message.recipient, ())
    return None if decision.permit and set(fields) <= set(allowed) else decision


def _fields(case: Case, leaf: int) -> list[str] | None:
    for event in case.events("release "):
        for item in event.body["released"]:
            if event.leaves[item["entry"]] == leaf:
                return list(item["fields"])
    return None


def _cancel(case: Case, message: Message, decision: Decision) -> None:
    known = facts(case, found_in_second(case) if decision.question == "release" else None)
    number = len(case.events(f"decide {decision.question} ")) + len(case.events("cancelled ")) + 1
    step = recorded(known.as_json(), decision, number, "delivery")
    step.say("cancellation", recipient=message.recipient, of_leaf=message.leaf, because="delivery")
    step.body["retracted"] = [{"recipient": message.recipient}]
    step.also = lambda connection: _close(connection, message, "cancelled")
    case.commit(f"cancelled {message.id}", step)


def _acknowledge(case: Case, message: Message) -> None:
    step = Step({"recipient": message.recipient, "leaf": message.leaf, "kind": message.kind})
    if message.kind != "first_response":
        step.say("acknowledgement", recipient=message.recipient, of_leaf=message.leaf)
    step.also = lambda connection: _close(connection, message, "acknowledged")
    case.commit(f"acknowledged {message.id}", step)


# --- leases ---------------------------------------------------------------------------------


def _lease(house: House, message: Message, now: datetime) -> Message | None:
    with house.store.writing() as connection:
        row = connection.execute(sa.select(OUTBOX).where(OUTBOX.c.id == message.id)).one()
        if row.state != "queued" or (row.lease_until and row.lease_until > now.isoformat()):
            return None
        values: Mapping[str, Any] = {
            "lease_until": (now + LEASE).isoformat(),
            "fence": row.fence + 1,
        }
        connection.execute(sa.update(OUTBOX).where(OUTBOX.c.id == message.id).values(**values))
        row = connection.execute(sa.select(OUTBOX).where(OUTBOX.c.id == message.id)).one()
        return _message(row)


def _free(house: House, message: Message) -> None:
    with house.store.writing() as connection:
        mine = (OUTBOX.c.id == message.id) & (OUTBOX.c.fence == message.fence)
        connection.execute(sa.update(OUTBOX).where(mine).values(lease_until=""))


def _close(connection: sa.Connection, message: Message, state: str) -> None:
    mine = (OUTBOX.c.id == message.id) & (OUTBOX.c.fence == message.fence)
    done = connection.execute(sa.update(OUTBOX).where(mine).values(state=state, lease_until=""))
    if done.rowcount != 1:
        raise StoreError(
            "another worker took this message over",
            where=f"message {message.id}",
            expected=f"fence {message.fence}",
            next_step="nothing: the other worker finishes it",
        )


def _message(row: Any) -> Message:
    return Message(
        id=row.id,
        case=row.case,
        leaf=row.leaf,
        recipient=row.recipient,
        kind=row.kind,
        name=row.name,
        data=bytes(row.bytes),
        not_before=datetime.fromisoformat(row.not_before),
        state=row.state,
        fence=row.fence,
    )
