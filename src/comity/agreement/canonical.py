"""The one JSON form of an agreement: what is hashed, and what the ledger stores (invariant I10).

`from_canonical(canonical(a)) == a`, and equal agreements have equal bytes (RFC 8785).
Every time is written out, also those a file may leave to follow from the notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Any

import rfc8785

from comity.agreement.interpret import agreement_of, plain
from comity.agreement.terms import Agreement, Clause


def canonical(agreement: Agreement) -> dict[str, Any]:
    """An agreement as JSON values, with the keys of its file."""
    body: dict[str, Any] = {"agreement": agreement.id}
    for field in fields(agreement):
        value = getattr(agreement, field.name)
        # What is not said is not written, so a new clause changes no hash that was ever cited.
        if field.name != "id" and value is not None:
            body[field.name] = _json(value)
    return body


def from_canonical(body: Mapping[str, Any]) -> Agreement:
    """The agreement again, checked like a file.

    Raises AgreementError, carrying every mistake, where `body` is not one.
    """
    return agreement_of(plain(body), str(body.get("agreement", "canonical agreement"))[:64])


def policy_hash(agreements: Iterable[Agreement]) -> str:
    """SHA-256, hex, over the RFC 8785 JSON list of the whole set sorted by id.

    Sorted, so that the order in which files were read cannot change what a decision cites.
    """
    return hash_of(encoded(agreement) for agreement in sorted(agreements, key=lambda a: a.id))


def encoded(agreement: Agreement) -> bytes:
    """The canonical form of one agreement in RFC 8785 bytes."""
    return rfc8785.dumps(canonical(agreement))


def hash_of(bodies: Iterable[bytes]) -> str:
    """The policy hash of encoded agreements that are sorted by id already."""
    # The RFC 8785 form of a list is its members' forms between commas.
    return sha256(b"[" + b",".join(bodies) + b"]").hexdigest()


def _json(value: Any) -> Any:
    if isinstance(value, Clause):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _json(part) for name, part in parts.items() if part is not None}
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value
