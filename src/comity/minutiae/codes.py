"""The codes of minutiae records in words: fingers, impressions, devices, certificates.

Impressions of one number differ by standard, so a conversion goes by the word. Sources: the code
tables of the five standards as fingerprintio and NIST's biomdi give them.
"""

from __future__ import annotations

from comity.minutiae.record import Standard

UNKNOWN = "unknown"
_FINGERS = (
    "unknown finger", "right thumb", "right index", "right middle", "right ring", "right little",
    "left thumb", "left index", "left middle", "left ring", "left little",
)  # fmt: skip
_MANY = {
    13: "right four fingers", 14: "left four fingers", 15: "both thumbs",
    40: "right index and middle", 41: "right middle and ring", 42: "right ring and little",
    43: "left index and middle", 44: "left middle and ring", 45: "left ring and little",
    46: "both index fingers", 47: "right index, middle and ring",
    48: "right middle, ring and little", 49: "left index, middle and ring",
    50: "left middle, ring and little",
}  # fmt: skip
_MANY_IN: frozenset[Standard] = frozenset({"iso-2011", "ansi-2009-am1"})
_SCANS = {
    0: "live-scan plain", 1: "live-scan rolled", 2: "non-live plain", 3: "non-live rolled",
    8: "swipe",
}  # fmt: skip
_SCANS_2009 = _SCANS | {
    10: "live-scan palm", 11: "non-live palm",
    20: "live optical contact plain", 21: "live optical contact rolled",
    22: "live non-optical contact plain", 23: "live non-optical contact rolled",
    24: "live contactless plain", 25: "live contactless rolled",
    26: "live non-optical contactless plain", 27: "live non-optical contactless rolled",
    28: "other", 29: UNKNOWN,
}  # fmt: skip
IMPRESSIONS: dict[Standard, dict[int, str]] = {
    "iso-2005": _SCANS,
    "ansi-2004": _SCANS | {9: "live contactless plain"},
    "ansi-2009": _SCANS_2009,
    "ansi-2009-am1": _SCANS_2009,
    "iso-2011": _SCANS
    | {
        4: "latent impression", 5: "latent tracing", 6: "latent photo", 7: "latent lift",
        9: "vertical roll", 24: "live contactless plain", 28: "other", 29: UNKNOWN,
    },
}  # fmt: skip
TECHNOLOGIES = (
    UNKNOWN, "white light, total internal reflection", "white light, direct view",
    "white light, contactless", "one visible colour, total internal reflection",
    "one visible colour, direct view", "one visible colour, contactless",
    "infrared, total internal reflection", "infrared, direct view", "infrared, contactless",
    "many colours, total internal reflection", "many colours, direct view",
    "many colours, contactless", "electroluminescent", "capacitive", "radio frequency",
    "thermal", "pressure", "ultrasound", "mechanical", "glass fibre",
)  # fmt: skip
SCHEMES = {
    1: "image quality for AFIS (annex E.1)",
    2: "image quality for personal verification (annex E.2)",
    3: "optical scanners (annex E.3)",
}
COUNT_METHODS = ("the writer's own", "four neighbours", "eight neighbours")
ENDINGS = ("where valleys fork", "where the ridge ends")


def fingers(standard: Standard) -> dict[int, str]:
    """The standard's finger positions."""
    single = dict(enumerate(_FINGERS))
    return single | _MANY if standard in _MANY_IN else single


def kinds(standard: Standard) -> tuple[str, ...]:
    """The standard's minutia types by number."""
    none = "either" if standard in ("ansi-2009", "ansi-2009-am1") else "other"
    return none, "ending", "bifurcation"
