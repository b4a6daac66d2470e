"""The subject sees every use of the record, and contests it."""

from __future__ import annotations

from comity import journey
from comity.exchange import access, change
from tests.house import VISITOR, agreement, settle


def test_every_use_is_listed_with_who_got_what() -> None:
    town = settle(agreement())
    case = town.book(VISITOR, 1)
    town.deliver()
    listed = access.uses(town.house, town.clock, access.receipt(case))
    text = "\n".join(f"{u.what}: {u.detail}" for u in listed)
    for expected in (
        "decision: search: permitted",
        "search of the second repository: match",
        "decision: release: permitted by oak-2011#",
        "notified_agency: arrest_date, birth_date",
        "state_bureau (acknowledged)",
    ):
        assert expected in text
    leaves = [leaf for use in listed for leaf in use.leaves]
    mine = [e.index for e in town.said(case)]
    assert leaves == mine


def test_each_request_is_an_entry_of_its_own() -> None:
    """The second request once left no trace, as it had the number of the first."""
    town = settle(agreement())
    receipt = access.receipt(town.book(VISITOR, 1))
    for _ in range(2):
        access.uses(town.house, town.clock, receipt)
        access.contest(town.house, town.clock, receipt)
    said = [e.values["contested"] for e in town.said() if e.kind == "subject_access"]
    assert said == [False, True, False, True]


def test_a_numbered_request_repeated_is_one() -> None:
    town = settle(agreement())
    receipt = access.receipt(town.book(VISITOR, 1))
    for _ in range(2):
        access.uses(town.house, town.clock, receipt, number=1)
        access.contest(town.house, town.clock, receipt, number=1)
    assert len([e for e in town.said() if e.kind == "subject_access"]) == 2


def test_a_retraction_is_seen() -> None:
    town = settle(agreement(exclusions={"citizen": None}))
    case = town.book(VISITOR, 1)
    town.deliver()
    change.correction(case, 1, fact="citizen", value=True, source="certificate")
    journey.pursue(case)
    town.deliver()
    listed = access.uses(town.house, town.clock, case.token)
    assert any(u.what.startswith("retract") and "(acknowledged)" in u.detail for u in listed)
