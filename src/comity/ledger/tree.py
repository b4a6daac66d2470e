"""The Merkle tree of RFC 6962: roots, proofs, and the checks that outsiders make.

    leaf = SHA-256(0x00 || entry)      node = SHA-256(0x01 || left || right)

The tree over n leaves splits at the largest power of two below n, so every complete aligned
subtree keeps its hash for ever. `Tree` keeps just those; each question then costs O(log n).
Source: RFC 6962 section 2.1; the verifying algorithms follow RFC 9162 sections 2.1.3.2, 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from comity.errors import LedgerError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), 32 bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """An append-only tree of leaf hashes in memory.

    Invariant: levels[k][i] is the hash of leaves i*2^k .. (i+1)*2^k, for complete ones only.
    Memory: about 2n hashes. Append costs O(1) amortised; root and proofs O(log n) hashes.
    """

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for hashed in leaf_hashes:
            self.append(hashed)

    @classmethod
    def of_entries(cls, entries: Iterable[bytes]) -> Tree:
        """The tree over whole entries, hashing each."""
        return cls(map(leaf_hash, entries))

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, leaf: bytes) -> int:
        """Add one leaf hash (32 bytes) at the right; returns its index from 0."""
        if len(leaf) != HASH_BYTES:
            raise LedgerError("a leaf hash has 32 bytes", found=f"{len(leaf)} bytes")
        index, hashed, level = len(self), leaf, 0
        self._levels[0].append(hashed)
        while len(self._levels[level]) % 2 == 0:
            hashed = node_hash(*self._levels[level][-2:])
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(hashed)
        return index

    def leaf(self, index: int) -> bytes:
        """The leaf hash at `index`."""
        if not 0 <= index < len(self):
            raise LedgerError(
                "no such leaf",
                expected=f"an index below {len(self)}",
                found=f"`{index}`",
            )
        return self._levels[0][index]

    def complete(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree over leaves index*2^level .. (index+1)*2^level."""
        if not (0 <= level < len(self._levels) and 0 <= index < len(self._levels[level])):
            raise LedgerError(
                "no such complete subtree",
                where=f"level {level}, index {index}",
                expected=f"one below the {len(self)} leaves",
            )
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves: all of them unless told."""
        size = self._size(size)
        return self._span(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Hashes from the leaf's sibling up to the root's child: PATH of RFC 6962 2.1.1."""
        size = self._size(size)
        if not 0 <= index < size:
            raise LedgerError(
                "no such leaf in a tree of this size",
                expected=f"an index below {size}",
                found=f"`{index}`",
            )
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._span(middle, end))
                end = middle
            else:
                path.append(self._span(start, middle))
                start = middle
        return path[::-1]

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """Hashes that show the tree of `old_size` is a prefix: PROOF of RFC 6962 2.1.2.

        Empty where the sizes are equal. Raises LedgerError for `old_size` 0: the empty tree
        is a prefix of every tree, so there is nothing to prove.
        """
        size = self._size(size)
        if not 1 <= old_size <= size:
            raise LedgerError(
                "no consistency proof between these sizes",
                expected=f"an old size from 1 to {size}",
                found=f"`{old_size}`",
            )
        path: list[bytes] = []
        start, end = 0, size
        while end != old_size:
            middle = start + _split(end - start)
            if old_size <= middle:
                path.append(self._span(middle, end))
                end = middle
            else:
                path.append(self._span(start, middle))
                start = middle
        if start:
            path.append(self._span(start, end))
        return path[::-1]

    def _size(self, size: int | None) -> int:
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise LedgerError(
                "the tree is not that large", expected=f"0 to {len(self)}", found=f"`{size}`"
            )
        return size

    def _span(self, start: int, end: int) -> bytes:
        """The hash over leaves start..end, where `start` is aligned to the span's own splits."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(count)
        return node_hash(self._span(start, middle), self._span(middle, end))


def _split(count: int) -> int:
    """The largest power of two below `count`, which is 2 or more."""
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash stands at `index` in the tree of `size` leaves under `root`.

    Raises
    ------
    LedgerError  index out of range, a proof of the wrong length, or another root
    """
    if not 0 <= index < size:
        raise LedgerError(
            "the index lies outside the tree",
            where="inclusion proof",
            expected=f"0 to {size - 1}",
            found=f"`{index}`",
        )
    _whole(leaf, "leaf hash")
    node, last, hashed = index, size - 1, leaf
    for position, sibling in enumerate(proof):
        _whole(sibling, f"hash {position} of the inclusion proof")
        if last == 0:
            raise LedgerError(
                "the proof is too long",
                where="inclusion proof",
                expected=f"{position} hashes",
                found=f"{len(proof)}",
            )
        if node & 1 or node == last:
            hashed = node_hash(sibling, hashed)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise LedgerError(
            "the proof is too short",
            where="inclusion proof",
            expected="hashes up to the root",
            found=f"{len(proof)}",
        )
    _same_root(hashed, root, "inclusion proof")


def verify_consistency(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Check that the tree of `old_size` under `old_root` is a prefix of the one under `root`.

    An old size of 0 proves nothing and is refused, except against the empty tree itself.

    Raises
    ------
    LedgerError  sizes in the wrong order, a proof of the wrong length, or another root
    """
    where = "consistency proof"
    if not 0 <= old_size <= size:
        raise LedgerError(
            "the tree shrank",
            where=where,
            expected=f"{old_size} leaves or more",
            found=f"{size}",
            next_step="keep both checkpoints: together they prove a rollback",
        )
    if old_size == 0 and (size or old_root != EMPTY_ROOT):
        raise LedgerError("an empty old tree proves nothing", where=where, found=f"{size} leaves")
    if old_size == size:
        if proof:
            raise LedgerError(
                "the proof is too long", where=where, expected="0 hashes", found=f"{len(proof)}"
            )
        _same_root(old_root, root, where)
        return
    for position, hashed in enumerate(proof):
        _whole(hashed, f"hash {position} of the {where}")
    _climb(old_size, size, proof, old_root, root)


def _climb(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """Rebuild the old and the new root together from the proof: RFC 9162 section 2.1.4.2."""
    where = "consistency proof"
    # A power of two is itself a complete subtree, whose hash the proof leaves out.
    hashes = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not hashes:
        raise LedgerError("the proof is too short", where=where, expected="hashes", found="none")
    old = new = hashes[0]
    for hashed in hashes[1:]:
        if last == 0:
            raise LedgerError(
                "the proof is too long",
                where=where,
                expected="hashes up to the root",
                found=f"{len(proof)}",
            )
        if node & 1 or node == last:
            old, new = node_hash(hashed, old), node_hash(hashed, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, hashed)
        node, last = node >> 1, last >> 1
    if last:
        raise LedgerError(
            "the proof is too short",
            where=where,
            expected="hashes up to the root",
            found=f"{len(proof)}",
        )
    _same_root(old, old_root, f"{where}, old root")
    _same_root(new, root, f"{where}, new root")


def _whole(hashed: bytes, what: str) -> None:
    if len(hashed) != HASH_BYTES:
        raise LedgerError(f"{what} has 32 bytes", found=f"{len(hashed)} bytes")


def _same_root(computed: bytes, stated: bytes, where: str) -> None:
    if computed != stated:
        raise LedgerError(
            "the roots differ",
            where=where,
            expected=f"`{stated.hex()}`",
            found=f"`{computed.hex()}`",
            next_step="keep the proof and both checkpoints, and ask the log's operator",
        )
