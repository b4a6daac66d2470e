"""Names, origins, sizes and headers in front of every route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest

from comity.service import guard
from comity.service.app import app
from comity.service.failures import StatusError
from tests.service import small
from tests.service.client import Client
from tests.service.conftest import Served


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost:9", "LOCALHOST", "[::1]:80"]
)
def test_our_own_names_are_answered(served: Served, host: str) -> None:
    assert served.client.get("/checkpoint", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.", "::1", "[::1"],
)
def test_a_foreign_name_that_leads_here_is_refused(served: Served, host: str) -> None:
    response = served.client.get("/checkpoint", headers={"host": host})
    assert response.status_code == 421
    assert response.json()["where"] == "header Host"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/submissions", "/cases", "/cases/{receipt}/contest"])
def test_a_form_of_another_site_changes_nothing(
    served: Served, headers: dict[str, str], path: str
) -> None:
    before = len(served.house.store.leaves())
    response = served.client.post(
        path.format(receipt=served.receipt), headers=headers, files={"file": ("a", b"x")}
    )
    assert response.status_code == 403
    assert len(served.house.store.leaves()) == before


def test_our_own_form_is_taken(served: Served) -> None:
    own = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    response = served.client.post("/cases", data={"receipt": f" {served.receipt} "}, headers=own)
    assert response.status_code == 303
    assert response.headers["location"] == f"/cases/{served.receipt}"


@pytest.mark.parametrize(
    "given", ["//evil.example", "../x", "a\r\nset-cookie: b", "https://evil.example"]
)
def test_the_form_leads_nowhere_else(served: Served, given: str) -> None:
    response = served.client.post("/cases", data={"receipt": given})
    location = response.headers["location"]
    assert location.startswith("/cases/")
    assert location.count("/") == 2
    assert "set-cookie" not in response.headers


# --- size ---------------------------------------------------------------------------------


@pytest.fixture
def narrow(served: Served) -> Client:
    """The same house with a limit of 100 bytes a file."""
    return Client(app(served.house, served.published, bytes_max=100))


def test_a_file_at_the_limit_is_answered_and_one_above_is_not(narrow: Client) -> None:
    assert narrow.submit(b"x" * 100)["response"] == "ERRT"
    response = narrow.post("/submissions", files={"file": ("a", b"x" * 101)})
    assert response.status_code == 413
    assert response.json()["expected"] == "at most 100 bytes"


def test_a_stated_length_is_believed_before_a_byte_is_read(narrow: Client) -> None:
    response = narrow.post("/submissions", content=b"", headers={"content-length": "99999999999"})
    assert response.status_code == 413
    assert narrow.post("/submissions", headers={"content-length": "many"}).status_code == 413


def test_a_body_without_a_length_stops_where_it_grows_too_large(narrow: Client) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        while sent < 1 << 24:
            sent += 1 << 14
            yield bytes(1 << 14)

    response = narrow.post(
        "/submissions",
        content=endless(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert response.status_code == 413
    assert response.json()["message"] == guard.TOO_LARGE
    assert sent <= guard.WRAPPING_BYTES_MAX + (1 << 15)


# --- paths and headers --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "../checkpoint", "..%2f..%2fhouse%2fsecret.json", "%2e%2e/%2e%2e/house/secret.json",
        "0/../../../house/secret.json", "/etc/passwd", "0/000/../../../ledger.vkey", "entries",
        "0/000%00", "0/000.new", "-1/000", "0/x000", "0/000.p/",
        "0/000.p/1/2", "0//000", "0/٠٠٠", "C:/x", "0\\000",
    ],
)  # fmt: skip
def test_only_tiles_can_be_named(served: Served, path: str) -> None:
    with pytest.raises(StatusError) as refused:
        served.client.app.state.public.tile(unquote(path))
    assert refused.value.status == 404
    # What a client makes of dots in a path is its own affair; no answer holds the secret.
    response = served.client.get(f"/tile/{path}")
    assert b"secret" not in response.content
    assert response.status_code == 404 or response.url.path in ("/checkpoint", "/ledger.vkey")


def test_a_tile_may_be_kept_for_ever_and_nothing_else(served: Served) -> None:
    bundle = next((served.published / "ledger" / "tile" / "entries").rglob("000.p/*"))
    response = served.client.get(f"/tile/entries/000.p/{bundle.name}")
    assert response.content == bundle.read_bytes()
    assert "immutable" in response.headers["cache-control"]
    for path in ("/", "/checkpoint", "/statistics", f"/cases/{served.receipt}", "/nowhere"):
        assert served.client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/agreements/oak-2011", "/nowhere", "/checkpoint"])
def test_pages_run_nothing_and_load_only_their_style(served: Served, path: str) -> None:
    headers = served.client.get(path, headers={"accept": "text/html"}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_other_peoples_words_are_escaped(served: Served) -> None:
    for path in ("/", "/agreements", "/agreements/oak-2011"):
        text = served.client.see(path)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script" not in text
    name = '"><img src=x onerror=alert(1)>.eft'
    answer = served.client.submit(small.booking(small.KNOWN, "<b>BOLD</b>"), name)
    assert "<img" not in served.client.see(f"/cases/{answer['receipt']}")


def test_the_style_is_not_escaped(served: Served) -> None:
    response = served.client.get("/style.css")
    assert response.headers["content-type"].startswith("text/css")
    assert '"Segoe UI"' in response.text
    assert "&#34;" not in response.text
