"""The ledger as static files, so that anyone can host a mirror.

    checkpoint                     the signed head
    tile/<L>/<N>[.p/<W>]           256 hashes of 32 bytes: level 0 holds leaf hashes, and each
                                   hash above is the root of one full tile below
    tile/entries/<N>[.p/<W>]       256 entries, each after its length as big-endian uint16

<N> is written in groups of three digits, all but the last marked `x`: 1234067 is x001/x234/067.
`.p/<W>` marks a partial tile, 1 to 255 wide; it goes once the full one is there.
Source: C2SP tlog-tiles v1. Every file is written whole or not at all, the checkpoint last, so a
crash leaves the older ledger, complete.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from comity.errors import LedgerError
from comity.ledger import note
from comity.ledger.checkpoint import Checkpoint, parse_text
from comity.ledger.tree import HASH_BYTES, Tree

WIDTH = 256
HEIGHT = 8  # 2^8 hashes wide
CHECKPOINT = "checkpoint"
ENTRIES = "entries"


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Path of a tile below the ledger's folder; level `entries` names an entry bundle."""
    if index < 0 or not 1 <= width <= WIDTH:
        raise LedgerError("no such tile", where=f"level {level}, index {index}, width {width}")
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def tile_spans(size: int, level: int, since: int = 0) -> Iterator[tuple[int, int]]:
    """(index, width) of each tile at `level` of a tree of `size` that `since` leaves lacked."""
    count = size >> (HEIGHT * level)
    for index in range((since >> (HEIGHT * level)) // WIDTH, -(-count // WIDTH)):
        yield index, min(WIDTH, count - index * WIDTH)


def levels(size: int) -> range:
    """The tile levels that a tree of `size` leaves has."""
    return range(-(-size.bit_length() // HEIGHT))


def bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length, big-endian uint16."""
    too_long = [len(e) for e in entries if len(e) > 0xFFFF]
    if too_long:
        raise LedgerError("an entry is too long", expected="65535 bytes", found=f"{too_long[0]}")
    return b"".join(len(e).to_bytes(2, "big") + e for e in entries)


def unbundle(data: bytes, width: int, where: str = "entry bundle") -> list[bytes]:
    """The `width` entries of a bundle.

    Raises
    ------
    LedgerError  cut short, or bytes after the last entry
    """
    entries: list[bytes] = []
    offset = 0
    for _ in range(width):
        length = int.from_bytes(data[offset : offset + 2], "big")
        entry = data[offset + 2 : offset + 2 + length]
        if len(data) < offset + 2 or len(entry) < length:
            raise LedgerError(
                "the entry bundle is cut short",
                where=f"{where}, byte {offset}",
                expected=f"{width} entries",
                found=f"{len(entries)}",
            )
        entries.append(entry)
        offset += 2 + length
    if offset != len(data):
        raise LedgerError(
            "the entry bundle is too long",
            where=where,
            expected=f"{offset} bytes",
            found=f"{len(data)}",
        )
    return entries


def write(
    directory: Path, entries: Sequence[bytes], checkpoint: bytes, *, tree: Tree | None = None
) -> list[str]:
    """Bring the files up to `checkpoint`; returns the paths written, in order.

    entries     all of the ledger's leaves so far, or more; only new tiles are read from it
    checkpoint  signed; its size and root must be those of `entries`
    tree        over the same entries, where the caller has one already

    Raises
    ------
    LedgerError  the checkpoint is not of these entries, or is older than or contradicts
                 what the folder already holds
    """
    head = parse_text(note.parse(checkpoint).text)
    tree = Tree.of_entries(entries) if tree is None else tree
    if head.size > len(entries) or tree.root(head.size) != head.root:
        raise LedgerError(
            "the checkpoint is not of these entries",
            where=str(directory),
            expected=f"size {head.size}, root `{head.root.hex()}`",
            found=f"{len(entries)} entries",
        )
    since = _published(directory, head, tree)
    written: list[str] = []
    for index, width in tile_spans(head.size, 0, since):
        span = entries[index * WIDTH : index * WIDTH + width]
        _place(directory, ENTRIES, index, width, bundle(span), written)
    for level in levels(head.size):
        for index, width in tile_spans(head.size, level, since):
            hashes = (tree.complete(HEIGHT * level, index * WIDTH + i) for i in range(width))
            _place(directory, level, index, width, b"".join(hashes), written)
    _replace(directory / CHECKPOINT, checkpoint)
    return [*written, CHECKPOINT]


def read_checkpoint(directory: Path) -> bytes:
    """The bytes of the checkpoint file, unverified."""
    return read_file(directory, CHECKPOINT)


def read_entries(directory: Path, size: int) -> Iterator[bytes]:
    """The first `size` entries in order, unverified."""
    for index, width in tile_spans(size, 0):
        data, path, held = _held(directory, ENTRIES, index, width)
        yield from unbundle(data, held, path)[:width]


def read_hashes(directory: Path, level: int, size: int) -> Iterator[bytes]:
    """The hashes of a tile level in a tree of `size` leaves, in order, unverified."""
    for index, width in tile_spans(size, level):
        data, path, held = _held(directory, level, index, width)
        if len(data) != held * HASH_BYTES:
            raise LedgerError(
                "the tile is cut short or too long",
                where=path,
                expected=f"{held * HASH_BYTES} bytes",
                found=f"{len(data)}",
            )
        for i in range(width):
            yield data[i * HASH_BYTES : (i + 1) * HASH_BYTES]


def read_tree(directory: Path, head: Checkpoint) -> Tree:
    """The tree from the level-0 tiles, once its root is found to be the checkpoint's.

    Cost  O(n) hashes; enough to prove any entry or any earlier size.
    """
    tree = Tree(read_hashes(directory, 0, head.size))
    if tree.root() != head.root:
        raise LedgerError(
            "the tiles do not add up to the checkpoint",
            where=str(directory),
            expected=f"`{head.root.hex()}`",
            found=f"`{tree.root().hex()}`",
        )
    return tree


def read_file(directory: Path, path: str) -> bytes:
    """The bytes of one file of the ledger; LedgerError where it cannot be read."""
    try:
        return (directory / path).read_bytes()
    except OSError as error:
        raise LedgerError(
            "a file of the ledger cannot be read",
            where=str(directory / path),
            found=error.strerror or type(error).__name__,
            next_step="fetch the ledger again from its operator or a mirror",
        ) from error


def _held(directory: Path, level: int | str, index: int, width: int) -> tuple[bytes, str, int]:
    """A tile's bytes, path and width on disk: the full one may have replaced the partial."""
    path = tile_path(level, index, width)
    full = tile_path(level, index)
    if width < WIDTH and not (directory / path).exists() and (directory / full).exists():
        path, width = full, WIDTH
    return read_file(directory, path), path, width


def _published(directory: Path, head: Checkpoint, tree: Tree) -> int:
    """How many leaves the folder's checkpoint already covers; refuses to contradict it."""
    if not (directory / CHECKPOINT).exists():
        return 0
    old = parse_text(note.parse(read_checkpoint(directory)).text)
    if old.origin != head.origin or old.size > head.size or tree.root(old.size) != old.root:
        raise LedgerError(
            "the folder holds another or a newer ledger",
            where=str(directory),
            expected=f"a prefix of `{head.origin}` at size {head.size}",
            found=f"`{old.origin}` at size {old.size}, root `{old.root.hex()}`",
            next_step="publish elsewhere; a published ledger is never rewritten",
        )
    return old.size


def _place(
    directory: Path, level: int | str, index: int, width: int, data: bytes, written: list[str]
) -> None:
    path = tile_path(level, index, width)
    place = directory / path
    if not place.exists() or place.read_bytes() != data:
        _replace(place, data)
        written.append(path)
    if width == WIDTH:
        partials = place.with_name(place.name + ".p")
        for partial in sorted(partials.iterdir()) if partials.is_dir() else ():
            partial.unlink()
        if partials.is_dir():
            partials.rmdir()


def _replace(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(place.name + ".new")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
