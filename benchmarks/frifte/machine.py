"""The machine a figure was taken on, and the fastest it could have been."""

from __future__ import annotations

import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from comity.search import codes

MASK_BYTES = 2  # which fingers a row has
READ_BYTES = (64 << 20, 1 << 30)  # what is read to measure, at least and at most
REPEATS = 5


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0))


def described() -> dict[str, Any]:
    """Processor, cores, memory and load, as the report states them."""
    load = os.getloadavg()
    return {
        "processor": _field(Path("/proc/cpuinfo"), "model name") or platform.processor(),
        "cores": cores(),
        "memory_gib": round(_kib(Path("/proc/meminfo"), "MemTotal") / 2**20, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load_1_minute": round(load[0], 2),
        "load_15_minutes": round(load[2], 2),
    }


def memory() -> dict[str, int]:
    """Bytes this process holds: memory of its own, and file pages mapped and resident."""
    status = Path("/proc/self/status")
    return {
        "own": 1024 * _kib(status, "RssAnon"),
        "mapped": 1024 * _kib(status, "RssFile"),
    }


def first_pass_bytes(people: int, fingers: int) -> int:
    """What a search must read of everyone: the first words of each searched finger, and masks."""
    return people * (fingers * codes.FIRST_WORDS * 8 + MASK_BYTES)


def floor(people: int, fingers: int) -> dict[str, Any]:
    """Seconds to read as many bytes as the first pass needs, once, on one core and on all."""
    wanted = first_pass_bytes(people, fingers)
    size = min(max(wanted, READ_BYTES[0]), READ_BYTES[1])
    words = np.arange(size // 8, dtype=np.uint64)
    one = size / _least(lambda: int(np.bitwise_xor.reduce(words)))
    parts = np.array_split(words, cores())
    with ThreadPoolExecutor(cores()) as pool:
        every = size / _least(lambda: list(pool.map(np.bitwise_xor.reduce, parts)))
    return {
        "bytes": wanted,
        "bytes_a_second_one_thread": round(one),
        "bytes_a_second_all_threads": round(every),
        "seconds_one_thread": round(wanted / one, 6),
        "seconds_all_threads": round(wanted / every, 6),
    }


def _least(work: Any) -> float:
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _field(path: Path, name: str) -> str:
    """What stands after `name :` in one of the kernel's files; nothing where there is none."""
    if path.exists():
        for line in path.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return ""


def _kib(path: Path, name: str) -> int:
    return int((_field(path, name) or "0").split()[0])
