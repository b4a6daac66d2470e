"""I1 to I10 of docs/threats.md, checked over everything that a house did.

Each check reads what was recorded, asks the question again from the start, and lists what does
not hold. `checked` counts what was looked at: a check of nothing proves nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from comity.agreement.canonical import from_canonical
from comity.agreement.decide import decide
from comity.agreement.register import Agreements
from comity.errors import LedgerError
from comity.exchange import intake
from comity.exchange.case import Case, standing
from comity.exchange.clock import MachineClock
from comity.exchange.facts import changes, facts, found_in_second
from comity.exchange.house import House
from comity.exchange.outbox import messages
from comity.exchange.store import Event, Message
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
        self.messages = messages(house)
        self.events = house.store.events()
        self.damage: list[str] = []  # what should have been evidence and does not verify
        self._sets: dict[int, Agreements] = {}  # by how many agreement entries came before
        openings = house.store.openings()
        self.entries = [
            self._opened(n, leaf, openings.get(n)) for n, leaf in enumerate(self.leaves)
        ]

    def _opened(self, number: int, leaf: bytes, opening: Any) -> OpenedEntry:
        try:
            return entry.opened_entry(number, leaf, Opening.from_json(opening))
        except LedgerError as error:
            self.damage.append(f"leaf {number} does not verify: {error.message}")
            return OpenedEntry(number, DAMAGED, "", "", {}, {})

    @cached_property
    def cases(self) -> list[Case]:
        tokens = dict.fromkeys(e.case for e in self.events if e.step == "received")
        return [intake.reopen(token, self.house, MachineClock()) for token in tokens]

    def of(self, kind: str) -> Iterator[OpenedEntry]:
        return (e for e in self.entries if e.kind == kind)

    def at_leaf(self, number: int) -> OpenedEntry:
        """The entry at a leaf, which a damaged record may say is where there is none."""
        there = 0 <= number < len(self.entries)
        return self.entries[number] if there else OpenedEntry(number, DAMAGED, "", "", {}, {})

    @cached_property
    def _decisions(self) -> dict[tuple[str, str], list[OpenedEntry]]:
        made: dict[tuple[str, str], list[OpenedEntry]] = {}
        for said in self.of("decision"):
            made.setdefault((said.values["case"], said.values["question"]), []).append(said)
        return made

    def decisions(self, case: str, question: str, before: int) -> list[OpenedEntry]:
        """A case's decisions on a question that are older than a leaf."""
        return [d for d in self._decisions.get((case, question), ()) if d.index < before]

    def agreements_before(self, leaf: int) -> Agreements:
        """The set in force at a leaf, from the ledger's own public documents."""
        older = tuple(e for e in self.of("agreement") if e.index < leaf)
        if len(older) not in self._sets:
            latest = {e.public["agreement"]["agreement"]: e.public["agreement"] for e in older}
            bodies = (from_canonical(body) for body in latest.values())
            self._sets[len(older)] = Agreements(tuple(bodies))
        return self._sets[len(older)]

    def acknowledged(self, message: Message) -> Event | None:
        step = f"acknowledged {message.id}"
        return next((e for e in self.events if e.case == message.case and e.step == step), None)


DAMAGED = "damaged"
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
    bad = list(evidence.damage)
    for message in evidence.messages:
        said = evidence.at_leaf(message.leaf)
        if said.values.get("case") != message.case:
            bad.append(f"message {message.id} has no entry of its case")
        elif said.kind != ENTRY_OF.get(message.kind, said.kind):
            bad.append(f"message {message.id}, a {message.kind}, has a {said.kind} as its entry")
        elif said.kind == "release":
            digest = hashlib.sha256(message.data).hexdigest()
            # A destroyed digest can't be compared any more; its leaf is still there.
            if said.values.get("digest", digest) != digest:
                bad.append(f"message {message.id} is not what leaf {message.leaf} committed to")
            if said.values["decision_leaf"] >= said.index:
                bad.append(f"release {said.index} comes before its decision")
    return len(evidence.messages), bad


# A second response has two: a release, or the entry that nothing is released.
ENTRY_OF = {
    "first_response": "first_response",
    "notice": "release",
    "retraction": "retraction",
}


def agreement_permits(evidence: Evidence) -> Found:
    """I2: each release and each search follows a decision that permits it, the latest there was."""
    bad, looked = [], 0
    for said in evidence.of("release"):
        looked += 1
        leaf = said.values["decision_leaf"]
        latest = evidence.decisions(said.values["case"], "release", said.index)
        if not latest or latest[-1].index != leaf:
            bad.append(f"release {said.index} does not follow decision {leaf}")
            continue
        decided = Decision.from_json(latest[-1].values["decision"])
        allowed = decided.fields.get(said.values["recipient"], ())
        if not decided.permit or not set(said.values["fields"]) <= set(allowed):
            bad.append(f"release {said.index} goes beyond decision {leaf}")
    for said in evidence.of("search"):
        looked += 1
        permits = evidence.decisions(said.values["case"], "search", said.index)
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
        decided, known = said.values["decision"], said.values["facts"]
        looked += 1
        if decided["unknown"] and decided["permit"]:
            bad.append(f"decision {said.index} permits with `{decided['unknown']}` unknown")
        for name in decided["unknown"]:
            fact, _, version = name.partition(".")
            value = known[fact].get(version) if version else known[fact]
            if value is not None:
                bad.append(f"decision {said.index} calls `{name}` unknown, which is `{value}`")
    return looked, bad


def nothing_after_the_end(evidence: Evidence) -> Found:
    """I5: whatever was delivered was permitted at the instant it was delivered."""
    bad, looked = [], 0
    for message in evidence.messages:
        if message.kind not in ("notice", "second_response") or message.state != "acknowledged":
            continue
        looked += 1
        delivered = evidence.acknowledged(message)
        if delivered is None or not _permitted(evidence, message, delivered):
            bad.append(f"message {message.id} flowed without a permit at that instant")
    return looked, bad


def _permitted(evidence: Evidence, message: Message, delivered: Event) -> bool:
    """Asked again with the agreements and facts that the ledger held when it was acknowledged."""
    said = evidence.at_leaf(message.leaf)
    question: Question = "release" if said.kind == "release" else "search"
    before = delivered.leaves[0]
    asked = evidence.decisions(message.case, question, before)
    if not asked:
        return False
    known = Facts.from_json(asked[-1].values["facts"])
    now = decide(evidence.agreements_before(before), question, known, at=delivered.at)
    fields = set(said.values["fields"]) if question == "release" else set()
    return now.permit and fields <= set(now.fields.get(message.recipient, ()))


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
    out = {message.leaf for message in evidence.messages if message.may_be_held}
    for message in evidence.messages:
        if message.kind == "retraction":
            looked += 1
            if message.state != "acknowledged":
                bad.append(f"retraction {message.id} is `{message.state}`")
    for case in evidence.cases:
        if not changes(case):
            continue
        known = facts(case, found_in_second(case))
        for item in (release for release in standing(case) if release.leaf in out):
            looked += 1
            then = decide(evidence.house.agreements(), "release", known, at=item.at)
            if not set(item.fields) <= set(then.fields.get(item.recipient, ())):
                bad.append(f"case {case.token}: `{item.recipient}` still holds what it should not")
    return looked, bad


def no_personal_data(evidence: Evidence) -> Found:
    """I9: outside its commitments no leaf holds anything of a case; no commitment comes twice.

    Two equal commitments would say that two values are the same, without opening either.
    """
    bad: list[str] = []
    personal = dict(_personal(evidence.cases))
    seen: dict[bytes, int] = {}
    for number, leaf in enumerate(evidence.leaves):
        try:
            read = entry.read(leaf)
        except LedgerError:
            bad.append(f"leaf {number} is not an entry of commitments")
            continue
        if read.public and read.kind != "agreement":
            bad.append(f"leaf {number} holds plain content")
        plain = entry.canonical([read.kind, read.period, read.policy, dict(read.public)]).decode()
        bad.extend(f"leaf {number} names case {t}" for text, t in personal.items() if text in plain)
        for name, commitment in read.commitments.items():
            if seen.setdefault(commitment, number) != number:
                bad.append(f"leaves {seen[commitment]} and {number} commit alike, `{name}`")
    return len(evidence.leaves), bad


def _personal(cases: Iterable[Case]) -> Iterator[tuple[str, str]]:
    """(text, case) of what points at one person or file."""
    for case in cases:
        yield case.token, case.token
        yield case.sha256, case.token
        if case.submission is not None:
            subject = case.submission.subject
            for text in (case.submission.tcn, subject.get("NAM", ""), subject.get("DOB", "")):
                if text:
                    yield text, case.token


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
