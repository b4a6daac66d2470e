"""A house: everything one programme's operator holds, opened from a folder."""

from __future__ import annotations

import hmac
import json
import secrets as random_source
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from comity.agreement.canonical import canonical, from_canonical
from comity.agreement.register import Agreements
from comity.errors import CallerError
from comity.exchange.prints import TemplateOf, template_of
from comity.exchange.repository import Repository, SecondRepository
from comity.exchange.store import Entry, Store
from comity.exchange.tokens import Tokens
from comity.ledger import entry as ledger_entry
from comity.ledger.note import Signer, generate
from comity.minutiae.extract import Extractor
from comity.search.gallery import Gallery
from comity.search.manifest import MANIFEST

ADOPTED = "agreements"  # the case under which agreements are recorded
# ISO/IEC 19795-1 fpir at which a candidate counts as identified. An operating point is an input;
# this is only what a house is created with when its operator names none.
FPIR_MAX = 1e-3


@dataclass
class House:
    """Store, two repositories, agreements adopted so far, and the key that signs checkpoints."""

    folder: Path
    origin: str
    store: Store
    criminal: Repository
    second: SecondRepository
    tokens: Tokens
    signer: Signer
    extractor: Extractor = "mindtct"
    template_of: TemplateOf = template_of
    _adopted: tuple[int, Agreements] = field(default=(0, Agreements()), repr=False)

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        origin: str,
        fpir_max: float = FPIR_MAX,
        extractor: Extractor = "mindtct",
        seed: bytes | None = None,
    ) -> House:
        """Make an empty house. `seed` is for demonstrations: keys and salts follow from it."""
        folder.mkdir(parents=True, exist_ok=True)
        settings = folder / "house.json"
        if settings.exists():
            raise CallerError(
                "there is a house here already",
                where=str(folder),
                next_step="open it, or choose another folder",
            )
        secret = seed if seed is not None else random_source.token_bytes(32)
        private = {"secret": secret.hex(), "seeded": seed is not None}
        (folder / "secret.json").touch(mode=0o600)
        (folder / "secret.json").write_text(json.dumps(private))
        for name in ("criminal", "immigration"):
            # house.json comes last: without it an earlier creation was cut short, and goes on.
            if not (folder / name / MANIFEST).exists():
                Gallery.create(folder / name)
        settings.write_text(
            json.dumps({"origin": origin, "fpir_max": fpir_max, "extractor": extractor}, indent=2)
        )
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> House:
        """Open a house made by `create`; CallerError where there is none."""
        try:
            settings: dict[str, Any] = json.loads((folder / "house.json").read_text())
            private = json.loads((folder / "secret.json").read_text())
        except (OSError, ValueError) as error:
            raise CallerError(
                "there is no house here",
                where=str(folder),
                expected="a folder with house.json and secret.json",
                found=str(error),
                next_step="make one with `comity submit --house DIR FILE`, or name another folder",
            ) from error
        secret = bytes.fromhex(private["secret"])
        store = Store(f"sqlite:///{folder / 'store.sqlite'}")
        fpir_max = float(settings["fpir_max"])
        return cls(
            folder=folder,
            origin=settings["origin"],
            store=store,
            criminal=Repository("criminal", Gallery.open(folder / "criminal"), store, fpir_max),
            second=SecondRepository(
                "immigration", Gallery.open(folder / "immigration"), store, fpir_max
            ),
            tokens=Tokens(secret, secret if private["seeded"] else None),
            signer=generate(settings["origin"], hmac.digest(secret, b"ledger key", "sha256")),
            extractor=settings["extractor"],
        )

    def close(self) -> None:
        self.store.close()

    # --- agreements ---------------------------------------------------------------------------

    def adopt(self, agreements: Agreements, at: datetime) -> int:
        """Record agreements that are new or changed, each as a public entry; return how many.

        All of them or none: between two agreements of one set nothing may be decided.
        Raises AgreementError for one that its own file format cannot say.
        """
        known = {a.id: a for a in self.agreements()}
        changed = [a for a in agreements if known.get(a.id) != a]
        if not changed:
            return 0
        bodies = [canonical(agreement) for agreement in changed]
        for body in bodies:
            from_canonical(body)  # what cannot be read again would stop every later decision
        after = Agreements(tuple((known | {a.id: a for a in changed}).values()))
        step = f"adopted {len(self.store.events(ADOPTED)) + 1}"
        salt = self.tokens.salts(ADOPTED, step)
        entries = []
        for agreement, body in zip(changed, bodies, strict=True):
            data, opening = ledger_entry.make(
                "agreement",
                period=f"{at:%Y-%m}",
                policy=after.policy,
                values={"id": agreement.id, "recorded_at": at.isoformat()},
                public={"agreement": body},
                salt=salt,
            )
            entries.append(Entry(data, opening.as_json()))
        made = self.store.commit(ADOPTED, step, at, {"adopted": bodies}, entries)
        # Somebody else may have adopted others meanwhile, under this very step.
        return len(changed) if made.body["adopted"] == bodies else self.adopt(agreements, at)

    def agreements(self) -> Agreements:
        """The latest recorded form of every agreement adopted so far."""
        events = self.store.events(ADOPTED)
        if self._adopted[0] != len(events):
            latest = {body["agreement"]: body for e in events for body in e.body["adopted"]}
            self._adopted = (
                len(events),
                Agreements(tuple(from_canonical(body) for body in latest.values())),
            )
        return self._adopted[1]
