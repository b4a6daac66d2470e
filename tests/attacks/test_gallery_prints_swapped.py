"""Other prints are enrolled under an encounter that already has some."""

from pathlib import Path

import pytest

from comity.errors import GalleryError
from comity.search.gallery import Gallery
from tests.search.prints import hand


def test_the_first_prints_stay_and_the_second_are_refused(tmp_path: Path) -> None:
    made = Gallery.create(tmp_path)
    made.append("ann", hand(1, (2,)), "booking-1")
    before = made.digest()
    with pytest.raises(GalleryError) as caught:
        made.append("ann", hand(2, (2,)), "booking-1")
    assert "ann" in caught.value.message
    assert made.digest() == before
    assert Gallery.open(tmp_path).digest() == before
