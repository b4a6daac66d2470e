"""docs/spec/ledger-entry.md says of every kind what vocabulary.py says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from comity.ledger import checkpoint, entry
from comity.ledger.cosignature import verify
from comity.ledger.vocabulary import CASE, KINDS
from tests.ledger.golden.refresh import golden
from tests.ledger.sample import LOG, WITNESSES, subject_access

SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec"
ENTRY = (SPEC / "ledger-entry.md").read_text("utf-8")
FILES = (SPEC / "ledger-files.md").read_text("utf-8")


def documented():
    for kind, values in re.findall(r"^\| `(\w+)` \| (.*?[^\\]) \|", ENTRY, re.MULTILINE):
        yield kind, values.replace("\\|", "|")


def test_every_kind_and_value_is_documented():
    told = dict(documented())
    assert list(told) == list(KINDS)
    for name, kind in KINDS.items():
        own = {v: s for v, s in kind.values.items() if name == "agreement" or v not in CASE}
        expected = [
            f"`{value}` {shape}" + (" *personal*" if value in kind.personal else "")
            for value, shape in own.items()
        ]
        assert sorted(told[name].split(", ")) == sorted(expected)


def test_the_examples_are_real():
    shown, opening = re.findall(r"```json\n(.*?)\n```", ENTRY, re.DOTALL)
    leaf = subject_access(6)[0]
    assert shown.encode() == leaf == golden()["entry.json"]
    assert entry.opened(leaf, entry.Opening.from_json(json.loads(opening))) == {"contested": False}
    head = re.findall(r"```\n(.*?\n)```", FILES, re.DOTALL)[1].encode()
    assert checkpoint.read(head, LOG.verifier).size == 11
    assert verify(head, [WITNESSES[0].verifier], 1)
    assert golden()["checkpoint"].startswith(head[:-1])
