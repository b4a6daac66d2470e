"""A row that a proof was made over is edited, deleted or replaced."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.house import VISITOR, Town, agreement, settle

STATEMENTS = [
    "UPDATE event SET body = '{}'",
    "UPDATE event SET at = '1999-01-01T00:00:00+00:00' WHERE seq = 3",
    "DELETE FROM event WHERE seq = 3",
    "DELETE FROM leaf WHERE number = (SELECT max(number) FROM leaf)",
    "UPDATE leaf SET bytes = x'00' WHERE number = 1",
    "UPDATE kept_file SET bytes = x'00'",
    "DELETE FROM kept_file",
    # REPLACE deletes without a DELETE: sqlite.org/lang_conflict.html
    "INSERT OR REPLACE INTO event (seq, \"case\", step, at, body) VALUES (3, 'x', 'y', '', '{}')",
    "INSERT OR REPLACE INTO leaf (number, \"case\", bytes) VALUES (1, 'x', x'00')",
    "UPDATE OR REPLACE event SET seq = 3 WHERE seq = 4",
]


def contents(town: Town) -> list[object]:
    store = town.house.store
    return [store.events(), store.leaves(), store.kept(town.case(town.messages()[0].case).sha256)]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses(statement: str) -> None:
    town = settle(agreement())
    town.book(VISITOR, 1)
    before = contents(town)
    with (
        pytest.raises(sa.exc.DatabaseError, match="append-only"),
        town.house.store.writing() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert contents(town) == before
