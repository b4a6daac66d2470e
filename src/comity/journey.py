"""The whole path of one booking, on one screen: the architecture, as it runs.

Every line below is a step of a case. A step is done once and durable when it returns; after a
crash the same call goes on from where it stopped, with nothing lost and nothing said twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from comity.exchange import change, intake, release, respond
from comity.exchange.case import Case
from comity.exchange.clock import Clock
from comity.exchange.decide import decide
from comity.exchange.facts import round_of
from comity.exchange.house import House
from comity.records import Finding


def answer(
    data: bytes,
    name: str,
    house: House,
    clock: Clock,
    declared: Mapping[str, bool] = MappingProxyType({}),
) -> tuple[Case, tuple[Finding, ...]]:
    """Take one transaction from its bytes to what left, what was withheld, and proof of both."""
    case, findings = intake.receive(data, name, house, clock, declared)  # 1 wire: read, keep, check
    if intake.refused(findings):
        respond.refuse(case, findings)  #   an ERRT says where and why
        return case, findings
    return case, (*findings, *pursue(case))


def pursue(case: Case) -> tuple[Finding, ...]:
    """Steps 2 to 9 with what is known now: the submission, and every change recorded since."""
    if turned_away := intake.refusal(case):
        respond.refuse(case, turned_away)
        return turned_away
    number, because = round_of(case)
    findings: tuple[Finding, ...] = ()
    if case.event("second search") is None:
        findings = search(case, number, because)  # 2 to 5
    second = case.event("second search")
    if second is None:
        return findings
    if second.body["identity"] is None:
        release.second_response(case, matched=False, decision=None)
        return findings
    may_release = decide(case, "release", number, because)  # 6 agreement: who may learn what
    release.release(case, may_release, number, because)  # 7 ledger first, then the release
    release.second_response(case, matched=True, decision=may_release)
    change.retract(case, number, because)  # 9 what should not have left comes back
    return findings


def search(case: Case, number: int, because: str) -> tuple[Finding, ...]:
    """Steps 2 to 5, until the second repository has answered: no pixel is looked at after that."""
    probe, findings = intake.probe(case)  # 2 image, minutiae: templates
    if len(probe) <= len(findings):  #   no finger, or most of them unusable
        respond.refuse(case, findings or (intake.no_finger(case),))
        return findings
    found = respond.search_criminal(case, probe)  # 3 search: the criminal repository
    respond.first_response(case, found)
    may_search = decide(case, "search", number, because)  # 4 agreement: may it be asked at all
    if may_search.permit:  #   if not, no search is made there
        respond.search_second(case, probe, may_search)  # 5 search: the second repository
    return findings
