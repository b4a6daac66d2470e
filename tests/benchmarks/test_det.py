"""The DET picture says what the curve says."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks.frifte import det, metrics

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*lines: det.Line) -> ET.Element:
    return ET.fromstring(det.picture(lines, (0.001, 0.01)))


def corners(element: ET.Element) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in element.attrib["points"].split()]  # type: ignore[misc]


def test_axes_run_by_decades() -> None:
    axes = det.Axes(fpir_decade=-4, fnir_decade=-2)
    width, height = det.WIDE - det.LEFT - det.RIGHT, det.TALL - det.TOP - det.BOTTOM
    assert axes.x(1.0) == det.WIDE - det.RIGHT
    assert axes.x(0.01) == pytest.approx(det.LEFT + width / 2)
    assert axes.x(1e-4) == axes.x(1e-9) == axes.x(0.0) == det.LEFT
    assert axes.y(1.0) == det.TOP
    assert axes.y(0.1) == pytest.approx(det.TOP + height / 2)
    assert axes.y(0.0) == det.TALL - det.BOTTOM


def test_a_rate_holds_until_the_next_false_positive() -> None:
    curve = metrics.Curve(np.array([0, 1, 10]), np.array([50, 10, 0]), 100, 100)
    line = next(drawn(det.Line("made up", curve, band=False)).iter(f"{SVG}polyline"))
    axes = det.Axes(-2, -2)
    expected = [
        (axes.x(0), axes.y(0.5)), (axes.x(0.01), axes.y(0.5)),
        (axes.x(0.01), axes.y(0.1)), (axes.x(0.1), axes.y(0.1)),
        (axes.x(0.1), axes.y(0)), (axes.x(1), axes.y(0)),
    ]  # fmt: skip
    assert corners(line) == [pytest.approx(corner, abs=0.06) for corner in expected]


def test_the_band_is_the_exact_interval() -> None:
    # None of 10 missed: from 0 to 1 - 0.025 ** (1 / 10) at every FPIR.
    curve = metrics.Curve(np.array([0]), np.array([0]), 10, 10)
    band = next(drawn(det.Line("made up", curve)).iter(f"{SVG}polygon"))
    axes = det.Axes(-1, -1)
    heights = sorted({y for _, y in corners(band)})
    assert heights == pytest.approx([axes.y(1 - 0.025**0.1), axes.y(0)], abs=0.06)


def test_each_curve_is_named_with_its_searches_and_words_are_escaped() -> None:
    curve = metrics.curve(np.arange(1000.0), np.arange(500.0) + 900)
    picture = drawn(det.Line("synthetic", curve), det.Line("a < b & c", curve, band=False))
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert "synthetic (500 mated, 1,000 non-mated)" in words
    assert "a < b & c (500 mated, 1,000 non-mated)" in words
    assert {"FPIR", "FNIR", "0.001", "1"} <= set(words)
    assert len(list(picture.iter(f"{SVG}polygon"))) == 1


def test_without_searches_there_are_axes_and_no_curve() -> None:
    empty = metrics.Curve(np.array([0]), np.array([0]), 0, 0)
    assert not list(drawn(det.Line("nobody", empty)).iter(f"{SVG}polyline"))
    assert drawn().tag == f"{SVG}svg"
