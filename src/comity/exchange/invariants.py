"""I1 to I10 of docs/threats.md, checked over everything that a house did.

Each check reads what was recorded, asks the question again from the start, and lists what does
not hold. `checked` counts what was looked at: a check of nothing proves nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from comity.agreement.canonical import from_canonical
from comity.agreement.decide import decide
from comity.agreement.register import Agreements
from comity.exchange import intake
from comity.exchange.case import Case, released
from comity.exchange.clock import MachineClock
from comity.exchange.facts import changes, facts, found_in_second
from comity.exchange.house import House
from comity.exchange.outbox import messages
from comity.exchange.store import Message
from comity.ledger import entry
from comity.ledger.entry import OpenedEntry, Opening
from comity.records import Decision, Facts, Question


@dataclass(frozen=True)
class Check:
    """One invariant: what it says, how many things were looked at, and what broke it."""

    name: str
    says: str
    checked: int
    violations: tuple[str, ...]


class Evidence:
    """A house's records, read once for all checks."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.leaves = house.store.leaves()
        openings = house.store.openings()
        self.entries = [
            entry.opened_entry(n, leaf, Opening.from_json(openings[n]))
            for n, leaf in enumerate(self.leaves)
        ]
        self.messages = messages(house)
        self.events = house.store.events()

    @cached_property
    def cases(self) -> list[Case]:
        tokens = dict.fromkeys(e.case for e in self.events if e.step == "received")
        return [intake.reopen(token, self.house, MachineClock()) for token in tokens]

    def of(self, kind: str) -> Iterator[OpenedEntry]:
        return (e for e in self.entries if e.kind == kind)

    def agreements_before(self, leaf: int) -> Agreements:
        """The set in force at a leaf, from the ledger's own public documents."""
        latest = {
            e.public["agreement"]["agreement"]: e.public["agreement"]
            for e in self.of("agreement")
            if e.index < leaf
        }
        return Agreements(tuple(from_canonical(body) for body in latest.values()))

    def acknowledged_at(self, message: Message) -> Any:
        step = f"acknowledged {message.id}"
        return next(e.at for e in self.events if e.case == message.case and e.step == step)


Found = tuple[int, list[str]]


def check(house: House) -> list[Check]:
    """Every invariant that a house's own records can show, in order."""
    evidence = Evidence(house)
    done = []
    for name, (says, look) in RULES.items():
        checked, violations = look(evidence)
        done.append(Check(name, says, checked, tuple(violations)))
    return done


def entry_before_release(evidence: Evidence) -> Found:
    """I1: each message's leaf is in the ledger and commits to just these bytes."""
    bad = []
    for message in evidence.messages:
        said = evidence.entries[message.leaf] if message.leaf < len(evidence.entries) else None
        if said is None or said.values["case"] != message.case:
            bad.append(f"message {message.id} has no entry of its case")
        elif said.kind == "release":
            if said.values["digest"] != hashlib.sha256(message.data).hexdigest():
                bad.append(f"message {message.id} is not what leaf {message.leaf} committed to")
            if said.values["decision_leaf"] >= said.index:
                bad.append(f"release {said.index} comes before its decision")
    return len(evidence.messages), bad


def agreement_permits(evidence: Evidence) -> Found:
    """I2: each release and each search follows a decision that permits it."""
    bad, looked = [], 0
    for said in evidence.of("release"):
        looked += 1
        decided = Decision.from_json(
            evidence.entries[said.values["decision_leaf"]].values["decision"]
        )
        allowed = decided.fields.get(said.values["recipient"], ())
        if not decided.permit or not set(said.values["fields"]) <= set(allowed):
            bad.append(f"release {said.index} goes beyond decision {said.values['decision_leaf']}")
    for said in evidence.of("search"):
        looked += 1
        permits = [
            d
            for d in evidence.of("decision")
            if d.values["case"] == said.values["case"]
            and d.index < said.index
            and d.values["question"] == "search"
        ]
        if not permits or not permits[-1].values["decision"]["permit"]:
            bad.append(f"search {said.index} has no permit before it")
    return looked, bad


def one_first_response(evidence: Evidence) -> Found:
    """I3: one first response a case, and one second where the second repository was asked."""
    bad = []
    first = Counter(m.case for m in evidence.messages if m.kind == "first_response")
    asked = {e.values["case"] for e in evidence.of("search")}
    second = Counter(e.values["case"] for e in evidence.of("second_response"))
    for case in evidence.cases:
        if first[case.token] != 1:
            bad.append(f"case {case.token} has {first[case.token]} first responses")
        if second[case.token] != (1 if case.token in asked else 0):
            bad.append(f"case {case.token} has {second[case.token]} second responses")
    return len(evidence.cases), bad


def unknown_denies(evidence: Evidence) -> Found:
    """I4: no decision that names an unknown fact permits; what it names was unknown."""
    bad, looked = [], 0
    for said in evidence.of("decision"):
        decided = said.values["decision"]
        looked += 1
        if decided["unknown"] and decided["permit"]:
            bad.append(f"decision {said.index} permits with `{decided['unknown']}` unknown")
    return looked, bad


def nothing_after_the_end(evidence: Evidence) -> Found:
    """I5: whatever was delivered was permitted at the instant it was delivered."""
    bad, looked = [], 0
    for message in evidence.messages:
        if message.kind not in ("notice", "second_response") or message.state != "acknowledged":
            continue
        looked += 1
        at = evidence.acknowledged_at(message)
        said = evidence.entries[message.leaf]
        question: Question = "release" if said.kind == "release" else "search"
        decided = [
            d.values
            for d in evidence.of("decision")
            if d.values["case"] == message.case
            and d.values["question"] == question
            and d.values["decision"]["permit"]
        ]
        known = Facts.from_json(decided[-1]["facts"]) if decided else None
        if known is None or not decide(evidence.house.agreements(), question, known, at=at).permit:
            bad.append(f"message {message.id} flowed at {at.isoformat()} without a permit")
    return looked, bad


def second_repository_unchanged(evidence: Evidence) -> Found:
    """I6: its digest after all searches is its digest before the first."""
    searches = [e for e in evidence.events if e.step == "second search"]
    bad = [f"case {e.case} changed it" for e in searches if not e.body["unchanged"]]
    opened = [e for e in evidence.events if e.step == "second repository loaded"]
    if opened and opened[-1].body["digest"] != evidence.house.second.digest():
        bad.append("its digest is not what it was when it was loaded")
    return len(searches), bad


def retracted_everywhere(evidence: Evidence) -> Found:
    """I7: each retraction was acknowledged; nothing stands that the facts now known forbid."""
    bad, looked = [], 0
    for message in evidence.messages:
        if message.kind == "retraction":
            looked += 1
            if message.state != "acknowledged":
                bad.append(f"retraction {message.id} is `{message.state}`")
    for case in evidence.cases:
        if not changes(case):
            continue
        for recipient, item in released(case).items():
            looked += 1
            now_known = facts(case, found_in_second(case))
            then = decide(evidence.house.agreements(), "release", now_known, at=item["at"])
            if not set(item["fields"]) <= set(then.fields.get(recipient, ())):
                bad.append(f"case {case.token}: `{recipient}` still holds what it should not")
    return looked, bad


def no_personal_data(evidence: Evidence) -> Found:
    """I9: no leaf holds a name, a birth date or a control number of any submission."""
    bad = []
    personal: dict[bytes, str] = {}
    for case in evidence.cases:
        if case.submission is not None:
            for text in (case.submission.tcn, case.submission.subject.get("NAM", "")):
                if text:
                    personal[text.encode()] = case.token
    for number, leaf in enumerate(evidence.leaves):
        read = entry.read(leaf)
        if read.public and read.kind != "agreement":
            bad.append(f"leaf {number} holds plain content")
        bad.extend(f"leaf {number} names case {t}" for text, t in personal.items() if text in leaf)
    return len(evidence.leaves), bad


def decisions_can_be_remade(evidence: Evidence) -> Found:
    """I10: from the ledger's agreements and a decision's facts, the same decision again."""
    bad, looked = [], 0
    for said in evidence.of("decision"):
        looked += 1
        first = Decision.from_json(said.values["decision"])
        known = Facts.from_json(said.values["facts"])
        again = decide(evidence.agreements_before(said.index), first.question, known, at=first.at)
        if again != first:
            bad.append(f"decision {said.index} comes out differently")
    return looked, bad


RULES: dict[str, tuple[str, Callable[[Evidence], Found]]] = {
    "I1": ("no release without an earlier durable ledger entry", entry_before_release),
    "I2": ("no release, no second search, that the agreements do not permit", agreement_permits),
    "I3": ("exactly one first response, and a second where due", one_first_response),
    "I4": ("a fact that is unknown denies, and the decision names it", unknown_denies),
    "I5": ("after the end takes effect nothing more flows", nothing_after_the_end),
    "I6": ("a search leaves the second repository unchanged", second_repository_unchanged),
    "I7": ("what is withdrawn is retracted everywhere, and acknowledged", retracted_everywhere),
    "I9": ("the public ledger holds no personal data", no_personal_data),
    "I10": ("every decision can be re-made from the ledger alone", decisions_can_be_remade),
}
