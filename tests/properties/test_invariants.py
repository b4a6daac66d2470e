"""I1 to I10 of docs/threats.md, each held against drawn lives from outside the house.

A law here is a function from a life to what breaks it. It looks at what the witness saw and at
what a partner holds, asks the slow oracle instead of the evaluator, and must see something when
the rule it states is taken out of the code: each has its own sabotage beside it.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comity.agreement.canonical import from_canonical
from comity.agreement.decide import decide
from comity.agreement.register import Agreements
from comity.errors import LedgerError
from comity.exchange import change, outbox, release, respond
from comity.exchange import decide as deciding
from comity.exchange.case import Case, Step, standing
from comity.exchange.facts import changes, facts, found_in_second
from comity.exchange.publish import hand_over, opened, publish
from comity.exchange.tokens import Tokens
from comity.ledger.entry import Opening, canonical, commit, destroy, read
from comity.records import LEVELS, Decision, Facts
from comity.statistics import publish as tables
from comity.statistics.recompute import differences
from comity.statistics.table import BY_MONTH, compute
from tests.house import Town, alien_number
from tests.properties.lives import ASKED, Left, Life, lived, lives
from tests.reference import agreement_oracle

Law = Callable[[Life], Iterator[str]]
Patch = pytest.MonkeyPatch


def holds(law: Law) -> None:
    broken = [f"seed {life.seed}: {what}" for life in lives() for what in law(life)]
    assert broken == []


def sees(law: Law, sabotage: Callable[[Patch], None], monkeypatch: Patch) -> None:
    """Whether a law notices, in one of a few lives, that its rule was taken out."""
    with monkeypatch.context() as patch:
        sabotage(patch)
        assert any(next(law(lived(seed)), None) for seed in (106, *range(100, 112)))


def is_release(life: Life, message: outbox.Message) -> bool:
    return any(message.leaf in e.leaves for e in life.town.case(message.case).events("release "))


# --- I1 -------------------------------------------------------------------------------------


def i1(life: Life) -> Iterator[str]:
    """At the moment a message left, the ledger held its entry, which committed to its bytes."""
    openings = life.town.house.store.openings()
    for seen in life.left:
        name = f"{seen.message.kind} {seen.message.id}"
        if seen.leaf is None:
            yield f"{name} left before its entry"
            continue
        entry, opening = read(seen.leaf), Opening.from_json(openings[seen.message.leaf])
        salt, case = opening.fields["case"]
        if entry.commitments["case"] != commit("case", seen.message.case, salt) or not case:
            yield f"{name} left under the entry of another case"
        if is_release(life, seen.message):
            digest = hashlib.sha256(seen.message.data).hexdigest()
            if entry.commitments["digest"] != commit("digest", digest, opening.fields["digest"][0]):
                yield f"{name} is not what its entry committed to"


def test_i1_no_release_without_an_earlier_entry() -> None:
    holds(i1)
    assert sum(is_release(life, s.message) for life in lives() for s in life.left) > 40


def test_i1_sees_other_bytes_than_those_committed_to(monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        send = Step.send
        patch.setattr(
            Step, "send", lambda self, e, to, kind, name, data, at: send(
                self, e, to, kind, name, data + b" ", at
            ),
        )  # fmt: skip

    sees(i1, sabotage, monkeypatch)


# --- I2 -------------------------------------------------------------------------------------


def i2(life: Life) -> Iterator[str]:
    """No search that the oracle would not permit at that instant, and no release either."""
    for seen in life.asked:
        if not life.permits(seen, "search")["permit"]:
            yield f"case {seen.case} was searched without a permit"
    for said in life.said:
        if said.kind != "release":
            continue
        made = life.said[said.values["decision_leaf"]]
        bodies = agreements_before(life, made.index)
        at = Decision.from_json(made.values["decision"]).at
        allowed = agreement_oracle.decision(bodies, "release", made.values["facts"], at, at)
        if not set(said.values["fields"]) <= set(
            allowed["fields"].get(said.values["recipient"], ())
        ):
            yield f"release {said.index} is more than the agreements allow"


def agreements_before(life: Life, leaf: int) -> list[dict[str, Any]]:
    latest = {
        e.public["agreement"]["agreement"]: dict(e.public["agreement"])
        for e in life.said
        if e.kind == "agreement" and e.index < leaf
    }
    return list(latest.values())


def permitted(decision: Decision) -> Decision:
    fields = {"notified_agency": ("identity_number", "name")}
    return replace(
        decision, permit=True, timing="now", awaits=None, unknown=(),
        fields=fields if decision.question == "release" else {},
    )  # fmt: skip


def test_i2_nothing_that_the_agreements_do_not_permit() -> None:
    holds(i2)
    assert sum(len(life.asked) for life in lives()) > 30


@pytest.mark.parametrize("question", ["search", "release"])
def test_i2_sees_a_decision_that_always_permits(question: str, monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        ask = deciding.ask

        def lenient(agreements: Any, asked: Any, known: Facts, **when: Any) -> Decision:
            made = ask(agreements, asked, known, **when)
            return permitted(made) if asked == question else made

        patch.setattr(deciding, "ask", lenient)

    sees(i2, sabotage, monkeypatch)


# --- I3 -------------------------------------------------------------------------------------


def i3(life: Life) -> Iterator[str]:
    """Each submission is answered once, and a second time where the second repository was asked."""
    case_of = {m.leaf: m.case for m in life.town.messages()}
    first = Counter(case_of[leaf] for leaf in life.town.partner.inbox["contributor"])
    second = Counter(e.values["case"] for e in life.said if e.kind == "second_response")
    asked = {seen.case for seen in life.asked}
    for case in life.cases():
        if first[case.token] != 1:
            yield f"case {case.token} got {first[case.token]} first responses"
        if second[case.token] != (case.token in asked):
            yield f"case {case.token} has {second[case.token]} second responses"
    if life.town.partner.rejected:
        yield "something came again in other bytes"


def test_i3_exactly_one_first_response_and_a_second_where_due() -> None:
    holds(i3)


@pytest.mark.parametrize("times", [0, 2])
def test_i3_sees_a_response_lost_or_repeated(times: int, monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        answer, once = respond.first_response, Case.once

        def renamed(case: Case, step: str, work: Callable[[], Step]) -> Any:
            return once(case, f"{step} too" if step == "first response" else step, work)

        def other(case: Case, search: dict[str, Any]) -> None:
            if times == 2:
                answer(case, search)
                with pytest.MonkeyPatch.context() as again:
                    again.setattr(Case, "once", renamed)
                    answer(case, search)

        patch.setattr(respond, "first_response", other)

    sees(i3, sabotage, monkeypatch)


# --- I4 -------------------------------------------------------------------------------------

DECLARED_OR_CORRECTED = ("victim_or_witness", "citizen")


def i4(life: Life) -> Iterator[str]:
    """A permit holds whatever an unknown fact turns out to be; and none is called known unsaid."""
    for said in life.said:
        if said.kind != "decision":
            continue
        decision = Decision.from_json(said.values["decision"])
        known = said.values["facts"]
        yield from (
            f"decision {said.index}: {w}" for w in _invented(life, said.values["case"], known)
        )
        if decision.unknown and decision.permit:
            yield f"decision {said.index} permits with {decision.unknown} unknown"
        if decision.permit:
            bodies = agreements_before(life, said.index)
            for other in _turned_out(known):
                again = agreement_oracle.decision(
                    bodies, decision.question, other, decision.at, decision.at
                )
                for to, names in decision.fields.items():
                    if not set(names) <= set(again["fields"].get(to, ())):
                        yield f"decision {said.index} rests on a fact that is unknown"
                if decision.question == "search" and not again["permit"]:
                    yield f"decision {said.index} rests on a fact that is unknown"


def _turned_out(known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same facts with one unknown thing known, each way it can be."""
    for name, value in known.items():
        if value is None and name != "stage":
            yield from ({**known, name: truth} for truth in (True, False))
    for version, level in known["level"].items():
        if level is None:
            yield from ({**known, "level": {**known["level"], version: one}} for one in LEVELS)


def _invented(life: Life, token: str, known: dict[str, Any]) -> Iterator[str]:
    """Facts that the decision takes for known and nobody ever said."""
    case = life.town.case(token)
    received = case.event("received")
    assert received is not None
    said = set(received.body["declared"])
    said |= {e.body["fact"] for e in changes(case) if e.step.startswith("correction")}
    found = found_in_second(case)
    if found is not None and found["record"].get("citizen") is not None:
        said.add("citizen")
    for fact in DECLARED_OR_CORRECTED:
        if known[fact] is not None and fact not in said:
            yield f"`{fact}` is taken for {known[fact]}, which nobody said"


def test_i4_an_unknown_fact_denies() -> None:
    holds(i4)
    unknown = [
        e.values["decision"]["unknown"]
        for life in lives()
        for e in life.said
        if e.kind == "decision"
    ]
    assert sum(map(bool, unknown)) > 5


def test_i4_sees_an_unknown_fact_taken_for_no(monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        def hopeful(case: Case, found: Any = None) -> Facts:
            known = facts(case, found)
            return replace(
                known, citizen=bool(known.citizen), victim_or_witness=bool(known.victim_or_witness)
            )

        patch.setattr(deciding, "facts", hopeful)

    sees(i4, sabotage, monkeypatch)


# --- I5 -------------------------------------------------------------------------------------


def i5(life: Life) -> Iterator[str]:
    """Whatever needs a permit was permitted at the very instant it was handed over."""
    for seen in life.left:
        if seen.message.kind not in ASKED:
            continue
        if is_release(life, seen.message):
            allowed = life.permits(seen, "release")["fields"].get(seen.message.recipient, [])
            if not set(_fields(life, seen)) <= set(allowed):
                yield f"message {seen.message.id} left without a permit"
        elif not life.permits(seen, "search")["permit"]:
            yield f"answer {seen.message.id} left without a permit"


def _fields(life: Life, seen: Left) -> list[str]:
    return list(life.said[seen.message.leaf].values["fields"])


def test_i5_after_the_end_nothing_flows_also_of_what_was_queued() -> None:
    holds(i5)
    cancelled = [m for life in lives() for m in life.town.messages() if m.state == "cancelled"]
    assert len(cancelled) > 5


def test_i5_sees_a_delivery_that_does_not_ask_again(monkeypatch: Patch) -> None:
    sees(i5, lambda patch: patch.setattr(outbox, "_refused", lambda *_: None), monkeypatch)


# --- I6 -------------------------------------------------------------------------------------


def i6(life: Life) -> Iterator[str]:
    """The second repository is what it was, to the byte."""
    if life.town.house.second.digest() != life.before:
        yield "the second repository has changed"


def test_i6_a_search_leaves_the_second_repository_as_it_was() -> None:
    holds(i6)


def test_i6_sees_a_print_enrolled_where_there_was_no_match(monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        search = respond.search_second

        def enrolling(case: Case, probe: Any, permit: Decision) -> dict[str, Any]:
            found = search(case, probe, permit)
            if found["identity"] is None:
                case.house.second.gallery.append(alien_number(99), probe)
            return found

        patch.setattr(respond, "search_second", enrolling)

    sees(i6, sabotage, monkeypatch)


# --- I7 -------------------------------------------------------------------------------------


def i7(life: Life) -> Iterator[str]:
    """Nobody holds, untold, what by the facts as now known should not have left when it did."""
    inboxes = life.town.partner.inbox
    held = {leaf for inbox in inboxes.values() for leaf in inbox}
    told = {
        json.loads(data)["retracts"]
        for inbox in inboxes.values()
        for leaf, data in inbox.items()
        if life.town.partner.kinds[leaf] == "retraction"
    }
    for case in life.cases():
        if not changes(case):
            continue
        known = facts(case, found_in_second(case)).as_json()
        for event in case.events("release "):
            for item in event.body["released"]:
                leaf = event.leaves[item["entry"]]
                then = agreement_oracle.decision(
                    life.bodies(), "release", known, event.at, event.at
                )
                lawful = set(item["fields"]) <= set(then["fields"].get(item["recipient"], ()))
                if leaf in held and leaf not in told and not lawful:
                    yield f"{item['recipient']} holds release {leaf} and was not told"
    for message in life.town.messages():
        if message.kind == "retraction" and message.state != "acknowledged":
            yield f"retraction {message.id} is {message.state}"
        if message.kind == "retraction" and message.leaf not in inboxes[message.recipient]:
            yield f"retraction {message.id} did not arrive"


def test_i7_what_was_withdrawn_is_retracted_and_acknowledged() -> None:
    holds(i7)
    assert sum(m.kind == "retraction" for life in lives() for m in life.town.messages()) > 5


def test_i7_sees_a_retraction_that_is_not_made(monkeypatch: Patch) -> None:
    sees(i7, lambda patch: patch.setattr(change, "retract", lambda *_: None), monkeypatch)


def test_i7_sees_a_retraction_that_only_some_get(monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        def first_only(case: Case) -> tuple[Any, ...]:
            return standing(case)[:1]

        patch.setattr(change, "standing", first_only)

    sees(i7, sabotage, monkeypatch)


# --- I8 -------------------------------------------------------------------------------------


def published(town: Town, folder: Path) -> tuple[Any, bytes, list[Any]]:
    """(checkpoint, statistics, entries as an auditor opens them) of one town."""
    head = publish(town.house, folder / "ledger")
    hand_over(town.house, folder / "openings.json")
    rows = opened(folder / "ledger", head.size, folder / "openings.json")
    return head, tables.to_json(compute(rows, "2010", BY_MONTH), head), rows


def test_i8_statistics_are_a_pure_function_of_the_openings(tmp_path: Path) -> None:
    for number, life in enumerate(lives()[:8]):
        head, body, rows = published(life.town, tmp_path / f"{number}")
        assert differences(body, rows, head) == []
        shuffled = random.Random(life.seed).sample(rows, len(rows))
        assert tables.to_json(compute(shuffled, "2010", BY_MONTH), head) == body
        again = published(life.town.reopened(), tmp_path / f"{number} again")
        assert again[1] == body


def test_i8_sees_a_number_that_was_improved_and_an_opening_that_was(tmp_path: Path) -> None:
    life = next(life for life in lives() if len(life.asked) > 1)
    head, body, rows = published(life.town, tmp_path)
    better = json.loads(body)
    better["total"]["counts"]["submissions"] += 1
    assert differences(json.dumps(better).encode(), rows, head)
    openings = json.loads((tmp_path / "openings.json").read_text())
    search = next(e.index for e in rows if e.kind == "search")
    openings[f"{search}"]["matched"]["value"] ^= True
    (tmp_path / "openings.json").write_text(json.dumps(openings))
    with pytest.raises(LedgerError, match="not what was committed to"):
        opened(tmp_path / "ledger", head.size, tmp_path / "openings.json")


# --- I9 -------------------------------------------------------------------------------------


def i9(life: Life) -> Iterator[str]:
    """Nobody who has the ledger and may try every value finds out who, without the salts."""
    leaves, openings = life.town.house.store.leaves(), life.town.house.store.openings()
    seen: Counter[bytes] = Counter()
    # Who guesses knows how commitments are made, and has every salt of other entries.
    salts = {pair["salt"] for body in openings.values() for pair in body.values()}
    if len(salts) != sum(map(len, openings.values())):
        yield "a salt was used twice: destroying one does not destroy the other"
    secrets = {text.encode() for case in life.cases() for text in _secrets(case)}
    for number, leaf in enumerate(leaves):
        entry = read(leaf)
        seen.update(entry.commitments.values())
        if entry.kind != "agreement" and entry.public:
            yield f"leaf {number} says something plainly"
        plain = canonical([entry.kind, entry.period, entry.policy, dict(entry.public)])
        yield from (f"leaf {number} says `{secret!r}`" for secret in secrets if secret in plain)
    if max(seen.values()) > 1:
        yield "two entries commit to the same bytes"


def _secrets(case: Case) -> Iterator[str]:
    assert case.submission is not None
    yield from (case.token, case.submission.tcn, case.submission.subject["NAM"])


def test_i9_the_ledger_holds_salted_commitments_only() -> None:
    holds(i9)


def test_i9_a_destroyed_salt_leaves_nothing_to_try() -> None:
    life = lives()[0]
    number = next(e.index for e in life.said if e.kind == "received")
    whole = Opening.from_json(life.town.house.store.openings()[number])
    entry = read(life.town.house.store.leaves()[number])
    salt, tcn = whole.fields["tcn"]
    left = destroy(whole, {"tcn"})
    assert entry.commitments["tcn"] == commit("tcn", tcn, salt)
    tries = [other for other, _ in left.fields.values()] + [bytes(32), b""]
    assert all(entry.commitments["tcn"] != commit("tcn", tcn, other) for other in tries)


def test_i9_sees_salts_that_repeat(monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        salts = Tokens.salts
        patch.setattr(Tokens, "salts", lambda self, case, _step: salts(self, case, "one"))

    sees(i9, sabotage, monkeypatch)


# --- I10 ------------------------------------------------------------------------------------


def i10(life: Life) -> Iterator[str]:
    """From the ledger's public agreements and a decision's opened facts, the same decision."""
    for said in life.said:
        if said.kind != "decision":
            continue
        first = Decision.from_json(said.values["decision"])
        bodies = agreements_before(life, said.index)
        known = said.values["facts"]
        slow = agreement_oracle.decision(bodies, first.question, known, first.at, first.at)
        fast = decide(
            Agreements(tuple(from_canonical(body) for body in bodies)),
            first.question,
            Facts.from_json(known),
            at=first.at,
        )
        if fast != first:
            yield f"decision {said.index} comes out differently"
        if (slow["permit"], slow["clauses"]) != (first.permit, set(first.clauses)):
            yield f"decision {said.index} is not what the oracle says"


def test_i10_every_decision_is_made_again_alike() -> None:
    holds(i10)


def test_i10_sees_facts_that_were_not_those_decided_on(monkeypatch: Patch) -> None:
    def sabotage(patch: Patch) -> None:
        record = deciding.recorded

        def tidied(known: dict[str, Any], *rest: Any) -> Step:
            return record({**known, "stage": "conviction", "juvenile": True}, *rest)

        patch.setattr(deciding, "recorded", tidied)

    sees(i10, sabotage, monkeypatch)


def test_i10_sees_an_agreement_that_is_not_in_the_ledger(monkeypatch: Patch) -> None:
    """A house that decides by terms it never published."""

    def sabotage(patch: Patch) -> None:
        ask = deciding.ask

        def secret(agreements: Agreements, *rest: Any, **when: Any) -> Decision:
            lax = (replace(a, exclusions=(), title="other terms") for a in agreements)
            return ask(Agreements(tuple(lax)), *rest, **when)

        patch.setattr(deciding, "ask", secret)

    sees(i10, sabotage, monkeypatch)


def test_the_laws_were_held_against_something() -> None:
    """Every sort of thing that can happen happened in these lives."""
    kinds = Counter(e.kind for life in lives() for e in life.said)
    assert min(kinds[k] for k in ("release", "cancellation", "retraction", "correction")) > 5
    assert release.NOTIFIED in {m.recipient for life in lives() for m in life.town.messages()}
    assert {life.town.violations() == {} for life in lives()} == {True}
