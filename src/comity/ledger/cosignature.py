"""Cosignatures: witnesses state when they saw a checkpoint, so that no split view can hide.

A cosignature is one more signature line of the checkpoint's note:

    — <witness name> <base64 of: key id || timestamp, 8 bytes big-endian || Ed25519 signature>

over a line `cosignature/v1`, a line `time <timestamp>`, and the note's text.
Source: C2SP tlog-cosignature v1, the Ed25519 form (type 0x04).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from comity.errors import LedgerError
from comity.ledger import note
from comity.ledger.note import Note, Signature
from comity.ledger.strict import COUNT_MAX

TIMESTAMPED_ED25519 = 0x04
STAMPED = struct.Struct(">Q64s")


@dataclass(frozen=True)
class WitnessKey:
    """What verifies one witness; `public` is 32 bytes."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, verifier_key: str) -> WitnessKey:
        return cls(*note.decode_key(verifier_key, TIMESTAMPED_ED25519))

    @property
    def key_id(self) -> bytes:
        return note.key_id(self.name, TIMESTAMPED_ED25519, self.public)

    def accepts(self, text: bytes, signature: bytes) -> bool:
        if len(signature) != STAMPED.size:
            return False
        at_s, signed = STAMPED.unpack(signature)
        if at_s > COUNT_MAX:
            return False
        return note.ed25519_accepts(self.public, signed, message(text, at_s))


@dataclass(frozen=True)
class Cosigner:
    """A witness's private key and name. The seed is never shown."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> WitnessKey:
        return WitnessKey(self.name, note.public_key(self.seed))

    @property
    def verifier_key(self) -> str:
        return note.encode_key(self.name, TIMESTAMPED_ED25519, note.public_key(self.seed))

    def sign(self, text: str, at_s: int) -> Signature:
        """The signature line over a checkpoint's text; `at_s` is POSIX seconds."""
        if not 0 <= at_s <= COUNT_MAX:
            raise LedgerError("a timestamp is POSIX seconds", found=f"`{at_s}`")
        signed = note.ed25519_sign(self.seed, message(text.encode(), at_s))
        return Signature(self.name, self.verifier.key_id, STAMPED.pack(at_s, signed))


@dataclass(frozen=True)
class Cosignature:
    """One verified cosignature: who saw the checkpoint, and when (POSIX seconds)."""

    name: str
    at_s: int


def generate(name: str, seed: bytes) -> Cosigner:
    """The witness `name` whose private key is `seed`, 32 bytes used for nothing else."""
    note.check_name(name)
    note.check_seed(seed)
    return Cosigner(name, seed)


def message(text: bytes, at_s: int) -> bytes:
    """What a witness signs for a checkpoint's text."""
    return b"cosignature/v1\ntime %d\n" % at_s + text


def attach(checkpoint: bytes, *lines: Signature) -> bytes:
    """The checkpoint with further signature lines at its end."""
    signed = note.parse(checkpoint)
    return Note(signed.text, (*signed.signatures, *lines)).as_bytes()


def verify(
    checkpoint: bytes, witnesses: Sequence[WitnessKey], need: int, *, now_s: int | None = None
) -> tuple[Cosignature, ...]:
    """The cosignatures by known witnesses, once `need` different keys are found among them.

    now_s  POSIX seconds; a cosignature of a later time is refused where it is given

    Raises
    ------
    LedgerError  a bad cosignature by a known witness, one from the future, or too few
    """
    signatures = note.parse(checkpoint).signatures
    known = {(w.name, w.key_id): w for w in witnesses}
    seen: dict[bytes, Cosignature] = {}
    if any((s.name, s.key_id) in known for s in signatures):
        note.verified(checkpoint, witnesses)
    for signature in signatures:
        witness = known.get((signature.name, signature.key_id))
        if witness is None:
            continue
        at_s, _ = STAMPED.unpack(signature.data)
        if now_s is not None and at_s > now_s:
            raise LedgerError(
                f"the cosignature by `{witness.name}` is from the future",
                expected=f"at most {now_s}",
                found=f"{at_s}",
            )
        # By key, not name: this signature does not cover the name, so one key is one witness.
        seen.setdefault(witness.public, Cosignature(witness.name, at_s))
    if len(seen) < need:
        raise LedgerError(
            "too few witnesses cosigned this checkpoint",
            expected=f"{need} of {len({w.public for w in witnesses})}",
            found=", ".join(f"`{c.name}`" for c in seen.values()) or "none",
            next_step="ask the witnesses what they saw: the log may show you a view of your own",
        )
    return tuple(seen.values())
