"""From one image of a transaction to its template: the exchange's only door to pixels."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from comity.errors import PoorTemplateError
from comity.image import check, codecs
from comity.minutiae.extract import Extractor, extract
from comity.records import ImageRecord, Print, Template
from comity.search.identify import MINUTIAE_MIN

# A case is re-opened by every disposition and correction; its images have not changed since.
KEPT = 1024
# A house holds one of these. Another one is a remote extractor, or a test's prints without pixels.
TemplateOf = Callable[[ImageRecord, Extractor], Template]


@lru_cache(maxsize=KEPT)
def template_of(image: ImageRecord, extractor: Extractor) -> Template:
    """The minutiae of one image, if it is a fingerprint that can be searched with.

    Raises
    ------
    ImageError         it cannot be decoded, or is no fingerprint
    PoorTemplateError  too few minutiae
    """
    return usable(codecs.decode(image), extractor)


def usable(print_: Print, extractor: Extractor) -> Template:
    """The minutiae of one print, once it is found to be a fingerprint with enough of them.

    Raises ImageError, PoorTemplateError
    """
    check.fingerprint(print_)
    template = extract(print_, extractor)
    if len(template) < MINUTIAE_MIN:
        raise PoorTemplateError(
            "the print shows too little to compare",
            expected=f"{MINUTIAE_MIN} minutiae or more",
            found=str(len(template)),
            next_step="take the print again",
        )
    return template
