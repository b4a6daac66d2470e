"""Whatever the bytes, every check of the wire room ends, raises nothing, and stays bounded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import WireError
from comity.wire.codes import CODES
from comity.wire.read import read
from comity.wire.validate import FINDINGS_MAX, SEVERITIES, validate
from tests.shared_data import shared
from tests.wire.made import raw, slap, text, written
from tests.wire.test_check_minutiae import EFS, IAFIS, M1, STANDARD, minutiae

SMALL = 200_000  # bytes; larger files say nothing new and cost more
SPLICED = (b"\x1c", b"\x1d", b"\x1e", b"\x1f", b":", b"-1", b"999999999", b"\xff\xa0", b"\xff\xd8",
           b"\xff\xff\xff\xff", b"14.999:", b"9.012:", b"1.003:", b"\x00", b"|" * 40)  # fmt: skip


@lru_cache(maxsize=1)
def seeds() -> tuple[bytes, ...]:
    full = slap(f18="4|XX", f21="2|1|20|1|60", f22="2|3", f25="2|3|0|0|9|9|5|6")
    made = written([
        *(minutiae(one, {}) for one in (STANDARD, M1, IAFIS, EFS)), full,
        raw(3, bytes(50)), raw(5, b"II*\x00"), text(15, 2, {13: "21", 24: "21|9"}, b"x"),
        text(10, 3, {6: "9", 7: "9", 11: "JPEGB"}, b"\xff\xd8\xff"),
    ])  # fmt: skip
    files = sorted(Path(shared("transactions")).rglob("*.an2*"))
    return (made, *(data for data in map(Path.read_bytes, files) if len(data) < SMALL))


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(seeds()))
    head = min(len(data), 3000) if draw(st.booleans()) else len(data)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(head - 1, 0)))
        size = draw(st.sampled_from((0, 1, 2, 7, 100)))
        new = draw(st.sampled_from(SPLICED) | st.binary(max_size=9))
        data = data[:at] + new + data[at + size :]
    return data


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_no_check_raises_on_a_mutant(data: bytes) -> None:
    try:
        transaction = read(data)
    except WireError:
        return
    found = validate(transaction)
    assert len(found) <= FINDINGS_MAX + len(transaction.damage)
    for one in found:
        assert one.code in CODES
        assert one.severity in SEVERITIES
        assert 0 <= one.offset <= len(data)
        assert one.found.isprintable()
        assert one.source


@settings(max_examples=100, deadline=None)
@given(
    st.text("0123456789|~-., AXSU", max_size=60), st.sampled_from(sorted({*M1, *STANDARD, *EFS}))
)
def test_no_value_of_a_minutia_field_raises(value: str, number: int) -> None:
    for form in (STANDARD, M1, IAFIS, EFS):
        if number != 2:
            validate(read(written([minutiae(form, {number: value or "0"}), slap()])))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 21, 22, 23, 24, 25]),
        st.text("0123456789|~-., AXSU", max_size=40),
        max_size=5,
    )
)
def test_no_value_of_an_image_record_raises(values: dict[int, str]) -> None:
    changes = {f"f{number}": value for number, value in values.items()}
    validate(read(written([slap(**changes), text(13, 1, values, b"x"), text(15, 1, values, b"")])))
