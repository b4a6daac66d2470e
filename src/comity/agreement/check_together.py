"""Fields that one agreement releases and another, in the same set, keeps from ever leaving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from comity.agreement.check_dates import ever_in_force
from comity.agreement.check_reach import possible_cases
from comity.agreement.cover import Cover, within
from comity.agreement.decide import decide_batch
from comity.agreement.findings import Remark
from comity.agreement.register import Agreements, standing
from comity.agreement.space import every_case, places
from comity.agreement.terms import Agreement
from comity.errors import CallerError
from comity.records import RECIPIENTS, RELEASE_FIELDS

Given = set[tuple[str, str]]


def remarks(agreements: Sequence[Agreement]) -> Iterator[Remark]:
    """What an agreement releases that leaves in no case, at no place and at no time.

    Every case that the agreements of a place can tell apart is decided at each instant at which
    something changes; where there are too many, nothing is said.
    """
    cover, of_id = Cover(agreements), {a.id: a for a in agreements}
    for agreement in agreements:
        others = [of_id[name] for name in sorted(cover.met(agreement.id))]
        limit = agreement.regime == "local_limit"
        if not others or limit or not ever_in_force(agreement):
            continue
        held = _promised(agreement) - _leaving(agreement, others)
        for index, release in enumerate(agreement.release):
            names = [name for name in release.fields if (release.to, name) in held]
            if names:
                kept = ", ".join(f"`{name}`" for name in names)
                said = f"{kept}: what else is in force keeps it from {release.to} in every case"
                yield Remark(agreement.id, "field-to-nobody", ("release", index, "fields"), said)


def _promised(agreement: Agreement) -> Given:
    return {
        (release.to, name)
        for release in agreement.release
        for name in release.fields
        if release.to != "local_agency" or agreement.answers_locally
    }


def _leaving(agreement: Agreement, others: Sequence[Agreement]) -> Given:
    """What leaves somewhere while the agreement is in force, until all it promises has."""
    promised, found = _promised(agreement), Given()
    for place in _places(agreement, others):
        covering = [
            replace(a, scope=replace(a.scope, jurisdictions=(place,)))
            for a in (agreement, *others)
            if a.scope.covers(place)
        ]
        try:
            found |= _leaving_at(covering)
        except CallerError:
            return promised  # too many cases to go through: nothing is claimed
        if promised <= found:
            return found
    return found


def _leaving_at(covering: Sequence[Agreement]) -> Given:
    agreement, found = covering[0], Given()
    known = max([a.recorded for a in covering] + [e.recorded for a in covering for e in a.events])
    times = {a.effective for a in covering} | {e.effective for a in covering for e in a.events}
    cases, together_ = possible_cases(every_case(covering)), Agreements(tuple(covering))
    for at in sorted(times):
        if standing(agreement, at, known).status == "in_force":
            fields = decide_batch(together_, "release", cases, at=at, known_at=known).fields
            bits = np.bitwise_or.reduce(fields, axis=1, initial=0)
            found |= {
                (to, name)
                for to, given in zip(RECIPIENTS, bits.tolist(), strict=True)
                for bit, name in enumerate(RELEASE_FIELDS)
                if given >> bit & 1
            }
    return found


def _places(agreement: Agreement, others: Sequence[Agreement]) -> tuple[str, ...]:
    """One ORI for each part of its scope that other scopes tell apart."""
    named = [agreement, *others]
    return tuple(
        place for place in places(named) if any(within(place, o) for o in agreement.jurisdictions)
    )
