"""Submissions, receipts and contests, as contributors and subjects meet them."""

from __future__ import annotations

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from comity.exchange import invariants
from comity.exchange.intake import DECLARABLE
from comity.ledger import entry, proof
from comity.service.desk import NAME_MAX, plain
from comity.wire import build
from comity.wire.read import read
from comity.wire.submission import submission
from tests.service import small
from tests.service.client import BROWSER
from tests.service.conftest import Served


def test_a_booking_is_answered_with_a_receipt_and_the_first_response(served: Served) -> None:
    answer = served.answer
    assert (answer["response"], answer["tot"], answer["tcn"]) == ("SRE", "CAR", "SERVED-TCN-1")
    assert answer["identified"] is False
    file = base64.b64decode(answer["answer"]["base64"])
    assert hashlib.sha256(file).hexdigest() == answer["answer"]["sha256"]
    assert read(file).tot == "SRE"


def test_the_sender_learns_nothing_of_the_second_repository(served: Served) -> None:
    """This person is in it, and a notice left; the answer to the sender does not say so."""
    uses = served.client.get(f"/cases/{served.receipt}").json()["uses"]
    assert {"what": "search of the second repository", "detail": "match"}.items() <= next(
        u for u in uses if u["what"].startswith("search of the second")
    ).items()
    said = json.dumps(served.answer)
    for word in ("A000000001", "visa", "second", "match", "oak-2011"):
        assert word not in said


def test_a_refused_file_is_an_answer(served: Served) -> None:
    whole = small.booking(small.STRANGER, "REFUSED-TCN")
    spec = submission(read(whole), whole)
    unborn = {name: text for name, text in spec.subject.items() if name != "DOB"}
    answer = served.client.submit(build.car(replace(spec, subject=unborn), checked=False))
    assert answer["response"] == "ERRT"
    wrong = next(f for f in answer["findings"] if f["severity"] == "error")
    assert (wrong["tag"], wrong["mnemonic"]) == ("2.022", "DOB")
    assert read(base64.b64decode(answer["answer"]["base64"])).tot == "ERRT"
    assert served.client.get(f"/cases/{answer['receipt']}").status_code == 200


@pytest.mark.parametrize("data", [b"", b"\x00", b"%PDF-1.4 a letter"])
def test_anything_is_answered(served: Served, data: bytes) -> None:
    assert served.client.submit(data)["response"] == "ERRT"


def test_the_same_file_again_is_the_same_case(served: Served) -> None:
    before = len(served.house.store.leaves())
    again = served.client.submit(small.booking(small.KNOWN, "SERVED-TCN-1"), juvenile="false")
    assert again["receipt"] == served.receipt
    assert len(served.house.store.leaves()) == before


def test_what_is_declared_is_a_fact_and_the_rest_stays_unknown(served: Served) -> None:
    event = served.house.store.event(served.receipt, "received")
    assert event is not None
    assert event.body["declared"] == {"juvenile": False}
    form = served.client.see("/")
    assert all(f'name="{fact}"' in form for fact in DECLARABLE)


def test_a_browser_is_shown_the_receipt(served: Served) -> None:
    files = {"file": ("again.eft", small.booking(small.KNOWN, "SERVED-TCN-1"))}
    data = {"juvenile": "false"}
    response = served.client.post("/submissions", files=files, data=data, headers=BROWSER)
    assert response.status_code == 200
    assert f'<p class="receipt">{served.receipt}</p>' in response.text


# --- subjects -----------------------------------------------------------------------------


def test_every_use_is_shown_and_looking_is_a_use(served: Served) -> None:
    def looks() -> int:
        shown = served.client.get(f"/cases/{served.receipt}.json").json()["uses"]
        return sum(use["what"].startswith("subject access") for use in shown)

    assert looks() + 1 == looks()
    page = served.client.see(f"/cases/{served.receipt}")
    assert "decision: search" in page
    assert "notified_agency" in page


def test_a_use_can_be_proved_from_the_page(served: Served) -> None:
    uses = served.client.get(f"/cases/{served.receipt}").json()["uses"]
    number = next(u for u in uses if u["what"] == "release")["entries"][0]
    leaf = served.client.get(f"/entries/{number}").content
    assert entry.read(leaf).kind == "release"
    data = served.client.get(f"/proof/{number}").content
    head = proof.verify(data, leaf, served.house.signer.verifier)
    assert head.size == len(served.house.store.leaves())


def test_contesting_is_recorded_each_time(served: Served) -> None:
    first = served.client.post(f"/cases/{served.receipt}/contest")
    assert first.json() == {"receipt": served.receipt, "contested": True}
    second = served.client.post(f"/cases/{served.receipt}/contest", headers=BROWSER)
    assert second.status_code == 303
    assert second.headers["location"] == f"/cases/{served.receipt}"
    steps = [e.step for e in served.house.store.events(served.receipt)]
    assert [s for s in steps if s.startswith("contested")] == ["contested 1", "contested 2"]


@pytest.mark.parametrize(
    "given", ["0" * 24, "house", "agreements", "A" * 24, "0" * 23, "0" * 5000, "%00", "'--", "case"]
)
@pytest.mark.parametrize("path", ["/cases/{}", "/cases/{}.json", "/cases/{}/contest"])
def test_wrong_receipts_are_answered_alike(served: Served, path: str, given: str) -> None:
    before = len(served.house.store.events())
    method = "POST" if path.endswith("contest") else "GET"
    response = served.client.ask(method, path.format(given))
    expected = served.client.ask(method, path.format("f" * 24))
    assert (response.status_code, response.content) == (404, expected.content)
    assert given not in response.text
    assert len(served.house.store.events()) == before


# --- the house afterwards -----------------------------------------------------------------


def test_writers_that_come_together_are_served_one_by_one(served: Served) -> None:
    files = [small.booking(small.STRANGER, f"TOGETHER-{n}") for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(served.client.submit, files))
    # The first of them enrols the person, and the others find her: no two enrol her twice.
    assert sorted(a["identified"] for a in answers) == [False, True, True]
    identities = {
        event.body["identity"]
        for answer in answers
        if (event := served.house.store.event(answer["receipt"], "criminal search"))
    }
    assert len(identities) == 1


def test_all_that_was_done_here_keeps_the_invariants(served: Served) -> None:
    broken = {c.name: c.violations for c in invariants.check(served.house) if c.violations}
    assert broken == {}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.eft", "a.eft"),
        ("../../etc/passwd", "passwd"),
        ("C:\\bookings\\a.eft", "a.eft"),
        ("a\r\nb\x00.eft", "a??b?.eft"),
        ("", "unnamed"),
        ("/", "unnamed"),
        ("..", ".."),
        ("x" * 999, "x" * NAME_MAX),
    ],
)
def test_a_files_name_is_only_a_name(given: str, kept: str) -> None:
    assert plain(given) == kept
