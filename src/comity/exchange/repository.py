"""A repository: prints in a gallery on disk, encounters and records in the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from comity.errors import ReleaseError
from comity.exchange.store import ENCOUNTER, RECORD, Store
from comity.records import Candidate, Decision, Encounter, Reason, Template
from comity.search.gallery import Gallery
from comity.search.identify import identified, rank


class Repository:
    """One agency's holdings. `name` is `criminal` or `immigration` in the shipped programmes."""

    def __init__(self, name: str, gallery: Gallery, store: Store, fpir_max: float) -> None:
        self.name = name
        self.gallery = gallery
        self.fpir_max = fpir_max
        self._store = store

    def search(self, probe: Sequence[Template]) -> tuple[Candidate, ...]:
        """Candidates at or below the house's fpir limit, best first; maybe none."""
        self.gallery.refresh()  # another worker may have enrolled since
        if not len(self.gallery):
            return ()
        return identified(rank(probe, self.gallery), self.fpir_max)

    def enrol(self, identity: str, templates: Sequence[Template]) -> None:
        """Add an identity's prints, durably; enrolling the same identity again changes nothing."""
        if self.gallery.find(identity) is None:
            self.gallery.append(identity, templates)

    def note(
        self, connection: sa.Connection, identity: str, reason: Reason, on: date, case: str = ""
    ) -> None:
        """Write one encounter inside a step's transaction."""
        mine = (ENCOUNTER.c.repository == self.name) & (ENCOUNTER.c.identity == identity)
        number = connection.execute(
            sa.select(sa.func.count()).select_from(ENCOUNTER).where(mine)
        ).scalar_one()
        connection.execute(
            sa.insert(ENCOUNTER).values(
                repository=self.name,
                identity=identity,
                number=number,
                reason=reason,
                date=on.isoformat(),
                case=case,
            )
        )

    def write_record(
        self, connection: sa.Connection, identity: str, body: Mapping[str, Any]
    ) -> None:
        """Write what the repository holds about an identity besides prints and encounters."""
        mine = (RECORD.c.repository == self.name) & (RECORD.c.identity == identity)
        connection.execute(sa.delete(RECORD).where(mine))
        connection.execute(
            sa.insert(RECORD).values(
                repository=self.name, identity=identity, body=json.dumps(body, sort_keys=True)
            )
        )

    def record(self, identity: str) -> dict[str, Any]:
        """What `write_record` wrote; empty where nothing was."""
        query = sa.select(RECORD.c.body).where(
            RECORD.c.repository == self.name, RECORD.c.identity == identity
        )
        with self._store.reading() as connection:
            body = connection.execute(query).scalar_one_or_none()
        return {} if body is None else dict(json.loads(body))

    def encounters(self, identity: str, *, before_case: str = "") -> tuple[Encounter, ...]:
        """Encounters of an identity in the order they were noted, without those of one case."""
        query = (
            sa.select(ENCOUNTER)
            .where(ENCOUNTER.c.repository == self.name, ENCOUNTER.c.identity == identity)
            .order_by(ENCOUNTER.c.number)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Encounter(identity, row.reason, date.fromisoformat(row.date))
            for row in rows
            if not before_case or row.case != before_case
        )

    def digest(self) -> str:
        """sha256 over prints, encounters and records: equal before and after a no-match (I6)."""
        hasher = hashlib.sha256(self.gallery.digest().encode())
        with self._store.reading() as connection:
            for table in (ENCOUNTER, RECORD):
                query = sa.select(table).where(table.c.repository == self.name)
                for row in connection.execute(query.order_by(*table.primary_key.columns)):
                    hasher.update(json.dumps(list(row)).encode())
        return hasher.hexdigest()


class SecondRepository(Repository):
    """A repository that can only be asked with a decision that permits it (invariant I2)."""

    def search_under(self, probe: Sequence[Template], decision: Decision) -> tuple[Candidate, ...]:
        """Search under a decision.

        Raises
        ------
        ReleaseError  the decision is a denial, or permits something else
        """
        if decision.question != "search" or not decision.permit:
            raise ReleaseError(
                "the second repository was asked without a permit",
                where=self.name,
                expected="a decision for `search` that permits",
                found=f"`{decision.question}`, permit `{decision.permit}`",
                next_step="decide first; a denial means that no search is made",
            )
        return super().search(probe)

    def search(self, probe: Sequence[Template]) -> tuple[Candidate, ...]:
        """Always refused: `search_under` is the only way in."""
        raise ReleaseError("the second repository is searched under a decision only")

    def enrol(self, identity: str, templates: Sequence[Template]) -> None:
        """Always refused: a booking leaves no print here (invariant I6)."""
        raise ReleaseError("no print of a booking is enrolled in the second repository")
