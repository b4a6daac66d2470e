import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from comity.minutiae import pack
from comity.records import Template

minutia = st.tuples(
    st.integers(0, 4095), st.integers(0, 4095), st.integers(0, 359), st.integers(0, 2)
)


@st.composite
def templates(draw: st.DrawFn) -> Template:
    rows = sorted(draw(st.lists(minutia, max_size=255)), key=lambda m: (m[1], m[0], m[2], m[3]))
    reliability = draw(st.lists(st.integers(0, 100), min_size=len(rows), max_size=len(rows)))
    quality = draw(st.none() | st.integers(0, 100))
    return Template(
        minutiae=np.array(rows, np.int16).reshape(-1, 4),
        reliability=np.array(reliability, np.uint8),
        width_px=draw(st.integers(0, 4096)),
        height_px=draw(st.integers(0, 4096)),
        finger=draw(st.integers(0, 10)),
        extractor=draw(st.sampled_from(["mindtct", "leader", "synthetic", ""])),
        quality=quality,
        quality_algorithm="" if quality is None else "nfiq2",
    )


@given(templates())
def test_unpack_undoes_pack(template: Template) -> None:
    data = pack.pack(template)
    again = pack.unpack(data)
    assert again.minutiae.tolist() == template.minutiae.tolist()
    gaps = again.reliability.astype(int) - template.reliability.astype(int)
    assert np.abs(gaps).max(initial=0) <= 2
    for field in ("width_px", "height_px", "finger", "extractor", "quality", "quality_algorithm"):
        assert getattr(again, field) == getattr(template, field)
    assert len(data) <= 22 + 5 * len(template)
    assert pack.pack(again) == data
