import xml.etree.ElementTree as ET

import numpy as np

from comity.search.compare import paired
from comity.search.draw import pair_svg, print_svg
from comity.search.explain import FingerEvidence
from tests.search.prints import capture

SVG = "{http://www.w3.org/2000/svg}"


def shown() -> FingerEvidence:
    probe, candidate = capture(1, 2, 0), capture(1, 2, 1)
    pairs = tuple(paired(probe, candidate))
    return FingerEvidence(2, 0.2, 9.0, probe, candidate, pairs)


def test_every_pair_is_a_line_between_its_two_minutiae() -> None:
    one = shown()
    root = ET.fromstring(pair_svg(one))
    lines = root.findall(f"{SVG}line")
    assert len(lines) == len(one.pairs) > 0
    for line, (i, j, _) in zip(lines, one.pairs, strict=True):
        x, y = one.probe.minutiae[i, :2]
        assert (int(line.get("x1")), int(line.get("y1")) - 22) == (x, y)
        assert int(line.get("x2")) - 424 == one.candidate.minutiae[j, 0]
    marks = root.findall(f"{SVG}g")
    assert len(marks) == len(one.probe) + len(one.candidate)
    assert str(len(one.pairs)) in root.findtext(f"{SVG}title")


def test_pixels_are_inside_the_document_and_names_cannot_break_it() -> None:
    pixels = np.full((450, 400), 90, np.uint8)
    text = pair_svg(shown(), pixels, None, labels=("<script>&", '"x"'))
    root = ET.fromstring(text)
    (image,) = root.findall(f"{SVG}image")
    assert image.get("href").startswith("data:image/png;base64,")
    assert [t.text for t in root.findall(f"{SVG}text")] == ["<script>&", '"x"']
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_one_print_alone_shows_all_its_minutiae() -> None:
    template = capture(1, 2)
    assert len(ET.fromstring(print_svg(template)).findall(f"{SVG}g")) == len(template)
