"""What codes stand for, and how a right value looks, for `explain`.

Source: ANSI/NIST-ITL 1-2011 tables 7, 8 and 15, EBTS 9.1 appendix C, in our own words.
"""

from __future__ import annotations

from comity.wire import positions
from comity.wire.images import COMPRESSIONS

_COLOURS = {
    "BLK": "black", "BLU": "blue", "BRO": "brown", "GRN": "green", "GRY": "grey",
    "PNK": "pink", "XXX": "unknown",
}  # fmt: skip
_COMPRESSED = {
    "NONE": "uncompressed", "WSQ20": "WSQ", "JPEGB": "JPEG", "JPEGL": "JPEG, lossless",
    "JP2": "JPEG 2000", "JP2L": "JPEG 2000, lossless", "PNG": "PNG",
}  # fmt: skip
_NUMBERED = {str(code): _COMPRESSED[word] for code, word in enumerate(COMPRESSIONS)}  # type 4
_IMPRESSIONS = {
    "0": "live-scan plain", "1": "live-scan rolled", "2": "non-live plain (ink)",
    "3": "non-live rolled (ink)", "4": "latent impression", "5": "latent tracing",
    "6": "latent photo", "7": "latent lift", "8": "vertical swipe", "10": "live-scan palm",
    "11": "non-live palm", "12": "latent palm impression", "13": "latent palm tracing",
    "14": "latent palm photo", "15": "latent palm lift", "20": "optical contact, plain",
    "21": "optical contact, rolled", "22": "other contact, plain", "23": "other contact, rolled",
    "24": "optical contactless, plain", "25": "optical contactless, rolled",
    "26": "other contactless, plain", "27": "other contactless, rolled", "28": "other",
    "29": "unknown",
}  # fmt: skip
_PATTERNS = {
    "AU": "arch", "LS": "left loop", "RS": "right loop", "SR": "scar",
    "UC": "cannot be classified", "UP": "unable to print", "WU": "whorl", "XX": "amputated",
}  # fmt: skip
_EXCUSED = {"XX": "amputated", "UP": "unable to print (bandaged)", "SR": "scarred"}
_VIEWS = {
    "EJI": "entire joint", "TIP": "rolled tip", "FV1": "full finger view 1",
    "FV2": "full finger view 2", "FV3": "full finger view 3", "FV4": "full finger view 4",
    "PRX": "lowest segment", "MED": "middle segment", "DST": "outermost segment",
    "NA": "does not apply",
}  # fmt: skip
_POSITIONS = {str(code): name for code, name in positions.NAMES.items()}
_YES = {"Y": "yes", "N": "no"}

# By mnemonic: a code means the same wherever a field of that mnemonic stands.
_WORDS: dict[str, dict[str, str]] = {
    "ABC": _EXCUSED, "AMPCD": _EXCUSED, "CL1": _PATTERNS, "CL2": _PATTERNS,
    "CGA": _COMPRESSED | _NUMBERED,
    "CL3": _PATTERNS, "FGP": _POSITIONS, "FIC": _VIEWS, "FNR": _POSITIONS, "FVC": _VIEWS,
    "IMP": _IMPRESSIONS, "LOS": _VIEWS, "PHT": _YES, "PPA": _YES, "RAP": _YES, "RET": _YES,
    "BCA": {"0": "uncompressed", "1": "CCITT Group 4"},
    "EYE": _COLOURS | {"HAZ": "hazel", "MAR": "maroon", "MUL": "several colours"},
    "HAI": _COLOURS | {
        "BAL": "bald", "BLN": "blond", "ONG": "orange", "PLE": "purple", "RED": "red or auburn",
        "SDY": "sandy", "WHI": "white",
    },
    "RAC": {
        "A": "Asian or Pacific Islander", "B": "Black",
        "I": "American Indian or Alaskan Native", "U": "unknown", "W": "White",
    },
    "SEX": {
        "F": "female", "M": "male", "X": "unknown", "Y": "male name, sex not stated",
        "Z": "female name, sex not stated", "G": "male impersonator (historical)",
        "N": "female impersonator (historical)",
    },
    "MIL": {
        "A": "Army", "F": "Air Force", "G": "Coast Guard", "M": "Marine Corps", "N": "Navy",
    },
}  # fmt: skip

# Items of a value are written with US between them, values with RS.
_EXAMPLES = {
    "1.002": "0500", "1.003": "1<US>2<RS>2<US>00<RS>14<US>01", "1.004": "CAR",
    "1.005": "20100506", "1.006": "2", "1.007": "WVIAFIS0Z", "1.008": "XX0010000",
    "1.009": "XX-2010-0000001", "1.010": "XX-2010-0000001", "1.011": "19.69", "1.012": "19.69",
    "1.013": "NORAM<US>EBTS 9.1", "1.014": "20100506123000Z", "1.015": "003<US>UTF-8",
    "2.002": "00", "2.005": "Y", "2.009": "10-0001", "2.014": "123456AA7", "2.016": "000000000",
    "2.018": "DOE,JOHN QUINCY", "2.019": "ROE,RICHARD", "2.020": "XX", "2.021": "XX",
    "2.022": "19800102", "2.024": "M", "2.025": "U", "2.026": "SC L ARM", "2.027": "510",
    "2.029": "170", "2.031": "BRO", "2.032": "BLK", "2.038": "20100506",
    "2.041": "1 MAIN ST, ANYTOWN, XX", "2.045": "20100505", "2.047": "20100504<US>2299 BURGLARY",
    "2.047.1": "20100504", "2.047.2": "2299 BURGLARY", "2.067": "MAKER<US>MODEL<US>1",
    "2.073": "XX0010000", "2.084": "04<US>XX", "9.012": "001<US>21952030101<US>00<US>D",
    "9.137": "1<US>432<US>368<US>140<US>1<US>90", "14.003": "1", "14.005": "20100506",
    "14.006": "804", "14.007": "752", "14.008": "1", "14.009": "500", "14.010": "500",
    "14.011": "WSQ20", "14.012": "8", "14.013": "2", "14.018": "4<US>XX",
    "14.021": "2<US>250<US>560<US>180<US>560", "14.022": "2<US>3",
}  # fmt: skip
_OF_CLASS = {"DATE": "20100506", "GMT": "20100506123000Z"}


def word(mnemonic: str, code: str) -> str:
    """What a code of fields with that mnemonic stands for; empty where we do not know."""
    known = _WORDS.get(mnemonic, {})
    return known.get(code) or known.get(code.lstrip("0") or "0", "") if code else ""


def example(tag: str, chars: str) -> str:
    """A right value of a field or an item, or empty. `<US>` and `<RS>` stand for separators."""
    return _EXAMPLES.get(tag) or _OF_CLASS.get(chars, "")
