"""One ledger entry: what the public sees of an event, and what opens it.

    {"v":1,"kind":K,"period":"YYYY-MM","policy":"<sha256 hex, or empty>","public":{...},
     "commitments":{name: base64 of HMAC-SHA256(salt, JCS([name, value]))}}

The bytes are RFC 8785 canonical JSON (JCS), at most 65,535 of them (the length prefix of a
tlog-tiles entry bundle). Values and salts stay with the operator in an `Opening`. Destroying
a salt leaves a random-looking string that nobody can open again, also not by trying values.
Only an `agreement` entry holds plain content: agreements are public documents (invariant I9).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import rfc8785

from comity.errors import LedgerError
from comity.ledger.strict import from_base64, to_base64
from comity.ledger.vocabulary import check_values, kind_of

VERSION = 1
LEAF_BYTES_MAX = 65_535
# 128 bits keep even a yes-or-no value out of reach of guessing; callers give 32 bytes.
SALT_BYTES_MIN = 16
COMMITMENT_BYTES = 32
FIELDS = ("commitments", "kind", "period", "policy", "public", "v")
PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
POLICY = re.compile(r"([0-9a-f]{64})?")

Json: TypeAlias = (
    Any  # what RFC 8785 can write: null, bool, numbers, text, lists, string-keyed dicts
)


@dataclass(frozen=True)
class Opening:
    """Salts and values of one entry, by name. A value whose salt was destroyed is absent."""

    fields: Mapping[str, tuple[bytes, Json]] = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    @property
    def values(self) -> dict[str, Json]:
        """What the operator says the values are; `opened` checks them against the entry."""
        return {name: value for name, (_, value) in self.fields.items()}

    def as_json(self) -> dict[str, dict[str, Json]]:
        return {
            name: {"salt": to_base64(salt), "value": value}
            for name, (salt, value) in self.fields.items()
        }

    @classmethod
    def from_json(cls, body: Json) -> Opening:
        """Read what `as_json` wrote; LedgerError for anything else."""
        if not isinstance(body, dict):
            raise LedgerError("an opening is a JSON object", found=f"`{type(body).__name__}`")
        fields: dict[str, tuple[bytes, Json]] = {}
        for name, pair in body.items():
            whole = isinstance(pair, dict) and set(pair) == {"salt", "value"}
            if not whole or not isinstance(pair["salt"], str):
                raise LedgerError(
                    "an opened value has a salt and a value", where=f"opening, `{name}`"
                )
            fields[name] = (from_base64(pair["salt"], f"the salt of `{name}`"), pair["value"])
        return cls(fields)


@dataclass(frozen=True)
class Entry:
    """An entry as the public reads it."""

    kind: str
    period: str
    policy: str
    public: Mapping[str, Json]
    commitments: Mapping[str, bytes]


@dataclass(frozen=True)
class OpenedEntry:
    """An entry with the values that its opening was verified to hold; what statistics read.

    index  leaf index from 0, or -1 where it is not known
    """

    index: int
    kind: str
    period: str
    policy: str
    public: Mapping[str, Json]
    values: Mapping[str, Json]


def canonical(value: Json) -> bytes:
    """RFC 8785 bytes of `value`; LedgerError where it cannot be written so."""
    try:
        return rfc8785.dumps(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise LedgerError(
            "this value has no canonical JSON",
            expected="null, truth, finite numbers within 2^53, text, lists, string-keyed objects",
            found=f"{error}"[:100],
        ) from error


def commit(name: str, value: Json, salt: bytes) -> bytes:
    """HMAC-SHA256(salt, JCS([name, value])), 32 bytes."""
    return hmac.digest(salt, canonical([name, value]), hashlib.sha256)


def make(
    kind: str,
    *,
    period: str,
    policy: str,
    values: Mapping[str, Json],
    public: Mapping[str, Json] = MappingProxyType({}),
    salt: Callable[[], bytes],
) -> tuple[bytes, Opening]:
    """The leaf bytes of one entry, and what opens it.

    period   month `YYYY-MM`, all that the public learns of when
    policy   sha256 hex of the agreement set that decided, or empty
    values   exactly those of the kind (vocabulary.py); each gets a salt of its own
    salt     gives 16 bytes or more, fresh at every call; 32 is the house's choice

    Raises
    ------
    LedgerError  an unknown kind, other values than the kind's, plain content outside an
                 agreement, a short or repeated salt, or more than 65,535 bytes
    """
    check_values(kind, values)
    fields = {name: (salt(), value) for name, value in values.items()}
    _check_salts(fields)
    leaf = canonical(
        {
            "v": VERSION,
            "kind": kind,
            "period": period,
            "policy": policy,
            "public": dict(public),
            "commitments": {n: to_base64(commit(n, v, s)) for n, (s, v) in fields.items()},
        }
    )
    # The opening keeps what was committed to, not the caller's object, which may change.
    opening = Opening({n: (s, json.loads(canonical(v))) for n, (s, v) in fields.items()})
    # Opened at once: a float from 2^53 on is written, but reads back as no JSON number.
    opened(leaf, opening)
    return leaf, opening


def read(leaf: bytes) -> Entry:
    """The entry that `leaf` spells, with every rule on entries checked.

    Raises
    ------
    LedgerError  too long, not canonical JSON, or not an entry of a known kind
    """
    if len(leaf) > LEAF_BYTES_MAX:
        raise LedgerError(
            "the entry is too long",
            expected=f"at most {LEAF_BYTES_MAX} bytes",
            found=f"{len(leaf)}",
            next_step="shorten the public document or split it",
        )
    body = _parsed(leaf)
    if not isinstance(body, dict) or tuple(sorted(body)) != FIELDS or canonical(body["v"]) != b"1":
        raise LedgerError(
            "this is not an entry of version 1",
            expected=", ".join(FIELDS),
            found=f"`{leaf[:80]!r}`",
        )
    kind, period, policy = body["kind"], body["period"], body["policy"]
    if not all(isinstance(text, str) for text in (kind, period, policy)):
        raise LedgerError("an entry's kind, period and policy are text")
    _check_form(period, PERIOD, "period", "`YYYY-MM`")
    _check_form(policy, POLICY, "policy", "64 hex digits, or nothing")
    known = kind_of(kind)
    public, committed = body["public"], body["commitments"]
    if not isinstance(public, dict) or set(public) != known.public:
        raise LedgerError(
            "plain content stands only where the public document is",
            where=f"`{kind}` entry, `public`",
            expected=", ".join(known.public) or "nothing",
            found=f"`{public!r}`"[:100],
        )
    if not isinstance(committed, dict) or set(committed) != set(known.values):
        raise LedgerError(
            "an entry commits to exactly the values of its kind",
            where=f"`{kind}` entry",
            expected=", ".join(known.values),
            found=f"`{committed!r}`"[:100],
        )
    return Entry(
        kind,
        period,
        policy,
        MappingProxyType(public),
        MappingProxyType({name: _commitment(name, text) for name, text in committed.items()}),
    )


def opened(leaf: bytes, opening: Opening) -> dict[str, Json]:
    """The values of an entry, each verified against its commitment; absent ones stay absent.

    Raises
    ------
    LedgerError  not an entry, or names the value that is not what was committed to
    """
    return _values(read(leaf), opening)


def opened_entry(index: int, leaf: bytes, opening: Opening) -> OpenedEntry:
    """The entry at leaf `index` together with its verified values."""
    entry = read(leaf)
    values = MappingProxyType(_values(entry, opening))
    return OpenedEntry(index, entry.kind, entry.period, entry.policy, entry.public, values)


def destroy(opening: Opening, names: Collection[str]) -> Opening:
    """The opening without salts and values of `names`: those can never be opened again."""
    return Opening({name: pair for name, pair in opening.fields.items() if name not in names})


def for_statistics(kind: str, opening: Opening) -> Opening:
    """The opening without the kind's personal values: what a statistician may hold."""
    return destroy(opening, kind_of(kind).personal)


def _values(entry: Entry, opening: Opening) -> dict[str, Json]:
    """The opened values, each found to be what the entry commits to."""
    for name, (salt, value) in opening.fields.items():
        if name not in entry.commitments:
            raise LedgerError(
                "the opening has a value that the entry does not commit to",
                where=f"`{entry.kind}` entry, `{name}`",
            )
        if not hmac.compare_digest(commit(name, value, salt), entry.commitments[name]):
            raise LedgerError(
                "the opened value is not what was committed to",
                where=f"`{entry.kind}` entry, `{name}`",
                found=f"`{value!r}`"[:100],
                next_step="ask who keeps the opening: the value or its salt was changed",
            )
    check_values(entry.kind, opening.values, whole=False)
    return opening.values


def _parsed(leaf: bytes) -> Json:
    try:
        body = json.loads(leaf)
    except (ValueError, RecursionError) as error:
        raise LedgerError("the entry is not JSON", found=f"`{leaf[:80]!r}`") from error
    if canonical(body) != leaf:
        raise LedgerError(
            "the entry is not canonical JSON",
            expected="RFC 8785",
            found=f"`{leaf[:80]!r}`",
        )
    return body


def _check_salts(fields: Mapping[str, tuple[bytes, Json]]) -> None:
    salts = [salt for salt, _ in fields.values()]
    if any(len(salt) < SALT_BYTES_MIN for salt in salts):
        raise LedgerError(
            "a salt is too short",
            expected=f"{SALT_BYTES_MIN} bytes or more",
            found=f"{min(map(len, salts))}",
        )
    if len(set(salts)) < len(salts):
        raise LedgerError(
            "two values of an entry have the same salt",
            expected="a fresh salt at every call: one must be destroyable without the other",
        )


def _check_form(text: str, form: re.Pattern[str], what: str, expected: str) -> None:
    if not form.fullmatch(text):
        raise LedgerError(f"the entry's {what} is malformed", expected=expected, found=f"`{text}`")


def _commitment(name: str, text: Json) -> bytes:
    if not isinstance(text, str):
        raise LedgerError("a commitment is base64 text", where=f"`{name}`")
    return from_base64(text, f"the commitment to `{name}`", length=COMMITMENT_BYTES)
