from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import checkpoint, note
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.tree import EMPTY_ROOT
from tests.ledger.sample import LOG, ORIGIN

ROOT = bytes(range(32))
HEAD = Checkpoint(ORIGIN, 7, ROOT)


def test_sign_then_read():
    assert checkpoint.read(checkpoint.sign(HEAD, LOG), LOG.verifier) == HEAD


def test_extension_lines_are_kept():
    head = Checkpoint(ORIGIN, 7, ROOT, ("timestamp 1",))
    assert checkpoint.parse_text(head.text) == head


def test_a_checkpoint_of_another_log_is_refused():
    data = checkpoint.sign(Checkpoint("elsewhere.example", 7, ROOT), LOG)
    with pytest.raises(LedgerError, match="another log"):
        checkpoint.read(data, LOG.verifier)
    assert checkpoint.read(data, LOG.verifier, origin="elsewhere.example").size == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a\n1\n",
        HEAD.text[:-1],
        HEAD.text + "\n",
        HEAD.text.replace("\n7\n", "\n07\n"),
        HEAD.text.replace("\n7\n", "\n-7\n"),
        HEAD.text.replace("\n7\n", "\n７\n"),
        HEAD.text.replace("\n7\n", "\n7 \n"),
        HEAD.text.replace("\n7\n", "\n9223372036854775808\n"),
        HEAD.text.replace("\n7\n", "\n0\n"),
        HEAD.text.replace("=", ""),
        HEAD.text.replace("8=", "9="),
        "\n" + HEAD.text,
        f"{ORIGIN}\n7\nAAAA\n",
    ],
)
def test_other_text_is_not_a_checkpoint(text):
    with pytest.raises(LedgerError):
        checkpoint.parse_text(text)


def test_a_checkpoint_is_checked_when_made():
    for origin, size, root in [("", 1, ROOT), ("a\nb", 1, ROOT), ("a", -1, ROOT), ("a", 1, b"")]:
        with pytest.raises(LedgerError):
            Checkpoint(origin, size, root)
    assert Checkpoint("a", 0, EMPTY_ROOT).as_json() == {
        "origin": "a",
        "size": 0,
        "root": EMPTY_ROOT.hex(),
    }


def test_the_signature_covers_extension_lines():
    head = Checkpoint(ORIGIN, 7, ROOT, ("one",))
    data = note.sign(head.text, LOG).replace(b"\none\n", b"\ntwo\n")
    with pytest.raises(LedgerError, match="not over this text"):
        checkpoint.read(data, LOG.verifier)
