"""Compile every numeric kernel once, so that the first command does not wait for it."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from comity.image.draws import stream
from comity.image.synthesise import impression, master
from comity.minutiae import population
from comity.minutiae.extract import extract
from comity.minutiae.synthesise import impression_template, master_template
from comity.search.compare import paired
from comity.search.gallery import Gallery
from comity.search.identify import rank


def main() -> None:
    """Touch each kernel by the shortest way through the rooms that have any."""
    extract(impression(master(0, 0, 1)))
    template = impression_template(master_template(0, 0, 1), stream(0, 0, 1))
    with TemporaryDirectory() as folder:
        gallery = Gallery.create(Path(folder) / "gallery")
        gallery.append("P0", [template])
        gallery.extend_batch(["P1"], population.hands(0, range(1), 0))
        rank([template], gallery)
    paired(template, template)


if __name__ == "__main__":
    sys.exit(main())
