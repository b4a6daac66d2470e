"""Remarks about what one agreement says, clause by clause, and about the places it covers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from comity.agreement.contradictions import Path
from comity.agreement.findings import Remark
from comity.agreement.terms import Agreement, Event
from comity.records import RELEASE_FIELDS

# 8 CFR 287.7(d): a person is held "for a period not to exceed 48 hours, excluding Saturdays,
# Sundays, and holidays".
HOLD_HOURS_USUAL = 48

PLACEHOLDER = re.compile(r"[\W_]*(tbd|todo|none|n/?a|xx+)?[\W_]*", re.IGNORECASE)
STATE_LETTERS = re.compile(r"[A-Z]{2}")

# The two letters an ORI begins with (NCIC state codes; Nebraska's are not the post's).
STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA",
    "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NB", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN",
    "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip
# `Washington` alone is the state; longer names are read first, so that West Virginia is one, and
# a county may be called after another state.
_STATE_NAMES = re.compile(
    r"\b(Washington,? D\.? ?C|District of Columbia|"
    + "|".join(sorted(STATES, key=len, reverse=True))
    + r")\b(?! County| Parish| Township)"
)


def remarks(agreement: Agreement, known_oris: Collection[str] = ()) -> Iterator[Remark]:
    """What one agreement says that it may not mean.

    known_oris  every ORI there is; where none are given, none is called unknown
    """
    for code, path, said in (
        *_texts(agreement),
        *_times(agreement),
        *_recipients(agreement),
        *_keeping(agreement),
        *_places(agreement, known_oris),
    ):
        yield Remark(agreement.id, code, path, said)


Said = Iterator[tuple[str, Path, str]]


def _texts(agreement: Agreement) -> Said:
    where: dict[str, list[tuple[str, Path]]] = defaultdict(list)
    for name in ("scope", "term", "notice", "trigger", "levels", "exclusions", "release",
                 "answer", "hold", "review", "retention", "events"):  # fmt: skip
        part = getattr(agreement, name)
        listed = isinstance(part, tuple)
        for index, clause in enumerate(part if listed else [part] if part else []):
            path: Path = (name, index, "text") if listed else (name, "text")
            if PLACEHOLDER.fullmatch(clause.text):
                yield "text-missing", path, f"`{clause.text}` leads to no place in a signed text"
            elif not isinstance(clause, Event):  # events stand in letters
                where[clause.text].append((clause.id, path))
    for text, found in where.items():
        if len(found) > 1:
            said = f"{_quoted([name for name, _ in found])} stand at one place, {text}"
            yield "text-shared", found[-1][1], said


def _times(agreement: Agreement) -> Said:
    term, notice = agreement.term, agreement.notice
    if agreement.regime == "agreement_required" and notice.activate_days and term.told is None:
        said = "nobody is recorded as having told the state's chief law officer"
        yield "not-told", ("term",), said
    if term.published is not None and term.published > term.effective:
        said = f"published {(term.published - term.effective).days} day(s) after it began"
        yield "published-after-effect", ("term", "published"), said
    if agreement.recorded > term.effective:
        said = "recorded after it took effect: under it nothing was known to be allowed before"
        yield "recorded-late", ("recorded",), said
    if notice.end_by is not None:
        for index, event in enumerate(agreement.events):
            if event.by is None:
                said = f"only {_quoted(notice.end_by)} may suspend or end it, and nobody is named"
                yield "event-by-nobody", ("events", index), said
    happened = sorted(agreement.events, key=lambda e: e.effective)
    if happened and happened[-1].event == "suspended":
        index = agreement.events.index(happened[-1])
        yield "never-resumed", ("events", index), "suspended, and neither resumed nor ended since"


def _recipients(agreement: Agreement) -> Said:
    limit = agreement.regime == "local_limit"
    given = {r.to for r in agreement.release if r.fields}
    if agreement.answers_locally and "local_agency" not in given:
        said = "the local agency is answered, and no clause gives it a field"
        yield "answer-empty", ("answer", "local_agency"), said
    if limit:
        return
    for index, release in enumerate(agreement.release):
        if not release.fields:
            said = f"`{release.id}` gives {release.to} nothing"
            yield "recipient-given-nothing", ("release", index, "fields"), said
    if "notified_agency" not in given:
        said = "people are searched for, and the notified agency learns nothing of it"
        yield "agency-given-nothing", ("release",), said
    fields = {name for release in agreement.release for name in release.fields}
    unsaid = [name for name in RELEASE_FIELDS if name not in fields]
    if unsaid:
        yield "fields-to-nobody", ("release",), f"{_quoted(unsaid)}: released to nobody"


def _keeping(agreement: Agreement) -> Said:
    days, hold = agreement.retention.days, agreement.hold
    if days == 0 and any(release.fields for release in agreement.release):
        yield "retention-none", ("retention", "days"), "what is released may not be kept for a day"
    elif hold and hold.hours and days * 24 < hold.hours:
        said = f"a hold may last {hold.hours} hours, what it rests on is kept {days * 24}"
        yield "retention-shorter-than-hold", ("retention", "days"), said
    if hold and hold.hours and hold.hours > HOLD_HOURS_USUAL:
        yield "hold-beyond-48", ("hold", "hours"), f"{hold.hours} hours by the clock"


def _places(agreement: Agreement, known: Collection[str]) -> Said:
    oris = agreement.jurisdictions
    beginnings = {ori[:-1] for ori in oris if ori.endswith("*")}
    for index, ori in enumerate(oris):
        path, start = ("scope", "jurisdictions", index), ori.rstrip("*")
        shorter = [start[:n] for n in range(len(start) + 1) if f"{start[:n]}*" != ori]
        wider = [b for b in shorter if b in beginnings]
        if wider:
            yield "scope-covered", path, f"`{ori}` is covered by `{wider[0]}*`"
        if len(start) > 1 and not STATE_LETTERS.match(start):
            yield "scope-form", path, f"`{ori}` does not begin with the letters of a state"
        if known and not any(k == ori or (ori != start and k.startswith(start)) for k in known):
            yield "scope-unknown", path, f"no known agency has the ORI `{ori}`"
    yield from _states(agreement)


def _states(agreement: Agreement) -> Said:
    states = sorted({ori.rstrip("*")[:2] for ori in agreement.jurisdictions})
    if agreement.regime != "federal_mandate" and (len(states) > 1 or len(states[0]) < 2):
        said = f"one agreement for {', '.join(s or 'every state' for s in states)}"
        yield "scope-spans-states", ("scope", "jurisdictions"), said
    for index, party in enumerate(agreement.parties):
        named = {STATES.get(name, "DC") for name in _STATE_NAMES.findall(party)}
        if len(named) == 1 and not named & set(states) and len(states[0]) == 2:
            said = f"a party of {_quoted(named)}, and ORIs of {_quoted(states)}"
            yield "other-state", ("parties", index), said


def _quoted(words: Collection[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
