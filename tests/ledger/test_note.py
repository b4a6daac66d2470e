from __future__ import annotations

import pytest

from comity.errors import LedgerError
from comity.ledger import checkpoint, note
from comity.ledger.note import Verifier
from tests.ledger.sample import LOG, OTHER_LOG, WITNESSES

# Published by the Go checksum database: its verifier key, and one signed tree head of 2025.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_HEAD = """go.sum database tree
63096908
8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=

— sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU\
6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=
""".encode()


def test_a_tree_head_signed_by_somebody_elses_software():
    head = checkpoint.read(SUMDB_HEAD, Verifier.parse(SUMDB), origin="go.sum database tree")
    assert head.size == 63_096_908
    with pytest.raises(LedgerError, match="not over this text"):
        note.verified(SUMDB_HEAD.replace(b"63096908", b"63096909"), [Verifier.parse(SUMDB)])


def test_sign_then_verify():
    data = note.sign("one\n\ntwo\n", LOG)
    assert note.verified(data, [LOG.verifier]) == ("one\n\ntwo\n", (LOG.verifier,))
    assert note.parse(data).as_bytes() == data


def test_a_key_survives_its_text_form():
    assert Verifier.parse(LOG.verifier_key) == LOG.verifier
    assert Verifier.parse(LOG.verifier_key + "\n") == LOG.verifier


def test_the_seed_is_never_shown():
    assert LOG.seed.hex() not in repr(LOG)
    assert repr(LOG.seed) not in repr(LOG)


def test_signatures_by_strangers_are_ignored():
    data = note.sign("text\n", LOG, OTHER_LOG)
    assert note.verified(data, [LOG.verifier])[1] == (LOG.verifier,)
    assert note.verified(data, [OTHER_LOG.verifier, LOG.verifier])[1] == (
        OTHER_LOG.verifier,
        LOG.verifier,
    )


def test_a_note_that_nobody_known_signed_is_refused():
    with pytest.raises(LedgerError, match="no known key"):
        note.verified(note.sign("text\n", LOG), [OTHER_LOG.verifier])
    with pytest.raises(LedgerError, match="no known key"):
        note.verified(note.sign("text\n", LOG), [])


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        "name+00000000",
        LOG.verifier_key.replace("+", " ", 1),
        LOG.verifier_key.replace("ledger", "ledge"),
        LOG.verifier_key[:-1],
        LOG.verifier_key.upper(),
        WITNESSES[0].verifier_key,
        "+" + LOG.verifier_key.split("+", 1)[1],
    ],
)
def test_other_text_is_not_a_verifier_key(key):
    with pytest.raises(LedgerError):
        Verifier.parse(key)


@pytest.mark.parametrize(
    "text", ["", "no newline", "tab\there\n", "carriage\r\n", "nul\x00\n", "one\u2028two"]
)
def test_text_that_would_not_survive_is_not_signed(text):
    with pytest.raises(LedgerError):
        note.sign(text, LOG)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "thin\u2009space", "line\n"])
def test_names_that_a_line_cannot_carry(name):
    with pytest.raises(LedgerError):
        note.generate(name, b"s" * 32)


def test_a_seed_has_32_bytes_and_a_note_a_signer():
    with pytest.raises(LedgerError, match="32 bytes"):
        note.generate("name", b"short")
    with pytest.raises(LedgerError, match="at least one"):
        note.sign("text\n")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.replace("— ".encode(), b"- "),
        lambda d: d.replace(b"\n\n", b"\n"),
        lambda d: d.replace("— ".encode(), "—  ".encode()),
        lambda d: d[:-1],
        lambda d: d + b"\n",
        lambda d: d + b"more\n",
        lambda d: d.replace(b"=\n", b"\n"),
        lambda d: d.replace(b"text", b"te\xff"),
        lambda d: d.replace(b"text", b"te\tt"),
        lambda d: d[: d.rindex(b" ") + 1] + b"AAAA\n",
        lambda d: d + d.split(b"\n\n")[1] * 64,
        lambda d: b"x" * 1_000_001 + d,
    ],
)
def test_other_bytes_are_not_a_note(spoil):
    data = note.sign("text\n", LOG)
    with pytest.raises(LedgerError):
        note.verified(spoil(data), [LOG.verifier])
