"""One search's work shared among threads: its kernels release the GIL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

# Does the work for every item, and is done when it returns.
Each = Callable[[Callable[[Any], None], Sequence[Any]], None]


def in_turn(work: Callable[[Any], None], items: Sequence[Any]) -> None:
    """One after another, in the thread that asks."""
    for item in items:
        work(item)


@contextmanager
def sharing(threads: int) -> Iterator[Each]:
    """Among so many threads, which last as long as the search."""
    if threads == 1:
        yield in_turn
        return
    with ThreadPoolExecutor(threads) as pool:

        def each(work: Callable[[Any], None], items: Sequence[Any]) -> None:
            if len(items) < 2:
                in_turn(work, items)
            else:
                list(pool.map(work, items))  # a worker's error is raised here

        yield each
