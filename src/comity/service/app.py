"""The application: every route, each a few words handed to the desk or to what is public."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, File, Form, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from comity import __version__
from comity.errors import ComityError, StatisticsError
from comity.exchange.clock import Clock, MachineClock
from comity.exchange.house import House
from comity.service import failures, guard
from comity.service.desk import Desk
from comity.service.failures import StatusError
from comity.service.pages import CSS, FRONT, page, shown_table, wants_html
from comity.service.public import Public
from comity.statistics.disclosure import THRESHOLD

LEVEL_VERSION = "2010"
# A tile never changes once written; everything else is asked for anew (guard.HEADERS).
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
Stated = Literal["", "true", "false"]


class Failure(BaseModel):
    """The one shape of an error; `errors.ComityError.as_json` makes it."""

    code: str
    message: str
    where: str
    expected: str
    found: str
    next_step: str


def app(
    house: House,
    publish_dir: Path,
    *,
    clock: Clock | None = None,
    hosts: Iterable[str] = guard.LOOPBACK,
    level_version: str = LEVEL_VERSION,
    bytes_max: int = guard.BYTES_MAX,
) -> FastAPI:
    """One house over HTTP; publishes its ledger and table to `publish_dir` at once.

    hosts      names by which it may be called
    bytes_max  largest file taken

    Raises
    ------
    LedgerError  `publish_dir` holds another ledger
    """
    time = MachineClock() if clock is None else clock
    public = Public(house, time, publish_dir, level_version)
    desk = Desk(house, time, public.ledger)
    desk.publish()
    synthetic = house.tokens.seed is not None  # decision 0102: off where nobody is behind a count
    public.count(None if synthetic else THRESHOLD)
    made = FastAPI(
        title="Comity",
        version=__version__,
        summary=f"The house {house.origin}",
        docs_url=None,  # those pages load scripts from elsewhere; docs/spec/http.md is ours
        redoc_url=None,
        responses={"default": {"model": Failure}},
        redirect_slashes=False,
    )
    made.state.desk, made.state.public, made.state.bytes_max = desk, public, bytes_max
    made.include_router(ROUTES)
    made.add_middleware(guard.Guard, hosts=tuple(hosts), bytes_max=bytes_max)
    _answer_failures(made)
    return made


# --- who does the work --------------------------------------------------------------------


def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


def _public(request: Request) -> Public:
    found: Public = request.app.state.public
    return found


AtDesk = Annotated[Desk, Depends(_desk)]
InPublic = Annotated[Public, Depends(_public)]
ROUTES = APIRouter()


def _either(
    request: Request, name: str, body: Any, context: dict[str, Any] | None = None
) -> Response:
    """A page for a browser, the same as JSON for a program."""
    if wants_html(request):
        return page(request, name, body if context is None else context)
    return JSONResponse(body)


# --- submissions and cases ----------------------------------------------------------------


@ROUTES.post("/submissions")
async def submit(
    request: Request,
    desk: AtDesk,
    file: Annotated[UploadFile, File()],
    juvenile: Annotated[Stated, Form()] = "",
    victim_or_witness: Annotated[Stated, Form()] = "",
    minor_traffic_only: Annotated[Stated, Form()] = "",
) -> Response:
    """Take one transaction through the journey. Refused files get 200 and an ERRT."""
    # The fields beside the file are facts that the standard has no field for.
    stated = {
        "juvenile": juvenile,
        "victim_or_witness": victim_or_witness,
        "minor_traffic_only": minor_traffic_only,
    }
    declared = {fact: said == "true" for fact, said in stated.items() if said}
    data = await file.read()
    if len(data) > request.app.state.bytes_max:
        raise StatusError(413, guard.too_large(request.app.state.bytes_max))
    answer = await run_in_threadpool(desk.submit, data, file.filename or "", declared)
    return _either(request, "answer", answer)


@ROUTES.post("/cases")
def find_case(receipt: Annotated[str, Form()]) -> Response:
    """From the form on the first page to the page of one record."""
    return RedirectResponse(f"/cases/{quote(receipt.strip(), safe='')}", status_code=303)


@ROUTES.get("/cases/{receipt}")
@ROUTES.get("/cases/{receipt}.json")  # nearest first: it is tried before the one above
def case(request: Request, desk: AtDesk, receipt: str) -> Response:
    """Subject access: every use of one record. The look is recorded."""
    return _either(request, "case", {"receipt": receipt, "uses": desk.uses(receipt)})


@ROUTES.post("/cases/{receipt}/contest")
def contest(request: Request, desk: AtDesk, receipt: str) -> Response:
    """Record that the subject contests; a person then has to answer."""
    desk.contest(receipt)
    if wants_html(request):
        return RedirectResponse(f"/cases/{receipt}", status_code=303)
    return JSONResponse({"receipt": receipt, "contested": True})


# --- what anyone may read -----------------------------------------------------------------


@ROUTES.get("/index.json")
@ROUTES.get("/")
def front(request: Request, public: InPublic) -> Response:
    """What this house is: agreements in force now, the table, the ledger's head."""
    table: dict[str, Any] | None = None
    untold = ""
    try:
        table = public.table()
    except StatisticsError as error:
        untold = f"The table cannot be published: {error.message}."
    body = {
        "origin": public.house.origin,
        "agreements": public.in_force(),
        "table": table,
        "untold": untold,
        "head": public.head().as_json(),
        "key": public.key().decode().strip(),
    }
    shown = {**body, "table": shown_table(table, FRONT) if table else None}
    return _either(
        request, "house", body, {**shown, "mebibytes": request.app.state.bytes_max >> 20}
    )


@ROUTES.get("/agreements.json")
@ROUTES.get("/agreements")
def agreements(request: Request, public: InPublic) -> Response:
    """Every agreement adopted, and where it stands now."""
    return _either(request, "agreements", {"agreements": public.agreements()})


@ROUTES.get("/agreements/{agreement_id}")
@ROUTES.get("/agreements/{agreement_id}.json")
def agreement(request: Request, public: InPublic, agreement_id: str) -> Response:
    """One agreement: its terms, in plain words, and the entries that recorded it."""
    return _either(request, "agreement", public.agreement(agreement_id))


@ROUTES.get("/statistics.csv")
def statistics_csv(public: InPublic) -> Response:
    """The published table as CSV."""
    return Response(public.statistics("csv"), media_type="text/csv")


@ROUTES.get("/statistics.json")
@ROUTES.get("/statistics")
def statistics(request: Request, public: InPublic) -> Response:
    """The published table, counted when the house was opened to the public."""
    if wants_html(request):
        return page(request, "statistics", {"table": shown_table(public.table())})
    return Response(public.statistics("json"), media_type="application/json")


# --- the ledger's files -------------------------------------------------------------------


@ROUTES.get("/checkpoint")
def checkpoint(public: InPublic) -> Response:
    """The signed head (C2SP tlog-checkpoint)."""
    return Response(public.checkpoint(), media_type="text/plain; charset=utf-8")


@ROUTES.get("/ledger.vkey")
def key(public: InPublic) -> Response:
    """The log's verifier key; worth something only where it also came by another way."""
    return Response(public.key(), media_type="text/plain; charset=utf-8")


@ROUTES.get("/tile/{path:path}")
def tile(public: InPublic, path: str) -> Response:
    """A tile or an entry bundle (C2SP tlog-tiles)."""
    return Response(public.tile(path), media_type="application/octet-stream", headers=FOR_EVER)


@ROUTES.get("/entries/{number}")
def entry(public: InPublic, number: int) -> Response:
    """One entry's bytes, as its proof is over them."""
    return Response(public.entry(number), media_type="application/json")


@ROUTES.get("/proof/{number}")
def proof(public: InPublic, number: int) -> Response:
    """A proof that an entry is in the ledger (C2SP tlog-proof), to be checked offline."""
    return Response(public.prove(number), media_type="text/plain; charset=utf-8")


@ROUTES.get("/style.css", include_in_schema=False)
def style() -> Response:
    """The one style sheet."""
    return Response(CSS, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


# --- failures -----------------------------------------------------------------------------


def _answer_failures(made: FastAPI) -> None:
    """Every way to fail ends in one shape (failures.told)."""
    to_error: dict[type[Exception], Callable[[Any], tuple[int, ComityError]]] = {
        StatusError: lambda e: (e.status, e.error),
        ComityError: lambda e: (failures.status_of(e), e),
        HTTPException: lambda e: (
            e.status_code,
            failures.of_http(e.status_code, str(e.detail), (e.headers or {}).get("Allow", "")),
        ),
        RequestValidationError: lambda e: (400, failures.of_fields(e.errors())),
        Exception: lambda _: (500, failures.unexpected()),
    }

    def handler(
        understand: Callable[[Any], tuple[int, ComityError]],
    ) -> Callable[[Request, Exception], Response]:
        def answer(request: Request, error: Exception) -> Response:
            status, understood = understand(error)
            body = failures.told(understood, status)
            response = (
                page(request, "failure", body, status)
                if wants_html(request)
                else JSONResponse(body, status)
            )
            guard.add_headers(response.headers)
            return response

        return answer

    for kind, understand in to_error.items():
        made.add_exception_handler(kind, handler(understand))
