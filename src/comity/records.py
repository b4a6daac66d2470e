"""Frozen records that cross rooms, checked on construction.

`None` in a fact always means *unknown*, never *no* (invariant I4).
Times are timezone-aware `datetime`; arrays are read-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

# --- pixels and templates -----------------------------------------------------------------

# ANSI/NIST-ITL 1-2011 table 8: 1..5 right thumb to little, 6..10 left thumb to little,
# 11 and 12 plain thumbs, 13 and 14 plain four-finger slaps.
FINGERS = range(1, 11)
PLAIN_TO_FINGER = {11: 1, 12: 6}
FINGER_NAMES = (
    "unknown finger", "right thumb", "right index", "right middle", "right ring", "right little",
    "left thumb", "left index", "left middle", "left ring", "left little",
    "plain right thumb", "plain left thumb", "right slap", "left slap",
)  # fmt: skip


@dataclass(frozen=True)
class ImageRecord:
    """One friction-ridge image as a transaction carries it, still compressed.

    finger       FGP code 0..14; impression: IMP code
    compression  NONE, WSQ20, JPEGB, JPEGL, JP2, JP2L or PNG
    offset       of the record in its file, bytes
    """

    data: bytes
    compression: str
    width_px: int
    height_px: int
    resolution_ppi: float
    finger: int
    impression: int
    record_type: int
    idc: int
    offset: int


@dataclass(frozen=True, eq=False)
class Print:
    """One fingerprint image at 500 ppi: pixels uint8 (h, w), 0 black ridge, 255 white."""

    pixels: NDArray[np.uint8]
    finger: int
    impression: int = 0

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 2:
            raise ValueError("pixels must be uint8 (h, w)")
        self.pixels.setflags(write=False)


ENDING, BIFURCATION, OTHER = 1, 2, 0


@dataclass(frozen=True, eq=False)
class Template:
    """The minutiae of one finger at 500 ppi, in ISO/IEC 19794-2 coordinates.

    minutiae     int16 (m, 4): x_px right, y_px down, angle_deg 0..359 counter-clockwise from +x,
                 kind (1 ending, 2 bifurcation, 0 other); rows sorted by y, x, angle, kind
    reliability  uint8 (m,), 0..100
    finger       1..10; 0 unknown
    quality      0..100, or None where it was not computed; always with `quality_algorithm`
    extractor    name of what made it: `mindtct`, `leader`, `synthetic`, ...
    """

    minutiae: NDArray[np.int16]
    reliability: NDArray[np.uint8]
    width_px: int
    height_px: int
    finger: int
    extractor: str
    quality: int | None = None
    quality_algorithm: str = ""

    def __post_init__(self) -> None:
        m = self.minutiae
        if m.dtype != np.int16 or m.ndim != 2 or m.shape[1] != 4:
            raise ValueError("minutiae must be int16 (m, 4)")
        if self.reliability.shape != (len(m),) or self.reliability.dtype != np.uint8:
            raise ValueError("reliability must be uint8 (m,)")
        if len(m) and (m[:, 2].min() < 0 or m[:, 2].max() > 359):
            raise ValueError("angle_deg must be 0..359")
        self.minutiae.setflags(write=False)
        self.reliability.setflags(write=False)

    def __len__(self) -> int:
        return len(self.minutiae)


# --- what a transaction says --------------------------------------------------------------

Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a transaction. `error` breaks a hard rule: the file gets an ERRT."""

    code: str
    severity: Severity
    record: str  # "Type-2"
    idc: int | None
    tag: str  # "2.022"
    mnemonic: str  # "DOB"
    offset: int
    expected: str
    found: str
    source: str  # the rule's clause
    repair: str = ""  # what `wire.repair` would do about it; empty where only a person can


@dataclass(frozen=True)
class Charge:
    """One arrest offence: EBTS ASL 2.047. `ncic` is None where the text carries no NCIC code."""

    text: str
    offense_date: date | None
    ncic: str | None


CRIMINAL_TOTS = frozenset({"CAR", "CNA", "CPDR", "CPNU"})


@dataclass(frozen=True)
class Submission:
    """A booking's transaction as read from its file; personal fields are text as sent.

    tcn  transaction control number 1.09, the idempotency key
    tot  type of transaction 1.04;  ori  originating agency 1.08;  cri  booking station 2.073
    """

    tcn: str
    tot: str
    ori: str
    destination: str
    cri: str
    sent: date | None
    subject: Mapping[str, str]  # EBTS mnemonic -> value: NAM, DOB, SEX, RAC, POB, ...
    arrest_date: date | None
    charges: tuple[Charge, ...]
    images: tuple[ImageRecord, ...]
    sha256: str
    juvenile: bool | None = None

    @property
    def criminal(self) -> bool:
        return self.tot in CRIMINAL_TOTS

    @property
    def jurisdiction(self) -> str:
        """The ORI whose agreement counts: the booking station's, else the sender's."""
        return self.cri or self.ori


# --- what a repository answers ------------------------------------------------------------

REASONS = ("booking", "visa", "border", "benefit", "naturalisation", "background_check")
Reason = Literal["booking", "visa", "border", "benefit", "naturalisation", "background_check"]
# Encounters in which a person asked the government for something the law offers.
LAWFUL_PROCESS = frozenset({"visa", "benefit", "naturalisation", "background_check"})


@dataclass(frozen=True)
class Encounter:
    """Why a person is in a repository. It says what happened once, not what a person is."""

    identity: str
    reason: Reason
    on: date


@dataclass(frozen=True)
class FingerScore:
    """One finger's part in a candidate's score; llr is a natural-log likelihood ratio."""

    finger: int
    similarity: float
    llr: float


@dataclass(frozen=True)
class Candidate:
    """A gallery identity like the probe.

    score     natural-log likelihood ratio summed over the fingers compared
    fpir      share of searches of this gallery by someone not in it that bring any candidate at
              this score or above, 0..1 (ISO/IEC 19795-1); fpir_low, fpir_high its 95 % interval
    sequence  (stated, enrolled): fingers of the probe that are another finger of the candidate;
              empty where every finger is the one it was stated to be
    """

    identity: str
    score: float
    fpir: float
    fingers: tuple[FingerScore, ...]
    fpir_low: float
    fpir_high: float
    sequence: tuple[tuple[int, int], ...] = ()


# --- agreements ---------------------------------------------------------------------------

Question = Literal["search", "release", "hold"]
STAGES = ("arrest", "charge", "conviction")
LEVELS = ("1", "2", "3", "non-criminal")
RECIPIENTS = ("notified_agency", "state_bureau", "local_agency")
RELEASE_FIELDS = (
    "identity_number", "encounters", "name", "birth_date", "place_of_birth", "sex",
    "arrest_date", "charges", "level", "booking_agency", "custody",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What is known of one case when a decision is asked for. None is unknown, and denies.

    jurisdiction       ORI of the booking station
    criminal           the transaction is a criminal ten-print submission
    stage              furthest of arrest, charge, conviction that is on record
    level              offence level under each version: {"2008": "1", "2010": "non-criminal", ...}
    minor_traffic_only every offence on record is a minor traffic offence
    juvenile, victim_or_witness
    lawful_process_only  every encounter is one of LAWFUL_PROCESS; unknown before a search
    citizen            the repository's own records carry evidence of citizenship
    """

    jurisdiction: str
    criminal: bool | None = None
    stage: str | None = None
    level: Mapping[str, str | None] = field(default_factory=dict)
    minor_traffic_only: bool | None = None
    juvenile: bool | None = None
    victim_or_witness: bool | None = None
    lawful_process_only: bool | None = None
    citizen: bool | None = None

    def __post_init__(self) -> None:
        if self.stage is not None and self.stage not in STAGES:
            raise ValueError(f"stage `{self.stage}` is not one of {STAGES}")
        object.__setattr__(self, "level", MappingProxyType(dict(self.level)))

    def as_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"level": dict(self.level)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Facts:
        return cls(**body)


@dataclass(frozen=True)
class Decision:
    """What the agreements in force at `at` allow for one question, and why.

    permit       for `search`: the second repository may be searched;
                 for `release`: something may leave now;
                 for `hold`: the local agency may honour a request to hold
    timing       now; later (on `awaits`: charge, conviction or a named fact); never
    clauses      `agreement-id#clause-id` that bore on it, in agreement order;
                 `default#no-agreement` where none was in force
    unknown      names of the facts whose absence denied
    fields       recipient -> field names that may leave; empty unless permitted
    second_reviewer  two people must determine
    agreements   ids in force;  policy  sha256 over the canonical JSON of the whole agreement set
    """

    question: Question
    at: datetime
    permit: bool
    timing: Literal["now", "later", "never"]
    awaits: str | None
    clauses: tuple[str, ...]
    unknown: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    second_reviewer: bool
    agreements: tuple[str, ...]
    policy: str

    def __post_init__(self) -> None:
        if self.fields and not self.permit:
            raise ValueError("a denial releases nothing")
        if self.permit != (self.timing == "now"):
            raise ValueError("a permit is for now; a denial is for later or never")
        if not self.clauses:
            raise ValueError("a decision names the clauses that made it")
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    def as_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "at": self.at.isoformat(),
            "permit": self.permit,
            "timing": self.timing,
            "awaits": self.awaits,
            "clauses": list(self.clauses),
            "unknown": list(self.unknown),
            "fields": {to: list(names) for to, names in self.fields.items()},
            "second_reviewer": self.second_reviewer,
            "agreements": list(self.agreements),
            "policy": self.policy,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Decision:
        return cls(
            **{
                **body,
                "at": datetime.fromisoformat(body["at"]),
                "clauses": tuple(body["clauses"]),
                "unknown": tuple(body["unknown"]),
                "fields": {to: tuple(names) for to, names in body["fields"].items()},
                "agreements": tuple(body["agreements"]),
            }
        )
