"""A minutiae record is cut short, lengthened, or has bits flipped, anywhere in it."""

from functools import cache

import pytest

from comity.errors import TemplateError
from comity.minutiae import iso
from tests.shared_data import shared

NAMES = (
    "ansi378v2004-sample.dat", "ansi378v2009-sample.dat", "ansi378v2009am1-sample.dat",
    "iso19794p2v2005-sample.dat", "iso19794p2v2011-sample.dat",
    "ansi378-2004-appendix-b2.raw", "iso19794-2-2005-appendix-c2.raw",
)  # fmt: skip


@cache
def sample(name: str) -> bytes:
    return shared("templates", name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_cut_at_every_byte_it_is_refused(name: str) -> None:
    data = sample(name)
    for length in range(len(data)):
        with pytest.raises(TemplateError) as caught:
            iso.read(data[:length])
        assert caught.value.where.startswith("byte ")


@pytest.mark.parametrize("name", NAMES)
def test_lengthened_it_is_refused(name: str) -> None:
    for more in (b"\0", b"FMR\0", bytes(100), sample(name)):
        with pytest.raises(TemplateError) as caught:
            iso.read(sample(name) + more)
        assert caught.value.where.startswith("byte ")


@pytest.mark.parametrize("name", NAMES)
def test_with_any_bit_flipped_it_is_refused_or_kept_as_it_is(name: str) -> None:
    data = sample(name)
    refused = kept = 0
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        try:
            record = iso.read(bytes(flipped))
        except TemplateError:
            refused += 1
            continue
        kept += 1
        assert iso.write(record) == bytes(flipped)
    assert refused > 60
    assert kept > 1000  # places, angles, qualities: another minutia, but a well-formed one
