"""What the ledger can say: the kinds of entry, and the values each commits to.

This is data; docs/spec/ledger-entry.md explains it. `personal` values point at one person or
file: their salts are destroyed when the person's record must go, and they are never handed to
statisticians. A shape ending in `?` also takes null, which means unknown or not applicable.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from comity.errors import LedgerError


@dataclass(frozen=True)
class Kind:
    """One kind of entry: value name -> shape, the personal ones, and the public documents."""

    values: Mapping[str, str]
    personal: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()


CASE: Mapping[str, str] = MappingProxyType({"case": "text", "jurisdiction": "text", "at": "time"})


def _kind(*personal: str, **values: str) -> Kind:
    return Kind(MappingProxyType({**CASE, **values}), frozenset(personal))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "agreement": Kind(
            MappingProxyType({"id": "text", "recorded_at": "time"}),
            public=frozenset({"agreement"}),
        ),
        "received": _kind(
            "tcn",
            "sha256",
            "person",
            tot="text?",
            accepted="truth",
            findings="texts",
            missing_charge="truth?",
            tcn="text?",
            sha256="text",
            person="text?",
        ),
        "first_response": _kind(
            response="SRE|ERRT", identified="truth?", person="text?", seconds="seconds"
        ),
        "decision": _kind(
            question="search|release",
            facts="object",
            decision="object",
            number="count",
            because="text",
        ),
        "search": _kind(
            matched="truth",
            person="text?",
            reasons="texts",
            lawful_process_only="truth?",
            citizen="truth?",
            level="levels",
        ),
        "release": _kind(
            "digest",
            recipient="text",
            fields="texts",
            decision_leaf="count",
            digest="text",
            late="truth",
        ),
        "second_response": _kind(
            response="match|no-match|withheld|error|not-searched", seconds="seconds"
        ),
        "determination": _kind(
            reviewers="count", determination="no_action|action_requested|refer", reason="text"
        ),
        "outcome": _kind(stage="custody|removal", level="levels"),
        "disposition": _kind(stage="text", level="levels"),
        "correction": _kind(fact="text", value="truth"),
        "cancellation": _kind(recipient="text", of_leaf="count", because="text"),
        "retraction": _kind(recipient="text", release_leaf="count", because="text"),
        "acknowledgement": _kind(recipient="text", of_leaf="count"),
        "subject_access": _kind(contested="truth"),
    }
)


def kind_of(name: str) -> Kind:
    """The kind called `name`; LedgerError where there is none."""
    if name not in KINDS:
        raise LedgerError(
            "no such kind of entry", expected=", ".join(KINDS), found=f"`{name[:80]}`"
        )
    return KINDS[name]


def check_values(name: str, values: Mapping[str, Any], *, whole: bool = True) -> None:
    """Refuse values that are not the kind's own: a wrong name, a missing one, another shape.

    whole  every value must be there; without it some may be absent, as in a partial opening
    """
    kind = kind_of(name)
    missing = [v for v in kind.values if v not in values] if whole else []
    unknown = [v for v in values if v not in kind.values]
    if missing or unknown:
        raise LedgerError(
            "an entry has exactly the values of its kind",
            where=f"`{name}` entry",
            expected="also " + ", ".join(missing) if missing else ", ".join(kind.values),
            found=", ".join(f"`{v}`" for v in unknown) or ", ".join(values) or "none",
        )
    for value_name, value in values.items():
        shape = kind.values[value_name]
        if not fits(shape, value):
            raise LedgerError(
                "a value has the wrong shape",
                where=f"`{name}` entry, `{value_name}`",
                expected=shape,
                found=f"`{value!r}`"[:100],
            )


def fits(shape: str, value: Any) -> bool:
    """Whether `value` is what `shape` promises; `a|b` is a choice of words."""
    if shape.endswith("?"):
        return value is None or fits(shape[:-1], value)
    if shape in SHAPES:
        return SHAPES[shape](value)
    return isinstance(value, str) and value in shape.split("|")


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


SHAPES: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "text": lambda v: isinstance(v, str),
        "texts": lambda v: isinstance(v, list | tuple) and all(isinstance(t, str) for t in v),
        "truth": lambda v: isinstance(v, bool),
        "time": _is_time,
        "count": lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0,
        "seconds": lambda v: _is_number(v) and math.isfinite(v) and v >= 0,
        "object": lambda v: isinstance(v, dict),
        "levels": lambda v: isinstance(v, dict) and all(fits("text?", t) for t in v.values()),
    }
)
