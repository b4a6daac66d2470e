"""What a witness does: cosign a checkpoint only if it continues the one cosigned before.

The caller keeps the last checkpoint of each log and stores the new one before it publishes
the cosignature. Source: C2SP tlog-witness, the checks of add-checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence

from comity.errors import LedgerError
from comity.ledger import checkpoint, cosignature
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.cosignature import Cosigner
from comity.ledger.note import Verifier
from comity.ledger.tree import verify_consistency


def check_growth(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Refuse a new checkpoint that is not the old one with entries added.

    proof  consistency proof; empty where the old tree was empty or the sizes are equal

    Raises
    ------
    LedgerError  another log, a rollback, a split view, or a proof that does not hold
    """
    if old.origin != new.origin:
        raise LedgerError(
            "these checkpoints are of two logs",
            expected=f"`{old.origin}`",
            found=f"`{new.origin}`",
        )
    if old.size == new.size and old.root != new.root:
        raise LedgerError(
            "split view: two roots at one size",
            where=f"size {new.size}",
            expected=f"`{old.root.hex()}`",
            found=f"`{new.root.hex()}`",
            next_step="publish both signed checkpoints: they prove that the log lied",
        )
    if old.size == 0 and not proof:
        return  # the empty tree is a prefix of every tree
    verify_consistency(old.size, new.size, proof, old.root, new.root)


def cosign(
    witness: Cosigner,
    known: Checkpoint | None,
    data: bytes,
    log: Verifier,
    proof: Sequence[bytes],
    *,
    at_s: int,
    origin: str | None = None,
) -> tuple[bytes, Checkpoint]:
    """The checkpoint file with this witness's line added, and what to remember for next time.

    known  what it remembered last; None the first time it sees this log, which it then trusts

    Raises
    ------
    LedgerError  not signed by the log, or not a continuation of `known`: nothing was signed
    """
    head = checkpoint.read(data, log, origin=origin)
    if known is not None:
        check_growth(known, head, proof)
    return cosignature.attach(data, witness.sign(head.text, at_s)), head
