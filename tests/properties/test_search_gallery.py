from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import GalleryError
from comity.search.gallery import Gallery
from tests.search.prints import hand

FINGERS = st.sets(st.sampled_from([1, 2, 7]), min_size=1).map(sorted).map(tuple)
STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.sampled_from(["", "x"]), FINGERS),
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(STEPS, st.booleans())
def test_a_gallery_is_a_list_that_refuses_contradiction(
    steps: list[tuple[str, int, str, tuple[int, ...]]], reopen: bool
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "g"
        gallery = Gallery.create(path)
        model: dict[tuple[str, str], tuple[int, tuple[int, ...]]] = {}
        for name, person, encounter, fingers in steps:
            if reopen:
                gallery = Gallery.open(path)
            key, value = (name, encounter), (person, fingers)
            if key in model and model[key] != value:
                with pytest.raises(GalleryError):
                    gallery.append(name, hand(person, fingers), encounter)
            else:
                assert gallery.append(name, hand(person, fingers), encounter) == (key not in model)
                model[key] = value
        for seen in (gallery, Gallery.open(path)):
            assert list(seen.identities()) == [name for name, _ in model]
            assert seen.verify() == len(model)
            for row, (person, fingers) in enumerate(model.values()):
                enrolled = seen.person(row).templates
                assert sorted(enrolled) == list(fingers)
                for template in hand(person, fingers):
                    kept = enrolled[template.finger].minutiae.tolist()
                    assert kept == template.minutiae.tolist()
        assert gallery.digest() == Gallery.open(path).digest()
