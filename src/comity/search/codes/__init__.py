"""Fixed-length codes: 128 bytes a finger from its minutiae, to find the few worth comparing.

Every pair of minutiae nearer than 120 px gives three numbers that neither shift nor turn changes:
the distance, and each one's direction against the line between them. The roots of the shares of
their 7 x 16 x 16 bins (folded, since either of the two may come first), less the mean finger's
and projected on what tells fingers apart, are a point of 512 dimensions; two bits of each are kept.

words 0..3    signs of the most telling 256 dimensions, scanned for everyone
words 4..7    signs of the other 256
words 8..15   magnitudes of dimensions 0..503, then the count of minutiae in the top 8 bits
"""

from comity.search.codes.encoding import encode, encode_batch, encode_hand, shares
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
    "probe_hand",
    "projection",
    "refine",
    "reordered",
    "scan",
    "shares",
]
