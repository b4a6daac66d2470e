"""A packed template is cut short, lengthened, or has bytes of another kind."""

import pytest

from comity.errors import TemplateError
from comity.minutiae import pack
from tests.search.prints import capture


def test_cut_at_every_byte_it_is_refused() -> None:
    data = pack.pack(capture(1, 2))
    for length in range(len(data)):
        with pytest.raises(TemplateError):
            pack.unpack(data[:length])
    with pytest.raises(TemplateError):
        pack.unpack(data + b"\0")


def test_an_angle_beyond_the_circle_is_refused() -> None:
    data = bytearray(pack.pack(capture(1, 2)))
    data[-5:] = b"\xff" * 5
    with pytest.raises(TemplateError) as caught:
        pack.unpack(bytes(data))
    assert "0..359" in caught.value.expected


def test_another_version_is_refused() -> None:
    data = bytearray(pack.pack(capture(1, 2)))
    data[0] = 1
    with pytest.raises(TemplateError) as caught:
        pack.unpack(bytes(data))
    assert caught.value.where == "byte 0"
