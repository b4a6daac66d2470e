from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from comity.errors import LedgerError
from comity.ledger import entry
from comity.ledger.entry import Opening
from comity.ledger.vocabulary import KINDS, fits
from tests.ledger.sample import AT, salts, subject_access

POLICY = hashlib.sha256(b"agreements").hexdigest()
CASE = {"case": "k7q2", "jurisdiction": "ZZ0010000", "at": AT}
RECEIVED = {
    **CASE,
    "tot": "CAR",
    "accepted": True,
    "findings": [],
    "missing_charge": False,
    "tcn": "T-1",
    "sha256": "00" * 32,
    "person": "p-1",
}

# Written as 9007199254740992, which reads back as an integer past JSON's safe range.
WHOLE_FLOAT = {**CASE, "response": "SRE", "identified": None, "person": None, "seconds": 2.0**53}


def make(kind="received", values=RECEIVED, **changes):
    settings = {"period": "2010-03", "policy": POLICY, "salt": salts()}
    return entry.make(kind, values=values, **{**settings, **changes})


def test_an_entry_shows_kind_month_and_policy_and_nothing_else():
    leaf, _ = make()
    body = json.loads(leaf)
    assert set(body) == {"v", "kind", "period", "policy", "public", "commitments"}
    assert (body["v"], body["kind"], body["period"]) == (1, "received", "2010-03")
    assert body["policy"] == POLICY
    assert body["public"] == {}
    assert set(body["commitments"]) == set(RECEIVED)


def test_a_commitment_is_the_documented_hmac():
    leaf, opening = make()
    salt, value = opening.fields["tcn"]
    by_hand = hmac.new(salt, b'["tcn","T-1"]', hashlib.sha256).digest()
    assert value == "T-1"
    assert json.loads(leaf)["commitments"]["tcn"] == base64.b64encode(by_hand).decode()


def test_opened_gives_back_every_value():
    leaf, opening = make()
    assert entry.opened(leaf, opening) == RECEIVED


def test_an_opening_survives_json():
    leaf, opening = make()
    again = Opening.from_json(json.loads(json.dumps(opening.as_json())))
    assert again == opening
    assert entry.opened(leaf, again) == RECEIVED


def test_a_destroyed_value_is_absent_and_the_rest_still_opens():
    leaf, opening = make()
    rest = entry.destroy(opening, ["person", "tcn"])
    assert entry.opened(leaf, rest) == {
        k: v for k, v in RECEIVED.items() if k not in {"person", "tcn"}
    }
    assert "T-1" not in json.dumps(rest.as_json())
    assert "T-1" not in leaf.decode()


def test_statisticians_never_hold_personal_values():
    leaf, opening = make()
    held = entry.for_statistics("received", opening)
    assert set(RECEIVED) - set(entry.opened(leaf, held)) == {"tcn", "sha256", "person"}


def test_an_opening_keeps_what_was_committed_to_when_the_caller_changes_it():
    findings = ["1.04-missing"]
    leaf, opening = make(values={**RECEIVED, "findings": findings})
    findings.append("2.022-impossible")
    assert entry.opened(leaf, opening)["findings"] == ["1.04-missing"]


def test_only_the_public_document_is_public():
    document = {"id": "sample-2010", "clauses": [{"id": "trigger.1"}]}
    leaf, opening = entry.make(
        "agreement",
        period="2010-01",
        policy=POLICY,
        values={"id": "sample-2010", "recorded_at": AT},
        public={"agreement": document},
        salt=salts(),
    )
    assert entry.read(leaf).public == {"agreement": document}
    assert entry.opened_entry(4, leaf, opening).index == 4
    with pytest.raises(LedgerError, match="plain content"):
        make(public={"tcn": "T-1"})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "rumour"}, "no such kind"),
        ({"values": CASE}, "exactly the values"),
        ({"values": {**RECEIVED, "name": "x"}}, "exactly the values"),
        ({"values": {**RECEIVED, "accepted": "yes"}}, "wrong shape"),
        ({"values": {**RECEIVED, "at": "2010-03-31T01:46:40"}}, "wrong shape"),
        ({"kind": "first_response", "values": WHOLE_FLOAT}, "no canonical JSON"),
        ({"period": "2010-13"}, "period"),
        ({"period": "2010-03-31"}, "period"),
        ({"policy": "abc"}, "policy"),
        ({"salt": lambda: b"short"}, "too short"),
        ({"salt": lambda: b"s" * 32}, "same salt"),
    ],
)
def test_a_wrong_entry_is_not_made(changes, says):
    with pytest.raises(LedgerError, match=says):
        make(**changes)


def test_an_entry_fits_its_bundle():
    long = {**RECEIVED, "findings": ["x" * 70_000]}
    make(values=long)  # a commitment has 32 bytes, however long its value
    with pytest.raises(LedgerError, match="too long"):
        entry.make(
            "agreement",
            period="2010-01",
            policy="",
            values={"id": "a", "recorded_at": AT},
            public={"agreement": {"text": "x" * 70_000}},
            salt=salts(),
        )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda b: b + b"\n",
        lambda b: b.replace(b'"v":1', b'"v":1.0'),
        lambda b: b.replace(b'"v":1', b'"v":true'),
        lambda b: b.replace(b'"v":1', b'"v":2'),
        lambda b: b.replace(b'{"commitments"', b'{"a":0,"commitments"'),
        lambda b: b.replace(b'"public":{}', b'"public":{"name":"x"}'),
        lambda b: b.replace(b'"public":{}', b'"public":[]'),
        lambda b: b.replace(b'"period":"2010-03"', b'"period":201003'),
        lambda b: b.replace(b'"kind":"subject_access"', b'"kind":"received"'),
        lambda b: b.replace(b'=","contested"', b'","contested"'),
        lambda b: b.replace(b"{", b"{ ", 1),
        lambda b: b'{"v":1,' + b[1:],
        lambda b: b"[" * 60_000,
        lambda b: b"9" * 60_000,
        lambda b: b"null",
        lambda b: b"\xff",
        lambda b: b"",
    ],
)
def test_other_bytes_are_not_an_entry(spoil):
    leaf, _ = subject_access(1)
    spoiled = spoil(leaf)
    assert spoiled != leaf
    with pytest.raises(LedgerError):
        entry.read(spoiled)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"at": 1},
        {"at": {"salt": "AA=="}},
        {"at": {"salt": 1, "value": 2}},
        {"at": {"salt": "A", "value": 2}},
        {"at": {"salt": "AA==", "value": 2, "more": 3}},
    ],
)
def test_other_json_is_not_an_opening(body):
    with pytest.raises(LedgerError):
        Opening.from_json(body)


def test_a_value_the_entry_never_had_cannot_be_opened():
    leaf, opening = subject_access(1)
    more = Opening({**opening.fields, "name": (b"s" * 32, "x")})
    with pytest.raises(LedgerError, match="does not commit") as caught:
        entry.opened(leaf, more)
    assert "name" in caught.value.where


def test_personal_and_public_names_are_among_the_kinds_own():
    for name, kind in KINDS.items():
        assert kind.personal <= set(kind.values), name
        assert not kind.public or name == "agreement"
        assert name == "agreement" or {"case", "jurisdiction", "at"} <= set(kind.values)


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("text", "", None),
        ("text?", None, 1),
        ("texts", ["a"], ["a", 1]),
        ("truth", False, 0),
        ("truth?", None, "no"),
        ("time", AT, "yesterday"),
        ("count", 0, -1),
        ("count", 3, True),
        ("seconds", 0.5, float("nan")),
        ("seconds", 2, -0.1),
        ("object", {}, []),
        ("levels", {"2010": "1", "2008": None}, {"2010": 1}),
        ("SRE|ERRT", "SRE", "SRE|ERRT"),
    ],
)
def test_shapes(shape, good, bad):
    assert fits(shape, good)
    assert not fits(shape, bad)
