"""A real server on loopback, a real file, and a mirror that verifies."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from comity.cli import main
from comity.cli.serve import _loopback
from comity.ledger import checkpoint, tiles
from comity.ledger.note import Verifier
from tests.service import small
from tests.shared_data import shared


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve") / "house"
    small.house(folder).close()
    return folder


@pytest.fixture(scope="module")
def address(house: Path) -> Iterator[str]:
    """Where `comity serve` says that it listens."""
    words = [Path(sys.executable).parent / "comity", "serve", "--house", house, "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    yield found[0]
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=20)
    # Nothing was logged: receipts stand in addresses.
    assert (process.returncode, complaint) == (0, "")


def test_a_real_card_is_answered_and_its_ledger_can_be_mirrored(
    address: str, tmp_path: Path
) -> None:
    card = shared("transactions", "nist-reference", "type-4-tpcard.an2")
    with httpx.Client(base_url=address, timeout=60) as client:
        files = {"file": (card.name, card.read_bytes())}
        answer = client.post("/submissions", files=files).raise_for_status().json()
        uses = client.get(f"/cases/{answer['receipt']}").raise_for_status().json()["uses"]
        mirror(client, tmp_path / "mirror")
    assert answer["response"] == "SRE"
    assert len(answer["receipt"]) == 24
    assert "received" in [use["what"] for use in uses]
    result = CliRunner().invoke(main, ["verify", str(tmp_path / "mirror")])
    assert result.exit_code == 0, result.output


def mirror(client: httpx.Client, folder: Path) -> None:
    """Copy a ledger as any outsider can, from what its checkpoint says there is."""
    folder.mkdir()
    for name in ("checkpoint", "ledger.vkey"):
        (folder / name).write_bytes(client.get(f"/{name}").raise_for_status().content)
    log = Verifier.parse((folder / "ledger.vkey").read_text())
    size = checkpoint.read((folder / "checkpoint").read_bytes(), log).size
    names = [tiles.tile_path(tiles.ENTRIES, *span) for span in tiles.tile_spans(size, 0)]
    for level in tiles.levels(size):
        names += [tiles.tile_path(level, *span) for span in tiles.tile_spans(size, level)]
    for name in names:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(client.get(f"/{name}").raise_for_status().content)


def test_a_path_with_dots_reaches_nothing(address: str) -> None:
    """Sent as written: an HTTP library would tidy the path before it leaves."""
    host, _, port = address.removeprefix("http://").partition(":")
    for path in ("/tile/../../../secret.json", "/tile/..%2f..%2fhouse.json", "//etc/passwd"):
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            said = b"".join(iter(lambda line=line: line.recv(4096), b""))
        assert said.startswith(b"HTTP/1.1 404"), said[:80]
        assert b"fpir_max" not in said  # of house.json


def test_a_port_that_is_taken_changes_nothing(house: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        copy = shutil.copytree(house, tmp_path / "house", ignore=shutil.ignore_patterns("*-*"))
        shutil.rmtree(copy / "published", ignore_errors=True)
        result = CliRunner().invoke(main, ["serve", "--house", str(copy), "--port", port])
    assert result.exit_code == 2
    assert "nothing can listen at this address" in result.stderr
    assert not (copy / "published").exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "x y", "house.invalid"])
def test_an_address_that_is_not_ours(house: Path, host: str) -> None:
    words = ["serve", "--house", str(house), "--port", "0", "--host", host]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert result.stderr.startswith("comity: ")


def test_a_port_that_no_machine_has() -> None:
    assert CliRunner().invoke(main, ["serve", "--port", "99999"]).exit_code == 2


def test_a_folder_without_a_house(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--house", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "there is no house here" in result.stderr


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.0.2.1", False), ("house.example", False)],
)  # fmt: skip
def test_only_loopback_is_inside(host: str, inside: bool) -> None:
    assert _loopback(host) is inside
