"""Every route answers, every page has its twin, and every failure has the one shape."""

from __future__ import annotations

import json
import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from comity.errors import (
    AgreementError,
    CallerError,
    ComityError,
    GalleryError,
    LedgerError,
    ReleaseError,
    StatisticsError,
    StoreError,
    WireError,
)
from comity.service.app import ROUTES
from tests.service.client import BROWSER
from tests.service.conftest import Served
from tests.shared_data import PROJECT

KEYS = {"code", "message", "where", "expected", "found", "next_step"}
ALL = sorted(
    (method, route.path)
    for route in ROUTES.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)
PAGES = {
    "/": "/index.json",
    "/agreements": "/agreements.json",
    "/agreements/oak-2011": "/agreements/oak-2011.json",
    "/statistics": "/statistics.json",
}
# How each route is made to fail: what is put for its parts, or what is sent to it.
WRONG = {
    ("GET", "/cases/{receipt}"): {},
    ("GET", "/cases/{receipt}.json"): {},
    ("POST", "/cases/{receipt}/contest"): {},
    ("POST", "/cases"): {"data": {"name": "x"}},
    ("POST", "/submissions"): {"data": {"file": "not a file"}},
    ("GET", "/agreements/{agreement_id}"): {},
    ("GET", "/agreements/{agreement_id}.json"): {},
    ("GET", "/tile/{path:path}"): {},
    ("GET", "/entries/{number}"): {},
    ("GET", "/proof/{number}"): {},
}


def of_one_shape(body: object) -> bool:
    return (
        isinstance(body, dict)
        and set(body) == KEYS
        and all(isinstance(value, str) for value in body.values())
        and bool(body["code"] and body["message"])
    )


@pytest.mark.parametrize(("method", "path"), ALL)
def test_every_route_fails_in_one_shape(served: Served, method: str, path: str) -> None:
    """A route that can't fail by what is asked fails by how it is asked."""
    if (method, path) in WRONG:
        concrete = re.sub(r"\{[^}]*\}", "no-such-thing", path)
        response = served.client.ask(method, concrete, **WRONG[method, path])
        assert response.status_code in (400, 404), response.text
    else:
        response = served.client.ask("DELETE", path)
        assert response.status_code == 405
    assert of_one_shape(response.json()), response.text


@pytest.mark.parametrize(("method", "path"), ALL)
def test_every_route_is_documented(method: str, path: str) -> None:
    text = (PROJECT / "docs" / "spec" / "http.md").read_text(encoding="utf-8")
    assert f"`{method} {path.replace(':path', '')}`" in text


@pytest.mark.parametrize(("path", "twin"), PAGES.items())
def test_every_page_has_a_twin(served: Served, path: str, twin: str) -> None:
    assert "<h1>" in served.client.see(path)
    as_program, as_twin = served.client.get(path), served.client.get(twin, headers=BROWSER)
    assert as_program.status_code == as_twin.status_code == 200
    assert as_program.json() == as_twin.json()


@pytest.mark.parametrize("path", ["/nowhere", "/cases/x/y", "/submissions/", "/tile/", "/docs"])
def test_a_page_that_is_not_there(served: Served, path: str) -> None:
    response = served.client.get(path)
    assert response.status_code == 404
    assert of_one_shape(response.json())


def test_a_failure_is_a_page_for_a_person(served: Served) -> None:
    response = served.client.get("/cases/" + "a" * 24, headers=BROWSER)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "No such receipt" in response.text
    assert "slip of the pen" in response.text


@pytest.mark.parametrize(
    "content",
    [b"", b"--x\r\nnonsense", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n'],
)
def test_a_broken_body_is_a_failure_like_any_other(served: Served, content: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = served.client.post("/submissions", content=content, headers=headers)
    assert response.status_code == 400
    assert of_one_shape(response.json())


def test_a_declared_fact_is_yes_or_no(served: Served) -> None:
    response = served.client.post(
        "/submissions", files={"file": ("a", b"x")}, data={"juvenile": "perhaps"}
    )
    assert response.status_code == 400
    assert response.json()["where"] == "body.juvenile"
    assert "perhaps" not in response.text


# --- errors raised below a route ----------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CallerError("c"), 400),
        (WireError("w", offset=3), 422),
        (AgreementError("a"), 409),
        (ReleaseError("r"), 409),
        (StatisticsError("s"), 503),
        (LedgerError("l", where="/srv/secret"), 503),
        (StoreError("t", where="sqlite:////srv/secret", found="/srv/secret"), 503),
        (GalleryError("g", where="/srv/secret"), 503),
        (ComityError("e", where="/srv/secret"), 500),
        (HTTPException(418, "Short and stout."), 418),
        (ZeroDivisionError("/srv/secret"), 500),
        (KeyError("/srv/secret"), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_has_a_fitting_status_and_tells_no_stranger_of_the_machine(
    served: Served, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fails() -> bytes:
        raise error

    public = served.client.app.state.public
    monkeypatch.setattr(public, "checkpoint", fails)
    response = served.client.get("/checkpoint")
    assert response.status_code == status
    assert of_one_shape(response.json())
    assert "/srv/secret" not in response.text
    assert response.headers["content-security-policy"]


def test_the_schema_knows_the_one_shape_of_failure(served: Served) -> None:
    schema = served.client.get("/openapi.json").json()
    assert set(schema["components"]["schemas"]["Failure"]["properties"]) == KEYS
    assert "HTTPValidationError" not in json.dumps(schema)


def test_the_application_has_no_other_route(served: Served) -> None:
    app: FastAPI = served.client.app
    ours = {path.replace(":path", "") for _, path in ALL} - {"/style.css"}
    assert ours == set(app.openapi()["paths"])
