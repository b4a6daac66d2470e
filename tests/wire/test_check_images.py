"""Each image's header against its record: formats, sizes, bits, ends; and which repair is told."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from comity.wire import images
from comity.wire.check_images import check
from tests.wire.cards import wsq_image
from tests.wire.made import found, raw, slap, text, told


def encoded(form: str, mode: str = "L", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, (96, 64)).save(out, form, **options)
    return out.getvalue()


WSQ, JPEG, PNG = wsq_image(), encoded("JPEG"), encoded("PNG")
LOSSY = encoded("JPEG2000", irreversible=True)
WHOLE = encoded("JPEG2000", irreversible=False, no_jp2=True)
# A lossless JPEG is a JPEG whose frame is of kind C3; no library here writes one.
JPEGL = JPEG.replace(b"\xff\xc0\x00\x0b", b"\xff\xc3\x00\x0b")


@pytest.mark.parametrize(
    ("image", "word"),
    [(WSQ, "WSQ20"), (JPEG, "JPEGB"), (JPEGL, "JPEGL"), (LOSSY, "JP2"), (WHOLE, "JP2"),
     (WHOLE, "JP2L"), (PNG, "PNG"), (bytes(96 * 64), "NONE")],
)  # fmt: skip
def test_an_image_in_the_format_stated_has_no_finding(image: bytes, word: str) -> None:
    assert told(check, slap(image, f11=word)) == []


@pytest.mark.parametrize(
    ("image", "word", "code", "best"),
    [(WSQ, "WSQ", "code", "WSQ20"), (WSQ, "PNG", "compression", "WSQ20"),
     (WSQ, "NONE", "compression", "WSQ20"), (JPEG, "JPEGL", "compression", "JPEGB"),
     (JPEGL, "JPEGB", "compression", "JPEGL"), (LOSSY, "JP2L", "compression", "JP2"),
     (PNG, "JP2", "compression", "PNG"), (WHOLE, "WSQ20", "compression", "")],
)  # fmt: skip
def test_a_wrong_word_is_mended_where_one_word_fits(
    image: bytes, word: str, code: str, best: str
) -> None:
    (one,) = found(check, slap(image, f11=word))
    assert (one.code, one.tag) == (code, "14.011")
    assert one.repair == (f"set CGA to {best}, as the image says" if best else "")
    assert images.compression(image) == best


def test_a_wrong_number_of_type_4_is_mended_too() -> None:
    (one,) = found(check, raw(4, WSQ, code=6))
    assert (one.code, one.repair) == (
        "compression",
        "set GCA to 1, which is WSQ20, as the image says",
    )
    assert told(check, raw(4, WSQ, code=1)) == told(check, raw(3, WSQ, code=1)) == []
    assert told(check, raw(4, WSQ, code=9)) == [("code", "4.008")]
    assert told(check, raw(4, b"\x00" * 96 * 64, code=9)) == [("code", "4.008")]


def test_a_wrong_size_is_mended_from_the_image() -> None:
    (one,) = found(check, slap(f6="800", f7="750"))
    assert (one.code, one.found) == ("image-size", "800 x 750")
    assert one.repair == "set HLL and VLL to 96 x 64, as the image says"


def test_uncompressed_pixels_fill_their_size() -> None:
    assert told(check, raw(3, bytes(96 * 64))) == []
    assert told(check, raw(3, bytes(96 * 64 - 1))) == [("image-size", "3.006")]
    assert told(check, slap(bytes(96 * 64 * 3), f11="NONE", f12="24")) == []
    assert told(check, slap(b"x", f11="NONE", f6="0")) == [("image-size", "14.006")]


@pytest.mark.parametrize("record_type", [5, 6])
def test_rows_of_one_bit_a_pixel_are_padded_or_run_on(record_type: int) -> None:
    padded, running = 13 * 60, (100 * 60 + 7) // 8
    for size, wanted in ((padded, []), (running, []), (100 * 60, ["image-size"])):
        piece = raw(record_type, bytes(size), width=100, height=60)
        assert [code for code, _ in told(check, piece)] == wanted


def test_facsimile_is_a_bare_stream() -> None:
    assert told(check, raw(6, b"\x26\xa1" * 9, code=1)) == []
    assert told(check, raw(6, b"II*\x00" + bytes(50), code=1)) == [("compression", "6.008")]
    assert told(check, raw(6, bytes(50), code=2)) == [("code", "6.008")]


def test_an_image_without_its_end_is_told_at_its_end() -> None:
    for image, word in ((WSQ, "WSQ20"), (JPEG, "JPEGB"), (PNG, "PNG"), (WHOLE, "JP2")):
        cut = image[:-16] + b"\x11" * 80
        (one,) = found(check, slap(cut, f11=word))
        assert one.code == "image-cut"
        assert told(check, slap(image + bytes(20), f11=word)) == []


def test_no_image_and_no_header_are_told() -> None:
    assert told(check, raw(4, b"", code=1)) == [("image", "4.009")]
    assert told(check, slap(b"")) == [("image-empty", "14.999")]
    assert told(check, slap(b"\xff\xa0\xff\xa3\x00\x03\x00")) == [("image", "14.999")]
    assert told(check, slap(b"no image")) == [("compression", "14.011")]


def test_bits_a_pixel_are_those_of_the_image() -> None:
    assert told(check, slap(f12="24")) == [("bits", "14.012")]
    colour = encoded("JPEG", "RGB")
    assert told(check, slap(colour, f11="JPEGB", f12="24")) == []


def test_a_second_image_field_is_told_and_its_image_still_looked_at() -> None:
    doubled = b"38423\x1d14.999:" + WSQ
    assert told(check, slap(doubled)) == [("field-repeated", "14.999")]
    codes = told(check, slap(doubled, f11="WSQ", f6="97"))
    assert codes == [("field-repeated", "14.999"), ("code", "14.011"), ("image-size", "14.006")]


def test_of_a_face_only_format_size_and_end_are_told_and_none_of_its_values() -> None:
    values = {3: "FACE", 4: "SECRET-AGENCY", 6: "96", 7: "64", 11: "JPEGB", 12: "YCC", 20: "A"}
    face = encoded("JPEG", "RGB")
    assert told(check, text(10, 1, values, face)) == []
    every = [
        *found(check, text(10, 1, {**values, 6: "95"}, b"77123\x1d10.999:" + face)),
        *found(check, text(10, 2, {**values, 11: "PNG"}, face[:-9])),
    ]
    assert [f.code for f in every] == ["field-repeated", "image-size", "compression", "image-cut"]
    assert {f.severity for f in every} == {"warning"}
    assert not any("77123" in str(f) or "SECRET" in str(f) for f in every)


def test_a_header_is_never_followed_past_its_end() -> None:
    for image in (WSQ, JPEG, PNG, LOSSY, WHOLE):
        own = images.header(image)
        assert own is not None
        assert (own.width_px, own.height_px, own.bits) == (96, 64, 8)
        for cut in range(len(image[:400])):
            told_of = images.header(image[:cut])
            if told_of is not None:
                images.ended(image[:cut], told_of)
