"""MINDTCT of NIST's NBIS, through nbis-py: about 30 ms a print."""

from __future__ import annotations

import io
from functools import lru_cache

import nbis
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from comity import records
from comity.errors import ImageError

NAME = "mindtct"
# MINDTCT's angles are those of ANSI INCITS 378: counter-clockwise from +x, into the ridge at an
# ending. tests/minutiae/test_extract.py holds them against the ridges of real prints.
_KINDS = {
    nbis.MinutiaKind.RIDGE_ENDING: records.ENDING,
    nbis.MinutiaKind.BIFURCATION: records.BIFURCATION,
}


@lru_cache(maxsize=1)
def nbis_extractor() -> nbis.NbisExtractor:
    """NBIS with nothing filtered and nothing else computed; one a process."""
    settings = nbis.NbisExtractorSettings(
        min_quality=0.0,
        get_center=False,
        check_fingerprint=False,
        compute_nfiq2=False,
        ppi=500.0,
    )
    return nbis.new_nbis_extractor(settings)


def detect(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Minutiae as rows of x_px, y_px, angle_deg, kind, reliability 0..1.

    Raises ImageError where MINDTCT cannot work on the image.
    """
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG", compress_level=1)
    try:
        found = nbis_extractor().extract_minutiae(png.getvalue()).get()
    except nbis.NbisError as error:
        raise ImageError(
            "MINDTCT cannot find minutiae in this image",
            expected="a fingerprint of at least 64 x 64 px at 500 ppi",
            found=f"{pixels.shape[1]} x {pixels.shape[0]} px: {error}",
            next_step="check that the image is one finger, dark ridges on white",
        ) from error
    rows = [
        (m.x(), m.y(), m.angle(), _KINDS.get(m.kind(), records.OTHER), m.reliability())
        for m in found
    ]
    return np.array(rows, np.float64).reshape(-1, 5)
