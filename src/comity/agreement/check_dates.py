"""Remarks about time: terms that never bind, and how agreements of one set follow each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from comity.agreement.cover import Cover
from comity.agreement.findings import Remark
from comity.agreement.register import standing
from comity.agreement.terms import Agreement
from comity.agreement.words import REGIMES
from comity.errors import AgreementError


def remarks(agreement: Agreement) -> Iterator[Remark]:
    """What in one agreement's calendar never shows."""
    if not ever_in_force(agreement):
        said = "ended, or suspended for good, before it begins: it is never in force"
        yield Remark(agreement.id, "never-in-force", ("term", "effective"), said)
        return
    for index, event in enumerate(agreement.events):
        rest = agreement.events[:index] + agreement.events[index + 1 :]
        try:
            without = replace(agreement, events=rest)
        except AgreementError:
            continue  # another event stands on this one
        if _statuses(agreement, agreement) == _statuses(without, agreement):
            said = f"`{event.id}`: the agreement stands no otherwise without it, at any time"
            yield Remark(agreement.id, "event-without-effect", ("events", index), said)


def set_remarks(agreements: Sequence[Agreement]) -> Iterator[Remark]:
    """Gaps between, and overlaps of, agreements of one regime that cover a place."""
    for regime in REGIMES:
        bound = [a for a in agreements if a.regime == regime and _binds(a)]
        bound.sort(key=lambda a: (a.effective, a.id))
        cover = Cover(bound)
        yield from _gaps(bound, cover)
        # Local limits only narrow: a city's beside its county's is as it should be.
        if regime != "local_limit":
            yield from _overlaps(bound, cover)


def end_of(agreement: Agreement) -> datetime | None:
    """The instant it ends, as far as is known; None while no end is."""
    return min((e.effective for e in agreement.events if e.event == "terminated"), default=None)


def ever_in_force(agreement: Agreement) -> bool:
    """Whether, with all that is recorded, it binds at any instant."""
    known = max([agreement.recorded, *(e.recorded for e in agreement.events)])
    times = [agreement.effective, *(e.effective for e in agreement.events)]
    return any(standing(agreement, at, known).status == "in_force" for at in times)


def _statuses(agreement: Agreement, calendar: Agreement) -> list[str]:
    """Where it stands at every instant of a calendar, as known at each that tells of it."""
    at = {calendar.effective} | {e.effective for e in calendar.events}
    known = {calendar.recorded} | {e.recorded for e in calendar.events}
    # In order, so that two calendars can be compared line by line.
    return [standing(agreement, a, k).status for a in sorted(at) for k in sorted(known)]


def _binds(agreement: Agreement) -> bool:
    end = end_of(agreement)
    return end is None or end > agreement.effective


def _gaps(bound: list[Agreement], cover: Cover) -> Iterator[Remark]:
    """Each place that one agreement left before the next one took it up."""
    order = {agreement.id: number for number, agreement in enumerate(bound)}
    left: dict[tuple[int, int], list[str]] = {}
    for place in sorted({ori for agreement in bound for ori in agreement.jurisdictions}):
        last: Agreement | None = None
        for number in sorted(order[name] for name in cover.covering(place)):
            each = bound[number]
            if last is not None and (end := end_of(last)) is not None and end < each.effective:
                left.setdefault((order[last.id], number), []).append(place)
            if last is None or _outlasts(each, last):
                last = each
    for (before, after), where in left.items():
        end, begins = end_of(bound[before]), bound[after].effective
        said = (
            f"nothing of its regime is in force for {_few(where)} from {end:%Y-%m-%d}, when "
            f"`{bound[before].id}` ends, to {begins:%Y-%m-%d}"
        )
        yield Remark(bound[after].id, "gap", ("term", "effective"), said)


def _overlaps(bound: list[Agreement], cover: Cover) -> Iterator[Remark]:
    for number, one in enumerate(bound):
        end, met = end_of(one), cover.met(one.id)
        for other in bound[number + 1 :] if met else ():
            if other.id in met and (end is None or end > other.effective):
                where = _few(sorted(met[other.id]))
                said = f"in force beside `{one.id}` for {where}: both must permit"
                yield Remark(other.id, "overlap", ("term", "effective"), said)


def _outlasts(one: Agreement, other: Agreement) -> bool:
    mine, theirs = end_of(one), end_of(other)
    return theirs is not None and (mine is None or mine > theirs)


def _few(places: Sequence[str]) -> str:
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    return ", ".join(f"`{place}`" for place in places[:3]) + more
