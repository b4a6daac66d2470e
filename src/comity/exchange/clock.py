"""The time, handed in: a real house reads the machine's clock, a simulation keeps its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a journey needs of time."""

    def now(self) -> datetime: ...

    def spent(self, work: str) -> None:
        """A piece of work (`read`, `search`, `respond`, ...) was just done."""
        ...


class MachineClock:
    """UTC by the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def spent(self, work: str) -> None:
        """Real work takes real time; nothing to add."""


class SimulatedClock:
    """Stands still but for the seconds that each kind of work is said to take."""

    def __init__(self, start: datetime, seconds: dict[str, float] | None = None) -> None:
        self._now = start
        self._seconds = seconds or {}

    def now(self) -> datetime:
        return self._now

    def spent(self, work: str) -> None:
        self._now += timedelta(seconds=self._seconds.get(work, 0.0))

    def reach(self, instant: datetime) -> None:
        """Move forward to an instant; never back."""
        self._now = max(self._now, instant)
