"""Deliver what was queued, asking the agreements again at the instant it would leave (I5)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from comity.errors import StoreError
from comity.exchange import intake
from comity.exchange.case import Case, Step, standing
from comity.exchange.clock import Clock
from comity.exchange.decide import decide_again, refused_at_delivery
from comity.exchange.house import House
from comity.exchange.partner import Partner
from comity.exchange.release import answers_locally
from comity.exchange.store import OUTBOX, Message
from comity.records import Question

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
    try:
        question = _refused(case, leased)
        if question is not None:
            return _cancel(case, leased, question)
        _hand_over(house, leased)
        try:
            held = partner.deliver(leased)
        except OSError as error:
            _free(house, leased)
            return Delivered(leased, "unreachable", str(error))
        expected = hashlib.sha256(leased.data).hexdigest()
        if held != expected:
            reason = f"recipient holds `{held}`, sent `{expected}`"
            _free(house, replace(leased, may_be_held=True))
            return Delivered(leased, "unreachable", reason)
        _acknowledge(case, leased)
    except TakenOverError:
        return None  # this worker was too slow, and another one finishes
    return Delivered(leased, "acknowledged")


def _refused(case: Case, message: Message) -> Question | None:
    """The question whose answer stops this message now; None where it may go."""
    if message.kind in UNCONDITIONAL:
        return None
    if not _is_release(case, message):  # an answer that says nothing of a record
        may_ask = decide_again(case, "search").permit
        return None if may_ask and answers_locally(case) else "search"
    allowed = decide_again(case, "release").fields.get(message.recipient, ())
    stands = [set(r.fields) <= set(allowed) for r in standing(case) if r.leaf == message.leaf]
    return None if stands == [True] else "release"


def _is_release(case: Case, message: Message) -> bool:
    return any(message.leaf in event.leaves for event in case.events("release "))


def _cancel(case: Case, message: Message, question: Question) -> Delivered:
    """Stop a message; where the recipient may have it all the same, take it back as well."""
    number = len(case.events(f"decide {question} ")) + len(case.events("cancelled ")) + 1
    step = refused_at_delivery(case, question, number)
    step.body["retracted"] = [{"recipient": message.recipient, "leaf": message.leaf}]
    stands = any(release.leaf == message.leaf for release in standing(case))
    if message.may_be_held and stands:
        take_back(case, step, message.recipient, message.leaf, "delivery")
    elif not message.may_be_held or not _is_release(case, message):
        step.say(
            "cancellation", recipient=message.recipient, of_leaf=message.leaf, because="delivery"
        )
    _finish(case, message, "cancelled", step)
    return Delivered(message, "cancelled", ", ".join(step.body["decision"]["clauses"]))


def take_back(case: Case, step: Step, recipient: str, leaf: int, because: str) -> None:
    """Add to a step the retraction of one release, and the message that says so."""
    entry = step.say("retraction", recipient=recipient, release_leaf=leaf, because=because)
    text = {
        "case": case.token,
        "retracts": leaf,
        "because": because,
        "do": "destroy every copy and acknowledge",
    }
    data = json.dumps(text, indent=1, sort_keys=True).encode()
    name = f"{case.token[:8]}-retraction.json"
    step.send(entry, recipient, "retraction", name, data, case.clock.now())


def _acknowledge(case: Case, message: Message) -> None:
    step = Step({"recipient": message.recipient, "leaf": message.leaf, "kind": message.kind})
    if message.kind != "first_response":
        step.say("acknowledgement", recipient=message.recipient, of_leaf=message.leaf)
    _finish(case, message, "acknowledged", step)


def _finish(case: Case, message: Message, state: str, step: Step) -> None:
    """Close a message together with the step that says so, if the lease is still this worker's."""
    step.body["fence"] = message.fence
    step.also = lambda connection: _update(connection, message, state=state, lease_until="")
    if case.commit(f"{state} {message.id}", step).body["fence"] != message.fence:
        raise _taken_over(message)


# --- leases ---------------------------------------------------------------------------------


class TakenOverError(StoreError):
    """Another worker leased this message since: what this one did with it does not count."""


def _lease(house: House, message: Message, now: datetime) -> Message | None:
    with house.store.writing() as connection:
        row = connection.execute(sa.select(OUTBOX).where(OUTBOX.c.id == message.id)).one()
        if row.state != "queued" or (
            row.lease_until and datetime.fromisoformat(row.lease_until) > now
        ):
            return None
        until = (now + LEASE).isoformat()
        _update(connection, _message(row), lease_until=until, fence=row.fence + 1)
        return replace(_message(row), fence=row.fence + 1)


def _hand_over(house: House, message: Message) -> None:
    """Note that the recipient may have it, before it does: a crash must not make that forgotten."""
    with house.store.writing() as connection:
        _update(connection, message, may_be_held=True)


def _free(house: House, message: Message) -> None:
    """Give the message back as it was: whoever cannot be reached has nothing."""
    with house.store.writing() as connection:
        _update(connection, message, lease_until="", may_be_held=message.may_be_held)


def _update(connection: sa.Connection, message: Message, **values: Any) -> None:
    mine = (OUTBOX.c.id == message.id) & (OUTBOX.c.fence == message.fence)
    queued_still = OUTBOX.c.state == "queued"
    done = connection.execute(sa.update(OUTBOX).where(mine & queued_still).values(**values))
    if done.rowcount != 1:
        raise _taken_over(message)


def _taken_over(message: Message) -> TakenOverError:
    return TakenOverError(
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
        may_be_held=row.may_be_held,
    )
