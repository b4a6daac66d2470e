"""Fixed-length codes: 128 bytes a finger from its minutiae, to find the few worth comparing.

words 0..3    signs of the most telling 256 dimensions, scanned for everyone
words 4..7    signs of the other 256
words 8..15   magnitudes of dimensions 0..503, then the count of minutiae in the top 8 bits
"""

from comity.search.codes.encoding import encode, encode_batch, encode_hand, histogram
from comity.search.codes.parameters import BITS, FINGERS, FIRST_WORDS, WORDS, projection
from comity.search.codes.probe import NOBODY, UNIT, ProbeHand, probe_hand, refine, reordered, scan

__all__ = [
    "BITS",
    "FINGERS",
    "FIRST_WORDS",
    "NOBODY",
    "UNIT",
    "WORDS",
    "ProbeHand",
    "encode",
    "encode_batch",
    "encode_hand",
    "histogram",
    "probe_hand",
    "projection",
    "refine",
    "reordered",
    "scan",
]
