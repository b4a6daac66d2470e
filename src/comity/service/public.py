"""The reading side: what anyone may have. No personal data passes through here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comity.agreement.canonical import canonical
from comity.agreement.explain import sheet
from comity.agreement.register import standing
from comity.agreement.terms import Agreement
from comity.errors import StatisticsError
from comity.exchange.clock import Clock
from comity.exchange.house import House
from comity.exchange.publish import KEY, hand_over, opened
from comity.ledger import checkpoint, note, proof, tiles
from comity.ledger import entry as ledger_entry
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.tree import Tree
from comity.service.failures import missing
from comity.statistics import publish as tables
from comity.statistics.disclosure import suppress
from comity.statistics.table import compute

# tile/<level or entries>/<N in groups of three digits>[.p/<width>]: C2SP tlog-tiles. Nothing else
# is a path here, so nothing else on the disk can be named.
TILE = re.compile(r"(entries|[0-9]{1,2})(/x[0-9]{3}){0,6}/[0-9]{3}(\.p/[0-9]{1,3})?")
STATISTICS = "by-jurisdiction"


@dataclass
class Public:
    """A house as outsiders see it.

    folder         what is published: `ledger/` and `statistics/`
    level_version  the offence levels of the published table; one version only, as two tables
                   of one ledger could be subtracted from each other (decision 0102)
    """

    house: House
    clock: Clock
    folder: Path
    level_version: str
    _tree: tuple[bytes, Tree] = field(default_factory=lambda: (b"", Tree()), repr=False)
    _untold: StatisticsError | None = field(default=None, repr=False)

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    # --- ledger -------------------------------------------------------------------------------

    def head(self) -> Checkpoint:
        """The published head, as its own key signed it."""
        return checkpoint.read(self.checkpoint(), self.house.signer.verifier)

    def checkpoint(self) -> bytes:
        return tiles.read_checkpoint(self.ledger)

    def key(self) -> bytes:
        return tiles.read_file(self.ledger, KEY)

    def tile(self, path: str) -> bytes:
        """A tile or entry bundle by its C2SP path; a partial one goes when the full one comes."""
        if not TILE.fullmatch(path) or not (self.ledger / "tile" / path).is_file():
            raise missing("tile", "tile/<L>/<N>[.p/<W>] below the checkpoint's size")
        return tiles.read_file(self.ledger, f"tile/{path}")

    def entry(self, number: int) -> bytes:
        """The bytes of one entry: commitments only."""
        size = self._below(number)
        index, offset = divmod(number, tiles.WIDTH)
        width = min(tiles.WIDTH, size - index * tiles.WIDTH)
        path = tiles.tile_path(tiles.ENTRIES, index, width)
        return tiles.unbundle(tiles.read_file(self.ledger, path), width, path)[offset]

    def prove(self, number: int) -> bytes:
        """A proof file that one entry is in the published ledger."""
        self._below(number)
        signed = self.checkpoint()
        known, tree = self._tree
        if known != signed:
            head = checkpoint.parse_text(note.parse(signed).text)
            tree = tiles.read_tree(self.ledger, head)
            self._tree = (signed, tree)
        return proof.prove(tree, number, signed).as_bytes()

    def _below(self, number: int) -> int:
        """The published size, once there is such an entry."""
        size = self.head().size
        if not 0 <= number < size:
            raise missing("entry", f"a number below {size}")
        return size

    # --- agreements ---------------------------------------------------------------------------

    def agreements(self) -> list[dict[str, Any]]:
        return [self._brief(agreement) for agreement in self.house.agreements()]

    def in_force(self) -> list[dict[str, Any]]:
        return [brief for brief in self.agreements() if brief["status"] == "in_force"]

    def agreement(self, agreement_id: str) -> dict[str, Any]:
        """One agreement whole: its terms, in plain words, and the entries that recorded it."""
        for agreement in self.house.agreements():
            if agreement.id == agreement_id:
                return {
                    **self._brief(agreement),
                    "agreement": canonical(agreement),
                    "plain": sheet(agreement),
                    "entries": self._recorded_in(agreement_id),
                }
        raise missing("agreement", "an id that /agreements lists")

    def _brief(self, agreement: Agreement) -> dict[str, Any]:
        now = self.clock.now()
        stands = standing(agreement, now, now)
        return {
            "id": agreement.id,
            "title": agreement.title,
            "status": stands.status,
            "because": stands.event.event if stands.event else None,
            "regime": agreement.regime,
            "jurisdictions": list(agreement.scope.jurisdictions),
            "effective": agreement.term.effective.isoformat(),
        }

    def _recorded_in(self, agreement_id: str) -> list[int]:
        """The entries that hold an agreement's text, one for each form that it has had."""
        found = []
        for number, leaf in enumerate(tiles.read_entries(self.ledger, self.head().size)):
            # Canonical JSON spells this in one way, so most leaves need no parsing.
            if b'"kind":"agreement"' in leaf:
                public = ledger_entry.read(leaf).public
                if public and public["agreement"]["agreement"] == agreement_id:
                    found.append(number)
        return found

    # --- statistics ---------------------------------------------------------------------------

    def count(self, threshold: int | None) -> None:
        """Publish the table as of the ledger's head; small counts are hidden below `threshold`.

        Once, when the house is opened to the public: a table that moved with every booking would
        tell, by what changed, what suppression hides (decision 0702).
        """
        head = self.head()
        handed = self.house.folder / "auditors" / "openings.json"
        hand_over(self.house, handed)
        try:
            table = compute(opened(self.ledger, head.size, handed), self.level_version)
            hidden = None if threshold is None else suppress(table, threshold)
        except StatisticsError as error:
            self._untold = error
            return
        folder = self.folder / "statistics"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{STATISTICS}.json").write_bytes(tables.to_json(table, head, hidden))
        (folder / f"{STATISTICS}.csv").write_bytes(tables.to_csv(table, hidden))
        self._untold = None

    def statistics(self, form: str) -> bytes:
        """The published table as `json` or `csv`."""
        if self._untold is not None:
            raise self._untold
        return tiles.read_file(self.folder, f"statistics/{STATISTICS}.{form}")

    def table(self) -> dict[str, Any]:
        """The published table as its JSON document."""
        body: dict[str, Any] = json.loads(self.statistics("json"))
        return body
