"""A proof file: one entry is in the ledger, checkable by anyone without a network.

    c2sp.org/tlog-proof@v1
    extra <base64>                 optional, and worth nothing: nobody signed it
    index <decimal>
    <base64 hash>                  from the leaf's sibling up to the root's child
    ...

    <the checkpoint, verbatim, with its signatures>

Source: C2SP tlog-proof. The entry itself is not in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from comity.errors import LedgerError
from comity.ledger import checkpoint, cosignature, note
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.cosignature import WitnessKey
from comity.ledger.note import Verifier
from comity.ledger.strict import from_base64, from_decimal, to_base64
from comity.ledger.tree import HASH_BYTES, Tree, leaf_hash, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 63  # a tree of 2^63 - 1 leaves is no higher


@dataclass(frozen=True)
class Proof:
    """A proof as read: nothing in it has been verified. `checkpoint` is the signed file."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def as_bytes(self) -> bytes:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(to_base64(hashed) for hashed in self.hashes)
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint


def prove(tree: Tree, index: int, signed: bytes) -> Proof:
    """The proof that leaf `index` is in the tree under the checkpoint `signed`."""
    head = checkpoint.parse_text(note.parse(signed).text)
    if head.size > len(tree) or tree.root(head.size) != head.root:
        raise LedgerError(
            "the checkpoint is not of this tree",
            expected=f"size {head.size}, root `{head.root.hex()}`",
            found=f"{len(tree)} leaves",
        )
    return Proof(index, tuple(tree.inclusion_proof(index, head.size)), signed)


def parse(data: bytes) -> Proof:
    """Read a proof file; verifies nothing.

    Raises
    ------
    LedgerError  another header, a line out of place, or a checkpoint that is no signed note
    """
    head, blank, signed = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise LedgerError("the proof is not text", where=f"byte {error.start}") from error
    if not blank or lines[0] != HEADER:
        raise LedgerError(
            "this is not a proof file", expected=f"`{HEADER}`", found=f"`{lines[0][:80]}`"
        )
    rest = lines[1:]
    extra = None
    if rest and rest[0].startswith("extra "):
        extra = from_base64(rest.pop(0).removeprefix("extra "), "the extra data")
    if not rest or not rest[0].startswith("index "):
        raise LedgerError("the proof names no index", expected="`index <decimal>`")
    index = from_decimal(rest[0].removeprefix("index "), "the index")
    if len(rest) - 1 > HASHES_MAX:
        raise LedgerError(
            "the proof is too long", expected=f"{HASHES_MAX} hashes", found=f"{len(rest) - 1}"
        )
    hashes = tuple(
        from_base64(line, f"hash {position} of the proof", length=HASH_BYTES)
        for position, line in enumerate(rest[1:])
    )
    checkpoint.parse_text(note.parse(signed).text)
    return Proof(index, hashes, signed, extra)


def verify(
    data: bytes,
    leaf: bytes,
    log: Verifier,
    *,
    witnesses: Sequence[WitnessKey] = (),
    need: int = 0,
    origin: str | None = None,
    now_s: int | None = None,
) -> Checkpoint:
    """The checkpoint under which the entry `leaf` is proved to stand in the ledger.

    leaf       the whole entry, not its hash
    witnesses  known witnesses, of which `need` must have cosigned

    Raises
    ------
    LedgerError  the file, the log's signature, the quorum or the hashes do not hold
    """
    proof = parse(data)
    head = checkpoint.read(proof.checkpoint, log, origin=origin)
    if witnesses or need:
        cosignature.verify(proof.checkpoint, witnesses, need, now_s=now_s)
    verify_inclusion(leaf_hash(leaf), proof.index, head.size, proof.hashes, head.root)
    return head
