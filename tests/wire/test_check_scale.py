"""Resolution by record type, and statements of scale that contradict each other."""

from __future__ import annotations

import pytest

from comity.wire.check_scale import check
from tests.wire.cards import said_ppi, wsq_image
from tests.wire.made import found, raw, slap, text, told

FULL = {"h11": "19.69", "h12": "19.69"}


@pytest.mark.parametrize("per_mm", ["19.50", "19.69", "20.00", "20.47", "39.37"])
def test_what_type_4_may_be_sent_at(per_mm: str) -> None:
    assert told(check, raw(4, b"x"), h11=per_mm, h12=per_mm) == []


@pytest.mark.parametrize("per_mm", ["19.40", "20.60", "09.84", "11.81"])
def test_what_type_4_may_not_be_sent_at(per_mm: str) -> None:
    assert told(check, raw(4, b"x"), h11=per_mm, h12=per_mm) == [("resolution", "4.005")]


def test_isr_says_which_field_of_the_head_scales_an_image() -> None:
    assert told(check, raw(4, b"x", isr=1), h11="39.37", h12="19.69") == []
    assert told(check, raw(4, b"x", isr=1), h11="25.00", h12="19.69") == [("resolution", "4.005")]
    assert told(check, raw(4, b"x", isr=0), h11="25.00", h12="19.69") == []


def test_isr_is_0_or_1() -> None:
    assert told(check, raw(4, b"x", isr=7), **FULL) == [("code", "4.005")]


def test_low_resolution_is_half_of_what_was_scanned() -> None:
    assert told(check, raw(3, b"x", isr=1), h11="19.69", h12="09.84") == []
    assert told(check, raw(3, b"x", isr=0), h11="19.69", h12="09.84") == []
    assert told(check, raw(3, b"x", isr=1), h11="39.37", h12="19.69") == [("resolution", "3.005")]


def test_tagged_prints_are_at_least_500_ppi() -> None:
    assert told(check, slap(b"x", f9="1200", f10="1200")) == []
    assert told(check, slap(f8="2", f9="197", f10="197")) == []
    assert told(check, slap(b"x", f9="490", f10="490")) == [("resolution", "14.009")]
    assert told(check, slap(b"x", f8="0")) == [("resolution", "14.009")]


def test_a_latent_may_be_of_unknown_scale_but_not_of_none() -> None:
    assert told(check, text(13, 1, {8: "0", 9: "1", 10: "1"}, b"x")) == []
    assert told(check, text(13, 1, {8: "1", 9: "00", 10: "00"}, b"x")) == [("resolution", "13.009")]


def test_a_scanner_has_square_pixels() -> None:
    assert told(check, slap(b"x", f10="505")) == [("scale", "14.010")]
    assert told(check, text(13, 1, {8: "0", 9: "1", 10: "2"}, b"x")) == []


def test_a_resolution_that_scales_nothing_is_00_00() -> None:
    (one,) = found(check, slap(), **FULL)
    assert (one.code, one.tag, one.found) == (
        "resolution-unused", "1.011", "19.69, and NTR 1.012 19.69",
    )  # fmt: skip
    assert told(check, slap(), h12="19.69") == [("resolution-unused", "1.012")]
    assert told(check, slap(), h2="0201", **FULL) == []  # the rule came with 1-2000


def test_nothing_is_sent_finer_than_it_was_scanned() -> None:
    assert told(check, raw(4, b"x"), h11="19.60", h12="19.69") == [("scale", "1.012")]


def test_an_images_own_comment_is_a_note() -> None:
    (one,) = found(check, slap(said_ppi(wsq_image(), 600)))
    assert (one.code, one.severity) == ("scale", "note")
    assert "PPI 600" in one.found
    assert told(check, slap(said_ppi(wsq_image(), 255))) == []  # a byte that was full
