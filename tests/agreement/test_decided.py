"""Decisions that were made once are made again, for ever.

`decided.json` holds a set of agreements, cases, and what was decided of each. It is added to and
never refreshed: a decision in it that comes out differently breaks what a ledger relies on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from comity.agreement.canonical import from_canonical
from comity.agreement.decide import decide
from comity.agreement.register import Agreements
from comity.records import Decision, Facts
from tests.reference import agreement_oracle

FILE = Path(__file__).parent / "decided.json"
POLICY = "31369dc42bf70380ec55f518303f6fe3f3fa835e10c064a1ea27c2ec2784e62c"


def again() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What was decided, and what is decided of the same now."""
    kept = json.loads(FILE.read_text("utf-8"))
    agreements = Agreements(tuple(from_canonical(body) for body in kept["agreements"]))
    found = []
    for case in kept["decided"]:
        once = Decision.from_json(case["decision"])
        now = decide(
            agreements, once.question, Facts.from_json(case["facts"]),
            at=once.at, known_at=datetime.fromisoformat(case["known_at"]),
        )  # fmt: skip
        found.append((case["decision"], now.as_json()))
    return found


def test_every_decision_that_was_made_is_made_again() -> None:
    kinds: Counter[tuple[str, str]] = Counter()
    for once, now in again():
        assert now == once
        assert now["policy"] == POLICY
        kinds[now["question"], now["timing"]] += 1
    # Each question with each outcome: what is kept stands for something.
    assert len(kinds) == 9
    assert min(kinds.values()) >= 10


def test_the_slow_oracle_would_have_decided_the_same() -> None:
    kept = json.loads(FILE.read_text("utf-8"))
    for case in kept["decided"]:
        once = case["decision"]
        slow = agreement_oracle.decision(
            kept["agreements"], once["question"], case["facts"],
            datetime.fromisoformat(once["at"]), datetime.fromisoformat(case["known_at"]),
        )  # fmt: skip
        assert slow == {key: once[key] for key in slow} | {"clauses": set(once["clauses"])}


def test_neither_process_nor_hash_seed_matters() -> None:
    words = "from tests.agreement.test_decided import again; import json;"
    words += "print(json.dumps([now for _, now in again()]))"
    said = {
        subprocess.run(
            [sys.executable, "-c", words], capture_output=True, text=True, check=True,
            cwd=FILE.parents[2], env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "20110805")
    }  # fmt: skip
    assert said == {json.dumps([once for once, _ in again()]) + "\n"}
