"""One served house for a module's tests, with one booking in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from comity.exchange.clock import SimulatedClock
from comity.exchange.house import House
from comity.service.app import app
from tests.service import small
from tests.service.client import Client


@dataclass
class Served:
    """A house, its application, and the answer to its one booking."""

    house: House
    client: Client
    published: Path
    answer: dict[str, Any]

    @property
    def receipt(self) -> str:
        return str(self.answer["receipt"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    house = small.house(folder / "house")
    client = Client(app(house, folder / "published", clock=SimulatedClock(small.START)))
    answer = client.submit(small.booking(small.KNOWN, "SERVED-TCN-1"), juvenile="false")
    yield Served(house, client, folder / "published", answer)
    house.close()
