"""SQLite and PostgreSQL made to keep the store's promises, each in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

# Events, leaves and kept files are never edited. The database itself refuses, so that no later
# code path, however wrong, can rewrite what a proof was made over.
APPEND_ONLY = ("event", "leaf", "kept_file")

PRAGMAS = (
    "busy_timeout=10000",  # first: changing the journal's mode can already find it locked
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "recursive_triggers=ON",
)
APPENDS = 6962  # the advisory lock that PostgreSQL's writers queue for; any number, always the same


def engine(url: str) -> sa.Engine:
    """A database by SQLAlchemy's URL.

    SQLite: WAL so that readers go on, FULL so that a commit survives power loss, IMMEDIATE so
    that two writers queue instead of failing half-way (sqlite.org/wal.html, pragma.html);
    secure_delete so that a destroyed salt is gone from the file, recursive_triggers so that
    INSERT OR REPLACE cannot delete where DELETE is refused (lang_conflict.html).
    """
    made = sa.create_engine(url)
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", _set_pragmas)
        sa.event.listen(made, "begin", _begin)
    return made


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def queue_writers(connection: sa.Connection) -> None:
    """One writer at a time, so that leaf numbers have no gaps; SQLite says BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPENDS})")


def refuse_edits(connection: sa.Connection) -> None:
    """Let the database refuse to change or delete what is append-only."""
    for table in APPEND_ONLY:
        for statement in REFUSALS[connection.dialect.name]:
            connection.exec_driver_sql(statement.format(table=table))


REFUSALS: Mapping[str, Sequence[str]] = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS {{table}}_no_{act.lower()} BEFORE {act} ON {{table}} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION comity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$",
        "DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION comity_append_only()",
    ],
}


def forget(engine: sa.Engine) -> None:
    """Bring SQLite's log into the file and empty it: overwritten values are in neither.

    A reader that is still open keeps its part of the log until the next call.
    """
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()  # no BEGIN: a checkpoint is outside transactions
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
