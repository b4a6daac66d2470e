"""Everything that can go wrong, in one tree, grouped by who must act.

    ComityError
    ├── CallerError        the command or call was wrong: the person who ran it acts
    ├── WireError          a transaction file is not what the standard says: its sender acts
    ├── ImageError         pixels that cannot be used: the sender acts
    ├── TemplateError      a template that cannot be read or compared: the sender or extractor acts
    │   └── PoorTemplateError   too few minutiae to search with
    ├── GalleryError       a gallery on disk is damaged or does not fit: its operator acts
    ├── AgreementError     an agreement file has a mistake: its drafter acts
    ├── LedgerError        an entry, proof or checkpoint does not verify: an auditor acts
    ├── StoreError         the durable store refuses or is damaged: its operator acts
    ├── ReleaseError       a release rule would be broken; nothing left: the operator acts
    └── StatisticsError    a table cannot be computed from these openings: an auditor acts

A refusal by an agreement is an answer (`records.Decision`), never an error.
Messages are lower case, without a full stop, with input in backticks.
"""

from __future__ import annotations

from typing import Any


class ComityError(Exception):
    """Root of the tree.

    where      the place: file, byte offset, field, row, line
    expected   what a right input has there
    found      what this one has
    next_step  what the reader can do about it
    """

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        expected: str = "",
        found: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.expected = expected
        self.found = found
        self.next_step = next_step

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.message}" if self.where else self.message]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.found:
            parts.append(f"found {self.found}")
        if self.next_step:
            parts.append(f"next: {self.next_step}")
        return "; ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """The one shape of an error in JSON, on the command line and over HTTP."""
        return {
            "code": self.code,
            "message": self.message,
            "where": self.where,
            "expected": self.expected,
            "found": self.found,
            "next_step": self.next_step,
        }


class CallerError(ComityError):
    """The command or call itself was wrong."""

    code = "caller"


class WireError(ComityError):
    """A transaction that cannot be read or written; `offset` is in bytes from the file's start."""

    code = "wire"

    def __init__(self, message: str, *, offset: int = 0, field: str = "", **rest: str) -> None:
        place = f"byte {offset}" + (f", field {field}" if field else "")
        where = rest.pop("where", "")
        super().__init__(message, where=f"{where}, {place}" if where else place, **rest)
        self.offset = offset
        self.field = field


class ImageError(ComityError):
    """Pixels that cannot be decoded or are not a usable fingerprint."""

    code = "image"


class TemplateError(ComityError):
    """A template that cannot be read, or does not fit its codec."""

    code = "template"


class PoorTemplateError(TemplateError):
    """Too few minutiae to search with."""

    code = "poor-template"


class GalleryError(ComityError):
    """A gallery on disk is damaged, missing or of another kind."""

    code = "gallery"


class AgreementError(ComityError):
    """An agreement file has a mistake; none of it was loaded. `findings` holds every one found."""

    code = "agreement"

    def __init__(self, message: str, *, findings: tuple[Any, ...] = (), **rest: str) -> None:
        super().__init__(message, **rest)
        self.findings = findings


class LedgerError(ComityError):
    """An entry, proof, note or checkpoint does not verify."""

    code = "ledger"


class StoreError(ComityError):
    """The durable store refuses: damaged, locked, or asked for something that contradicts it."""

    code = "store"


class ReleaseError(ComityError):
    """A release rule would be broken. Nothing left."""

    code = "release"


class StatisticsError(ComityError):
    """A table or claim cannot be computed from what was given."""

    code = "statistics"
