"""The lock files: all that is declared is pinned with a hash, and no place to fetch from named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned(lock: str) -> dict[str, tuple[str, int]]:
    """Package -> (version, number of hashes)."""
    text = (PROJECT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    found = {}
    for block in blocks:
        name, version = re.match(r"([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", block).groups()
        found[name] = (version, block.count("--hash=sha256:"))
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[A-Za-z0-9._-]+", line).group().lower() for line in requirements}


def test_everything_declared_is_locked() -> None:
    assert names(DECLARED["project"]["dependencies"]) <= pinned("requirements.lock").keys()
    assert names(DECLARED["dependency-groups"]["dev"]) <= pinned("requirements-dev.lock").keys()


def test_tests_run_on_the_versions_that_users_get() -> None:
    tested = pinned("requirements-dev.lock")
    assert {
        name: (version, tested.get(name))
        for name, version in pinned("requirements.lock").items()
        if tested.get(name, ("", 0))[0] != version[0]
    } == {}


def test_the_development_list_is_the_declared_group() -> None:
    lines = (PROJECT / "requirements-dev.in").read_text(encoding="utf-8").split()
    assert set(lines) - {"-r", "requirements.lock"} == set(DECLARED["dependency-groups"]["dev"])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_carries_a_hash(lock: str) -> None:
    assert [name for name, (_, hashes) in pinned(lock).items() if hashes == 0] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_place(lock: str) -> None:
    text = (PROJECT / lock).read_text(encoding="utf-8")
    assert re.findall(r"://|^--|index-url|find-links", text, re.MULTILINE) == []
