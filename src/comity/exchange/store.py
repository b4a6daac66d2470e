"""The one place where anything becomes durable: events, ledger leaves and outgoing messages.

A step of a case is one row of `event`, unique by (case, step); the ledger leaves it wrote and the
messages it queued commit with it or not at all. Re-running a step returns what it wrote the first
time, so a crashed journey is simply run again (invariant I3). An outgoing message refers to its
leaf by a foreign key, so none can exist without one (I1).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.errors import StoreError
from comity.exchange import database

META = sa.MetaData()
KEPT = sa.Table(
    "kept_file", META,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)  # fmt: skip
EVENT = sa.Table(
    "event", META,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case", sa.Text, nullable=False, index=True),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.UniqueConstraint("case", "step"),
)  # fmt: skip
LEAF = sa.Table(
    "leaf", META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("case", sa.Text, nullable=False, index=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)  # fmt: skip
OPENING = sa.Table(
    "opening", META,
    sa.Column("leaf", sa.Integer, sa.ForeignKey("leaf.number"), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)  # fmt: skip
OUTBOX = sa.Table(
    "outbox", META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("case", sa.Text, nullable=False, index=True),
    sa.Column("leaf", sa.Integer, sa.ForeignKey("leaf.number"), nullable=False, unique=True),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("not_before", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("lease_until", sa.Text, nullable=False, default=""),
    sa.Column("fence", sa.Integer, nullable=False, default=0),
    sa.Column("may_be_held", sa.Boolean, nullable=False, default=False),
)  # fmt: skip
ENCOUNTER = sa.Table(
    "encounter", META,
    sa.Column("repository", sa.Text, primary_key=True),
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("date", sa.Text, nullable=False),
    sa.Column("case", sa.Text, nullable=False, default=""),
)  # fmt: skip
RECORD = sa.Table(
    "record", META,
    sa.Column("repository", sa.Text, primary_key=True),
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One durable step of one case; `leaves` are the ledger numbers written with it."""

    seq: int
    case: str
    step: str
    at: datetime
    body: dict[str, Any]

    @property
    def leaves(self) -> tuple[int, ...]:
        return tuple(self.body["leaves"])


@dataclass(frozen=True)
class Entry:
    """A ledger leaf about to be appended, with the opening of its commitments."""

    data: bytes
    opening: Mapping[str, Any]


@dataclass(frozen=True)
class Outgoing:
    """A message about to be queued.

    entry  index of its leaf among the entries committed with it;  name  of the file when delivered
    """

    entry: int
    recipient: str
    kind: str
    name: str
    data: bytes
    not_before: datetime


@dataclass(frozen=True)
class Message:
    """A queued message as read back.

    fence        rises with every lease
    may_be_held  the recipient has it, or it was handed over and nobody knows what became of it
    """

    id: int
    case: str
    leaf: int
    recipient: str
    kind: str
    name: str
    data: bytes
    not_before: datetime
    state: str
    fence: int
    may_be_held: bool = False


class Store:
    """SQLite (WAL) or, by URL, PostgreSQL. One writer at a time, any number of readers."""

    def __init__(self, url: str) -> None:
        self._engine = database.engine(url)
        try:
            META.create_all(self._engine)
            with self.writing() as connection:
                database.refuse_edits(connection)
        except sa.exc.DatabaseError as error:
            raise StoreError(
                "the store cannot be opened",
                where=url,
                expected="a database this program made",
                found=str(error.orig),
                next_step="check the path and its permissions; move a damaged file aside",
            ) from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One durable transaction; rolled back whole on any error."""
        with self._engine.begin() as connection:
            database.queue_writers(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self._engine.connect().execution_options(reading=True) as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    # --- steps --------------------------------------------------------------------------------

    def event(self, case: str, step: str) -> Event | None:
        with self.reading() as connection:
            return _event(connection, case, step)

    def events(self, case: str | None = None) -> list[Event]:
        query = sa.select(EVENT).order_by(EVENT.c.seq)
        if case is not None:
            query = query.where(EVENT.c.case == case)
        with self.reading() as connection:
            return [_as_event(row) for row in connection.execute(query)]

    def commit(
        self,
        case: str,
        step: str,
        at: datetime,
        body: Mapping[str, Any],
        entries: Sequence[Entry] = (),
        outgoing: Sequence[Outgoing] = (),
        also: Callable[[sa.Connection], None] | None = None,
    ) -> Event:
        """Make one step durable: event, leaves, openings and messages together.

        Returns the event already there when this step was committed before; then nothing is
        written. `also` writes more rows in the same transaction.
        """
        with self.writing() as connection:
            before = _event(connection, case, step)
            if before is not None:
                return before
            last = connection.execute(sa.select(sa.func.max(LEAF.c.number))).scalar_one()
            first = 0 if last is None else last + 1  # numbers have no gaps
            numbers = [first + i for i in range(len(entries))]
            for number, entry in zip(numbers, entries, strict=True):
                connection.execute(
                    sa.insert(LEAF).values(number=number, case=case, bytes=entry.data)
                )
                connection.execute(
                    sa.insert(OPENING).values(leaf=number, body=json.dumps(entry.opening))
                )
            connection.execute(
                sa.insert(EVENT).values(
                    case=case,
                    step=step,
                    at=at.isoformat(),
                    body=json.dumps({**body, "leaves": numbers}, sort_keys=True),
                )
            )
            for message in outgoing:
                connection.execute(sa.insert(OUTBOX).values(**_row(case, message, numbers)))
            if also is not None:
                also(connection)
            after = _event(connection, case, step)
        if after is None:  # a trigger or a broken database swallowed the row
            raise StoreError("a step was committed and cannot be read back", where=f"{case} {step}")
        return after

    # --- ledger -------------------------------------------------------------------------------

    def leaves(self) -> list[bytes]:
        with self.reading() as connection:
            return list(
                connection.execute(sa.select(LEAF.c.bytes).order_by(LEAF.c.number)).scalars()
            )

    def openings(self) -> dict[int, dict[str, Any]]:
        with self.reading() as connection:
            return {n: json.loads(body) for n, body in connection.execute(sa.select(OPENING))}

    def reopen(self, leaf: int, opening: Mapping[str, Any]) -> None:
        """Replace an opening by one with fewer values: their salts are destroyed for good.

        In SQLite the old bytes are overwritten, in the file and in its log (decision 0604).

        Raises
        ------
        StoreError  no such leaf, or a value that the opening does not have
        """
        with self.writing() as connection:
            body = connection.execute(
                sa.select(OPENING.c.body).where(OPENING.c.leaf == leaf)
            ).scalar_one_or_none()
            before = {} if body is None else json.loads(body)
            if body is None or any(before.get(name) != value for name, value in opening.items()):
                raise StoreError(
                    "an opening can lose values, never gain or change one",
                    where=f"leaf {leaf}",
                    expected=f"some of {', '.join(before)}" if before else "an opening kept here",
                    found=", ".join(opening) or "nothing",
                )
            connection.execute(
                sa.update(OPENING).where(OPENING.c.leaf == leaf).values(body=json.dumps(opening))
            )
        database.forget(self._engine)

    # --- files kept ---------------------------------------------------------------------------

    def keep(self, sha256: str, name: str, data: bytes) -> None:
        """Keep a file as it came, once; broken ones too."""
        with self.writing() as connection:
            known = connection.execute(
                sa.select(KEPT.c.sha256).where(KEPT.c.sha256 == sha256)
            ).first()
            if known is None:
                connection.execute(sa.insert(KEPT).values(sha256=sha256, name=name, bytes=data))

    def kept(self, sha256: str) -> bytes:
        with self.reading() as connection:
            data = connection.execute(
                sa.select(KEPT.c.bytes).where(KEPT.c.sha256 == sha256)
            ).scalar_one_or_none()
        if data is None:
            raise StoreError("no file is kept under this digest", where=sha256)
        return bytes(data)


def _event(connection: sa.Connection, case: str, step: str) -> Event | None:
    query = sa.select(EVENT).where(EVENT.c.case == case, EVENT.c.step == step)
    row = connection.execute(query).first()
    return None if row is None else _as_event(row)


def _as_event(row: Any) -> Event:
    return Event(row.seq, row.case, row.step, datetime.fromisoformat(row.at), json.loads(row.body))


def _row(case: str, message: Outgoing, numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "case": case,
        "leaf": numbers[message.entry],
        "recipient": message.recipient,
        "kind": message.kind,
        "name": message.name,
        "bytes": message.data,
        "not_before": message.not_before.isoformat(),
        "state": "queued",
    }
