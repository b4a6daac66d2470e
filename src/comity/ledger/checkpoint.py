"""Checkpoints: the signed head of the tree at one size.

    <origin>
    <size, decimal>
    <root, base64>

    — <log's name> <signature>

Source: C2SP tlog-checkpoint v1. Extension lines are read and kept, and never written.
"""

from __future__ import annotations

from dataclasses import dataclass

from comity.errors import LedgerError
from comity.ledger import note
from comity.ledger.note import Signer, Verifier
from comity.ledger.strict import from_base64, from_decimal, to_base64
from comity.ledger.tree import EMPTY_ROOT, HASH_BYTES


@dataclass(frozen=True)
class Checkpoint:
    """The tree's head: which log, how many leaves, and their root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise LedgerError("an origin is one line, not empty", found=f"`{self.origin[:80]}`")
        if self.size < 0 or len(self.root) != HASH_BYTES:
            raise LedgerError("a checkpoint has a size from 0 and a root of 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise LedgerError(
                "an empty tree has one root only",
                expected=f"`{EMPTY_ROOT.hex()}`",
                found=f"`{self.root.hex()}`",
            )

    @property
    def text(self) -> str:
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def as_json(self) -> dict[str, str | int]:
        return {"origin": self.origin, "size": self.size, "root": self.root.hex()}


def parse_text(text: str) -> Checkpoint:
    """The checkpoint that a note's text spells.

    Raises
    ------
    LedgerError  fewer than three lines, an empty one, a size or root not in its one spelling
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or "" in lines[:-1]:
        raise LedgerError(
            "a checkpoint is three or more lines, none of them empty",
            expected="origin, size, root",
            found=f"`{text[:80]!r}`",
        )
    origin, size, root, *extensions = lines[:-1]
    return Checkpoint(
        origin,
        from_decimal(size, "the tree size"),
        from_base64(root, "the root hash", length=HASH_BYTES),
        tuple(extensions),
    )


def sign(head: Checkpoint, *signers: Signer) -> bytes:
    """The checkpoint file, signed by the log."""
    return note.sign(head.text, *signers)


def read(data: bytes, verifier: Verifier, *, origin: str | None = None) -> Checkpoint:
    """The checkpoint in `data`, once the log's key has been found to have signed it.

    origin  the log that is meant; the key's name unless told

    Raises
    ------
    LedgerError  not a checkpoint, not signed by this key, or of another log
    """
    text, _ = note.verified(data, [verifier])
    head = parse_text(text)
    expected = verifier.name if origin is None else origin
    if head.origin != expected:
        raise LedgerError(
            "this checkpoint is of another log", expected=f"`{expected}`", found=f"`{head.origin}`"
        )
    return head
