"""What cannot stand together in one agreement, though each of its clauses is well formed.

The rules look at what is *said*: a body with the keys of a file, whose values are already words,
numbers and instants. A file that is only partly readable is still looked at, with `UNREAD` where
a value is missing its sense, so that a wrong word in one clause hides no wrong date in another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from comity.agreement.words import (
    EVENTS,
    EXCLUSIONS,
    HOLD_HOURS_MAX,
    LEVEL_VERSIONS,
    REGIMES,
)  # fmt: skip
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES

Path = tuple[str | int, ...]
Body = Mapping[str, Any]

CLAUSES = (
    "scope", "term", "notice", "trigger", "levels", "exclusions", "release", "answer", "hold",
    "review", "retention", "events",
)  # fmt: skip


class Unread:
    """Stands for a value that could not be read; its mistake is noted where it was met."""

    def __repr__(self) -> str:
        return "UNREAD"


UNREAD: Final = Unread()


@dataclass(frozen=True)
class Contradiction:
    """Two clauses, or a clause and the calendar, that cannot both stand. `path` leads to one."""

    code: str
    path: Path
    expected: str
    found: str


def contradictions(body: Body) -> Iterator[Contradiction]:
    """What in a body cannot stand together, in reading order.

    body  the keys of a file; clauses as mappings, times as aware datetimes, `UNREAD` anywhere
    """
    if said(body, "agreement") == "default":
        # Decisions name the rules that hold where no agreement does `default#...`.
        yield Contradiction("reserved-id", ("agreement",), "an id other than `default`", "default")
    yield from _words(body)
    yield from _repeated_ids(body)
    yield from _activation(body)
    yield from _told(body)
    yield from _enders(body)
    yield from _exclusions(body)
    yield from _releases(body)
    yield from _hold(body)
    for index in places(body, "events"):
        yield from _event(body, index)


def said(body: Body, *path: str | int) -> Any:
    """The value at a place: None where nothing is said, UNREAD where it or its clause is unread."""
    value: Any = body
    for step in path:
        if value is None or value is UNREAD:
            return value
        if isinstance(step, int):
            value = value[step]
        else:
            value = value.get(step)
    return value


def places(body: Body, name: str) -> range:
    """The indexes of a list of clauses; none where the list cannot be read."""
    listed = said(body, name)
    return range(len(listed)) if isinstance(listed, list | tuple) else range(0)


def read(*values: Any) -> bool:
    """Whether all of some values were said and understood."""
    return not any(value is None or value is UNREAD for value in values)


def _words(body: Body) -> Iterator[Contradiction]:
    """Words the evaluator does not know. A file was checked already; a reform in code was not."""
    later: tuple[str, ...] = STAGES
    looked: list[tuple[Path, tuple[str, ...]]] = [
        (("regime",), REGIMES),
        (("trigger", "stage"), STAGES),
        (("levels", "version"), LEVEL_VERSIONS),
        (("levels", "permit"), LEVELS),
    ]
    for index in places(body, "exclusions"):
        looked += [(("exclusions", index, "fact"), EXCLUSIONS),
                   (("exclusions", index, "until"), later)]  # fmt: skip
    for index in places(body, "release"):
        looked += [(("release", index, "to"), RECIPIENTS),
                   (("release", index, "fields"), RELEASE_FIELDS),
                   (("release", index, "after"), later)]  # fmt: skip
    looked += [(("events", index, "event"), EVENTS) for index in places(body, "events")]
    for path, known in looked:
        found = said(body, *path)
        for word in found if isinstance(found, list | tuple) else [found]:
            if read(word) and word not in known:
                yield Contradiction("unknown-word", path, f"one of {', '.join(known)}", str(word))


def _repeated_ids(body: Body) -> Iterator[Contradiction]:
    where: dict[str, Path] = {}
    count: Counter[str] = Counter()
    for name in CLAUSES:
        listed = isinstance(said(body, name), list | tuple)
        for place in [(name, i) for i in places(body, name)] if listed else [(name,)]:
            found = said(body, *place, "id")
            if read(found):
                count[found] += 1
                where[found] = (*place, "id")
    for name, times in count.items():
        if times > 1:
            yield Contradiction(
                "repeated-id", where[name], "an id used once", f"{name} {times} times"
            )


def _activation(body: Body) -> Iterator[Contradiction]:
    days, effective = said(body, "notice", "activate_days"), said(body, "term", "effective")
    published = said(body, "term", "published")
    if not read(days) or not days or said(body, "term") is None:
        return
    if published is None:
        yield Contradiction(
            "not-published",
            ("term",),
            f"`published`, {days} days before it takes effect",
            "no publication",
        )
    elif read(published, effective) and effective < (earliest := _after(published, days)):
        yield Contradiction(
            "notice-too-short",
            ("term", "effective"),
            f"{earliest.isoformat()} or later: {days} days after publication",
            effective.isoformat(),
        )


def _told(body: Body) -> Iterator[Contradiction]:
    days, effective = said(body, "notice", "activate_days"), said(body, "term", "effective")
    told = said(body, "term", "told")
    if read(days, effective, told) and effective < _after(told, days):
        latest = effective - timedelta(days=days)
        yield Contradiction(
            "told-too-late",
            ("term", "told"),
            f"{latest.isoformat()} or earlier: {days} days before it takes effect",
            told.isoformat(),
        )


def _enders(body: Body) -> Iterator[Contradiction]:
    """Who may suspend or end it must be a party, and who did so one of those."""
    parties, named = said(body, "parties"), said(body, "notice", "end_by")
    if read(parties, named) and UNREAD not in parties:
        for index, party in enumerate(named):
            if read(party) and party not in parties:
                yield Contradiction(
                    "not-a-party", ("notice", "end_by", index), _listed(parties), party
                )
    allowed = parties if named is None else named
    if not read(allowed) or UNREAD in allowed:
        return
    for index in places(body, "events"):
        by = said(body, "events", index, "by")
        if read(by) and by not in allowed:
            yield Contradiction("not-theirs-to-end", ("events", index, "by"), _listed(allowed), by)


def _exclusions(body: Body) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for index in places(body, "exclusions"):
        fact = said(body, "exclusions", index, "fact")
        if not read(fact):
            continue
        if fact in seen:
            yield Contradiction(
                "excluded-twice", ("exclusions", index, "fact"), "a fact excluded once", fact
            )
        seen.add(fact)


def _releases(body: Body) -> Iterator[Contradiction]:
    limit, answered = said(body, "regime") == "local_limit", said(body, "answer", "local_agency")
    unanswered = body.get("answer") is None
    if unanswered:
        yield from _unanswered(body, limit=limit)
    if said(body, "release") in ([], ()) and not (limit and (unanswered or answered is False)):
        yield Contradiction(
            "no-release",
            ("release",),
            "at least one item: only a local limit that answers nobody, or that says nothing of "
            "answers, has none",
            "an empty list",
        )
    for index in places(body, "release"):
        to, fields = said(body, "release", index, "to"), said(body, "release", index, "fields")
        if limit and read(to) and to != "local_agency":
            yield Contradiction(
                "limit-of-another",
                ("release", index, "to"),
                "`local_agency`: a local limit says nothing of other recipients",
                to,
            )
        if answered is False and to == "local_agency" and fields and read(fields):
            yield Contradiction(
                "answer-refused",
                ("release", index, "to"),
                f"no release to the local agency, which `{said(body, 'answer', 'id')}` "
                "leaves unanswered",
                f"{len(fields)} field(s) for it",
            )


def _unanswered(body: Body, *, limit: bool) -> Iterator[Contradiction]:
    """Without `answer`: a local limit about holds alone, which gives and takes no fields."""
    if not limit:
        yield Contradiction(
            "no-answer", (), "`answer`: only a local limit about holds alone has none", "none"
        )
        return
    if body.get("hold") is None:
        yield Contradiction(
            "limit-of-nothing", (), "`answer`, `hold` or both: what else is limited?", "neither"
        )
    if places(body, "release"):
        yield Contradiction(
            "release-without-answer", ("release",),
            "an empty list, or an `answer` clause that these fields belong to",
            f"{len(places(body, 'release'))} item(s)",
        )  # fmt: skip


def _hold(body: Body) -> Iterator[Contradiction]:
    honoured, hours = said(body, "hold", "honoured"), said(body, "hold", "hours")
    if honoured is True and hours is None:
        yield Contradiction(
            "hold-without-end", ("hold",), "`hours`: a hold that is honoured ends", "no hours"
        )
    if honoured is False and read(hours):
        yield Contradiction(
            "hold-refused", ("hold", "hours"), "no hours: no hold is honoured", str(hours)
        )
    if read(hours) and not 1 <= hours <= HOLD_HOURS_MAX:
        yield Contradiction(
            "hold-too-long", ("hold", "hours"), f"1 to {HOLD_HOURS_MAX} hours", str(hours)
        )


def _event(body: Body, index: int) -> Iterator[Contradiction]:
    kind, given, recorded, effective = (
        said(body, "events", index, name) for name in ("event", "given", "recorded", "effective")
    )
    if said(body, "regime") == "local_limit" and kind == "suspended":
        yield Contradiction(
            "limit-suspended",
            ("events", index, "event"),
            "`terminated`: a local limit ends or stands, since to suspend it would share more",
            kind,
        )
    if read(given, recorded) and recorded < given:
        yield Contradiction(
            "recorded-before-given",
            ("events", index, "recorded"),
            f"{given.isoformat()} or later: nothing is recorded before it is given",
            recorded.isoformat(),
        )
    yield from _too_soon(body, index)
    if kind == "resumed" and read(effective):
        yield from _resumption(body, index, effective)


def _too_soon(body: Body, index: int) -> Iterator[Contradiction]:
    kind, given, effective = (
        said(body, "events", index, name) for name in ("event", "given", "effective")
    )
    days = said(body, "notice", "terminate_days") if kind == "terminated" else 0
    if read(kind, given, effective, days) and effective < (earliest := _after(given, days)):
        notice = said(body, "notice", "id")
        yield Contradiction(
            "effect-too-soon",
            ("events", index, "effective"),
            f"{earliest.isoformat()} or later" + (f": {days} days' notice under `{notice}`"
                                                  if days else ""),
            effective.isoformat(),
        )  # fmt: skip


def _resumption(body: Body, index: int, at: datetime) -> Iterator[Contradiction]:
    happened: dict[str, list[Any]] = {name: [] for name in EVENTS}
    for other in places(body, "events"):
        kind, effective = (said(body, "events", other, name) for name in ("event", "effective"))
        if not read(kind, effective):
            return  # whatever cannot be read may be the suspension that is missed here
        happened.setdefault(kind, []).append(effective)
    if not any(suspended <= at for suspended in happened["suspended"]):
        yield Contradiction(
            "nothing-to-resume", ("events", index, "event"), "an earlier suspension",
            "none to resume",
        )  # fmt: skip
    endings = happened["terminated"]
    if endings and min(endings) <= at:
        yield Contradiction(
            "resumed-after-end",
            ("events", index, "effective"),
            f"a time before the agreement ends, {min(endings).isoformat()}",
            at.isoformat(),
        )


def _after(at: datetime, days: int) -> datetime:
    return at + timedelta(days=days)


def _listed(words: Any) -> str:
    return "one of " + ", ".join(f"`{word}`" for word in words)
