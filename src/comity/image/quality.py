"""NFIQ 2 quality of a print: how well it is likely to match, 0 worst to 100 best.

Source  ISO/IEC 29794-4:2017; NIST NFIQ 2, as built into nbis-py.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from PIL import Image

from comity.records import Print

ALGORITHM = "NFIQ 2"


def nfiq2(print_: Print) -> int | None:
    """Score 0..100, or None where it could not be computed (no foreground, too few minutiae).

    None is not 0: a print of unknown quality is not a bad print.
    Cost  about 0.2 s for 400 x 400 px
    """
    stream = io.BytesIO()
    Image.fromarray(print_.pixels).save(stream, "PNG", compress_level=1)
    try:
        score = _extractor().extract_minutiae(stream.getvalue()).quality().score
    except Exception:  # noqa: BLE001 - the binding raises its own kinds; each means "no score"
        return None
    whole = round(float(score))
    return whole if 0 <= whole <= 100 else None  # 255 is NFIQ 2's own "failure to compute"


@cache
def _extractor() -> Any:
    import nbis

    return nbis.new_nbis_extractor(
        nbis.NbisExtractorSettings(
            min_quality=0.0,
            get_center=False,
            check_fingerprint=False,
            compute_nfiq2=True,
            ppi=500,
        )
    )
