"""The real code, stopped at its k-th durable effect, just before it or just after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from comity.exchange.store import Message, Store
from comity.search.gallery import Gallery


class SimulatedCrash(BaseException):
    """The process ends here. No `except Exception` may survive it."""


@dataclass
class Crash:
    """Counts the durable effects of a run, and ends it at one of them.

    at      the point to stop at, from 1, two points an effect: before it and after; None never
    passed  what was reached so far, such as `before commit`
    """

    at: int | None = None
    passed: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.at:
            raise SimulatedCrash(name)

    @contextmanager
    def in_the_house(self) -> Iterator[None]:
        """While open, every commit of any store and every enrolment passes two points."""
        writing, append = Store.writing, Gallery.append

        @contextmanager
        def crashing(store: Store) -> Iterator[sa.Connection]:
            with writing(store) as connection:
                yield connection
                self.point("before commit")  # inside the transaction: it is rolled back
            self.point("after commit")

        def enrolling(gallery: Gallery, *args: Any, **rest: Any) -> bool:
            self.point("before enrolment")
            new = append(gallery, *args, **rest)
            self.point("after enrolment")
            return new

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Store, "writing", crashing)
            patch.setattr(Gallery, "append", enrolling)
            yield

    def before_delivery(self, message: Message) -> None:
        self.point("before delivery")

    def after_delivery(self, message: Message) -> None:
        self.point("after delivery")
