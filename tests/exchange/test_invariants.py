"""The checks themselves: each sees what a hand that wrote to the database did."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from comity import journey
from comity.exchange import change, invariants
from comity.exchange.case import Step
from comity.exchange.store import EVENT, LEAF, OPENING, OUTBOX
from comity.ledger.entry import Opening, destroy, read
from comity.ledger.vocabulary import KINDS
from tests.house import STRANGER, VISITOR, Town, agreement, settle, template


def lived() -> Town:
    """A town after a match, a no-match, a conviction, and a correction that was retracted."""
    town = settle(agreement(exclusions={"citizen": None}))
    first = town.book(VISITOR, 1)
    town.book(STRANGER, 2)
    town.deliver()
    change.disposition(first, 1, ncic="2299", result="convicted")
    journey.pursue(first)
    town.deliver()
    second = town.book(VISITOR, 3)
    town.deliver()
    change.correction(second, 1, fact="citizen", value=True, source="certificate")
    journey.pursue(second)
    town.deliver()
    return town


def tamper(town: Town, *statements: sa.Executable) -> None:
    """As somebody with the database's own tools would: triggers away first."""
    with town.house.store.writing() as connection:
        for table in ("event", "leaf"):
            for act in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{act}")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for statement in statements:
            connection.execute(statement)


def leaf_of(town: Town, kind: str) -> int:
    return next(e.index for e in town.said() if e.kind == kind)


def message_of(town: Town, kind: str) -> int:
    return next(m.id for m in town.messages() if m.kind == kind)


def edited_leaf(town: Town) -> None:
    number = leaf_of(town, "release")
    leaf = town.house.store.leaves()[number].replace(b'"kind":"release"', b'"kind":"search" ')
    tamper(town, sa.update(LEAF).where(LEAF.c.number == number).values(bytes=leaf))


def edited_opening(town: Town) -> None:
    number = leaf_of(town, "decision")
    opening = town.house.store.openings()[number]
    opening["because"]["value"] = "another reason"
    body = json.dumps(opening)
    tamper(town, sa.update(OPENING).where(OPENING.c.leaf == number).values(body=body))


def lost_opening(town: Town) -> None:
    tamper(town, sa.delete(OPENING).where(OPENING.c.leaf == leaf_of(town, "search")))


def edited_message(town: Town) -> None:
    mine = OUTBOX.c.id == message_of(town, "notice")
    tamper(town, sa.update(OUTBOX).where(mine).values(bytes=b'{"fields": "everything"}'))


def message_of_another_case(town: Town) -> None:
    mine = OUTBOX.c.id == message_of(town, "notice")
    tamper(town, sa.update(OUTBOX).where(mine).values(case="another"))


def message_under_a_poorer_entry(town: Town) -> None:
    """A notice hung on the entry that says only that a response was given."""
    mine = OUTBOX.c.id == message_of(town, "notice")
    first = next(m for m in town.messages() if m.kind == "notice")
    leaf = next(
        e.index for e in town.said() if e.kind == "search" and e.values["case"] == first.case
    )
    tamper(town, sa.update(OUTBOX).where(mine).values(leaf=leaf))


def lost_first_response(town: Town) -> None:
    tamper(town, sa.delete(OUTBOX).where(OUTBOX.c.id == message_of(town, "first_response")))


def forge(town: Town, kind: str, step: str = "forged", **values: object) -> None:
    """An entry properly committed, by code that asked nobody: the first case says it."""
    case = town.case(next(e.case for e in town.house.store.events() if e.step == "received"))
    made = Step({"released": []})
    made.say(kind, **values)
    case.commit(step, made)


def second_answer_twice(town: Town) -> None:
    """The same step under another name, which the unique step does not stop."""
    case = town.case(next(e.case for e in town.house.store.events() if e.step == "received"))
    step = Step({"response": "SRE"})
    entry = step.say("first_response", response="SRE", identified=False, person=None, seconds=0.0)
    step.send(entry, "contributor", "first_response", "b.eft", b"again", town.clock.now())
    case.commit("first response again", step)


def latest(town: Town, question: str) -> dict[str, Any]:
    said = [e.values for e in town.said() if e.kind == "decision"]
    return dict(next(v for v in reversed(said) if v["question"] == question))


def search_without_a_decision(town: Town) -> None:
    decided = [e.seq for e in town.house.store.events() if e.step.startswith("decide search")]
    assert decided
    forge(town, "decision", **shared(latest(town, "search"), permit=False, timing="never"))
    forge(town, "search", "forged search", matched=False, person=None, reasons=[],
          lawful_process_only=None, citizen=None, level={})  # fmt: skip


def shared(values: dict[str, Any], **decision: object) -> dict[str, Any]:
    """A decision's own values again, with some of the decision changed."""
    kept = {k: values[k] for k in ("question", "facts", "number", "because")}
    return {**kept, "decision": {**values["decision"], **decision}}


def release_beyond_its_decision(town: Town) -> None:
    said = [e for e in town.said() if e.kind == "release"]
    forge(town, "release", recipient="local_agency", fields=["name"], late=False, digest="",
          decision_leaf=said[0].values["decision_leaf"])  # fmt: skip


def release_under_an_overtaken_permit(town: Town) -> None:
    """The permit was there, but a later decision of the case had denied."""
    forge(town, "decision", "later", **shared(latest(town, "release"), permit=False, fields={},
                                              timing="never"))  # fmt: skip
    release_beyond_its_decision(town)


def permit_with_an_unknown_fact(town: Town) -> None:
    values = shared(latest(town, "search"), unknown=["victim_or_witness"])
    forge(town, "decision", **values)


def unknown_that_was_known(town: Town) -> None:
    values = shared(latest(town, "search"), unknown=["juvenile"], permit=False, timing="never")
    forge(town, "decision", **values)


def decision_by_no_agreement_of_ours(town: Town) -> None:
    forge(town, "decision", **shared(latest(town, "search"), clauses=["other-2011#scope"]))


def acknowledged_without_a_word(town: Town) -> None:
    event = next(
        e
        for e in town.house.store.events()
        if e.step.startswith("acknowledged ") and e.body["kind"] == "notice"
    )
    tamper(town, sa.delete(EVENT).where(EVENT.c.seq == event.seq))


def print_in_the_second_repository(town: Town) -> None:
    town.house.second.gallery.append("A999999999", [template(STRANGER, 1, 0)])


def encounter_in_the_second_repository(town: Town) -> None:
    with town.house.store.writing() as connection:
        town.house.second.note(connection, "A000000001", "booking", date(2011, 5, 2))


def unacknowledged_retraction(town: Town) -> None:
    mine = OUTBOX.c.id == message_of(town, "retraction")
    tamper(town, sa.update(OUTBOX).where(mine).values(state="queued"))


def forgotten_retraction(town: Town) -> None:
    events = [e.seq for e in town.house.store.events() if e.step.startswith("retract ")]
    tamper(town, sa.delete(EVENT).where(EVENT.c.seq.in_(events)))


def repeated_commitment(town: Town) -> None:
    leaves = town.house.store.leaves()
    number = leaf_of(town, "search")
    tamper(
        town,
        sa.insert(LEAF).values(number=len(leaves), case="x", bytes=leaves[number]),
        sa.insert(OPENING).values(
            leaf=len(leaves), body=json.dumps(town.house.store.openings()[number])
        ),
    )


TAMPERED: list[tuple[str, Callable[[Town], None]]] = [
    ("I1", edited_leaf),
    ("I1", edited_opening),
    ("I1", lost_opening),
    ("I1", edited_message),
    ("I1", message_of_another_case),
    ("I1", message_under_a_poorer_entry),
    ("I2", search_without_a_decision),
    ("I2", release_beyond_its_decision),
    ("I2", release_under_an_overtaken_permit),
    ("I3", lost_first_response),
    ("I3", second_answer_twice),
    ("I4", permit_with_an_unknown_fact),
    ("I4", unknown_that_was_known),
    ("I5", acknowledged_without_a_word),
    ("I6", print_in_the_second_repository),
    ("I6", encounter_in_the_second_repository),
    ("I7", unacknowledged_retraction),
    ("I7", forgotten_retraction),
    ("I9", repeated_commitment),
    ("I10", decision_by_no_agreement_of_ours),
]


@pytest.mark.parametrize(("name", "hand"), TAMPERED, ids=[h.__name__ for _, h in TAMPERED])
def test_a_hand_in_the_database_is_seen(name: str, hand: Callable[[Town], None]) -> None:
    town = lived()
    hand(town)
    assert name in town.violations()


def test_a_life_without_tampering_breaks_nothing_and_every_check_looked() -> None:
    town = lived()
    checks = invariants.check(town.house)
    assert [c.name for c in checks] == ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I9", "I10"]
    assert [c.violations for c in checks] == [()] * len(checks)
    assert all(c.checked for c in checks)


def test_destroyed_salts_break_nothing() -> None:
    """What the law makes disappear is not damage."""
    town = lived()
    for number, body in town.house.store.openings().items():
        personal = KINDS[read(town.house.store.leaves()[number]).kind].personal
        kept = destroy(Opening.from_json(body), personal)
        town.house.store.reopen(number, kept.as_json())
    assert town.violations() == {}
