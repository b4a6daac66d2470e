"""A house on disk, and the agreements it has adopted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from comity.agreement.register import Agreements
from comity.errors import AgreementError, CallerError
from comity.exchange.house import House
from comity.exchange.store import Store
from comity.records import Facts
from comity.search.gallery import Gallery
from tests.house import (
    DAY,
    ORI,
    START,
    STRANGER,
    VISITOR,
    Town,
    agreement,
    opened,
    settle,
    terminated,
)


class Stopped(BaseException):
    """The process ends here."""


def test_a_house_is_made_once_and_opened_again(tmp_path: Path) -> None:
    made = House.create(tmp_path / "house", origin="ledger.example/x", fpir_max=0.01)
    key = made.signer.verifier_key
    made.close()
    with pytest.raises(CallerError, match="already"):
        House.create(tmp_path / "house", origin="ledger.example/x")
    opened = House.open(tmp_path / "house")
    assert (opened.signer.verifier_key, opened.criminal.fpir_max) == (key, 0.01)
    assert (tmp_path / "house" / "secret.json").stat().st_mode & 0o777 == 0o600
    opened.close()
    with pytest.raises(CallerError, match="no house here"):
        House.open(tmp_path / "elsewhere")


@pytest.mark.parametrize("at", ["secret.json", "criminal", "immigration", "house.json"])
def test_a_creation_cut_short_goes_on(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create, write = Gallery.create, Path.write_text

    def creating(path: Path) -> Gallery:
        if path.name == at:
            raise Stopped
        return create(path)

    def writing(path: Path, text: str) -> int:
        if path.name == at:
            raise Stopped
        return write(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(Gallery, "create", creating)
        patch.setattr(Path, "write_text", writing)
        with pytest.raises(Stopped):
            House.create(tmp_path / "house", origin="ledger.example/x")
    with pytest.raises(CallerError, match="no house here"):
        House.open(tmp_path / "house")
    House.create(tmp_path / "house", origin="ledger.example/x").close()


def test_only_what_changed_is_adopted() -> None:
    town = settle()
    one, two = agreement("one"), agreement("two")
    assert town.house.adopt(Agreements((one, two)), START) == 2
    assert town.house.adopt(Agreements((one, two)), START) == 0
    assert town.house.adopt(Agreements((replace(two, title="new"),)), START) == 1
    assert [a.title for a in town.house.agreements()] == ["one (invented)", "new"]
    kinds = [e.kind for e in town.said()]
    assert kinds == ["agreement"] * 3


def test_an_earlier_text_can_be_adopted_again() -> None:
    """A notice of termination withdrawn: the first text once stayed out of force for good."""
    town = settle()
    first, second = agreement(), agreement(events=(terminated(START + 40 * DAY),))
    for text in (first, second, first):
        town.adopt(text)
        assert list(town.house.agreements()) == [text]
    assert list(town.reopened().house.agreements()) == [first]


def test_a_set_is_adopted_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two amended together: nothing may be decided under one of them alone."""
    town = settle(agreement("one"), agreement("two"))
    before = list(town.house.agreements())
    kept, calls = Store.commit, []

    def stop_at_second(self: Store, *args: object, **rest: object) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise Stopped
        return kept(self, *args, **rest)  # type: ignore[arg-type]

    new = [replace(a, title="new") for a in before]
    with monkeypatch.context() as patch:
        patch.setattr(Store, "commit", stop_at_second)
        town.house.adopt(Agreements(tuple(new)), START)
    assert [a.title for a in town.reopened().house.agreements()] == ["new", "new"]
    assert len(calls) == 1


def test_what_cannot_be_read_again_is_not_adopted() -> None:
    """An agreement made in code that its file format cannot say once stopped the whole house."""
    town = settle(agreement())
    with pytest.raises(AgreementError):
        town.adopt(agreement("odd", release=()))
    assert [a.id for a in town.house.agreements()] == ["oak-2011"]
    assert town.book(VISITOR, 1).event("first response") is not None


def test_agreements_come_back_from_disk_as_they_went_in() -> None:
    town = settle(agreement(exclusions={"juvenile": None, "citizen": "conviction"}))
    before = town.house.agreements()
    after = town.reopened().house.agreements()
    assert (after, after.policy) == (before, before.policy)
    assert Facts(jurisdiction=ORI).stage is None


def test_another_worker_s_enrolment_is_found() -> None:
    """Two houses on one folder: what one enrolled the other did not see until it was reopened."""
    town = settle()
    other = Town(opened(town.house.folder), town.clock, town.partner)
    other.book(VISITOR, 1)
    town.book(STRANGER, 2)
    again = other.book(STRANGER, 3)
    search = again.event("criminal search")
    assert search is not None
    assert search.body["identified"]
    other.house.close()
