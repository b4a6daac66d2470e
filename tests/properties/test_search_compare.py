import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.records import Template
from comity.search import codes
from comity.search.compare import paired, similarity
from tests.search.prints import scattered

templates = st.builds(
    scattered, st.integers(0, 10**6), st.integers(0, 40), st.sampled_from([20, 120, 300, 1000])
)


@settings(max_examples=60, deadline=None)
@given(templates, templates)
def test_any_two_templates_compare_between_0_and_1(one: Template, other: Template) -> None:
    score = similarity(one, other)
    assert 0.0 <= score <= 1.0
    pairs = paired(one, other)
    assert sum(part for _, _, part in pairs) <= score + 1e-9
    assert all(0 <= i < len(one) and 0 <= j < len(other) for i, j, _ in pairs)
    assert similarity(one, other) == score


@settings(max_examples=60, deadline=None)
@given(templates, st.integers(-200, 200), st.integers(-200, 200))
def test_where_on_the_glass_a_finger_lay_does_not_matter(
    template: Template, dx: int, dy: int
) -> None:
    shift = np.array([dx, dy, 0, 0], np.int16)
    elsewhere = Template(template.minutiae + shift, template.reliability, 1, 1, 2, "mindtct")
    assert abs(similarity(template, elsewhere) - similarity(template, template)) < 1e-9
    assert codes.encode(elsewhere).tolist() == codes.encode(template).tolist()
