"""The FVC2002 prints as templates, kept under out/ once extracted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from comity import records
from comity.minutiae import pack
from comity.minutiae.extract import extract

EXTRACTORS = ("mindtct", "leader")
DATABASES = ("db1_b", "db3_b", "db4_b")
FINGERS = range(101, 111)
IMPRESSIONS = range(1, 9)
KEPT = Path("out/templates")

Impression = tuple[str, int, int]  # database, finger 101..110, impression 1..8


def load(folder: Path, extractor: str) -> dict[Impression, records.Template]:
    """Templates by database, finger and impression; finger 2 throughout, none being stated."""
    templates = {}
    for database in DATABASES:
        for finger in FINGERS:
            for impression in IMPRESSIONS:
                name = f"{finger}_{impression}"
                kept = KEPT / extractor / f"{database}_{name}.tpl"
                if not kept.exists():
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    pixels = np.array(Image.open(folder / database / f"{name}.png").convert("L"))
                    kept.write_bytes(pack.pack(extract(records.Print(pixels, 2), extractor)))
                templates[database, finger, impression] = pack.unpack(kept.read_bytes())
    return templates
