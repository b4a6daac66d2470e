import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from comity.search import raster
from comity.search.compare import paired
from comity.search.draw import pair_svg, print_svg, svg
from comity.search.explain import Explanation, FingerEvidence, explain
from comity.search.scene import Box, Circle, Line, Picture, Scene, Words, broken
from comity.search.sheet import Sides, sheet
from comity.search.sketch import BLUE, VERMILION, pair
from tests.search.prints import capture

SVG = "{http://www.w3.org/2000/svg}"


def shown() -> FingerEvidence:
    probe, candidate = capture(1, 2, 0), capture(1, 2, 1)
    pairs = tuple(paired(probe, candidate))
    return FingerEvidence(2, 2, 0.2, 9.0, probe, candidate, pairs)


@pytest.fixture(scope="module")
def explained() -> Explanation:
    return explain({2: capture(1, 2, 0), 3: capture(1, 3, 0)},
                   {2: capture(1, 2, 1), 3: capture(9, 3, 1)}, 1000)  # fmt: skip


def joining(scene: Scene) -> list[Line]:
    """The lines between the two prints."""
    return [mark for mark in scene.marks if isinstance(mark, Line) and mark.opacity < 1]


def shapes(scene: Scene) -> list[Box | Circle]:
    """The minutiae: sheets and edges have no fill of the palette."""
    return [m for m in scene.marks if isinstance(m, Box | Circle) and m.width > 1]


def test_every_pair_is_a_line_between_its_two_minutiae() -> None:
    one = shown()
    lines = joining(pair(one))
    assert len(lines) == len(one.pairs) > 0
    for line, (i, j, _) in zip(reversed(lines), one.pairs, strict=True):
        x, y = one.probe.minutiae[i, :2]
        assert (line.x1, line.y1 - 22) == (x, y)
        assert line.x2 - 428 == one.candidate.minutiae[j, 0]
    widths = [line.width for line in reversed(lines)]
    assert widths == sorted(widths, reverse=True)  # the greatest share comes first
    title = ET.fromstring(pair_svg(one)).findtext(f"{SVG}title")
    assert str(len(one.pairs)) in title


def test_every_minutia_has_the_shape_of_its_kind() -> None:
    one = shown()
    squares = sum(int((t.minutiae[:, 3] == 2).sum()) for t in (one.probe, one.candidate))
    found = shapes(pair(one))
    assert len(found) == len(one.probe) + len(one.candidate)
    assert sum(isinstance(mark, Box) for mark in found) == squares > 0


def test_pixels_are_inside_the_document_and_names_cannot_break_it() -> None:
    pixels = np.full((450, 400), 90, np.uint8)
    text = pair_svg(shown(), pixels, None, labels=("<script>&", '"x"'))
    root = ET.fromstring(text)
    (image,) = root.findall(f"{SVG}image")
    assert image.get("href").startswith("data:image/png;base64,")
    assert [t.text for t in root.findall(f"{SVG}text")][:2] == ["<script>&", '"x"']
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_one_print_alone_shows_all_its_minutiae() -> None:
    template = capture(1, 2)
    tags = ("rect", "circle")
    drawn = [e for e in ET.fromstring(print_svg(template)) if e.tag.removeprefix(SVG) in tags]
    assert len(drawn) == len(template) + 1  # and the sheet


def test_a_print_is_cut_to_its_minutiae_and_fits(explained: Explanation) -> None:
    one = explained.fingers[0]
    pixels = np.zeros((450, 400), np.uint8)
    scene = pair(one.evidence, (pixels, pixels), overlay=one.overlay, fit=(300, 200))
    pictures = [mark for mark in scene.marks if isinstance(mark, Picture)]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.w <= 300.01
        assert picture.h <= 200.01
        height, width = picture.pixels.shape
        assert picture.w / width == pytest.approx(picture.h / height)
    for mark in shapes(scene):
        assert 0 <= mark.x <= scene.width
        assert 0 <= mark.y <= scene.height


def test_those_without_a_partner_are_crossed_out(explained: Explanation) -> None:
    one = explained.fingers[0]
    scene = pair(one.evidence, overlay=one.overlay)
    against = one.overlay.probe.count("against") + one.overlay.candidate.count("against")
    assert against > 0
    marked = [m for m in shapes(scene) if m.stroke == VERMILION]
    assert len(marked) == against
    tails_and_crosses = [m for m in scene.marks if isinstance(m, Line) and m.colour == VERMILION]
    assert len(tails_and_crosses) == 3 * against
    counted = [m for m in shapes(scene) if m.fill == BLUE]
    assert len(counted) == 2 * len(one.evidence.pairs)


def test_the_sheet_tells_every_finger_and_nothing_leaves_it(explained: Explanation) -> None:
    scene = sheet(explained, Sides("a & b", "<c>"))
    texts = [mark.text for mark in scene.marks if isinstance(mark, Words)]
    assert any(text.startswith("Right index: ") for text in texts)
    assert any(text.startswith("Right middle: ") for text in texts)
    assert "An examiner must look at the prints." in " ".join(texts)
    for mark in scene.marks:
        if isinstance(mark, Words):
            wide = 0.5 * mark.size * len(mark.text)
            left = {"start": 0, "middle": wide / 2, "end": wide}[mark.anchor]
            assert mark.x - left >= -1
            assert mark.x - left + wide <= scene.width
            assert 0 < mark.y <= scene.height
    ET.fromstring(svg(scene))


def test_no_two_lines_of_text_lie_on_one_another(explained: Explanation) -> None:
    scene = sheet(explained, Sides("probe", "candidate"))
    boxes = [
        (m.x, m.y - 0.7 * m.size, m.x + 0.48 * m.size * len(m.text), m.y)
        for m in scene.marks
        if isinstance(m, Words) and m.anchor == "start"
    ]
    over = [
        (a, b)
        for n, a in enumerate(boxes)
        for b in boxes[:n]
        if min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])
    ]
    assert over == []


def test_the_raster_is_the_drawing(explained: Explanation) -> None:
    scene = Scene(
        60, 40, "a red box",
        (Box(10, 10, 20, 20, fill="#d55e00"), Line(0, 35, 60, 35, "#0072b2", 4),
         Picture(40, 5, 10, 10, np.zeros((2, 2), np.uint8)), Words(2, 8, "a", 8, "#1b1b1b")),
    )  # fmt: skip
    image = Image.open(io.BytesIO(raster.png(scene)))
    image.load()
    assert (image.size, image.text["Description"]) == ((60, 40), "a red box")
    seen = image.convert("RGB")
    wanted = {(20, 20): (0xD5, 0x5E, 0), (30, 35): (0, 0x72, 0xB2), (45, 10): (0, 0, 0)}
    for place, colour in wanted.items():
        assert seen.getpixel(place) == pytest.approx(colour, abs=12)  # of 256 colours the nearest
    assert min(seen.getpixel((57, 20))) >= 254
    whole = raster.png(sheet(explained, Sides("p", "c")))
    assert whole == raster.png(sheet(explained, Sides("p", "c")))
    assert Image.open(io.BytesIO(whole)).width == 1280


@pytest.mark.parametrize("text", ["", "one", "several words of some length " * 5, "x" * 400])
def test_broken_text_loses_nothing_and_fits(text: str) -> None:
    lines = broken(text, 200, 14)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) * 7 <= 200 for line in lines)
