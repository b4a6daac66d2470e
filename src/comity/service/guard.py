"""What stands in front of every route: how large, from which page, under which name, and headers.

A house bound to loopback is still reached by every page its operator's browser opens. So the
name asked for must be one of ours (a foreign name that resolves here is DNS rebinding), and a
form of another site may not post here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comity.errors import CallerError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
BYTES_MAX = 64 << 20  # as `comity submit`: ten rolled prints at 500 ppi, uncompressed, are 6 MiB
# The multipart wrapping around one file: boundaries, part headers, two short fields.
WRAPPING_BYTES_MAX = 1 << 16
TOO_LARGE = "the file is too large for a transaction"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # A receipt is in the address of its page; it must not travel on to other sites.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware.

    hosts      names, without port, by which this house may be called
    bytes_max  of one file; a request may be a little larger
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], bytes_max: int = BYTES_MAX) -> None:
        self._app = app
        self._hosts = frozenset(h.lower() for h in hosts)
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        refused = self._refusal(scope["method"], Headers(scope=scope))
        if refused is not None:
            await _answer(*refused, with_headers)
            return
        await self._app(scope, self._counted(receive), with_headers)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, CallerError] | None:
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, CallerError(
                "this house is not called by that name",
                where="header Host",
                expected=", ".join(sorted(self._hosts)),
                next_step="name it with `comity serve --name NAME` if it should be",
            )
        if method not in READING and _foreign(headers, host):
            return HTTPStatus.FORBIDDEN, CallerError(
                "a page of another site may not post here",
                where="header Origin",
                next_step="send the request from a program, or from this house's own pages",
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._bytes_max + WRAPPING_BYTES_MAX:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large(self._bytes_max)
        return None

    def _counted(self, receive: Receive) -> Receive:
        """A body that states no length, or a false one, stops where it grows too large."""
        left = self._bytes_max + WRAPPING_BYTES_MAX

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
            return message

        return counted


def too_large(bytes_max: int) -> CallerError:
    """What is answered to a file that is larger than any transaction."""
    return CallerError(
        TOO_LARGE,
        expected=f"at most {bytes_max} bytes",
        next_step="split it: one transaction a file",
    )


def add_headers(headers: MutableHeaders) -> None:
    """The headers of every answer; a route may have set its own Cache-Control."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def _name(host: str) -> str:
    """The name in a Host header, without its port; an IPv6 address keeps its brackets."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


def _foreign(headers: Headers, host: str) -> bool:
    """Whether a browser says that another site's page made this request."""
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "same-origin")
    return site not in ("same-origin", "none") or (
        origin is not None and origin.partition("://")[2].lower() != host.lower()
    )


async def _answer(status: int, error: CallerError, send: Send) -> None:
    body = json.dumps(error.as_json()).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
