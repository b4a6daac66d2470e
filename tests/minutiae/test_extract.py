from functools import cache

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates

from comity.errors import CallerError, ImageError
from comity.minutiae import leader
from comity.minutiae.extract import EXTRACTORS, extract, extract_many
from comity.records import BIFURCATION, ENDING, Print, Template
from tests.shared_data import shared

PRINTS = ("db1_b/101_1", "db1_b/105_2", "db3_b/104_1")


@cache
def pixels(name: str) -> np.ndarray:
    return np.array(Image.open(shared("prints", "fvc2002", *f"{name}.png".split("/"))).convert("L"))


@cache
def template(name: str, extractor: str) -> Template:
    return extract(Print(pixels(name), 2), extractor)


def turn(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    gap = np.abs(a - b) % 360
    return np.minimum(gap, 360 - gap)


@pytest.mark.parametrize("name", PRINTS)
def test_both_extractors_agree_on_place_and_direction(name: str) -> None:
    one, other = (template(name, e).minutiae.astype(float) for e in ("leader", "mindtct"))
    gaps = np.hypot(*(one[:, None, :2] - other[None, :, :2]).transpose(2, 0, 1))
    near = gaps.argmin(axis=1)
    close = gaps[np.arange(len(one)), near] <= 8
    assert close.sum() >= 15
    turns = turn(one[close, 2], other[near[close], 2])
    assert np.mean(turns <= 25) >= 0.8
    assert np.median(turns) <= 12


@pytest.mark.parametrize("extractor", EXTRACTORS)
@pytest.mark.parametrize("name", PRINTS)
def test_angles_are_counter_clockwise_along_the_ridge(name: str, extractor: str) -> None:
    """Held against the ridge flow of the pixels: the other sense of rotation would be far off."""
    smooth = gaussian_filter(pixels(name).astype(float), 1.2)
    down, across = np.gradient(smooth)
    xx, yy, xy = (gaussian_filter(p, 6) for p in (across**2, down**2, across * down))
    ridge = np.degrees(np.pi / 2 - 0.5 * np.arctan2(2 * xy, xx - yy)) % 180
    x, y, deg, _ = template(name, extractor).minutiae.T
    gap = (deg - ridge[y, x]) % 180
    assert np.median(np.minimum(gap, 180 - gap)) < 10


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_an_ending_points_into_its_ridge_and_a_bifurcation_into_its_valley(extractor: str) -> None:
    darker = {ENDING: 0.0, BIFURCATION: 0.0}
    for name in PRINTS:
        smooth = gaussian_filter(pixels(name).astype(float), 1.2)
        for x, y, deg, kind in template(name, extractor).minutiae.tolist():
            steps = np.arange(4, 10)
            dx, dy = np.cos(np.radians(deg)) * steps, -np.sin(np.radians(deg)) * steps
            ahead = map_coordinates(smooth, [y + dy, x + dx], order=1).mean()
            behind = map_coordinates(smooth, [y - dy, x - dx], order=1).mean()
            darker[kind] += behind - ahead
    assert darker[ENDING] > 0 > darker[BIFURCATION]


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_a_template_is_as_records_say(extractor: str) -> None:
    found = template(PRINTS[0], extractor)
    rows = [(y, x, deg, kind) for x, y, deg, kind in found.minutiae.tolist()]
    assert rows == sorted(rows)
    assert 15 < len(found) < 100
    assert (found.extractor, found.finger) == (extractor, 2)
    assert (found.height_px, found.width_px) == pixels(PRINTS[0]).shape
    assert found.reliability.max() > 30
    again = extract(Print(pixels(PRINTS[0]), 2), extractor)
    assert again.minutiae.tolist() == found.minutiae.tolist()


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_a_blank_image_has_no_minutiae(extractor: str) -> None:
    assert len(extract(Print(np.full((300, 300), 255, np.uint8), 2), extractor)) == 0


def test_plain_thumbs_are_thumbs() -> None:
    blank = np.full((100, 100), 255, np.uint8)
    assert [extract(Print(blank, f)).finger for f in (11, 12, 1, 0)] == [1, 6, 1, 0]


@pytest.mark.parametrize("size", [(63, 400), (400, 4097)])
def test_an_image_of_another_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError) as caught:
        extract(Print(np.full(size, 255, np.uint8), 3))
    assert f"{size[1]} x {size[0]}" in caught.value.found


def test_an_extractor_of_another_name_is_refused() -> None:
    with pytest.raises(CallerError, match="`sift`"):
        extract(Print(np.full((100, 100), 255, np.uint8), 3), "sift")  # type: ignore[arg-type]


def test_the_crop_moves_no_minutia() -> None:
    small = pixels(PRINTS[0])
    sheet = np.full((small.shape[0] + 320, small.shape[1] + 320), 255, np.uint8)
    sheet[160 : 160 + small.shape[0], 160 : 160 + small.shape[1]] = small
    assert leader.print_box(sheet) != (0, sheet.shape[0], 0, sheet.shape[1])
    placed = extract(Print(sheet, 2), "leader").minutiae[:, :2] - 160
    gaps = np.hypot(*(placed[:, None] - template(PRINTS[0], "leader").minutiae[None, :, :2]).T)
    assert np.mean(gaps.min(axis=0) <= 2) >= 0.9


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_prints_side_by_side_give_what_each_gives_alone_and_in_order(extractor: str) -> None:
    found = extract_many([Print(pixels(name), 2) for name in PRINTS], extractor, workers=3)
    alone = [template(name, extractor) for name in PRINTS]
    assert [t.minutiae.tolist() for t in found] == [t.minutiae.tolist() for t in alone]
    assert extract_many([], extractor) == []


def test_one_print_that_cannot_be_taken_is_told_of_among_many() -> None:
    good, small = Print(pixels(PRINTS[0]), 2), Print(np.full((63, 400), 255, np.uint8), 3)
    with pytest.raises(ImageError) as caught:
        extract_many([good, small])
    assert caught.value.where == "finger 3"
