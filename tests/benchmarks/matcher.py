"""The least matcher there is, by the protocol of `--peer-command`: matcher.py PROBE.fmr LIST.txt.

Its score is the number of minutiae of the probe with one of the other's at nearly the same place.
"""

from __future__ import annotations

import sys
from pathlib import Path


def places(path: str) -> list[tuple[int, int]]:
    data = Path(path).read_bytes()
    count = data[27]
    rows = [data[28 + 6 * n : 34 + 6 * n] for n in range(count)]
    return [
        (int.from_bytes(r[:2], "big") & 0x3FFF, int.from_bytes(r[2:4], "big") & 0x3FFF)
        for r in rows
    ]


def main(probe: str, listed: str) -> None:
    own = places(probe)
    for path in Path(listed).read_text().splitlines():
        theirs = places(path)
        print(sum(any(abs(x - a) + abs(y - b) <= 6 for a, b in theirs) for x, y in own))


if __name__ == "__main__":
    main(*sys.argv[1:])
