"""What an outsider can check of a published ledger: its files, and openings that were handed over.

Nothing here opens a house, a store or a gallery. Each check says what it looked at and what it
found wrong; a check that had nothing to look at says so by its count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comity.agreement.canonical import from_canonical
from comity.agreement.decide import decide
from comity.agreement.register import Agreements
from comity.agreement.terms import Agreement
from comity.errors import CallerError, ComityError, LedgerError
from comity.ledger import audit, proof, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.cosignature import WitnessKey
from comity.ledger.entry import OpenedEntry, Opening
from comity.ledger.note import Verifier
from comity.records import Decision, Facts
from comity.statistics.cases import open_rows
from comity.statistics.recompute import against_ledger

KEY = "ledger.vkey"
LEDGER = "ledger"  # the folder of a whole run that holds its ledger
OPENINGS = Path("auditors") / "openings.json"
Advance = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True)
class Check:
    """One thing that was checked: `found` is empty where it holds."""

    name: str
    says: str
    checked: int
    found: tuple[ComityError, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "says": self.says,
            "checked": self.checked,
            "findings": [error.as_json() for error in self.found],
        }


@dataclass(frozen=True)
class Place:
    """Where a ledger lies, and where the openings handed over with it lie, if anywhere."""

    ledger: Path
    openings: Path | None


@dataclass(frozen=True)
class Key:
    """A verifier key and where it came from; `beside` it came with what it is to verify."""

    text: str
    source: str
    beside: bool


def place(folder: Path, openings: Path | None = None) -> Place:
    """The ledger in `folder`: the folder itself, or the `ledger` of a whole run's folder.

    Raises
    ------
    CallerError  there is no checkpoint in either
    """
    for ledger in (folder, folder / LEDGER):
        if (ledger / tiles.CHECKPOINT).is_file():
            near = ledger.absolute().parent / OPENINGS
            return Place(ledger, openings or (near if near.is_file() else None))
    raise CallerError(
        "there is no ledger here",
        where=str(folder),
        expected=f"a folder with a `{tiles.CHECKPOINT}` file, or one with it under `{LEDGER}/`",
        next_step="name the folder that a ledger was published to or copied into",
    )


def key_of(given: str | None, ledger: Path | None) -> Key:
    """The key to verify with: the one given, as text or a file, or the one beside the ledger.

    Raises
    ------
    CallerError  neither is there
    """
    if given is not None:
        if "+" in given and not Path(given).exists():
            return Key(given.strip(), "given", beside=False)
        return Key(_text(Path(given)), given, beside=_same_folder(Path(given), ledger))
    if ledger is None:
        raise CallerError("a proof needs the log's key", expected="--key FILE or --key TEXT")
    if not (ledger / KEY).is_file():
        raise CallerError(
            "no key was given, and none lies beside the ledger",
            where=str(ledger / KEY),
            expected="--key FILE or --key TEXT",
            next_step="get the key from the operator by another way than the files",
        )
    return Key(_text(ledger / KEY), str(ledger / KEY), beside=True)


def ledger_check(
    folder: Path, keys: Sequence[str], need: int
) -> tuple[Checkpoint, Mapping[str, int], Check]:
    """Hash every entry again, rebuild the root, compare tiles, read the signature.

    Raises
    ------
    LedgerError  no checkpoint signed by the key: then nothing else can be judged
    """
    report = audit.inspect(folder, keys, need=need)
    says = "every entry, tile, root and signature is what the checkpoint signs"
    return report.head, report.kinds, Check("ledger", says, report.head.size, report.findings)


def growth_check(folder: Path, old: Path, log: Verifier) -> Check:
    """Whether the ledger continues an older checkpoint that somebody kept."""
    found: tuple[ComityError, ...] = ()
    try:
        audit.verify_growth(folder, _bytes(old, "a checkpoint kept earlier"), log)
    except LedgerError as error:
        found = (error,)
    return Check("growth", f"the ledger continues the checkpoint kept in {old}", 1, found)


def proof_check(proof_file: Path, entry_file: Path, log: Verifier) -> Check:
    """Whether one entry is proved to stand in the ledger; needs no other file."""
    data, leaf = _bytes(proof_file, "a proof file"), _bytes(entry_file, "the entry's bytes")
    found: tuple[ComityError, ...] = ()
    says = f"{entry_file} is an entry of the ledger, by {proof_file}"
    try:
        head = proof.verify(data, leaf, log)
        says += f": number {proof.parse(data).index} of {head.size} under {head.root.hex()}"
    except LedgerError as error:
        found = (error,)
    return Check("proof", says, 1, found)


def openings_of(path: Path) -> dict[int, Opening]:
    """The openings in a file that was handed over, by leaf.

    Raises
    ------
    CallerError  it cannot be read;  LedgerError  it holds something else
    """
    try:
        body = json.loads(_bytes(path, "the openings handed over by the operator"))
        return {int(number): Opening.from_json(one) for number, one in body.items()}
    except (ValueError, AttributeError, RecursionError) as error:
        raise LedgerError(
            "these are not openings",
            where=str(path),
            expected="a JSON object: entry number -> {value name -> {salt, value}}",
            found=f"{error}"[:100],
        ) from error


def statistics_check(
    published: Path, folder: Path, openings: Mapping[int, Opening], log: Verifier
) -> Check:
    """I8: the published numbers computed again from the entries that they count."""
    data = _bytes(published, "published statistics as JSON")
    found: list[ComityError] = []
    count = 0
    try:
        found += [
            LedgerError(
                "a published number is not what the ledger gives",
                where=f"{published}, {one.where}",
                expected=f"`{one.recomputed}`",
                found=f"`{one.published}`",
            )
            for one in against_ledger(data, folder, openings, log)
        ]
        count = _numbers(json.loads(data))
    except ComityError as error:
        found.append(error)
    return Check(
        "statistics", f"the numbers in {published} follow from the ledger", count, tuple(found)
    )


def decisions_check(
    folder: Path, size: int, openings: Mapping[int, Opening], advance: Advance
) -> Check:
    """I10: every decision made again, from the ledger's own agreements and facts."""
    found: list[ComityError] = []
    checked = 0
    try:
        rows = list(open_rows(tiles.read_entries(folder, size), openings))
    except ComityError as error:
        rows, found = [], [error]
    known: dict[str, Agreement] = {}
    register = Agreements()
    for number, row in enumerate(rows, start=1):
        wrong: ComityError | None = None
        if row.kind == "agreement":
            wrong = _adopt(row, known)
            register = Agreements(tuple(known.values()))
        elif row.kind == "decision":
            checked += 1
            wrong = _remake(row, register)
        if wrong is not None:
            found.append(wrong)
        advance(number, len(rows))
    says = "every decision comes out the same from the agreements and facts in the ledger"
    return Check("decisions", says, checked, tuple(found))


def witnesses_of(given: Iterable[str]) -> list[str]:
    """Witness keys, each as text or a file, found to be witness keys."""
    texts = [g if "+" in g and not Path(g).exists() else _text(Path(g)) for g in given]
    for text in texts:
        WitnessKey.parse(text)
    return texts


def _adopt(row: OpenedEntry, known: dict[str, Agreement]) -> ComityError | None:
    try:
        agreement = from_canonical(row.public["agreement"])
    except (ComityError, AttributeError, TypeError) as error:
        return _wrong(row, "this public document is no agreement", str(error))
    known[agreement.id] = agreement
    return None


def _remake(row: OpenedEntry, register: Agreements) -> ComityError | None:
    """What is wrong with a decision, if anything."""
    # Its values are the operator's words: whatever their shape, they end in a finding.
    try:
        first = Decision.from_json(row.values["decision"])
        known = Facts.from_json(row.values["facts"])
        again = decide(register, first.question, known, at=first.at)
    except (ComityError, KeyError, TypeError, ValueError, AttributeError) as error:
        return _wrong(row, "this decision cannot be made again", f"{type(error).__name__}: {error}")
    if again == first:
        return None
    ours, theirs = again.as_json(), first.as_json()
    differing = [name for name in ours if ours[name] != theirs[name]]
    return LedgerError(
        "this decision comes out differently",
        where=f"leaf {row.index}",
        expected=", ".join(f"{name} `{ours[name]}`" for name in differing),
        found=", ".join(f"{name} `{theirs[name]}`" for name in differing),
        next_step="ask the operator which agreement it was made under",
    )


def _wrong(row: OpenedEntry, message: str, found: str) -> LedgerError:
    return LedgerError(message, where=f"leaf {row.index}", found=found[:200])


def _numbers(body: Any) -> int:
    """How many numbers a document states."""
    if isinstance(body, dict):
        return sum(map(_numbers, body.values()))
    if isinstance(body, list):
        return sum(map(_numbers, body))
    return int(isinstance(body, int | float) and not isinstance(body, bool))


def _same_folder(path: Path, ledger: Path | None) -> bool:
    return ledger is not None and path.resolve().parent == ledger.resolve()


def _text(path: Path) -> str:
    return _bytes(path, "a verifier key, `name+id+key`").decode("utf-8", "replace").strip()


def _bytes(path: Path, expected: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CallerError(
            "a file cannot be read",
            where=str(path),
            expected=expected,
            found=error.strerror or type(error).__name__,
        ) from error
