"""Checking a whole published ledger, as an outsider with nothing but its files and keys would.

Every entry is hashed again, the root is rebuilt and compared with the signed checkpoint, every
tile is compared with what the entries give, and every entry must keep the rules on entries:
known kind, canonical bytes, commitments only, plain content in public documents alone (I9).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from comity.errors import LedgerError
from comity.ledger import checkpoint, cosignature, entry, tiles, witness
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.cosignature import Cosignature, WitnessKey
from comity.ledger.note import Verifier
from comity.ledger.tree import Tree, leaf_hash

FINDINGS_MAX = 100  # one broken bundle can break every entry after it; this many say so


@dataclass(frozen=True)
class Report:
    """What an audit found. `findings` is empty where the ledger is what it says it is."""

    head: Checkpoint
    kinds: Mapping[str, int]
    cosigned: tuple[Cosignature, ...]
    findings: tuple[LedgerError, ...]

    @property
    def sound(self) -> bool:
        return not self.findings


def verify_directory(
    directory: Path, verifier_keys: Sequence[str], *, origin: str | None = None, need: int = 0
) -> Report:
    """Audit the files and refuse them unless everything holds.

    verifier_keys  the log's key (type 0x01) first, then its witnesses' (type 0x04)
    need           how many of those witnesses must have cosigned

    Raises
    ------
    LedgerError  the first thing found wrong, and how many more there are
    """
    report = inspect(directory, verifier_keys, origin=origin, need=need)
    if report.findings:
        first, more = report.findings[0], len(report.findings) - 1
        raise LedgerError(
            first.message + (f" (and {more} more findings)" if more else ""),
            where=first.where,
            expected=first.expected,
            found=first.found,
            next_step=first.next_step or "keep the files as they are and ask the operator",
        )
    return report


def inspect(
    directory: Path, verifier_keys: Sequence[str], *, origin: str | None = None, need: int = 0
) -> Report:
    """Audit the files and list everything found wrong.

    Raises
    ------
    LedgerError  there is no checkpoint signed by the log: then nothing else can be judged
    """
    log, witnesses = keys(verifier_keys)
    signed = tiles.read_checkpoint(directory)
    head = checkpoint.read(signed, log, origin=origin)
    findings: list[LedgerError] = []
    cosigned: tuple[Cosignature, ...] = ()
    try:
        cosigned = cosignature.verify(signed, witnesses, need)
    except LedgerError as error:
        findings.append(error)
    tree, kinds = _rebuild(directory, head, findings)
    if len(tree) == head.size and tree.root() != head.root:
        findings.append(
            LedgerError(
                "the entries do not add up to the signed root",
                where=str(directory),
                expected=f"`{head.root.hex()}`",
                found=f"`{tree.root().hex()}`",
            )
        )
    if len(tree) == head.size:
        for level in tiles.levels(head.size):
            _compare(directory, level, tree, findings)
    return Report(head, MappingProxyType(dict(kinds)), cosigned, tuple(findings))


def verify_growth(directory: Path, old: bytes, log: Verifier, *, origin: str | None = None) -> None:
    """Check that the published ledger continues an older signed checkpoint that was kept.

    Raises
    ------
    LedgerError  rollback, split view, or entries before the old size that changed
    """
    before = checkpoint.read(old, log, origin=origin)
    now = checkpoint.read(tiles.read_checkpoint(directory), log, origin=origin)
    proof: list[bytes] = []
    if 0 < before.size < now.size:
        proof = tiles.read_tree(directory, now).consistency_proof(before.size)
    witness.check_growth(before, now, proof)


def keys(verifier_keys: Sequence[str]) -> tuple[Verifier, list[WitnessKey]]:
    """The log's key and its witnesses' from their text forms, the log's first."""
    if not verifier_keys:
        raise LedgerError(
            "an audit needs the log's verifier key",
            expected="`name+id+key`",
            next_step="get it from the operator by another way than the files",
        )
    log, *witnesses = verifier_keys
    return Verifier.parse(log), [WitnessKey.parse(text) for text in witnesses]


def _rebuild(
    directory: Path, head: Checkpoint, findings: list[LedgerError]
) -> tuple[Tree, Counter[str]]:
    """Hash and read every entry; stops at a bundle that cannot be taken apart."""
    tree, kinds = Tree(), Counter[str]()
    try:
        for leaf in tiles.read_entries(directory, head.size):
            index = tree.append(leaf_hash(leaf))
            try:
                kinds[entry.read(leaf).kind] += 1
            except LedgerError as error:
                _note(findings, error, f"leaf {index}")
    except LedgerError as error:
        findings.append(error)
    return tree, kinds


def _compare(directory: Path, level: int, tree: Tree, findings: list[LedgerError]) -> None:
    """Compare one level of hash tiles with what the entries give."""
    try:
        hashes: Iterable[bytes] = tiles.read_hashes(directory, level, len(tree))
        for index, hashed in enumerate(hashes):
            right = tree.complete(tiles.HEIGHT * level, index)
            if hashed != right:
                differing = LedgerError(
                    "a tile differs from the entries",
                    expected=f"`{right.hex()}`",
                    found=f"`{hashed.hex()}`",
                )
                _note(findings, differing, f"tile level {level}, hash {index}")
    except LedgerError as error:
        findings.append(error)


def _note(findings: list[LedgerError], error: LedgerError, where: str) -> None:
    if len(findings) < FINDINGS_MAX:
        error.where = f"{where}, {error.where}" if error.where else where
        findings.append(error)
