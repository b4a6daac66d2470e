"""A process that writes to a gallery until it is killed, and says what was acknowledged.

python -m tests.simulation.gallery_writer FOLDER FIRST: one line `+name` or `-name` a step.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count

from comity.search import gallery as gallery_module
from comity.search.gallery import Gallery
from tests.search.prints import scattered

GROUP = 4  # enrolled with one call


def templates_of(number: int) -> list:
    return [scattered(number, 8, finger=finger) for finger in (2, 7)]


def steps(gallery: Gallery, first: int) -> Iterator[str]:
    for number in count(first, GROUP):
        names = [f"p{number + k}" for k in range(GROUP)]
        gallery.extend([(n, templates_of(int(n[1:])), "") for n in names])
        yield from (f"+{name}" for name in names)
        if number // GROUP % 3 == 2:
            gallery.delete(names[0])
            yield f"-{names[0]}"
        if number // GROUP % 7 == 6:
            gallery.compact()


if __name__ == "__main__":
    gallery_module.SEGMENT_ROWS_MAX = 16
    for said in steps(Gallery.open(sys.argv[1]), int(sys.argv[2])):
        print(said, flush=True)
