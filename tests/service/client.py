"""Asks an application without a network, as a program or as a person's browser."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

ADDRESS = "http://127.0.0.1:8000"
BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


class Client:
    """One application; every call is a request of its own."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def ask(self, method: str, path: str, **rest: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            # A failure of ours must come back as an answer, as it would from a real server.
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
                return await client.request(method, path, **rest)

        return asyncio.run(asked())

    def get(self, path: str, **rest: Any) -> httpx.Response:
        return self.ask("GET", path, **rest)

    def post(self, path: str, **rest: Any) -> httpx.Response:
        return self.ask("POST", path, **rest)

    def see(self, path: str) -> str:
        """The page that a browser is shown."""
        response = self.get(path, headers=BROWSER)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/html")
        return response.text

    def submit(self, data: bytes, name: str = "booking.eft", **fields: str) -> dict[str, Any]:
        response = self.post("/submissions", files={"file": (name, data)}, data=fields)
        assert response.status_code == 200, response.text
        return dict(response.json())
