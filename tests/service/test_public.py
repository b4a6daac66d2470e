"""What anyone may read: the ledger, the agreements, and a table that tells of nobody."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.cli import main
from comity.errors import LedgerError, StatisticsError
from comity.exchange.clock import SimulatedClock
from comity.ledger import audit
from comity.service import public as public_module
from comity.service.app import app
from tests.service import small
from tests.service.client import Client
from tests.service.conftest import Served

PUBLIC = (
    "/", "/index.json", "/agreements", "/agreements.json", "/agreements/oak-2011", "/statistics",
    "/statistics.json", "/statistics.csv", "/checkpoint", "/ledger.vkey", "/entries/1", "/proof/1",
)  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_no_public_page_names_anybody(served: Served, path: str, accept: str) -> None:
    response = served.client.get(path, headers={"accept": accept})
    assert response.status_code == 200
    for personal in ("EXAMPLE,", "19800102", "SERVED-TCN", "A000000001", served.receipt):
        assert personal not in response.text


def test_the_ledger_is_served_as_it_lies_on_disk_and_verifies(served: Served) -> None:
    folder = served.published / "ledger"
    for path in (p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        assert served.client.get(f"/{name}").content == path.read_bytes()
    report = audit.inspect(folder, [served.house.signer.verifier_key])
    assert report.sound
    assert report.head.size == len(served.house.store.leaves())


def test_the_front_page_says_where_the_ledger_stands(served: Served) -> None:
    page = served.client.see("/")
    head = served.client.get("/index.json").json()["head"]
    figures = dict(re.findall(r'data-figure="(\w+)">([^<]+)<', page))
    assert figures == {"size": str(head["size"]), "root": head["root"]}


def test_a_booking_is_in_the_ledger_when_it_is_answered(served: Served) -> None:
    size = served.client.get("/index.json").json()["head"]["size"]
    served.client.submit(b"another letter")
    # Received, and answered: one entry each.
    assert served.client.get("/index.json").json()["head"]["size"] == size + 2


# --- agreements ---------------------------------------------------------------------------


def test_an_agreement_is_shown_with_its_words_and_its_entry(served: Served) -> None:
    body = served.client.get("/agreements/oak-2011").json()
    assert body["status"] == "in_force"
    assert body["agreement"]["agreement"] == "oak-2011"
    (number,) = body["entries"]
    recorded = json.loads(served.client.get(f"/entries/{number}").content)
    assert recorded["public"]["agreement"] == body["agreement"]
    assert "left out" in served.client.see("/agreements/oak-2011")


@pytest.mark.parametrize(("year", "status"), [(2010, "dormant"), (2011, "in_force")])
def test_agreements_stand_as_of_now(served: Served, tmp_path: Path, year: int, status: str) -> None:
    clock = SimulatedClock(datetime(year, 12, 1, tzinfo=UTC))
    client = Client(app(served.house, tmp_path, clock=clock))
    (only,) = client.get("/agreements").json()["agreements"]
    assert only["status"] == status
    assert len(client.get("/index.json").json()["agreements"]) == (status == "in_force")
    shown = "Nothing reaches the second repository" in client.see("/")
    assert shown == (status != "in_force")


# --- statistics ---------------------------------------------------------------------------


def test_the_table_stands_still_while_the_house_is_open(served: Served) -> None:
    before = served.client.get("/statistics").content
    served.client.submit(b"yet another letter")
    assert served.client.get("/statistics").content == before


def test_small_counts_of_a_real_house_are_hidden(served: Served, tmp_path: Path) -> None:
    client = Client(app(served.house, tmp_path))
    body = client.get("/statistics").json()
    assert body["suppression"]["threshold"] == 10
    assert all(
        count is None or count == 0 or count >= 10
        for row in [*body["rows"], body["total"]]
        for count in row["counts"].values()
    )
    assert body["total"]["counts"]["matches"] is None
    assert "<td>hidden</td>" in client.see("/statistics")
    rows = list(csv.DictReader(io.StringIO(client.get("/statistics.csv").text)))
    assert rows[-1]["matches"] == "hidden"


def test_a_synthetic_house_hides_nothing_and_its_table_can_be_computed_again(
    tmp_path: Path,
) -> None:
    house = small.house(tmp_path / "house", seed=bytes(32))
    clock = SimulatedClock(small.START)
    first = Client(app(house, tmp_path / "published", clock=clock))
    first.submit(small.booking(small.KNOWN, "SYNTHETIC-1"))
    client = Client(app(house, tmp_path / "published", clock=clock))
    body = client.get("/statistics").json()
    house.close()
    assert body["suppression"] == "none"
    assert body["total"]["counts"]["submissions"] == 1
    assert "the people are synthetic" in client.see("/statistics")
    words = ["verify", str(tmp_path / "published"), "--decisions", "--json"]
    words += ["--openings", str(tmp_path / "house" / "auditors" / "openings.json")]
    words += ["--statistics", str(tmp_path / "published" / "statistics" / "by-jurisdiction.json")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert {c["name"] for c in json.loads(result.stdout)["checks"]} == {
        "ledger", "statistics", "decisions"
    }  # fmt: skip


def test_a_table_that_cannot_be_protected_is_not_published(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StatisticsError("a hidden count can be recovered", where="XA0010000, `matches`")

    monkeypatch.setattr(public_module, "suppress", refuse)
    client = Client(app(served.house, tmp_path))
    for path in ("/statistics", "/statistics.json", "/statistics.csv"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.json()["message"] == "a hidden count can be recovered"
        assert "XA0010000" not in response.text
    assert "a hidden count can be recovered" in client.see("/")


def test_a_folder_with_another_ledger_is_not_overwritten(served: Served, tmp_path: Path) -> None:
    other = small.house(tmp_path / "other")
    with pytest.raises(LedgerError, match="another or a newer ledger"):
        app(other, served.published)
    other.close()


def test_an_empty_house_can_be_served(tmp_path: Path) -> None:
    from comity.exchange.house import House

    house = House.create(tmp_path / "house", origin="ledger.example/empty")
    client = Client(app(house, tmp_path / "published"))
    assert client.get("/index.json").json()["head"]["size"] == 0
    assert "Nothing reaches the second repository" in client.see("/")
    assert client.get("/statistics").status_code == 200
    assert client.get("/entries/0").status_code == 404
    house.close()
