"""Names that say nothing: case tokens, person pseudonyms and salts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

SALT_BYTES = 32


@dataclass(frozen=True)
class Tokens:
    """Keyed by a secret that never leaves the house.

    seed  given only for a synthetic demonstration: salts are then derived, so that a run repeats
          byte for byte. In a real house it is None and every salt is drawn fresh; a salt that
          could be derived again could never be destroyed.
    """

    secret: bytes
    seed: bytes | None = None

    def case(self, key: str) -> str:
        """Case token of one transaction: the same key, the same case."""
        return self._keyed("case", key)

    def person(self, identity: str) -> str:
        """Pseudonym under which the ledger counts persons beside transactions."""
        return self._keyed("person", identity)

    def identity(self, case: str) -> str:
        """Number of the identity that a case enrols in the criminal repository."""
        return "C" + self._keyed("identity", case)[:12].upper()

    def salts(self, case: str, step: str) -> Callable[[], bytes]:
        """Source of salts for one step."""
        if self.seed is None:
            return lambda: secrets.token_bytes(SALT_BYTES)
        seed, numbers = self.seed, count()
        return lambda: hmac.digest(seed, f"salt|{case}|{step}|{next(numbers)}".encode(), "sha256")

    def _keyed(self, use: str, what: str) -> str:
        return hmac.new(self.secret, f"{use}|{what}".encode(), hashlib.sha256).hexdigest()[:24]
