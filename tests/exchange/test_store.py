"""The store keeps its promises on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from comity.errors import StoreError
from comity.exchange.store import OUTBOX, Entry, Outgoing, Store

NOW = datetime(2011, 5, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url)
    yield made
    made.close()


def entry(text: bytes = b"leaf", **opening: Any) -> Entry:
    return Entry(text, opening or {"a": {"salt": "s", "value": 1}})


def outgoing(index: int = 0) -> Outgoing:
    return Outgoing(index, "contributor", "first_response", "a.eft", b"bytes", NOW)


def queued(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(OUTBOX)).scalar_one()


def test_a_step_is_written_once(store: Store) -> None:
    first = store.commit("case", "step", NOW, {"n": 1}, [entry()], [outgoing()])
    again = store.commit("case", "step", NOW, {"n": 2}, [entry(b"other")], [outgoing()])
    assert again == first
    assert first.body == {"n": 1, "leaves": [0]}
    assert store.leaves() == [b"leaf"]
    assert queued(store) == 1


def test_leaves_are_numbered_without_gaps_across_cases(store: Store) -> None:
    one = store.commit("a", "step", NOW, {}, [entry(), entry()])
    none = store.commit("b", "step", NOW, {})
    two = store.commit("b", "next", NOW, {}, [entry()])
    assert (one.leaves, none.leaves, two.leaves) == ((0, 1), (), (2,))
    assert list(store.openings()) == [0, 1, 2]


def test_all_of_a_step_or_nothing(store: Store) -> None:
    def fail(_: sa.Connection) -> None:
        raise KeyError("the power is gone")

    with pytest.raises(KeyError):
        store.commit("case", "step", NOW, {}, [entry()], [outgoing()], also=fail)
    assert (store.event("case", "step"), store.leaves(), queued(store)) == (None, [], 0)
    assert store.commit("case", "step", NOW, {}, [entry()]).leaves == (0,)


def test_a_message_without_its_leaf_is_refused_by_the_database(store: Store) -> None:
    row = {
        "case": "c", "leaf": 7, "recipient": "r", "kind": "notice", "name": "n", "bytes": b"",
        "not_before": "", "state": "queued",
    }  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), store.writing() as connection:
        connection.execute(sa.insert(OUTBOX).values(**row))


def test_two_messages_of_one_leaf_are_refused_by_the_database(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        store.commit("case", "step", NOW, {}, [entry()], [outgoing(), outgoing()])
    assert store.leaves() == []


def test_files_are_kept_as_they_came_and_once(store: Store) -> None:
    store.keep("d1", "a.eft", b"\x00\xff")
    store.keep("d1", "b.eft", b"other")
    assert store.kept("d1") == b"\x00\xff"
    with pytest.raises(StoreError, match="d2"):
        store.kept("d2")


def test_an_opening_loses_values_and_never_gains_one(store: Store) -> None:
    both = {"a": {"salt": "s", "value": 1}, "b": {"salt": "t", "value": 2}}
    store.commit("case", "step", NOW, {}, [Entry(b"leaf", both)])
    store.reopen(0, {"b": both["b"]})
    assert store.openings() == {0: {"b": both["b"]}}
    for wrong in (both, {"a": both["a"]}, {"b": {"salt": "t", "value": 3}}):
        with pytest.raises(StoreError, match="never gain"):
            store.reopen(0, wrong)
    with pytest.raises(StoreError, match="leaf 1"):
        store.reopen(1, {})
    store.reopen(0, {})
    assert store.openings() == {0: {}}


def test_it_is_opened_again_with_everything_in_it(url: str) -> None:
    first = Store(url)
    first.commit("case", "step", NOW, {"n": 1}, [entry()])
    first.close()
    second = Store(url)
    event = second.event("case", "step")
    assert event is not None
    assert event.body["n"] == 1
    assert event.at == NOW
    second.close()


def test_writers_queue_and_each_step_is_won_once(store: Store) -> None:
    """Eight threads write their own steps and race for one: no gap, no step twice."""
    start = threading.Barrier(8)
    won: list[int] = []

    def write(worker: int) -> None:
        start.wait()
        for number in range(5):
            store.commit(f"case {worker}", f"step {number}", NOW, {}, [entry()])
        won.append(store.commit("shared", "step", NOW, {"by": worker}, [entry()]).body["by"])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(won)) == 1
    assert len(won) == 8
    assert len(store.leaves()) == 41
    assert sorted(n for e in store.events() for n in e.leaves) == list(range(41))


def test_sqlite_survives_power_loss_and_lets_readers_on(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with store.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    # 2 is FULL: https://sqlite.org/pragma.html#pragma_synchronous
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with store.reading() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM leaf").scalar_one()
        store.commit("case", "step", NOW, {}, [entry()])  # not blocked by the open reader
        assert reader.exec_driver_sql("SELECT count(*) FROM leaf").scalar_one() == 0
    store.close()


def test_what_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(StoreError, match="cannot be opened") as error:
        Store(f"sqlite:///{path}")
    assert error.value.where
    assert error.value.next_step
