"""Friction ridge positions in words: fingers, slaps, palms, soles and toes.

Source: ANSI/NIST-ITL 1-2011 Update 2015, table 8.
"""

from __future__ import annotations

from comity.records import FINGER_NAMES

_MORE = {
    15: "both thumbs", 16: "right extra digit", 17: "left extra digit",
    18: "unknown friction ridges", 19: "whole joint or fingertip",
    20: "unknown palm", 21: "right full palm", 22: "right writer's palm", 23: "left full palm",
    24: "left writer's palm", 25: "right lower palm", 26: "right upper palm",
    27: "left lower palm", 28: "left upper palm", 29: "right palm, other part",
    30: "left palm, other part", 31: "right interdigital", 32: "right thenar",
    33: "right hypothenar", 34: "left interdigital", 35: "left thenar", 36: "left hypothenar",
    37: "right grasp", 38: "left grasp", 40: "right index and middle",
    41: "right middle and ring", 42: "right ring and little", 43: "left index and middle",
    44: "left middle and ring", 45: "left ring and little", 46: "both index fingers",
    47: "right index, middle and ring", 48: "right middle, ring and little",
    49: "left index, middle and ring", 50: "left middle, ring and little",
    60: "unknown sole", 61: "right sole", 62: "left sole", 63: "unknown toe",
    64: "right big toe", 65: "right second toe", 66: "right middle toe", 67: "right fourth toe",
    68: "right little toe", 69: "left big toe", 70: "left second toe", 71: "left middle toe",
    72: "left fourth toe", 73: "left little toe", 74: "right ball of the foot",
    75: "right heel", 76: "left ball of the foot", 77: "left heel",
    78: "right middle of the foot", 79: "left middle of the foot",
}  # fmt: skip
NAMES = dict(enumerate(FINGER_NAMES)) | _MORE


def name(code: int) -> str:
    """The position in words; `position 99` where the table has none."""
    return NAMES.get(code, f"position {code}")
