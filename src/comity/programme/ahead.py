"""Templates extracted in other processes before they are asked for: the same function, earlier.

Extraction holds the interpreter lock most of the time, so threads gain little; while one booking is
searched, the next ones' images are worked on by the other core.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor, Future

from comity.errors import WireError
from comity.exchange.prints import template_of
from comity.minutiae.extract import Extractor
from comity.records import ImageRecord, Template
from comity.wire.read import read
from comity.wire.submission import submission


class Ahead:
    """Stands in for `prints.template_of` in a house whose files are known beforehand."""

    def __init__(self, pool: Executor, files: Iterable[bytes], extractor: Extractor) -> None:
        self._extractor = extractor
        self._coming: dict[ImageRecord, Future[Template]] = {}
        for data in files:
            for image in _images(data):
                self._coming[image] = pool.submit(template_of, image, extractor)

    def __call__(self, image: ImageRecord, extractor: Extractor) -> Template:
        """What `template_of` gives or raises."""
        if extractor != self._extractor or image not in self._coming:
            return template_of(image, extractor)
        return self._coming[image].result()


def _images(data: bytes) -> tuple[ImageRecord, ...]:
    try:
        return submission(read(data), data).images
    except WireError:
        return ()  # the journey will say what is wrong with it
