"""Signed notes: text that ends in a newline, a blank line, and signature lines.

    <text, one or more lines>
                                                        (one blank line)
    — <key name> <base64 of: key id, 4 bytes || signature>

    key id       SHA-256(name || 0x0A || type || public key)[:4]
    verifier key name+<key id, 8 hex digits>+<base64 of: type || public key>

Source: C2SP signed-note v1. Only Ed25519 (type 0x01) is signed here; a witness's timestamped
signature (type 0x04) is in cosignature.py. Text is worth nothing until a known key verified it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from comity.errors import LedgerError
from comity.ledger.strict import from_base64, to_base64

ED25519 = 0x01
PUBLIC_KEY_BYTES = 32
SEED_BYTES = 32
KEY_ID_BYTES = 4
# The format asks readers to accept 16 and to have some limit; more would only cost time.
SIGNATURES_MAX = 64
NOTE_BYTES_MAX = 1_000_000


@dataclass(frozen=True)
class Signature:
    """One signature line: who signed, with which key, and the bytes after the key id."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {to_base64(self.key_id + self.data)}\n"


@dataclass(frozen=True)
class Note:
    """A note as read: nothing in it has been verified. `text` ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def as_bytes(self) -> bytes:
        return (self.text + "\n" + "".join(s.line for s in self.signatures)).encode()


class Verifies(Protocol):
    """A known key: one signature type of one key under one name."""

    @property
    def name(self) -> str:
        """The name that its signature lines carry."""

    @property
    def key_id(self) -> bytes:
        """4 bytes."""

    def accepts(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `text`."""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The 4 bytes that tell one key of a name from another; not a strong hash."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_BYTES]


def encode_key(name: str, kind: int, public: bytes) -> str:
    """The text form of a verifier key."""
    marked = to_base64(bytes([kind]) + public)
    return f"{name}+{key_id(name, kind, public).hex()}+{marked}"


def decode_key(text: str, kind: int) -> tuple[str, bytes]:
    """Name and 32-byte Ed25519 public key of a verifier key of type `kind`.

    Raises
    ------
    LedgerError  not of this form, another type, or a key id that is not this key's
    """
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise LedgerError(
            "a verifier key has three parts", expected="`name+id+key`", found=f"`{text[:80]}`"
        )
    name, stated, encoded = parts
    check_name(name)
    marked = from_base64(encoded, f"the verifier key of `{name}`", length=1 + PUBLIC_KEY_BYTES)
    if marked[0] != kind:
        raise LedgerError(
            f"the verifier key of `{name}` is of another type",
            expected=f"0x{kind:02x}",
            found=f"0x{marked[0]:02x}",
        )
    computed = key_id(name, kind, marked[1:]).hex()
    if stated != computed:
        raise LedgerError(
            f"the verifier key of `{name}` has the wrong key id",
            expected=f"`{computed}`",
            found=f"`{stated[:80]}`",
        )
    return name, marked[1:]


@dataclass(frozen=True)
class Verifier:
    """An Ed25519 key that signs notes; `public` is 32 bytes."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, verifier_key: str) -> Verifier:
        return cls(*decode_key(verifier_key, ED25519))

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, ED25519, self.public)

    def accepts(self, text: bytes, signature: bytes) -> bool:
        return ed25519_accepts(self.public, signature, text)


@dataclass(frozen=True)
class Signer:
    """A private Ed25519 key and its name. The seed is never shown."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        return public_key(self.seed)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.public)

    @property
    def verifier_key(self) -> str:
        return encode_key(self.name, ED25519, self.public)

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.verifier.key_id, ed25519_sign(self.seed, text.encode()))


def generate(name: str, seed: bytes) -> Signer:
    """The signer of `name` whose private key is `seed`, 32 bytes from a good random source."""
    check_name(name)
    check_seed(seed)
    return Signer(name, seed)


def sign(text: str, *signers: Signer) -> bytes:
    """The note over `text`, which ends in a newline, with one signature of each signer."""
    check_text(text)
    if not signers:
        raise LedgerError("a note has at least one signature", expected="a signer")
    return Note(text, tuple(s.sign(text) for s in signers)).as_bytes()


def parse(data: bytes) -> Note:
    """Split a note into text and signatures; verifies nothing.

    Raises
    ------
    LedgerError  not UTF-8, control characters, no blank line, a broken signature line,
                 anything after the last one, too many signatures
    """
    if len(data) > NOTE_BYTES_MAX:
        raise LedgerError(
            "the note is too long", expected=f"{NOTE_BYTES_MAX} bytes", found=f"{len(data)}"
        )
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LedgerError("the note is not UTF-8", where=f"byte {error.start}") from error
    # The last blank line ends the text, which may hold blank lines of its own.
    end = whole.rfind("\n\n")
    if end < 0:
        raise LedgerError("the note has no signatures", expected="a blank line before them")
    text, lines = whole[: end + 1], whole[end + 2 :]
    check_text(text)
    if not lines.endswith("\n"):
        raise LedgerError("the note's last line does not end", expected="a newline")
    signatures = lines[:-1].split("\n")
    if len(signatures) > SIGNATURES_MAX:
        raise LedgerError(
            "the note has too many signatures",
            expected=f"at most {SIGNATURES_MAX}",
            found=f"{len(signatures)}",
        )
    return Note(text, tuple(_signature(line) for line in signatures))


def verified(data: bytes, verifiers: Sequence[Verifies]) -> tuple[str, tuple[Verifies, ...]]:
    """The text of a note and the known keys that signed it, in the order of `verifiers`.

    Signatures by unknown keys are ignored; a bad one by a known key condemns the note.

    Raises
    ------
    LedgerError  not a note, a bad signature, or none by a known key
    """
    note = parse(data)
    text = note.text.encode()
    signed: list[Verifies] = []
    for verifier in verifiers:
        lines = [
            s for s in note.signatures if (s.name, s.key_id) == (verifier.name, verifier.key_id)
        ]
        if any(not verifier.accepts(text, s.data) for s in lines):
            raise LedgerError(
                f"the signature by `{verifier.name}` is not over this text",
                expected=f"a signature by key `{verifier.key_id.hex()}`",
                next_step="keep the file: someone changed the text or forged the signature",
            )
        if lines:
            signed.append(verifier)
    if not signed:
        raise LedgerError(
            "no known key signed this note",
            expected=", ".join(f"`{v.name}+{v.key_id.hex()}`" for v in verifiers) or "a known key",
            found=", ".join(f"`{s.name}+{s.key_id.hex()}`" for s in note.signatures),
        )
    return note.text, tuple(signed)


def public_key(seed: bytes) -> bytes:
    """The 32-byte public key of a 32-byte seed (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def ed25519_sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte Ed25519 signature of `message` under a 32-byte seed (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def ed25519_accepts(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` is the Ed25519 signature of `message` under `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_name(name: str) -> None:
    """Refuse a key name that a signature line cannot carry."""
    if not name or any(c.isspace() or c == "+" or c < " " for c in name):
        raise LedgerError(
            "a key name has no spaces or plus signs and is not empty", found=f"`{name[:80]}`"
        )


def check_seed(seed: bytes) -> None:
    """Refuse a private key of the wrong length."""
    if len(seed) != SEED_BYTES:
        raise LedgerError("a seed has 32 bytes", found=f"{len(seed)} bytes")


def check_text(text: str) -> None:
    """Refuse a text that does not survive writing and reading."""
    if not text.endswith("\n") or any(c < " " and c != "\n" for c in text):
        raise LedgerError(
            "a note's text ends in a newline and has no other control characters",
            found=f"`{text[-80:]!r}`",
        )


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise LedgerError(
            "this is not a signature line", expected="`— name base64`", found=f"`{line[:80]}`"
        )
    check_name(parts[1])
    data = from_base64(parts[2], f"the signature by `{parts[1]}`")
    if len(data) <= KEY_ID_BYTES:
        raise LedgerError(
            f"the signature by `{parts[1]}` is too short",
            expected="a 4-byte key id and a signature",
            found=f"{len(data)} bytes",
        )
    return Signature(parts[1], data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
