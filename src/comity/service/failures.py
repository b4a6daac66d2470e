"""Every error in one shape, with a fitting status; nothing of the machine is told to strangers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from comity.errors import (
    AgreementError,
    CallerError,
    ComityError,
    GalleryError,
    ImageError,
    LedgerError,
    ReleaseError,
    StatisticsError,
    StoreError,
    TemplateError,
    WireError,
)

LOG = logging.getLogger("comity.service")

STATUS: Mapping[type[ComityError], HTTPStatus] = MappingProxyType(
    {
        CallerError: HTTPStatus.BAD_REQUEST,
        WireError: HTTPStatus.UNPROCESSABLE_ENTITY,
        ImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
        TemplateError: HTTPStatus.UNPROCESSABLE_ENTITY,
        AgreementError: HTTPStatus.CONFLICT,
        ReleaseError: HTTPStatus.CONFLICT,
        StatisticsError: HTTPStatus.SERVICE_UNAVAILABLE,
        LedgerError: HTTPStatus.SERVICE_UNAVAILABLE,
        StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
        GalleryError: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


class StatusError(Exception):
    """An error that a route answers with, and its status."""

    def __init__(self, status: int, error: ComityError) -> None:
        super().__init__(str(error))
        self.status = status
        self.error = error


def missing(what: str, expected: str = "", next_step: str = "") -> StatusError:
    """Nothing is there. What was asked for is not repeated: it may be a mistyped receipt."""
    return StatusError(
        HTTPStatus.NOT_FOUND, CallerError(f"no such {what}", expected=expected, next_step=next_step)
    )


def status_of(error: ComityError) -> int:
    """The status of an error by its place in the tree."""
    return next((STATUS[c] for c in type(error).__mro__ if c in STATUS), 500)


def told(error: ComityError, status: int) -> dict[str, Any]:
    """What a stranger is told: of the house's own failures neither paths nor values."""
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return error.as_json()
    LOG.error("%s", error)
    return {
        **ComityError(error.message, next_step="tell the operator; nothing was lost").as_json(),
        "code": error.code,
    }


def of_http(status: int, detail: str, allowed: str = "") -> ComityError:
    """An error that the framework found: no such page, another method, a broken body."""
    if status == HTTPStatus.NOT_FOUND:
        return CallerError("no such page", next_step="docs/spec/http.md lists every route")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return CallerError("this page is not asked in this way", expected=allowed)
    return CallerError(detail[:1].lower() + detail[1:].rstrip("."))


def of_fields(errors: Any) -> ComityError:
    """Form fields, path or query parts that are missing or of the wrong form."""
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"])
    # The input itself is left out: it may be a name.
    return CallerError(
        "the request is not what this page takes", where=place, expected=str(first["msg"]).lower()
    )


def unexpected() -> ComityError:
    """A defect of ours: the log has it, the caller gets no part of it."""
    return ComityError(
        "the house failed at this request", next_step="tell the operator; try again later"
    )
