"""What is known of a case now: the submission, its history, and what was recorded since.

A change is an event that alters the facts: a disposition (what a court did with a charge) or a
correction (a person found a recorded fact wrong). Facts are always computed from all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from comity.agreement.levels import level_of, minor_traffic_only
from comity.agreement.terms import LEVEL_VERSIONS
from comity.exchange.case import Case
from comity.exchange.store import Event
from comity.records import LAWFUL_PROCESS, Encounter, Facts

# What each result of a court takes the place of, the first that stands.
REPLACES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "charged": (),
        "convicted": ("charged",),
        "dismissed": ("convicted", "charged"),
        "acquitted": ("convicted", "charged"),
    }
)
CORRECTABLE = ("juvenile", "victim_or_witness", "citizen", "minor_traffic_only")


def changes(case: Case) -> list[Event]:
    """Dispositions and corrections in the order in which they were recorded."""
    return [e for e in case.events() if e.step.startswith(("disposition ", "correction "))]


def round_of(case: Case) -> tuple[int, str]:
    """(number, because): the submission is round 1, and each change since opens the next.

    Only the latest round acts, with everything that is known; what an earlier one left undone
    when the run stopped is done by it (decision 0601).
    """
    since = changes(case)
    return len(since) + 1, since[-1].step.split()[0] if since else "submission"


def facts(case: Case, found: Mapping[str, Any] | None = None) -> Facts:
    """Facts of a case; `found` is the second repository's record and encounters after a match."""
    submission = case.submission
    if submission is None:
        return Facts(jurisdiction=case.jurisdiction)
    disposed = _disposed([e.body for e in changes(case) if e.step.startswith("disposition ")])
    corrections = {
        e.body["fact"]: e.body["value"] for e in changes(case) if e.step.startswith("correction ")
    }
    charges = [c.ncic for c in submission.charges]
    convicted = [ncic for ncic, result in disposed if result == "convicted"]
    before = _convictions_before(case)
    received = case.event("received")
    known: dict[str, Any] = {
        "minor_traffic_only": minor_traffic_only(charges),
        "juvenile": submission.juvenile,
        **(received.body["declared"] if received else {}),
    }
    if found is not None:
        encounters = found["encounters"]
        known["lawful_process_only"] = lawful_process_only(encounters)
        known["citizen"] = found["record"].get("citizen")
    return Facts(
        jurisdiction=submission.jurisdiction,
        criminal=submission.criminal,
        stage=_stage(submission.criminal, {result for _, result in disposed}),
        level={v: level_of(charges, [*before, *convicted], v) for v in LEVEL_VERSIONS},
        **(known | corrections),
    )


def lawful_process_only(encounters: Sequence[Encounter]) -> bool | None:
    """Whether every encounter is one that the law offers; of none at all nothing is known."""
    return all(e.reason in LAWFUL_PROCESS for e in encounters) if encounters else None


def _disposed(dispositions: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(code, result) of the charges and convictions that stand, in order (decision 0605).

    A conviction takes the place of its charge; a dismissal or acquittal takes back a conviction
    of that code, else a charge, so that an overturned conviction is none.
    """
    stand: list[tuple[str, str]] = []
    for one in dispositions:
        code, result = one["ncic"], one["result"]
        for replaced in REPLACES[result]:
            if (code, replaced) in stand:
                stand.remove((code, replaced))
                break
        if result in ("charged", "convicted"):
            stand.append((code, result))
    return stand


def _stage(criminal: bool, results: Collection[str]) -> str | None:
    if not criminal:
        return None
    if "convicted" in results:
        return "conviction"
    return "charge" if "charged" in results else "arrest"


def _convictions_before(case: Case) -> list[str]:
    """NCIC codes of convictions that the criminal repository already held at the search."""
    search = case.event("criminal search")
    return list(search.body["convictions"]) if search else []


def found_in_second(case: Case) -> dict[str, Any] | None:
    """Record and encounters of the matched identity; None where there is no match."""
    search = case.event("second search")
    if search is None or search.body["identity"] is None:
        return None
    identity = search.body["identity"]
    repository = case.house.second
    encounters: tuple[Encounter, ...] = repository.encounters(identity)
    return {"identity": identity, "encounters": encounters, "record": repository.record(identity)}
