"""Stop drawn lives by an exception at drawn points, several times over, and go on.

`SEEDS` says which lives; a failure prints its seed, its points and its script.
"""

from __future__ import annotations

import pytest

from tests.simulation.life import check, explained, live, state
from tests.simulation.script import random_life, rng

SEEDS = range(30)
STOPS_MAX = 3  # in one life


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_life_stopped_at_drawn_points(seed: int) -> None:
    town, passed = live(random_life(seed), [])
    expected = state(town)
    check(town, expected)
    draw = rng(seed, "stops")
    stops = [draw.randint(1, passed[0]) for _ in range(draw.randint(1, STOPS_MAX))]
    with explained(f"seed {seed} stopped at {stops}", random_life(seed)):
        town, _ = live(random_life(seed), stops)
        check(town, expected)
